#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "drawing/layout.h"

namespace bulkhead {

/// Lanes from the top: what is outside, the Purdue levels, and what has none.
inline constexpr std::array<std::string_view, 8> lane_titles{"External", "Level 4 and 5", "Level 3.5", "Level 3",
                                                             "Level 2",  "Level 1",       "Level 0",   "Level unknown"};
inline constexpr std::size_t lane_unknown = lane_titles.size() - 1;

/// A box before it has a place: one zone, several that were folded, or the assets in no zone.
struct Item {
  Drawing::Box box;
  std::vector<std::string> zones;  ///< Ids that it stands for; one empty id for assets in no zone.
  std::size_t top = lane_unknown, bottom = lane_unknown;
  GridPlace place;
  [[nodiscard]] bool spans() const noexcept { return top != bottom; }
};

/// One for each zone, in the model's order, and one for the assets in none.
std::vector<Item> items_of(const Site& site, const Inventory& inventory, const std::vector<ZoneMark>& marks);
/// Folds what is beyond a sheet of paper; says in the drawing how much that was.
void fold_all(std::vector<Item>& items, Drawing& drawing);

}  // namespace bulkhead

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drawing/drawing.h"

namespace bulkhead {

/// Where a box stands in the grid of rows and columns; spanning boxes own one column over several rows.
struct GridPlace {
  std::size_t column = 0;
  std::size_t first_row = 0, last_row = 0;
};

/// What is to be routed: two boxes, by their place in `Drawing::boxes`.
struct RouteWanted {
  std::size_t from = 0, to = 0;
};

/// A route in the grid, before anything has a coordinate. Gutter `g` lies above row `g`; channel `c` lies left of
/// column `c`.
struct Route {
  static constexpr std::size_t no_channel = static_cast<std::size_t>(-1);

  std::size_t from = 0, to = 0;
  std::size_t from_gutter = 0, to_gutter = 0;
  std::size_t from_slot = 0, to_slot = 0;
  std::size_t channel = no_channel;  ///< Where the vertical part runs; none where both ends lie on one gutter.
  std::size_t from_track = 0, to_track = 0, channel_track = 0;
  bool straight = false;  ///< One vertical line from box to box.
};

struct RoutePlan {
  std::vector<Route> routes;                ///< As they were wanted.
  std::vector<std::size_t> gutter_tracks;   ///< Per gutter, rows + 1.
  std::vector<std::size_t> channel_tracks;  ///< Per channel, columns + 1.
};

inline constexpr std::size_t slots_per_side = 10;  ///< Places on a box's upper or lower edge where a line may end.

/// Routes lines orthogonally through gutters and channels, without crossing a box where any way around exists.
RoutePlan plan_routes(const std::vector<GridPlace>& places, std::size_t rows, std::size_t columns,
                      const std::vector<RouteWanted>& wanted);

/// Sets a title on one line or two, by the room beside a severity's mark.
void set_title(Drawing::Box& box);
/// Labels each line, and puts the label where it covers no box and no other label; where all is full, on the middle of
/// its longest part.
void place_chips(Drawing& drawing);

}  // namespace bulkhead

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "plant/plant.h"

/// What the readers of a plant share.
namespace bulkhead::plant {

inline std::int64_t seconds(double value) {
  return static_cast<std::int64_t>(value * 1e9);
}

inline std::vector<std::string> names_of(const auto& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) {
    if constexpr (requires { thing.id; }) names.push_back(thing.id);
    else names.push_back(thing.name);
  }
  return names;
}

inline std::unexpected<Error> unknown(const Node& at, const std::string& what, const std::string& name,
                                      const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string meant = nearest(name, views);
  return at.error(what + " '" + plain_text(name, 64) + "' is not defined",
                  meant.empty() ? "" : "did you mean '" + meant + "'?");
}

/// One line of traffic; its story and id are the caller's to fill in. Devices and runs were read before.
Result<Line> read_line(const Plant& plant, const Node& node);

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "content/yaml.h"

namespace bulkhead::plant {

/// `text` with `{n}` replaced by `number`, `{nn}` by two digits of it, and `{20+n}` or `{6+nn}` by
/// the sum: how one entry stands
/// for several devices or lines.
std::string expanded(std::string_view text, std::int64_t number);

}  // namespace bulkhead::plant

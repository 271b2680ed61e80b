#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "pipeline/pipeline.h"

namespace bulkhead {

/// What frames seen by two captures tell of them: that both look at the same network, and how far their clocks are
/// apart.
struct SharedFrames {
  std::uint64_t frames = 0;    ///< Shared with the reference capture, directly or through others; 0: none found.
  std::size_t reference = 0;   ///< Index of the capture whose clock is kept.
  std::int64_t offset_ns = 0;  ///< To add to this capture's times.
};

/// Compares captures by a sample of their frames' content. Reads each once, without dissecting. The answer has one
/// entry a capture; the reference of each group has no offset.
Result<std::vector<SharedFrames>> compare_clocks(std::span<const CaptureInput> inputs);

}  // namespace bulkhead

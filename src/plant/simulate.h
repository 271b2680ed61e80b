#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "plant/plant.h"

namespace bulkhead::plant {

struct Options {
  std::uint64_t seed = 1;        ///< The same seed and plant give the same bytes.
  std::filesystem::path output;  ///< A folder; made where it does not exist.
};

/// One capture that was made. Its frames are numbered from 1.
struct CaptureMade {
  std::string file, run, mirror;
  std::uint64_t frames = 0;
  std::int64_t first_ns = 0, last_ns = 0;  ///< UTC; both 0 where it is empty.
};

struct Simulation {
  std::vector<CaptureMade> captures;
  std::uint64_t frames = 0;     ///< In all captures.
  std::filesystem::path truth;  ///< truth.json: what is true of the plant, and where it can be seen.
  std::filesystem::path site;   ///< site.yml of the plant as its owner would have approved it.
};

/// Runs the plant and writes its captures, truth.json and site.yml into the folder. The captures are plain pcap; that
/// they are simulated, truth.json says.
Result<Simulation> simulate(const Plant& plant, const Options& options);

}  // namespace bulkhead::plant

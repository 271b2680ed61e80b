#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include "base/hash.h"

namespace bulkhead::plant {

/// A stream of numbers that depends on its seed alone: the same on every machine and with every standard library.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(mix(seed + step)) {}
  /// Streams with different names do not follow each other.
  Random(std::uint64_t seed, std::string_view name) noexcept : Random(seed) {
    for (const char letter : name) state_ = mix(state_ + step + static_cast<unsigned char>(letter));
  }

  std::uint64_t next() noexcept { return mix(state_ += step); }
  /// From 0 up to, without, `bound`; 0 where `bound` is 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }
  std::int64_t between(std::int64_t least, std::int64_t most) noexcept {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  /// From 0 up to, without, 1.
  double uniform() noexcept { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  bool chance(double probability) noexcept { return uniform() < probability; }
  /// Mean 0, standard deviation 1.
  double normal() noexcept {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  static constexpr std::uint64_t step = 0x9E3779B97F4A7C15ULL;
  std::uint64_t state_;
};

}  // namespace bulkhead::plant

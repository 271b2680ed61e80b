#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace bulkhead {

/// Finaliser of SplitMix64: every input bit moves every output bit.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 30U;
  x *= 0xBF58476D1CE4E5B9ULL;
  x ^= x >> 27U;
  x *= 0x94D049BB133111EBULL;
  return x ^ x >> 31U;
}

/// Content hash of bytes: XXH3. Not cryptographic; the same on every machine and in every run.
std::uint64_t hash(Bytes bytes, std::uint64_t seed = 0) noexcept;

}  // namespace bulkhead

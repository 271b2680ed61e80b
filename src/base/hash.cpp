#include "base/hash.h"

#include <cstring>

namespace bulkhead {

std::uint64_t hash(Bytes bytes, std::uint64_t seed) noexcept {
  std::uint64_t state = mix(seed ^ bytes.size() * 0x9E3779B97F4A7C15ULL);
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state = (state ^ word) * 0x9FB21C651E98DF25ULL;
    state ^= state >> 32U;
    bytes = bytes.subspan(8);
  }
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return mix(state ^ word);
}

}  // namespace bulkhead

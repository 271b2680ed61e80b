#include "base/hash.h"

// In this file alone: its own code is small, and nothing has to be found when the program starts.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bulkhead {

std::uint64_t hash(Bytes bytes, std::uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace bulkhead

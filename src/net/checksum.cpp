#include "net/checksum.h"

#include <bit>
#include <cstring>

namespace bulkhead {

namespace {

std::uint16_t fold(std::uint64_t sum) noexcept {
  while (sum > 0xFFFF) sum = (sum & 0xFFFFU) + (sum >> 16U);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

// Words are summed in this machine's order, four at a time, and the folded sum is swapped once: RFC 1071, 2 (B) and
// (C).
void Checksum::add(Bytes bytes) noexcept {
  std::uint64_t native = 0;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    native += (word & 0xFFFFFFFFU) + (word >> 32U);
    bytes = bytes.subspan(8);
  }
  if (!bytes.empty()) {
    std::uint64_t word = 0;  // zeros after an odd last byte, as RFC 1071 pads it
    std::memcpy(&word, bytes.data(), bytes.size());
    native += (word & 0xFFFFFFFFU) + (word >> 32U);
  }
  const std::uint16_t folded = fold(native);
  if constexpr (std::endian::native == std::endian::little)
    sum_ += static_cast<std::uint16_t>(folded << 8U | folded >> 8U);
  else sum_ += folded;
}

std::uint16_t Checksum::folded() const noexcept {
  return fold(sum_);
}

}  // namespace bulkhead

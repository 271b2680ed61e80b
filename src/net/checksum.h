#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace bulkhead {

/// The Internet checksum (RFC 1071) of several pieces, each of which but the last has an even length.
class Checksum {
 public:
  // Words are summed in this machine's order, several at a time, and only the folded sum is swapped: RFC 1071, 2 (B)
  // and (C).
  void add(Bytes bytes) noexcept {
    while (bytes.size() >= 16) {
      sum_ += halves(load<std::uint64_t>(bytes)) + halves(load<std::uint64_t>(bytes.subspan(8)));
      bytes = bytes.subspan(16);
    }
    if (bytes.size() >= 8) bytes = add_one<std::uint64_t>(bytes);
    if (bytes.size() >= 4) bytes = add_one<std::uint32_t>(bytes);
    if (bytes.size() >= 2) bytes = add_one<std::uint16_t>(bytes);
    if (!bytes.empty()) add(static_cast<std::uint16_t>(bytes[0] << 8U));  // RFC 1071 pads an odd end with zero
  }
  /// A word of sixteen bits that stands in big-endian order in the message.
  void add(std::uint16_t value) noexcept { sum_ += swapped(value); }
  /// Whether all that was added, the checksum field included, sums up to what a whole message gives.
  [[nodiscard]] bool holds() const noexcept { return folded() == 0xFFFF; }
  /// What the checksum field must hold, where it was zero when it was added.
  [[nodiscard]] std::uint16_t value() const noexcept { return static_cast<std::uint16_t>(~swapped(folded())); }

 private:
  template <class T>
  static T load(Bytes bytes) noexcept {
    T word = 0;
    std::memcpy(&word, bytes.data(), sizeof(T));
    return word;
  }
  static std::uint64_t halves(std::uint64_t word) noexcept { return (word & 0xFFFFFFFFU) + (word >> 32U); }
  template <class T>
  Bytes add_one(Bytes bytes) noexcept {
    sum_ += halves(load<T>(bytes));
    return bytes.subspan(sizeof(T));
  }
  static std::uint16_t swapped(std::uint16_t value) noexcept {
    if constexpr (std::endian::native == std::endian::big) return value;
    else return static_cast<std::uint16_t>(value << 8U | value >> 8U);
  }
  [[nodiscard]] std::uint16_t folded() const noexcept {
    std::uint64_t sum = halves(sum_);
    while (sum > 0xFFFF) sum = (sum & 0xFFFFU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
  }

  std::uint64_t sum_ = 0;
};

}  // namespace bulkhead

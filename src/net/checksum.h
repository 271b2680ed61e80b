#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace bulkhead {

/// The Internet checksum (RFC 1071) of several pieces, each of which but the last has an even length.
class Checksum {
 public:
  void add(Bytes bytes) noexcept;
  void add(std::uint16_t value) noexcept { sum_ += value; }
  /// Whether all that was added, the checksum field included, sums up to what a whole message gives.
  [[nodiscard]] bool holds() const noexcept { return folded() == 0xFFFF; }
  /// What the checksum field must hold, where it was zero when it was added.
  [[nodiscard]] std::uint16_t value() const noexcept { return static_cast<std::uint16_t>(~folded()); }

 private:
  [[nodiscard]] std::uint16_t folded() const noexcept;

  std::uint64_t sum_ = 0;  ///< Of big-endian words.
};

}  // namespace bulkhead

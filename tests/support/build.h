#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace bulkhead::test {

/// Bytes put together field by field.
class Build {
 public:
  Build& u8(unsigned value) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  Build& u16be(unsigned value) { return u8(value >> 8U).u8(value); }
  Build& u32be(std::uint32_t value) { return u16be(value >> 16U).u16be(value); }
  Build& u64be(std::uint64_t value) {
    return u32be(static_cast<std::uint32_t>(value >> 32U)).u32be(static_cast<std::uint32_t>(value));
  }
  Build& u16le(unsigned value) { return u8(value).u8(value >> 8U); }
  Build& u32le(std::uint32_t value) { return u16le(value).u16le(value >> 16U); }
  Build& u64le(std::uint64_t value) {
    return u32le(static_cast<std::uint32_t>(value)).u32le(static_cast<std::uint32_t>(value >> 32U));
  }
  Build& add(Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Build& text(std::string_view text) {
    for (const char c : text) u8(static_cast<unsigned char>(c));
    return *this;
  }
  Build& zeros(std::size_t n) {
    bytes_.resize(bytes_.size() + n);
    return *this;
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  operator Bytes() const { return bytes_; }  // NOLINT(google-explicit-constructor): a builder stands for its bytes

 private:
  std::vector<std::uint8_t> bytes_;
};

/// "0102 0a": hexadecimal with blanks anywhere.
inline std::vector<std::uint8_t> from_hex_text(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  unsigned value = 0;
  bool half = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const unsigned digit = c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a') + 10U;
    value = value << 4U | digit;
    if (half) bytes.push_back(static_cast<std::uint8_t>(value));
    half = !half;
  }
  return bytes;
}

}  // namespace bulkhead::test

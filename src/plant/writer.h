#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace bulkhead::plant {

using Octets = std::vector<std::uint8_t>;

/// Appends numbers and text to bytes: the counterpart of Reader for the simulated devices. Values are cut to their
/// width.
class Writer {
 public:
  Writer& u8(std::uint64_t value) { return big(value, 1); }
  Writer& u16be(std::uint64_t value) { return big(value, 2); }
  Writer& u24be(std::uint64_t value) { return big(value, 3); }
  Writer& u32be(std::uint64_t value) { return big(value, 4); }
  Writer& u64be(std::uint64_t value) { return big(value, 8); }
  Writer& u16le(std::uint64_t value) { return little(value, 2); }
  Writer& u32le(std::uint64_t value) { return little(value, 4); }
  Writer& u64le(std::uint64_t value) { return little(value, 8); }
  Writer& f32be(double value) { return u32be(std::bit_cast<std::uint32_t>(static_cast<float>(value))); }
  Writer& f32le(double value) { return u32le(std::bit_cast<std::uint32_t>(static_cast<float>(value))); }
  Writer& f64le(double value) { return u64le(std::bit_cast<std::uint64_t>(value)); }
  Writer& text(std::string_view text) {
    octets_.insert(octets_.end(), text.begin(), text.end());
    return *this;
  }
  /// `text`, filled up or cut to `size` octets.
  Writer& padded(std::string_view value, std::size_t size, std::uint8_t fill = 0) {
    text(value.substr(0, size));
    return zeros(size - std::min(value.size(), size), fill);
  }
  Writer& utf16le(std::string_view ascii) {
    for (const char letter : ascii) u16le(static_cast<unsigned char>(letter));
    return *this;
  }
  Writer& bytes(Bytes bytes) {
    octets_.insert(octets_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  template <std::size_t N>
  Writer& list(const std::uint8_t (&values)[N]) {
    return bytes(values);
  }
  Writer& zeros(std::size_t count, std::uint8_t fill = 0) {
    octets_.insert(octets_.end(), count, fill);
    return *this;
  }

  [[nodiscard]] std::size_t size() const noexcept { return octets_.size(); }
  [[nodiscard]] Bytes view() const noexcept { return octets_; }
  // A length that is known only after what it counts was written.
  void patch_u8(std::size_t at, std::uint64_t value) { patch(at, value, 1); }
  void patch_u16be(std::size_t at, std::uint64_t value) { patch(at, value, 2); }
  void patch_u32be(std::size_t at, std::uint64_t value) { patch(at, value, 4); }
  void patch_u16le(std::size_t at, std::uint64_t value) { patch(at, (value & 0xFFU) << 8U | (value >> 8U & 0xFFU), 2); }
  void patch_u32le(std::size_t at, std::uint64_t value) {
    patch_u16le(at, value);
    patch_u16le(at + 2, value >> 16U);
  }
  [[nodiscard]] Octets take() { return std::move(octets_); }

 private:
  Writer& big(std::uint64_t value, unsigned octets) {
    for (unsigned i = octets; i-- > 0;) octets_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  Writer& little(std::uint64_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i) octets_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  void patch(std::size_t at, std::uint64_t value, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i)
      octets_.at(at + i) = static_cast<std::uint8_t>(value >> (8 * (octets - 1 - i)));
  }

  Octets octets_;
};

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::dnp3 {

struct Function {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
  bool has_data;  ///< Objects follow their headers; else headers stand alone.
  bool has_response;
};
/// Application functions: IEEE 1815, 4.2.2.6.
std::span<const Function> functions() noexcept;

std::span<const Named<std::uint8_t>> primary_functions() noexcept;
std::span<const Named<std::uint8_t>> secondary_functions() noexcept;
std::span<const Named<std::uint8_t>> groups() noexcept;
/// Internal indications, by bit: IIN1 is the high octet.
std::span<const Named<std::uint16_t>> indications() noexcept;

/// Bits that one object takes; nothing where its size is not fixed or not known.
std::optional<std::uint32_t> object_bits(std::uint8_t group, std::uint8_t variation) noexcept;

/// CRC-16/DNP: IEEE 1815, 9.2.4.
std::uint16_t crc(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace bulkhead::dnp3

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::iec104 {

/// What an information element of a type holds.
enum class Element : std::uint8_t { other, single, doubled, step, normalised, scaled, real, bits, qualifier };

/// A type identification: IEC 60870-5-101, 7.2.1 and 60870-5-104, clause 8.
struct Type {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
  std::uint8_t size;  ///< Octets of an element, without its address; 0: it varies.
  Element element = Element::other;
};
std::span<const Type> types() noexcept;
/// Causes of transmission: IEC 60870-5-101, 7.2.3.
std::span<const Named<std::uint8_t>> causes() noexcept;

}  // namespace bulkhead::iec104

#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace bulkhead {

/// One unit of the Basic Encoding Rules (ITU-T X.690, 8.1) with a definite length: its tag's first octet, and a reader
/// of its content.
struct Ber {
  std::uint8_t tag = 0;  ///< With class and form; of a tag above 30, its first octet.
  Reader content{Bytes{}};
};

/// Reads the next unit. Where it does not fit, the reader is broken.
inline Ber read_ber(Reader& reader) {
  Ber unit;
  unit.tag = reader.u8();
  if ((unit.tag & 0x1FU) == 0x1F)
    while (reader.ok() && (reader.u8() & 0x80U) != 0) {
    }
  std::size_t length = reader.u8();
  if (length > 0x80 && length <= 0x84) {
    const std::size_t octets = length & 0x7FU;
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8U | reader.u8();
  } else if (length >= 0x80) {
    length = SIZE_MAX / 2;  // indefinite, or too long to be: never fits
  }
  unit.content = reader.sub(length);
  return unit;
}

/// An unsigned integer of at most eight octets.
inline std::uint64_t ber_number(Reader content) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : content.take(content.left())) value = value << 8U | octet;
  return value;
}

}  // namespace bulkhead

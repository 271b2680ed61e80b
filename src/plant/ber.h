#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "plant/writer.h"

/// Basic and distinguished encoding rules (X.690), as far as SNMP, SPNEGO and certificates need them.
namespace bulkhead::plant::ber {

inline Octets tagged(unsigned tag, Bytes content) {
  Writer out;
  out.u8(tag);
  if (content.size() < 128) out.u8(content.size());
  else if (content.size() < 256) out.u8(0x81).u8(content.size());
  else out.u8(0x82).u16be(content.size());
  return out.bytes(content).take();
}
inline Octets joined(std::initializer_list<Octets> parts) {
  Writer out;
  for (const Octets& part : parts) out.bytes(part);
  return out.take();
}
inline Octets sequence(std::initializer_list<Octets> parts) {
  return tagged(0x30, joined(parts));
}
inline Octets text(unsigned tag, std::string_view value) {
  return tagged(tag, Writer{}.text(value).view());
}
/// A non-negative INTEGER.
inline Octets integer(std::uint64_t value) {
  Writer out;
  bool begun = false;
  for (unsigned i = 8; i-- > 0;) {
    const auto octet = static_cast<std::uint8_t>(value >> (8 * i));
    if (!begun && octet == 0 && i != 0) continue;
    if (!begun && octet >= 0x80) out.u8(0);
    begun = true;
    out.u8(octet);
  }
  return tagged(2, out.view());
}
/// An OBJECT IDENTIFIER from its arcs.
inline Octets object(std::initializer_list<std::uint32_t> arcs) {
  Writer out;
  const auto* arc = arcs.begin();
  std::uint32_t first = 0;
  std::size_t number = 0;
  for (; arc != arcs.end(); arc = std::next(arc), ++number) {
    std::uint32_t value = *arc;
    if (number == 0) {
      first = value;
      continue;
    }
    if (number == 1) value += first * 40;
    unsigned shift = 28;
    while (shift > 0 && value >> shift == 0) shift -= 7;
    for (; shift > 0; shift -= 7) out.u8(0x80U | (value >> shift & 0x7FU));
    out.u8(value & 0x7FU);
  }
  return tagged(6, out.view());
}

}  // namespace bulkhead::plant::ber

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "net/checksum.h"
#include "net/packet.h"
#include "support/build.h"

namespace bulkhead::test {

using Octets = std::vector<std::uint8_t>;

inline Octets ethernet(unsigned type, Bytes payload) {
  return Build{}.u16be(0x0200).u32be(0x0B0B0B0B).u16be(0x0200).u32be(0x0A0A0A0A).u16be(type).add(payload).bytes();
}

inline Octets tag(unsigned identifier, unsigned type, Bytes payload) {
  return Build{}.u16be(identifier).u16be(type).add(payload).bytes();
}

struct Ip {
  std::uint8_t protocol = 17;
  std::uint32_t source = 0x0A000001, destination = 0x0A000002;
  std::uint16_t identification = 0x1234;
  std::uint16_t fragment = 0;  ///< Flags and offset, as in the header.
  std::uint8_t hop_limit = 64;
  std::uint8_t service = 0;
};

inline Octets ipv4(Bytes payload, const Ip& ip = {}) {
  const auto header = [&](unsigned checksum) {
    return Build{}
        .u8(0x45)
        .u8(ip.service)
        .u16be(static_cast<unsigned>(20 + payload.size()))
        .u16be(ip.identification)
        .u16be(ip.fragment)
        .u8(ip.hop_limit)
        .u8(ip.protocol)
        .u16be(checksum)
        .u32be(ip.source)
        .u32be(ip.destination);
  };
  Checksum checksum;
  checksum.add(header(0));
  return header(checksum.value()).add(payload).bytes();
}

inline Octets ipv6(unsigned next, Bytes payload) {
  Build build;
  build.u32be(0x60000000).u16be(static_cast<unsigned>(payload.size())).u8(next).u8(64);
  build.u64be(0xFD00000000000000).u64be(1).u64be(0xFD00000000000000).u64be(2);
  return build.add(payload).bytes();
}

inline Octets udp(unsigned source, unsigned destination, Bytes payload) {
  return Build{}
      .u16be(source)
      .u16be(destination)
      .u16be(static_cast<unsigned>(8 + payload.size()))
      .u16be(0)
      .add(payload)
      .bytes();
}

/// The checksum is that for the addresses `ipv4` gives by default, unless another is asked for.
inline Octets tcp(std::uint32_t sequence, unsigned flags, Bytes payload, std::optional<unsigned> wrong_checksum = {}) {
  const auto segment = [&](unsigned checksum) {
    Build build;
    build.u16be(40'000).u16be(502).u32be(sequence).u32be(77).u8(0x50).u8(flags).u16be(1024).u16be(checksum).u16be(0);
    return build.add(payload);
  };
  Checksum checksum;
  checksum.add(Build{}.u32be(Ip{}.source).u32be(Ip{}.destination).u16be(6));
  checksum.add(static_cast<std::uint16_t>(20 + payload.size()));
  checksum.add(segment(0));
  return segment(wrong_checksum.value_or(checksum.value())).bytes();
}

inline Packet decoded(Bytes frame, std::size_t on_wire = 0, std::uint16_t link = 1) {
  Packet packet;
  decode(frame, std::max(on_wire, frame.size()), link, packet);
  return packet;
}

/// Text as the bytes of a payload.
inline Octets bytes_of(std::string_view text) {
  return Build{}.text(text).bytes();
}
inline std::string text_of(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace bulkhead::test

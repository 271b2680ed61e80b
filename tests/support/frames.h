#pragma once

#include <optional>
#include <string>
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

/// 10.0.0.1:1000 says "payload!" to 10.0.0.2:2000.
inline Octets udp_packet() {
  return ipv4(udp(1000, 2000, bytes_of("payload!")));
}

inline Octets vxlan(Bytes frame) {
  return udp(5555, 4789, Build{}.u32be(0x08000000).u32be(0x4200).add(frame));
}
inline Octets gre(unsigned flags, unsigned type, Bytes rest) {
  return Build{}.u16be(flags).u16be(type).add(rest).bytes();
}
inline Octets outer(std::uint8_t protocol, Bytes payload) {
  return ethernet(0x0800, ipv4(payload, {.protocol = protocol, .source = 0x01010101, .destination = 0x02020202}));
}

/// The datagram of `udp_packet` in everything that may carry it, with the tunnels that must be seen.
struct Encapsulated {
  std::string name;
  std::uint16_t link;
  Octets frame;
  std::vector<Tunnel> tunnels;
};

inline std::vector<Encapsulated> encapsulations() {
  const Octets ip = udp_packet();
  const Octets frame = ethernet(0x0800, ip);
  const auto join = [](const Build& head, const Octets& rest) { return Build{head}.add(rest).bytes(); };
  return {
      {"Ethernet", 1, frame, {}},
      {"EthernetPadded", 1, Build{}.add(frame).zeros(30).bytes(), {}},
      {"Vlan", 1, ethernet(0x8100, tag(0x2005, 0x0800, ip)), {}},
      {"QinQ", 1, ethernet(0x88A8, tag(7, 0x8100, tag(5, 0x0800, ip))), {}},
      {"OldQinQ", 1, ethernet(0x9100, tag(7, 0x8100, tag(5, 0x0800, ip))), {}},
      {"Snap",
       1,
       ethernet(static_cast<unsigned>(8 + ip.size()), join(Build{}.u32be(0xAAAA0300).u16be(0).u16be(0x0800), ip)),
       {}},
      {"Hsr", 1, ethernet(0x892F, join(Build{}.u16be(0x0034).u16be(9).u16be(0x0800), ip)), {}},
      {"LoopbackLittle", 0, join(Build{}.u32le(2), ip), {}},
      {"LoopbackBig", 0, join(Build{}.u32be(2), ip), {}},
      {"OpenBsdLoopback", 108, join(Build{}.u32be(2), ip), {}},
      {"RawIp", 101, ip, {}},
      {"RawIp12", 12, ip, {}},
      {"RawIp14", 14, ip, {}},
      {"RawIpv4", 228, ip, {}},
      {"Cooked", 113, join(Build{}.u16be(0).u16be(1).u16be(6).u64be(0x0200AABBCCDD0000).u16be(0x0800), ip), {}},
      {"CookedVlan",
       113,
       join(Build{}.u16be(0).u16be(1).u16be(6).u64be(0).u16be(0x8100).u16be(5).u16be(0x0800), ip),
       {}},
      {"CookedV2",
       276,
       join(Build{}.u16be(0x0800).u16be(0).u32be(2).u16be(1).u8(0).u8(6).u64be(0x0200AABBCCDD0000), ip),
       {}},
      {"Ppp", 9, join(Build{}.u32be(0xFF030021), ip), {}},
      {"PppCompressed", 9, join(Build{}.u8(0x21), ip), {}},
      {"Hdlc", 104, join(Build{}.u32be(0x0F000800), ip), {}},
      {"Arcnet", 7, join(Build{}.u16be(0x5080).u8(0xF0), ip), {}},
      {"ArcnetLinux", 129, join(Build{}.u16be(0x5080).u16be(0).u8(0xF0), ip), {}},
      {"ArcnetRfc1201", 129, join(Build{}.u16be(0x5080).u16be(0).u8(0xD4).u8(0).u16be(7), ip), {}},
      {"ArcnetException", 7, join(Build{}.u16be(0x5080).u8(0xD4).u8(0xFF).u16be(0xFFFF).u8(0).u16be(7), ip), {}},
      {"InfiniBand", 242, join(Build{}.zeros(40).u16be(0x0800).u16be(0), ip), {}},
      {"Mpls", 1, ethernet(0x8847, join(Build{}.u32be(0x00064040).u32be(0x00065140), ip)), {Tunnel::mpls}},
      {"MplsPseudowire", 1, ethernet(0x8847, join(Build{}.u32be(0x00065140).u32be(0), frame)), {Tunnel::mpls}},
      {"MplsPseudowireWithoutControlWord", 1, ethernet(0x8847, join(Build{}.u32be(0x00065140), frame)), {Tunnel::mpls}},
      {"Pppoe",
       1,
       ethernet(0x8864,
                join(Build{}.u16be(0x1100).u16be(3).u16be(static_cast<unsigned>(ip.size() + 2)).u16be(0x21), ip)),
       {Tunnel::pppoe}},
      {"Gre", 1, outer(47, gre(0, 0x0800, ip)), {Tunnel::gre}},
      {"GreChecksumKeySequence",
       1,
       outer(47, gre(0xB000, 0x0800, join(Build{}.u32be(0).u32be(7).u32be(9), ip))),
       {Tunnel::gre}},
      {"GreEthernet", 1, outer(47, gre(0x2000, 0x6558, join(Build{}.u32be(7), frame))), {Tunnel::gre}},
      {"GrePointToPoint",
       1,
       outer(47,
             gre(0x3001, 0x880B,
                 join(Build{}.u16be(static_cast<unsigned>(ip.size() + 4)).u16be(1).u32be(2).u32be(0xFF030021), ip))),
       {Tunnel::gre}},
      {"ErspanI", 1, outer(47, gre(0, 0x88BE, frame)), {Tunnel::erspan}},
      {"ErspanII",
       1,
       outer(47, gre(0x1000, 0x88BE, join(Build{}.u32be(1).u64be(0x1005000100000000), frame))),
       {Tunnel::erspan}},
      {"ErspanIII",
       1,
       outer(47, gre(0x1000, 0x22EB, join(Build{}.u32be(1).u64be(0x2005000100000000).u32be(0), frame))),
       {Tunnel::erspan}},
      {"ErspanIIISubheader",
       1,
       outer(47, gre(0x1000, 0x22EB, join(Build{}.u32be(1).u64be(0x2005000100000000).u32be(1).u64be(0), frame))),
       {Tunnel::erspan}},
      {"Vxlan", 1, outer(17, vxlan(frame)), {Tunnel::vxlan}},
      {"VxlanLinux", 1, outer(17, udp(1, 8472, join(Build{}.u32be(0x08000000).u32be(0x4200), frame))), {Tunnel::vxlan}},
      {"VxlanReservedBits",
       1,
       outer(17, udp(1, 4789, join(Build{}.u32be(0x88000123).u32be(0x4201), frame))),
       {Tunnel::vxlan}},
      {"Geneve",
       1,
       outer(17, udp(1, 6081, join(Build{}.u32be(0x01006558).u32be(0x4200).u32be(0), frame))),
       {Tunnel::geneve}},
      {"GeneveIp", 1, outer(17, udp(1, 6081, join(Build{}.u32be(0x00000800).u32be(0x4200), ip))), {Tunnel::geneve}},
      {"IpInIp", 1, outer(4, ip), {Tunnel::ip_in_ip}},
      {"IpInIpv6", 1, ethernet(0x86DD, ipv6(4, ip)), {Tunnel::ip_in_ip}},
      {"VxlanInGre", 1, outer(47, gre(0, 0x0800, ipv4(vxlan(frame)))), {Tunnel::gre, Tunnel::vxlan}},
      {"FourTunnels",
       1,
       outer(4, ipv4(ipv4(ipv4(ip, {.protocol = 4}), {.protocol = 4}), {.protocol = 4})),
       {Tunnel::ip_in_ip, Tunnel::ip_in_ip, Tunnel::ip_in_ip, Tunnel::ip_in_ip}},
  };
}

}  // namespace bulkhead::test

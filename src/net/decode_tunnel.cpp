// Tunnels through IP: GRE (RFC 2784, 2890, 2637), ERSPAN (draft-foschiano-erspan), VXLAN (RFC 7348), GENEVE (RFC 8926).
// A port number alone is a guess, and any program may use it: what is carried must read as a frame before it is
// believed.

#include <array>

#include "net/decoder.h"

namespace bulkhead {

namespace {

constexpr std::uint16_t vxlan_port = 4789, vxlan_linux_port = 8472, geneve_port = 6081;
constexpr std::uint16_t gre_checksum = 0x8000, gre_routing = 0x4000, gre_key = 0x2000, gre_sequence = 0x1000,
                        gre_acknowledgement = 0x0080;
constexpr std::uint16_t erspan_ii = 0x88BE, erspan_iii = 0x22EB, point_to_point = 0x880B;
constexpr std::size_t ethernet_header = 14, ipv4_header = 20, ipv6_header = 40, vxlan_header = 8, geneve_header = 8;

std::uint16_t word_at(Bytes bytes, std::size_t at) noexcept {
  Reader reader{bytes};
  reader.skip(at);
  return reader.u16be();
}

}  // namespace

bool looks_like_ipv4(Bytes bytes) noexcept {
  if (bytes.size() < ipv4_header || bytes[0] >> 4U != 4) return false;
  const std::size_t header = (bytes[0] & 0x0FU) * std::size_t{4};
  const std::uint16_t total = word_at(bytes, 2);
  return header >= ipv4_header && (total == 0 || total >= header);
}

bool looks_like_ipv6(Bytes bytes) noexcept {
  return bytes.size() >= ipv6_header && bytes[0] >> 4U == 6;
}

bool looks_like_ethernet(Bytes bytes, Strictness strictness) noexcept {
  if (bytes.size() < ethernet_header || (bytes[6] & 1U) != 0) return false;  // a group never sends
  std::size_t at = ethernet_header;
  std::uint16_t type = word_at(bytes, at - 2);
  while (ethertype::is_vlan(type) && bytes.size() >= at + 4) {
    at += 4;
    type = word_at(bytes, at - 2);
  }
  const Bytes content = bytes.subspan(at);
  if (type == ethertype::ipv4) return looks_like_ipv4(content);
  if (type == ethertype::ipv6) return looks_like_ipv6(content);
  if (type == ethertype::arp) return word_at(content, 0) == 1;
  return strictness == Strictness::any_ethertype && (type >= ethertype::lowest || type <= content.size());
}

bool Decoder::enter(Tunnel tunnel) noexcept {
  if (packet_.tunnel_count == Packet::tunnels_max) {
    note(Packet::Fault::tunnels_too_deep, reader_.offset());
    return false;
  }
  packet_.tunnels.at(packet_.tunnel_count++) = tunnel;
  if (tunnel == Tunnel::mpls || tunnel == Tunnel::pppoe) return true;
  Packet inner;
  inner.tunnels = packet_.tunnels;
  inner.tunnel_count = packet_.tunnel_count;
  inner.prp = packet_.prp;
  inner.fault = packet_.fault;
  inner.fault_offset = packet_.fault_offset;
  inner.bad_ip_checksum = packet_.bad_ip_checksum;
  packet_ = inner;
  return true;
}

Decoder::Layer Decoder::gre() noexcept {
  const std::uint16_t flags = reader_.u16be();
  const std::uint16_t type = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  if ((flags & 7U) == 1) return type == point_to_point ? point_to_point_tunnel(flags) : Layer::kept;
  if ((flags & 7U) != 0 || (flags & gre_routing) != 0) return Layer::kept;
  if ((flags & gre_checksum) != 0) reader_.skip(4);
  if ((flags & gre_key) != 0) reader_.skip(4);
  if ((flags & gre_sequence) != 0) reader_.skip(4);
  return reader_.ok() ? gre_payload(type, (flags & gre_sequence) != 0) : Layer::kept;
}

Decoder::Layer Decoder::gre_payload(std::uint16_t type, bool sequenced) noexcept {
  switch (type) {
    case ethertype::ipv4:
    case ethertype::ipv6:
    case ethertype::mpls:
    case ethertype::mpls_upstream: return enter(Tunnel::gre) ? by_ethertype(type) : Layer::kept;
    case ethertype::transparent_ethernet: return enter(Tunnel::gre) ? Layer::ethernet : Layer::kept;
    case point_to_point: return enter(Tunnel::gre) ? Layer::ppp : Layer::kept;
    case erspan_ii:
    case erspan_iii: return erspan(type, sequenced);
    default: return Layer::kept;
  }
}

/// RFC 2637, 4.1. A packet that only acknowledges carries nothing.
Decoder::Layer Decoder::point_to_point_tunnel(std::uint16_t flags) noexcept {
  const std::uint16_t length = reader_.u16be();
  reader_.skip(2);  // call
  if ((flags & gre_sequence) != 0) reader_.skip(4);
  if ((flags & gre_acknowledgement) != 0) reader_.skip(4);
  if (!reader_.ok() || length == 0) return Layer::kept;
  if (!enter(Tunnel::gre)) return Layer::kept;
  limit(length);
  return Layer::ppp;
}

/// Type I has no header, and no sequence number in GRE; type II has 8 bytes; type III 12, and 8 more where its O bit is
/// set.
Decoder::Layer Decoder::erspan(std::uint16_t type, bool sequenced) noexcept {
  if (type == erspan_iii) {
    reader_.skip(10);
    const bool subheader = (reader_.u16be() & 1U) != 0;
    if (subheader) reader_.skip(8);
  } else if (sequenced) {
    reader_.skip(8);
  }
  if (!reader_.ok()) return Layer::kept;
  return enter(Tunnel::erspan) ? Layer::ethernet : Layer::kept;
}

Decoder::Layer Decoder::udp_tunnel(std::uint16_t port) noexcept {
  if (port == vxlan_port || port == vxlan_linux_port) return vxlan();
  if (port == geneve_port) return geneve();
  return Layer::done;
}

/// RFC 7348, 5. The reserved bits are to be ignored, but where they are set the content has to be beyond doubt.
Decoder::Layer Decoder::vxlan() noexcept {
  const Bytes start = reader_.peek();
  if (start.size() < vxlan_header || (start[0] & 0x08U) == 0) return Layer::done;
  const bool reserved = start[0] != 0x08 || start[1] != 0 || start[2] != 0 || start[3] != 0 || start[7] != 0;
  const auto strictness = reserved ? Strictness::known_ethertype : Strictness::any_ethertype;
  if (!looks_like_ethernet(start.subspan(vxlan_header), strictness)) return Layer::done;
  reader_.skip(vxlan_header);
  return enter(Tunnel::vxlan) ? Layer::ethernet : Layer::kept;
}

/// RFC 8926, 3.4.
Decoder::Layer Decoder::geneve() noexcept {
  const Bytes start = reader_.peek();
  if (start.size() < geneve_header) return Layer::done;
  const std::size_t header = geneve_header + (start[0] & 0x3FU) * std::size_t{4};
  if (start[0] >> 6U != 0 || (start[1] & 0x3FU) != 0 || start[7] != 0 || start.size() < header) return Layer::done;
  const std::uint16_t type = word_at(start, 2);
  const Bytes content = start.subspan(header);
  const bool ethernet =
      type == ethertype::transparent_ethernet && looks_like_ethernet(content, Strictness::any_ethertype);
  const bool ip =
      (type == ethertype::ipv4 && looks_like_ipv4(content)) || (type == ethertype::ipv6 && looks_like_ipv6(content));
  if (!ethernet && !ip) return Layer::done;
  reader_.skip(header);
  if (!enter(Tunnel::geneve)) return Layer::kept;
  return ethernet ? Layer::ethernet : by_ethertype(type);
}

}  // namespace bulkhead

// Link layers: Ethernet and its tags, LLC, cooked captures, PPP, MPLS, ARCNET, InfiniBand, BACnet MS/TP.

#include <algorithm>

#include "net/decoder.h"

namespace bulkhead {

namespace {

constexpr std::size_t tags_max = 8;
constexpr std::size_t labels_max = 16;
constexpr std::uint8_t snap_sap = 0xAA, unnumbered_information = 0x03;     // IEEE 802.2
constexpr std::uint32_t snap_ethernet = 0, snap_bridge_tunnel = 0x0000F8;  // RFC 1042; IEEE 802.1H
constexpr std::uint16_t prp_suffix = 0x88FB;                               // IEC 62439-3, 4.2.7
constexpr std::size_t prp_trailer_size = 6;
constexpr std::uint32_t snap_cimetrics = 0x001090;               // its protocol 1: MS/TP of a U+4 adapter
constexpr std::uint8_t bacnet_sap = 0x82;                        // ASHRAE 135, 7.1
constexpr std::uint16_t novell_raw = 1, llc_without_length = 4;  // Linux, if_ether.h, as cooked captures use it

MacAddress mac_of(Bytes octets) noexcept {
  MacAddress address;
  std::copy_n(octets.begin(), std::min(octets.size(), address.octets.size()), address.octets.begin());
  return address;
}

constexpr std::size_t mstp_header_size = 6;

/// ASHRAE 135, annex G.1: over type, addresses and length, and their check, the remainder is 0x55.
bool mstp_header_holds(Bytes header) noexcept {
  unsigned remainder = 0xFF;
  for (const std::uint8_t octet : header) {
    const unsigned mixed = remainder ^ octet;
    const unsigned folded =
        mixed ^ mixed << 1U ^ mixed << 2U ^ mixed << 3U ^ mixed << 4U ^ mixed << 5U ^ mixed << 6U ^ mixed << 7U;
    remainder = (folded & 0xFEU) ^ (folded >> 8U & 1U);
  }
  return remainder == 0x55;
}

}  // namespace

Decoder::Layer Decoder::ethernet() noexcept {
  const Bytes destination = reader_.take(6);
  const Bytes source = reader_.take(6);
  const std::uint16_t type = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  packet_.destination_mac = mac_of(destination);
  packet_.source_mac = mac_of(source);
  packet_.vlan_count = 0;
  return tagged(type);
}

/// The tags between the addresses and the type that counts: VLANs, and the HSR tag (IEC 62439-3, 5.2).
std::uint16_t Decoder::read_tags(std::uint16_t type) noexcept {
  for (std::size_t i = 0; i < tags_max && reader_.ok(); ++i) {
    if (ethertype::is_vlan(type)) {
      const std::uint16_t identifier = reader_.u16be() & 0x0FFFU;
      if (reader_.ok() && identifier != 0 && packet_.vlan_count < Packet::vlans_max)
        packet_.vlans.at(packet_.vlan_count++) = identifier;
    } else if (type == ethertype::hsr) {
      reader_.skip(4);  // path, size, sequence number
      packet_.prp = true;
    } else {
      return type;
    }
    type = reader_.u16be();
  }
  return type;
}

Decoder::Layer Decoder::tagged(std::uint16_t type) noexcept {
  packet_.ethertype = type;
  type = read_tags(type);
  if (!reader_.ok()) return Layer::kept;
  if (packet_.tunnel_count == 0) strip_prp_trailer();
  if (type >= ethertype::lowest) return by_ethertype(type);
  packet_.ethertype = 0;
  if (type > ethertype::longest_length) return bad_header(reader_.offset() - 2);
  limit(type);
  return llc();
}

/// Redundancy control trailer: sequence number, LAN (A or B) and size of what follows the type, suffix. Only a frame
/// that was kept to its end can show one.
void Decoder::strip_prp_trailer() noexcept {
  const Bytes rest = reader_.peek();
  if (rest.size() < prp_trailer_size || reader_.left_on_wire() != rest.size()) return;
  if (rest[rest.size() - 1] != (prp_suffix & 0xFFU) || rest[rest.size() - 2] != prp_suffix >> 8U) return;
  Reader trailer{rest.last(prp_trailer_size)};
  trailer.skip(2);
  const std::uint16_t lan_and_size = trailer.u16be();
  const unsigned lan = lan_and_size >> 12U;
  if ((lan != 0xA && lan != 0xB) || (lan_and_size & 0x0FFFU) != rest.size()) return;
  packet_.prp = true;
  reader_ = reader_.sub(rest.size() - prp_trailer_size);
}

Decoder::Layer Decoder::by_ethertype(std::uint16_t type) noexcept {
  packet_.ethertype = type;
  switch (type) {
    case ethertype::ipv4: return Layer::ipv4;
    case ethertype::ipv6: return Layer::ipv6;
    case ethertype::mpls:
    case ethertype::mpls_upstream: return Layer::mpls;
    case ethertype::pppoe_session: return Layer::pppoe;
    default: return Layer::done;
  }
}

/// IEEE 802.2, and SNAP behind it. Novell's raw frames have no LLC header: they begin with the checksum 0xFFFF of IPX.
Decoder::Layer Decoder::llc() noexcept {
  const Bytes start = reader_.peek();
  if (start.size() >= 2 && start[0] == 0xFF && start[1] == 0xFF) {
    packet_.llc_dsap = 0xFF;
    return Layer::done;
  }
  const std::uint8_t destination = reader_.u8();
  const std::uint8_t source = reader_.u8();
  const std::uint8_t control = reader_.u8();
  if (!reader_.ok()) return Layer::kept;
  packet_.llc_dsap = destination;
  if ((control & 3U) != 3) reader_.skip(1);  // numbered formats have a second control octet
  if (destination != snap_sap || source != snap_sap || control != unnumbered_information) return Layer::done;
  const std::uint32_t organisation = reader_.u24be();
  const std::uint16_t type = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  packet_.snap_oui = organisation;
  packet_.ethertype = type;
  if (organisation == snap_cimetrics && type == 1) {
    reader_.skip(3);  // the adapter's: time since the frame before, in milliseconds, and flags
    return mstp_frame();
  }
  const bool ethernet_type = organisation == snap_ethernet || organisation == snap_bridge_tunnel;
  return ethernet_type && type >= ethertype::lowest ? by_ethertype(type) : Layer::done;
}

/// The address family in the byte order of the capturing machine (type 0) or of the network (108). IPv6 has another
/// number on every system: Windows, NetBSD and OpenBSD, FreeBSD, Darwin, Linux.
Decoder::Layer Decoder::loopback() noexcept {
  Reader other = reader_;
  const std::uint32_t family = std::min(reader_.u32be(), other.u32le());
  if (!reader_.ok()) return Layer::kept;
  constexpr std::array<std::uint32_t, 5> ipv6_families{23, 24, 28, 30, 10};
  if (family == 2) return by_ethertype(ethertype::ipv4);
  if (std::find(ipv6_families.begin(), ipv6_families.end(), family) != ipv6_families.end())
    return by_ethertype(ethertype::ipv6);
  return Layer::done;
}

void Decoder::read_cooked_address(std::size_t length) noexcept {
  const Bytes address = reader_.take(8);
  if (reader_.ok() && length == 6) packet_.source_mac = mac_of(address);
}

Decoder::Layer Decoder::cooked() noexcept {
  reader_.skip(4);  // packet type, ARPHRD_ type
  read_cooked_address(reader_.u16be());
  const std::uint16_t type = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  if (type == llc_without_length) return llc();
  return type == novell_raw || type < ethertype::lowest ? Layer::done : tagged(type);
}

Decoder::Layer Decoder::cooked_v2() noexcept {
  const std::uint16_t type = reader_.u16be();
  reader_.skip(9);  // reserved, interface index, ARPHRD_ type, packet type
  read_cooked_address(reader_.u8());
  if (!reader_.ok()) return Layer::kept;
  if (type == llc_without_length) return llc();
  return type == novell_raw || type < ethertype::lowest ? Layer::done : tagged(type);
}

Decoder::Layer Decoder::raw_ip() noexcept {
  const Bytes start = reader_.peek();
  if (start.empty()) {
    reader_.skip(1);
    return Layer::kept;
  }
  const unsigned version = start[0] >> 4U;
  if (version == 4) return by_ethertype(ethertype::ipv4);
  if (version == 6) return by_ethertype(ethertype::ipv6);
  return bad_header(reader_.offset());
}

/// Cisco HDLC: address, control, EtherType.
Decoder::Layer Decoder::hdlc() noexcept {
  reader_.skip(2);
  const std::uint16_t type = reader_.u16be();
  return reader_.ok() ? by_ethertype(type) : Layer::kept;
}

/// RFC 1661 and 1662: address and control may be left out, and the protocol may be one octet, which is odd.
Decoder::Layer Decoder::ppp() noexcept {
  const Bytes start = reader_.peek();
  if (start.size() >= 2 && start[0] == 0xFF && start[1] == 0x03) reader_.skip(2);
  else if (start.size() >= 2 && (start[0] == 0x0F || start[0] == 0x8F) && start[1] == 0x00) return hdlc();
  std::uint16_t protocol = reader_.u8();
  if ((protocol & 1U) == 0) protocol = static_cast<std::uint16_t>(protocol << 8U | reader_.u8());
  if (!reader_.ok()) return Layer::kept;
  switch (protocol) {
    case 0x0021: return by_ethertype(ethertype::ipv4);
    case 0x0057: return by_ethertype(ethertype::ipv6);
    case 0x0281: return by_ethertype(ethertype::mpls);
    default: return Layer::done;
  }
}

/// RFC 2516, 4.
Decoder::Layer Decoder::pppoe() noexcept {
  const std::uint8_t version_and_type = reader_.u8();
  const std::uint8_t code = reader_.u8();
  reader_.skip(2);  // session
  const std::uint16_t length = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  if (version_and_type != 0x11 || code != 0) return bad_header(reader_.offset() - 6);
  if (!enter(Tunnel::pppoe)) return Layer::kept;
  limit(length);
  return Layer::ppp;
}

/// ARCNET: addresses of one octet, which say nothing beyond the segment. RFC 1051 has no more than the protocol; RFC
/// 1201 adds a split flag and a sequence number, after an exception header where a packet's length needs one. Linux
/// hands over the octets that place a packet in the card's memory.
Decoder::Layer Decoder::arcnet(std::size_t offset_field) noexcept {
  constexpr std::uint8_t ip_1051 = 0xF0, arp_1051 = 0xF1, ip = 0xD4, arp = 0xD5, ipv6 = 0xC4, exception = 0xFF;
  reader_.skip(2 + offset_field);
  const std::uint8_t protocol = reader_.u8();
  if (!reader_.ok()) return Layer::kept;
  if (protocol == ip_1051) return by_ethertype(ethertype::ipv4);
  if (protocol == arp_1051) return by_ethertype(ethertype::arp);
  if (protocol != ip && protocol != arp && protocol != ipv6) return Layer::done;
  std::uint8_t split = reader_.u8();
  reader_.skip(2);  // sequence number
  if (split == exception) {
    split = reader_.u8();
    reader_.skip(2);
  }
  if (!reader_.ok()) return Layer::kept;
  if (split != 0) return Layer::done;  // one part of a packet
  return by_ethertype(protocol == ip ? ethertype::ipv4 : protocol == arp ? ethertype::arp : ethertype::ipv6);
}

/// IP over InfiniBand (RFC 4391, 6) behind the global routing header, whose addresses are no MACs.
Decoder::Layer Decoder::infiniband() noexcept {
  reader_.skip(40);
  const std::uint16_t type = reader_.u16be();
  reader_.skip(2);  // reserved
  return reader_.ok() ? by_ethertype(type) : Layer::kept;
}

/// ASHRAE 135, 9.3: a preamble, the header, the data.
Decoder::Layer Decoder::mstp() noexcept {
  const std::size_t start = reader_.offset();
  const std::uint16_t preamble = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  if (preamble != 0x55FF) return bad_header(start);
  const Bytes header = reader_.peek();
  if (header.size() >= 3) {
    constexpr std::uint8_t locally_administered = 0x02;
    packet_.destination_mac = MacAddress{{locally_administered, 0, 0, 0, 0, header[1]}};
    packet_.source_mac = MacAddress{{locally_administered, 0, 0, 0, 0, header[2]}};
  }
  return mstp_frame();
}

/// Type, destination, source, length, and their check. Network messages come in data frames, those of types 5 and 6;
/// the others pass the token and ask for new masters.
Decoder::Layer Decoder::mstp_frame() noexcept {
  constexpr std::uint8_t data_expecting_reply = 5, data_not_expecting_reply = 6, all_nodes = 0xFF;
  const std::size_t start = reader_.offset();
  const Bytes header = reader_.peek();
  const std::uint8_t type = reader_.u8();
  const std::uint8_t destination = reader_.u8();
  reader_.skip(1);  // source
  const std::uint16_t length = reader_.u16be();
  reader_.skip(1);  // header check
  if (!reader_.ok()) return Layer::kept;
  if (!mstp_header_holds(header.first(mstp_header_size))) return bad_header(start);
  if (destination == all_nodes) packet_.destination_mac = MacAddress{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
  packet_.ethertype = 0;
  packet_.snap_oui.reset();
  packet_.llc_dsap.reset();
  if (type != data_expecting_reply && type != data_not_expecting_reply) return Layer::done;
  limit(length);
  packet_.llc_dsap = bacnet_sap;
  return Layer::done;
}

/// RFC 3032, 2.1. What the labels carry is not said: IP shows by its version and lengths, else it is an Ethernet
/// pseudowire, with or without a control word (RFC 4448), if it reads as one.
Decoder::Layer Decoder::mpls() noexcept {
  bool bottom = false;
  for (std::size_t i = 0; i < labels_max && !bottom && reader_.ok(); ++i) bottom = (reader_.u32be() & 0x100U) != 0;
  if (!reader_.ok()) return Layer::kept;
  if (!bottom) return bad_header(reader_.offset());
  const Bytes content = reader_.peek();
  if (!enter(Tunnel::mpls)) return Layer::kept;
  if (looks_like_ipv4(content)) return by_ethertype(ethertype::ipv4);
  if (looks_like_ipv6(content)) return by_ethertype(ethertype::ipv6);
  if (content.size() > 4 && content[0] >> 4U == 0 &&
      looks_like_ethernet(content.subspan(4), Strictness::any_ethertype)) {
    reader_.skip(4);
    return Layer::ethernet;
  }
  return looks_like_ethernet(content, Strictness::any_ethertype) ? Layer::ethernet : Layer::done;
}

}  // namespace bulkhead

#pragma once

#include <cstdint>
#include <optional>

#include "base/address.h"
#include "plant/writer.h"

namespace bulkhead::plant {

/// IPv4 address as a number, most significant octet first.
using Ip = std::uint32_t;

namespace tcp_flag {
inline constexpr unsigned fin = 1, syn = 2, rst = 4, psh = 8, ack = 16;
}

/// An IPv4 packet before it gets its addresses: they may change on the way (address translation), and with them both
/// checksums.
struct IpPacket {
  std::uint8_t protocol = 0;  ///< 6 TCP, 17 UDP, 1 ICMP, 2 IGMP.
  std::uint8_t hop_limit = 64;
  std::uint8_t service = 0;  ///< DSCP and ECN.
  std::uint16_t identification = 0;
  bool may_fragment = true;
  Octets data;  ///< Transport header and data; its checksum is filled in by `ip_frame`.
};

/// Where a frame goes on one link. `vlan` writes an 802.1Q tag.
struct Link {
  MacAddress source, destination;
  std::optional<std::uint16_t> vlan;
  std::uint8_t priority = 0;  ///< Of the tag.
};

/// Ethernet II (IEEE 802.3 clause 3.2.6), filled up to 60 octets as on the wire without its checksum.
Octets ethernet_frame(const Link& link, std::uint16_t ethertype, Bytes payload);
/// IEEE 802.3 with a length and an LLC header, for spanning tree, CDP and their like.
Octets llc_frame(const Link& link, Bytes llc);
/// RFC 791 in Ethernet, with the checksums of IP, TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792) and IGMP.
Octets ip_frame(const Link& link, Ip source, Ip destination, const IpPacket& packet);

/// RFC 768; the checksum is left 0.
Octets udp_datagram(std::uint16_t source_port, std::uint16_t destination_port, Bytes data);

Ip ip_value(const IpAddress& address) noexcept;
/// 01:00:5e and the low 23 bits (RFC 1112, 6.4).
MacAddress multicast_mac(Ip group) noexcept;
inline constexpr MacAddress broadcast_mac{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};

}  // namespace bulkhead::plant

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"

namespace bulkhead {

/// What carried the innermost packet, outermost tunnel first.
enum class Tunnel : std::uint8_t { mpls, pppoe, gre, erspan, vxlan, geneve, ip_in_ip };
std::string_view name(Tunnel tunnel) noexcept;

/// A frame, decoded in place down to its innermost addresses. A view into the frame's bytes; no allocation.
///
/// Ends, ports and payload are those of the *innermost* packet: what a tunnel carries is what a device said. A tunnel
/// through IP leaves nothing of the outer addresses; MPLS and PPPoE keep the MAC addresses and VLANs that carried them.
struct Packet {
  static constexpr std::size_t vlans_max = 4;
  static constexpr std::size_t tunnels_max = 4;

  // Link.
  std::optional<MacAddress> source_mac,
      destination_mac;                           ///< Innermost; none on raw IP and cooked captures without one.
  std::array<std::uint16_t, vlans_max> vlans{};  ///< VLAN identifiers of the innermost frame, outer tag first. A
                                                 ///< priority tag (identifier 0) names no VLAN and is left out.
  std::uint8_t vlan_count = 0;
  std::uint16_t ethertype = 0;            ///< Innermost; 0 where the frame has an LLC length instead.
  std::optional<std::uint8_t> llc_dsap;   ///< IEEE 802.2 frames: 0x42 spanning tree, 0xAA SNAP ...
  std::optional<std::uint32_t> snap_oui;  ///< With `ethertype` as its protocol id.
  std::array<Tunnel, tunnels_max> tunnels{};
  std::uint8_t tunnel_count = 0;
  bool prp = false;  ///< IEC 62439-3 trailer or HSR tag.

  // Network.
  IpAddress source, destination;  ///< None where the frame carries no IP.
  std::uint8_t ip_protocol = 0;   ///< IANA number, after IPv6 extension headers.
  std::uint8_t hop_limit = 0;
  std::optional<std::uint16_t> ip_identification;  ///< IPv4 only.
  bool fragment = false;                           ///< `payload` is then one fragment's data, without ports.
  bool more_fragments = false;
  std::uint32_t fragment_id = 0;
  std::uint32_t fragment_offset = 0;  ///< Bytes.

  Bytes network;  ///< The innermost IP packet, from its header on; empty without IP.

  // Transport.
  std::optional<std::uint16_t> source_port, destination_port;  ///< TCP and UDP.
  std::uint32_t sequence = 0, acknowledgement = 0;             ///< TCP.
  std::uint8_t tcp_flags = 0;                                  ///< FIN 1, SYN 2, RST 4, PSH 8, ACK 16.
  std::uint16_t window = 0;

  /// What the innermost decoded layer carries: TCP or UDP data, an IP protocol's data, or an EtherType's.
  Bytes payload;
  std::size_t payload_on_wire = 0;  ///< Never less than what was captured.

  /// What was wrong first; the layers before it stand. `cut` where the capture did not keep a header or the end of the
  /// payload; `truncated` where a length promises more than was on the wire. In both cases `payload` holds what there
  /// is.
  enum class Fault : std::uint8_t { none, cut, truncated, bad_header, link_not_supported, tunnels_too_deep };
  Fault fault = Fault::none;
  std::size_t fault_offset = 0;         ///< Bytes from the start of the frame.
  bool bad_ip_checksum = false;         ///< Counted, not fatal: network cards fill them in later.
  bool bad_transport_checksum = false;  ///< Checked only on whole, unfragmented segments.

  [[nodiscard]] bool is_tcp() const noexcept { return ip_protocol == 6 && source_port.has_value(); }
  [[nodiscard]] bool is_udp() const noexcept { return ip_protocol == 17 && source_port.has_value(); }
};
std::string_view name(Packet::Fault fault) noexcept;

/// Decodes a frame of a LINKTYPE_ value. Never fails: what could be read is there, and `fault` says what could not.
///
/// Ethernet II, IEEE 802.3 with LLC and SNAP, 802.1Q and 802.1ad, Linux cooked v1 and v2, BSD loopback, raw IP, ARCNET,
/// IP over InfiniBand; BACnet MS/TP on its own link, where node n stands as the locally administered address
/// 02:00:00:00:00:n, or as an adapter wraps it into SNAP; its network messages have `llc_dsap` 0x82. MPLS, PPPoE, GRE,
/// ERSPAN I to III, VXLAN, GENEVE, IP in IP; PRP trailers, HSR tags; IPv4, IPv6 with extension headers; TCP, UDP.
void decode(Bytes frame, std::size_t on_wire, std::uint16_t link, Packet& packet) noexcept;

/// Decodes a datagram that was put together from fragments: the data of `packet.ip_protocol`, from its transport header
/// on. The rest of `packet` is that of one of its fragments; it is a fragment no more. `fault_offset` then counts from
/// `data`.
void decode_transport(Bytes data, std::size_t on_wire, Packet& packet) noexcept;

/// Whether `decode` knows the link type.
bool is_supported_link(std::uint16_t link) noexcept;
/// "Ethernet", "BACnet MS/TP": in the words of the registry; empty where it is none we have a name for.
std::string_view link_name(std::uint16_t link) noexcept;

}  // namespace bulkhead

// IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200, 4), AH (RFC 4302), TCP (RFC 9293), UDP (RFC 768).

#include <algorithm>

#include "net/checksum.h"
#include "net/decoder.h"

namespace bulkhead {

namespace {

// IANA protocol numbers.
constexpr std::uint8_t hop_by_hop = 0, ipv4_in_ip = 4, tcp_number = 6, udp_number = 17, ipv6_in_ip = 41, routing = 43,
                       ipv6_fragment = 44, gre_number = 47, authentication = 51, no_next_header = 59,
                       destination_options = 60, mobility = 135, host_identity = 139, shim6 = 140;
constexpr std::size_t extension_headers_max = 12;
constexpr std::size_t ipv4_header_min = 20, tcp_header_min = 20, udp_header_size = 8;

/// In place, and without a temporary: a copy of bytes just written stalls the processor. An address is set once a
/// layer, and what a tunnel leaves is cleared, so that the octets behind an IPv4 address are zero.
void set_address(IpAddress& address, IpAddress::Family family, Bytes octets) noexcept {
  address.family = family;
  std::copy(octets.begin(), octets.end(), address.octets.begin());
}

}  // namespace

Decoder::Layer Decoder::ipv4() noexcept {
  const Bytes start = reader_.peek();
  const std::size_t start_offset = reader_.offset();
  const std::uint8_t version_and_length = reader_.u8();
  reader_.skip(1);  // differentiated services, congestion
  const std::uint16_t total = reader_.u16be();
  const std::uint16_t identification = reader_.u16be();
  const std::uint16_t fragment = reader_.u16be();
  const std::uint8_t hop_limit = reader_.u8();
  const std::uint8_t protocol = reader_.u8();
  reader_.skip(2);  // checksum: summed with the rest below
  const Bytes source = reader_.take(4);
  const Bytes destination = reader_.take(4);
  if (!reader_.ok()) return Layer::kept;

  const std::size_t header = (version_and_length & 0x0FU) * std::size_t{4};
  // A total length of zero is left by network cards that segment themselves: the frame's length stands.
  if (version_and_length >> 4U != 4 || header < ipv4_header_min || (total != 0 && total < header))
    return bad_header(start_offset);
  set_address(packet_.source, IpAddress::Family::v4, source);
  set_address(packet_.destination, IpAddress::Family::v4, destination);
  packet_.ip_protocol = protocol;
  packet_.hop_limit = hop_limit;
  packet_.ip_identification = identification;
  packet_.network = start.first(total != 0 ? std::min<std::size_t>(total, start.size()) : start.size());
  if (total != 0) limit(total - ipv4_header_min);
  reader_.skip(header - ipv4_header_min);
  if (!reader_.ok()) return Layer::kept;

  Checksum checksum;
  checksum.add(start.first(header));
  packet_.bad_ip_checksum = packet_.bad_ip_checksum || !checksum.holds();
  packet_.fragment_offset = (fragment & 0x1FFFU) * 8U;
  packet_.more_fragments = (fragment & 0x2000U) != 0;
  packet_.fragment = packet_.more_fragments || packet_.fragment_offset != 0;
  packet_.fragment_id = identification;
  if (packet_.fragment) return Layer::done;
  protocol_ = protocol;
  pseudo_header_known_ = true;
  return Layer::transport;
}

Decoder::Layer Decoder::ipv6() noexcept {
  const Bytes start = reader_.peek();
  const std::size_t start_offset = reader_.offset();
  const std::uint32_t version_class_flow = reader_.u32be();
  const std::uint16_t length = reader_.u16be();
  const std::uint8_t next = reader_.u8();
  const std::uint8_t hop_limit = reader_.u8();
  const Bytes source = reader_.take(16);
  const Bytes destination = reader_.take(16);
  if (!reader_.ok()) return Layer::kept;
  if (version_class_flow >> 28U != 6) return bad_header(start_offset);
  packet_.network =
      start.first(length != 0 ? std::min<std::size_t>(std::size_t{length} + 40, start.size()) : start.size());
  set_address(packet_.source, IpAddress::Family::v6, source);
  set_address(packet_.destination, IpAddress::Family::v6, destination);
  packet_.ip_protocol = next;
  packet_.hop_limit = hop_limit;
  packet_.ip_identification.reset();
  // Zero is a jumbogram (RFC 2675), or a packet that the network card has yet to segment: the frame's length stands.
  if (length != 0 || next == no_next_header) limit(length);
  protocol_ = next;
  pseudo_header_known_ = true;
  return Layer::transport;
}

/// Steps over one extension header; false where `protocol_` is none, or it is not whole.
bool Decoder::extension_header() noexcept {
  const bool v6 = packet_.source.family == IpAddress::Family::v6;
  switch (protocol_) {
    case routing:
    case destination_options:
    case mobility: pseudo_header_known_ = false; [[fallthrough]];
    case hop_by_hop:
    case host_identity:
    case shim6: {
      if (!v6) return false;
      const std::uint8_t next = reader_.u8();
      const std::uint8_t length = reader_.u8();
      reader_.skip(std::size_t{length} * 8 + 6);
      if (reader_.ok()) protocol_ = next;
      return reader_.ok();
    }
    case authentication: {
      const std::uint8_t next = reader_.u8();
      const std::uint8_t length = reader_.u8();
      reader_.skip(std::size_t{length} * 4 + 6);
      if (reader_.ok()) protocol_ = next;
      return reader_.ok();
    }
    case ipv6_fragment: return v6 && fragment_header();
    default: return false;
  }
}

/// RFC 8200, 4.5. An atomic fragment (RFC 6946) is a whole packet.
bool Decoder::fragment_header() noexcept {
  const std::uint8_t next = reader_.u8();
  reader_.skip(1);
  const std::uint16_t offset_and_more = reader_.u16be();
  const std::uint32_t identification = reader_.u32be();
  if (!reader_.ok()) return false;
  packet_.fragment_offset = offset_and_more & 0xFFF8U;
  packet_.more_fragments = (offset_and_more & 1U) != 0;
  packet_.fragment = packet_.more_fragments || packet_.fragment_offset != 0;
  packet_.fragment_id = identification;
  protocol_ = next;
  return true;
}

Decoder::Layer Decoder::transport() noexcept {
  for (std::size_t i = 0; !packet_.fragment && extension_header(); ++i)
    if (i == extension_headers_max) return bad_header(reader_.offset());
  if (!reader_.ok()) return Layer::kept;
  packet_.ip_protocol = protocol_;
  if (packet_.fragment) return Layer::done;
  packet_.payload = reader_.peek();
  packet_.payload_on_wire = reader_.left_on_wire();
  switch (protocol_) {
    case tcp_number: return tcp();
    case udp_number: return udp();
    case gre_number: return Layer::gre;
    case ipv4_in_ip: return enter(Tunnel::ip_in_ip) ? by_ethertype(ethertype::ipv4) : Layer::kept;
    case ipv6_in_ip: return enter(Tunnel::ip_in_ip) ? by_ethertype(ethertype::ipv6) : Layer::kept;
    default: return Layer::done;
  }
}

bool Decoder::checksum_holds(Bytes segment, std::uint8_t protocol) const noexcept {
  Checksum checksum;
  const std::size_t size = packet_.source.size();
  checksum.add(Bytes{packet_.source.octets}.first(size));
  checksum.add(Bytes{packet_.destination.octets}.first(size));
  checksum.add(protocol);
  checksum.add(static_cast<std::uint16_t>(segment.size() >> 16U));
  checksum.add(static_cast<std::uint16_t>(segment.size() & 0xFFFFU));
  checksum.add(segment);
  return checksum.holds();
}

Decoder::Layer Decoder::tcp() noexcept {
  const std::size_t start_offset = reader_.offset();
  const Bytes segment = reader_.peek();
  const std::size_t segment_on_wire = reader_.left_on_wire();
  const std::uint16_t source = reader_.u16be();
  const std::uint16_t destination = reader_.u16be();
  const std::uint32_t sequence = reader_.u32be();
  const std::uint32_t acknowledgement = reader_.u32be();
  const std::size_t header = (std::size_t{reader_.u8()} >> 4U) * 4;
  const std::uint8_t flags = reader_.u8();
  const std::uint16_t window = reader_.u16be();
  reader_.skip(4);  // checksum, urgent pointer
  if (!reader_.ok()) return Layer::kept;
  if (header < tcp_header_min) return bad_header(start_offset + 12);
  packet_.source_port = source;
  packet_.destination_port = destination;
  packet_.sequence = sequence;
  packet_.acknowledgement = acknowledgement;
  packet_.tcp_flags = flags;
  packet_.window = window;
  reader_.skip(header - tcp_header_min);
  if (!reader_.ok()) {  // options that are not all there: the ports stand, and how much data there was
    packet_.payload = {};
    packet_.payload_on_wire = segment_on_wire - std::min(header, segment_on_wire);
    return Layer::kept;
  }
  const bool whole = segment.size() == segment_on_wire && packet_.fault == Packet::Fault::none;
  if (whole && pseudo_header_known_) packet_.bad_transport_checksum = !checksum_holds(segment, tcp_number);
  return Layer::done;
}

Decoder::Layer Decoder::udp() noexcept {
  const std::size_t start_offset = reader_.offset();
  const Bytes datagram = reader_.peek();
  const std::size_t datagram_on_wire = reader_.left_on_wire();
  const std::uint16_t source = reader_.u16be();
  const std::uint16_t destination = reader_.u16be();
  const std::uint16_t length = reader_.u16be();
  const std::uint16_t checksum = reader_.u16be();
  if (!reader_.ok()) return Layer::kept;
  if (length != 0 && length < udp_header_size) return bad_header(start_offset + 4);
  packet_.source_port = source;
  packet_.destination_port = destination;
  if (length != 0) limit(length - udp_header_size);
  const std::size_t size = length == 0 ? datagram_on_wire : length;
  if (checksum != 0 && size <= datagram.size() && packet_.fault == Packet::Fault::none && pseudo_header_known_)
    packet_.bad_transport_checksum = !checksum_holds(datagram.first(size), udp_number);
  return udp_tunnel(destination);
}

}  // namespace bulkhead

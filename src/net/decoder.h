#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "net/packet.h"

namespace bulkhead {

/// The way through one frame, from its link down to the innermost transport. Each step reads one layer and says which
/// comes next; the number of steps is bounded. A view, for the length of one call of `decode`.
class Decoder {
 public:
  enum class Layer : std::uint8_t {
    ethernet,
    loopback,
    cooked,
    cooked_v2,
    raw_ip,
    hdlc,
    ppp,
    pppoe,
    mpls,
    arcnet,
    arcnet_linux,
    infiniband,
    mstp,
    ipv4,
    ipv6,
    transport,  ///< By `protocol_`, IPv6 extension headers first.
    gre,
    done,  ///< The payload is what is left.
    kept,  ///< The payload is what it was when the layer began, or what the layer made it.
  };

  Decoder(Bytes bytes, std::size_t on_wire, Packet& packet) noexcept
      : reader_(bytes, on_wire), packet_(packet), captured_(bytes.size()) {}

  void run(Layer first) noexcept;
  /// For `Layer::transport` as the first layer.
  void protocol(std::uint8_t number) noexcept { protocol_ = number; }

 private:
  Layer step(Layer layer) noexcept;

  // decode_link.cpp
  Layer ethernet() noexcept;
  Layer loopback() noexcept;
  Layer cooked() noexcept;
  Layer cooked_v2() noexcept;
  Layer raw_ip() noexcept;
  Layer hdlc() noexcept;
  Layer ppp() noexcept;
  Layer pppoe() noexcept;
  Layer mpls() noexcept;
  Layer arcnet(std::size_t offset_field) noexcept;
  Layer infiniband() noexcept;
  Layer mstp() noexcept;
  Layer mstp_frame() noexcept;
  Layer llc() noexcept;
  std::uint16_t read_tags(std::uint16_t type) noexcept;
  Layer tagged(std::uint16_t type) noexcept;
  Layer by_ethertype(std::uint16_t type) noexcept;
  void strip_prp_trailer() noexcept;
  void read_cooked_address(std::size_t length) noexcept;

  // decode_network.cpp
  Layer ipv4() noexcept;
  Layer ipv6() noexcept;
  Layer transport() noexcept;
  bool extension_header() noexcept;
  bool fragment_header() noexcept;
  Layer tcp() noexcept;
  Layer udp() noexcept;
  [[nodiscard]] bool checksum_holds(Bytes segment, std::uint8_t protocol) const noexcept;

  // decode_tunnel.cpp
  Layer gre() noexcept;
  Layer gre_payload(std::uint16_t type, bool sequenced) noexcept;
  Layer point_to_point_tunnel(std::uint16_t flags) noexcept;
  Layer erspan(std::uint16_t type, bool sequenced) noexcept;
  Layer udp_tunnel(std::uint16_t port) noexcept;
  Layer vxlan() noexcept;
  Layer geneve() noexcept;
  /// Notes the tunnel and forgets the ends of what carried it; false where there are too many.
  bool enter(Tunnel tunnel) noexcept;

  /// From here on only the next `n` bytes count, as a length field says.
  void limit(std::size_t n) noexcept;
  void note(Packet::Fault fault, std::size_t offset) noexcept;
  Layer bad_header(std::size_t offset) noexcept;

  Reader reader_;
  Packet& packet_;
  std::size_t captured_;
  std::uint8_t protocol_ = 0;
  bool pseudo_header_known_ = true;  ///< No extension header moved the addresses that a checksum covers.
};

/// Whether bytes read as an Ethernet frame or an IP packet: for tunnels that are only guessed from a port or a label.
enum class Strictness : std::uint8_t { any_ethertype, known_ethertype };
bool looks_like_ethernet(Bytes bytes, Strictness strictness) noexcept;
bool looks_like_ipv4(Bytes bytes) noexcept;
bool looks_like_ipv6(Bytes bytes) noexcept;

namespace ethertype {
constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806, transparent_ethernet = 0x6558, vlan = 0x8100, ipv6 = 0x86DD,
                        mpls = 0x8847, mpls_upstream = 0x8848, pppoe_session = 0x8864, service_vlan = 0x88A8,
                        hsr = 0x892F, old_service_vlan = 0x9100, lowest = 0x0600, longest_length = 1500;
constexpr bool is_vlan(std::uint16_t type) noexcept {
  return type == vlan || type == service_vlan || type == old_service_vlan;
}
}  // namespace ethertype

}  // namespace bulkhead

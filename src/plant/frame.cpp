#include "plant/frame.h"

namespace bulkhead::plant {

namespace {

constexpr std::size_t least_frame = 60;

/// Internet checksum (RFC 1071) as a running sum.
class Checksum {
 public:
  void add(Bytes bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
      sum_ += static_cast<std::uint32_t>(bytes[i]) << 8U | bytes[i + 1];
    if (bytes.size() % 2 != 0) sum_ += static_cast<std::uint32_t>(bytes.back()) << 8U;
  }
  void add(std::uint32_t value) { sum_ += (value >> 16U) + (value & 0xFFFFU); }
  [[nodiscard]] std::uint16_t result() const {
    std::uint64_t sum = sum_;
    while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
  }

 private:
  std::uint64_t sum_ = 0;
};

void write_header(Writer& out, const Link& link) {
  out.bytes(link.destination.octets).bytes(link.source.octets);
  if (link.vlan) out.u16be(0x8100).u16be(static_cast<unsigned>(link.priority) << 13U | *link.vlan);
}

Octets filled_up(Writer& out) {
  if (out.size() < least_frame) out.zeros(least_frame - out.size());
  return out.take();
}

/// Where in the transport header the checksum stands.
std::optional<std::size_t> checksum_offset(std::uint8_t protocol) {
  switch (protocol) {
    case 1:
    case 2: return 2;
    case 6: return 16;
    case 17: return 6;
    default: return std::nullopt;
  }
}

}  // namespace

Octets ethernet_frame(const Link& link, std::uint16_t ethertype, Bytes payload) {
  Writer out;
  write_header(out, link);
  out.u16be(ethertype).bytes(payload);
  return filled_up(out);
}

Octets llc_frame(const Link& link, Bytes llc) {
  Writer out;
  write_header(out, link);
  out.u16be(llc.size()).bytes(llc);
  return filled_up(out);
}

Octets ip_frame(const Link& link, Ip source, Ip destination, const IpPacket& packet) {
  Writer out;
  write_header(out, link);
  out.u16be(0x0800);
  const std::size_t header = out.size();
  out.u8(0x45).u8(packet.service).u16be(20 + packet.data.size()).u16be(packet.identification);
  out.u16be(packet.may_fragment ? 0 : 0x4000).u8(packet.hop_limit).u8(packet.protocol).u16be(0);
  out.u32be(source).u32be(destination);
  Checksum of_header;
  of_header.add(out.view().subspan(header));
  out.patch_u16be(header + 10, of_header.result());

  const std::size_t data = out.size();
  out.bytes(packet.data);
  if (const auto at = checksum_offset(packet.protocol); at && packet.data.size() > *at + 1) {
    Checksum of_data;
    of_data.add(out.view().subspan(data));
    if (packet.protocol == 6 || packet.protocol == 17) {
      of_data.add(source);
      of_data.add(destination);
      of_data.add(std::uint32_t{packet.protocol} + static_cast<std::uint32_t>(packet.data.size()));
    }
    const std::uint16_t sum = of_data.result();
    out.patch_u16be(data + *at, packet.protocol == 17 && sum == 0 ? 0xFFFF : sum);
  }
  return filled_up(out);
}

Octets udp_datagram(std::uint16_t source_port, std::uint16_t destination_port, Bytes data) {
  Writer out;
  out.u16be(source_port).u16be(destination_port).u16be(8 + data.size()).u16be(0).bytes(data);
  return out.take();
}

Ip ip_value(const IpAddress& address) noexcept {
  Ip value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | address.octets[i];
  return value;
}

MacAddress multicast_mac(Ip group) noexcept {
  return {{0x01, 0x00, 0x5E, static_cast<std::uint8_t>(group >> 16U & 0x7FU), static_cast<std::uint8_t>(group >> 8U),
           static_cast<std::uint8_t>(group)}};
}

}  // namespace bulkhead::plant

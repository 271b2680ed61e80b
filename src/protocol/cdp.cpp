// Cisco Discovery Protocol: version, time to live, checksum, then units of type, length (with its header) and value.
// Source: Cisco's published frame format; SNAP organisation 00-00-0C, protocol 0x2000.

#include "protocol/cdp.h"

#include <array>

#include "protocol/faults.h"

namespace bulkhead::cdp {

namespace {

enum Type : std::uint16_t {
  device_id = 0x0001,
  addresses = 0x0002,
  port_id = 0x0003,
  capabilities = 0x0004,
  software_version = 0x0005,
  platform = 0x0006,
  vtp_domain = 0x0009,
  native_vlan = 0x000A,
};

constexpr std::size_t unit_header = 4, checksum_offset = 2;
constexpr std::uint32_t bit_router = 0x01, bit_bridge = 0x0A, bit_host = 0x10;

std::uint32_t folded(std::uint32_t sum) noexcept {
  while (sum > 0xFFFFU) sum = (sum & 0xFFFFU) + (sum >> 16U);
  return sum;
}

/// The checksum of IP; of an odd octet at the end Cisco's own devices make another sum than the rest of the world.
bool is_sound(Bytes bytes) noexcept {
  std::uint32_t sum = 0;
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) sum += static_cast<std::uint32_t>(bytes[at] << 8U | bytes[at + 1]);
  if (at == bytes.size()) return folded(sum) == 0xFFFFU;
  const std::uint32_t last = bytes[at];
  const std::uint32_t signed_last = last < 0x80 ? last : 0xFFFFU - (0x100U - last);
  return folded(sum + (last << 8U)) == 0xFFFFU || folded(sum + last) == 0xFFFFU || folded(sum + signed_last) == 0xFFFFU;
}

class CdpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    const Bytes bytes = reader.peek();
    Announcement said;
    reader.skip(4);  // version, time to live, checksum
    while (reader.ok() && reader.left_on_wire() > 0) {
      const std::uint16_t type = reader.u16be();
      const std::uint16_t length = reader.u16be();
      if (!reader.ok()) break;
      if (length < unit_header) {
        out.emit(said);
        return out.fault(ParseFault::Kind::bad_value, reader.offset() - 2, "a length of at least its own header");
      }
      Reader value = reader.sub(length - unit_header);
      unit(type, value, said);
      if (reader.ok()) (void)say_truncated(value, out);
    }
    out.emit(said);
    if (say_cut(whole, out) || say_truncated(reader, out)) return;
    if (!is_sound(bytes)) out.fault(ParseFault::Kind::bad_value, checksum_offset, "the checksum of the announcement");
  }

 private:
  static void unit(std::uint16_t type, Reader& value, Announcement& said) {
    switch (type) {
      case device_id: return value.text(value.left_on_wire(), said.device);
      case port_id: return value.text(value.left_on_wire(), said.port);
      case platform: return value.text(value.left_on_wire(), said.platform);
      case software_version: return value.text(value.left_on_wire(), said.software);
      case vtp_domain: return value.text(value.left_on_wire(), said.domain);
      case native_vlan: return value.u16be(said.native_vlan);
      case addresses: return address(value, said);
      case capabilities: {
        const std::uint32_t bits = value.u32be();
        if (!value.ok()) return;
        const bool router = (bits & bit_router) != 0;
        const bool bridge = (bits & bit_bridge) != 0;
        if (router && bridge) said.capabilities = "bridge, router";
        else if (router) said.capabilities = "router";
        else if (bridge) said.capabilities = "bridge";
        else if ((bits & bit_host) != 0) said.capabilities = "station";
        return;
      }
      default: return;
    }
  }

  /// A count, then for each: protocol type and length, protocol, address length, address. The first IPv4 one is taken.
  static void address(Reader& value, Announcement& said) {
    const std::uint32_t count = value.u32be();
    for (std::uint32_t i = 0; i < count && value.ok() && !said.address; ++i) {
      value.skip(1);
      const Bytes protocol = value.take(value.u8());
      const Bytes octets = value.take(value.u16be());
      if (value.ok() && protocol.size() == 1 && protocol[0] == 0xCC && octets.size() == 4)
        said.address = IpAddress::v4(octets);
    }
  }
};

Match recognise(Bytes start) noexcept {
  if (start.size() < 8) return Match::maybe;
  const bool version = start[0] == 1 || start[0] == 2;
  const unsigned length = static_cast<unsigned>(start[6]) << 8U | start[7];
  if (!version || start[4] != 0 || length < unit_header) return Match::no;
  return is_sound(start) ? Match::yes : Match::maybe;
}

constexpr std::array fields{
    field<&Announcement::operation>("operation", "What it does.", Meaning::operation),
    field<&Announcement::device>("device", "Name of the device.", Meaning::host_name),
    field<&Announcement::port>("port", "Port from which it was sent.", Meaning::switch_port),
    field<&Announcement::platform>("platform", "Model of the device.", Meaning::product),
    field<&Announcement::software>("software", "Its system software.", Meaning::firmware),
    field<&Announcement::domain>("vtp_domain", "VLAN management domain."),
    field<&Announcement::capabilities>("capabilities", "What it does in the network.", Meaning::role),
    field<&Announcement::address>("address", "Its first IPv4 address.", Meaning::ip_address),
    field<&Announcement::native_vlan>("native_vlan", "VLAN of untagged frames at the port."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x2000}};
constexpr std::array messages{&Announcement::schema};

}  // namespace

constinit const Schema Announcement::schema = describe<Announcement>(
    "cdp.announcement", "What a device announces of itself to its neighbour.", "Cisco Discovery Protocol", fields);

constinit const Protocol protocol{
    .name = "cdp",
    .title = "CDP",
    .source = "Cisco Discovery Protocol",
    .carriers = carriers,
    .max_pdu = 1500,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<CdpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::cdp

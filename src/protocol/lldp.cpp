// LLDP (IEEE 802.1AB-2016): type-length-value units of a type in seven bits and a length in nine.

#include "protocol/lldp.h"

#include <algorithm>
#include <array>

namespace bulkhead::lldp {

namespace {

enum Type : std::uint8_t {
  end_of_units = 0,
  chassis_id = 1,
  port_id = 2,
  time_to_live = 3,
  port_description = 4,
  system_name = 5,
  system_description = 6,
  capabilities = 7,
  management_address = 8,
  organisation = 127,
};

constexpr std::uint8_t subtype_mac = 4, subtype_network_address = 5, port_subtype_mac = 3;
constexpr std::uint8_t ipv4_family = 1, ipv6_family = 2;
constexpr std::uint32_t ieee_802_1 = 0x0080C2;
constexpr std::uint16_t bit_bridge = 1U << 2U, bit_access_point = 1U << 3U, bit_router = 1U << 4U,
                        bit_telephone = 1U << 5U, bit_station = 1U << 7U;

std::optional<std::string_view> words(std::uint16_t enabled) noexcept {
  const bool bridge = (enabled & bit_bridge) != 0;
  const bool router = (enabled & bit_router) != 0;
  if (bridge && router) return "bridge, router";
  if (router) return "router";
  if (bridge) return "bridge";
  if ((enabled & bit_access_point) != 0) return "access point";
  if ((enabled & bit_telephone) != 0) return "telephone";
  if ((enabled & bit_station) != 0) return "station";
  return std::nullopt;
}

std::optional<MacAddress> mac_of(Bytes octets) noexcept {
  MacAddress mac;
  if (octets.size() != mac.octets.size()) return std::nullopt;
  std::copy(octets.begin(), octets.end(), mac.octets.begin());
  return mac;
}

class LldpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    Announcement said;
    bool ended = false;
    while (reader.ok() && !ended) {
      const std::uint16_t header = reader.u16be();
      if (!reader.ok()) break;
      Reader value = reader.sub(header & 0x1FFU);
      ended = header >> 9U == end_of_units;
      if (!ended) unit(static_cast<std::uint8_t>(header >> 9U), value, said);
      if (reader.ok() && !value.ok()) out.fault(value.fault());
    }
    out.emit(said);
    if (!reader.ok()) out.fault(reader.fault());
  }

 private:
  static void unit(std::uint8_t type, Reader& value, Announcement& said) {
    switch (type) {
      case chassis_id: {
        const std::uint8_t subtype = value.u8();
        if (subtype == subtype_mac) said.chassis_mac = mac_of(value.take(6));
        else if (subtype != subtype_network_address) value.text(value.left_on_wire(), said.chassis);
        return;
      }
      case port_id:
        if (value.u8() != port_subtype_mac) value.text(value.left_on_wire(), said.port);
        return;
      case time_to_live: return value.u16be(said.time_to_live);
      case port_description: return value.text(value.left_on_wire(), said.port_description);
      case system_name: return value.text(value.left_on_wire(), said.system_name);
      case system_description: return value.text(value.left_on_wire(), said.system_description);
      case capabilities: {
        value.skip(2);
        const std::uint16_t enabled = value.u16be();
        if (value.ok()) said.capabilities = words(enabled);
        return;
      }
      case management_address: return management(value, said);
      case organisation: {
        const std::uint32_t owner = value.u24be();
        if (owner == ieee_802_1 && value.u8() == 1) value.u16be(said.vlan);
        return;
      }
      default: return;
    }
  }

  static void management(Reader& value, Announcement& said) {
    Reader address = value.sub(value.u8());
    const std::uint8_t family = address.u8();
    if (family != ipv4_family && family != ipv6_family) return;
    const Bytes octets = address.take(family == ipv4_family ? 4 : 16);
    if (!address.ok()) return;
    said.management = family == ipv4_family ? IpAddress::v4(octets) : IpAddress::v6(octets);
    if (said.management->is_unspecified()) said.management.reset();
  }
};

/// The first three units are mandatory and in order (8.2): chassis, port, time to live.
Match recognise(Bytes start) noexcept {
  Reader reader{start};
  for (const std::uint8_t expected : {chassis_id, port_id, time_to_live}) {
    const std::uint16_t header = reader.u16be();
    if (!reader.ok()) return Match::maybe;
    if (header >> 9U != expected) return Match::no;
    reader.skip(header & 0x1FFU);
  }
  return Match::yes;
}

constexpr std::array fields{
    field<&Announcement::operation>("operation", "What it does.", Meaning::operation),
    field<&Announcement::chassis>("chassis", "Chassis identifier, where it is text.", Meaning::host_name),
    field<&Announcement::chassis_mac>("chassis_mac", "Chassis identifier, where it is a MAC.", Meaning::mac_address),
    field<&Announcement::port>("port", "Port from which it was sent.", Meaning::switch_port),
    field<&Announcement::time_to_live>("time_to_live", "Validity of the announcement, in seconds."),
    field<&Announcement::port_description>("port_description", "Description of the port."),
    field<&Announcement::system_name>("system_name", "Name of the system.", Meaning::host_name),
    field<&Announcement::system_description>("system_description", "Description of the system.", Meaning::description),
    field<&Announcement::capabilities>("capabilities", "Capabilities that are enabled.", Meaning::role),
    field<&Announcement::management>("management_address", "Address at which it is managed.", Meaning::ip_address),
    field<&Announcement::vlan>("port_vlan", "VLAN of untagged frames at the port."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88CC}};
constexpr std::array messages{&Announcement::schema};

}  // namespace

constinit const Schema Announcement::schema = describe<Announcement>(
    "lldp.announcement", "What a device announces of itself to its neighbour.", "IEEE 802.1AB-2016, 8", fields);

constinit const Protocol protocol{
    .name = "lldp",
    .title = "LLDP",
    .source = "IEEE 802.1AB-2016",
    .carriers = carriers,
    .max_pdu = 1500,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<LldpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::lldp

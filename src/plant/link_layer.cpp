#include "plant/link_layer.h"

#include "base/text.h"

namespace bulkhead::plant {

namespace {

constexpr MacAddress lldp_group{{0x01, 0x80, 0xC2, 0x00, 0x00, 0x0E}};
constexpr MacAddress stp_group{{0x01, 0x80, 0xC2, 0x00, 0x00, 0x00}};
constexpr MacAddress cdp_group{{0x01, 0x00, 0x0C, 0xCC, 0xCC, 0xCC}};

void add_tlv(Writer& out, unsigned type, Bytes value) {
  out.u16be(type << 9U | value.size()).bytes(value);
}

std::string said(const Device& device, std::string_view protocol, std::string_view key, const std::string& otherwise) {
  const Node* const own = device.identity.find(protocol);
  if (own == nullptr) return otherwise;
  return own->optional_text(key).value_or(std::nullopt).value_or(otherwise);
}

}  // namespace

LldpTalk::LldpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line), port_(fields.optional_text("interface").value_or("")) {}

void LldpTalk::turn(std::int64_t now_ns) {
  const Device& device = client_device();
  const std::string station = said(device, "profinet", "station_name", "");
  const std::string port = port_.empty() ? said(device, "lldp", "port", "port-001") : port_;
  const std::string description = said(device, "lldp", "description", device.vendor + ", " + device.model);
  const std::string name = device.host_name.empty() ? device.name : device.host_name;
  Writer out;
  if (station.empty()) add_tlv(out, 1, Writer{}.u8(4).bytes(world_.mac(client_).octets).view());
  else add_tlv(out, 1, Writer{}.u8(7).text(station).view());
  add_tlv(out, 2, Writer{}.u8(7).text(port).view());
  add_tlv(out, 3, Writer{}.u16be(station.empty() ? 120 : 20).view());
  add_tlv(out, 4, Writer{}.text(port).view());
  add_tlv(out, 5, Writer{}.text(name).view());
  add_tlv(out, 6, Writer{}.text(description).view());
  const bool is_bridge = device.role == "switch";
  add_tlv(out, 7, Writer{}.u16be(is_bridge ? 0x04 : 0x80).u16be(is_bridge ? 0x04 : 0x80).view());
  if (const Ip ip = world_.ip(client_); ip != 0)
    add_tlv(out, 8, Writer{}.u8(5).u8(1).u32be(ip).u8(2).u32be(1).u8(0).view());
  add_tlv(out, 0, {});
  world_.wire.frame(client_, now_ns, lldp_group, 0x88CC, out.view(), line_.story);
  world_.reveal_to_neighbours(now_ns, client_, "lldp", "description", description);
}

StpTalk::StpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      priority_(static_cast<std::uint16_t>(fields.optional_integer("priority", 0, 61440).value_or(32768))) {}

void StpTalk::turn(std::int64_t now_ns) {
  Writer out;
  out.u8(0x42).u8(0x42).u8(3);                                           // LLC: bridge group, unnumbered
  out.u16be(0).u8(2).u8(2).u8(0x3C);                                     // rapid; designated, learning, forwarding
  out.u16be(priority_).bytes(world_.mac(client_).octets).u32be(0);       // root: itself
  out.u16be(priority_).bytes(world_.mac(client_).octets).u16be(0x8001);  // bridge and port
  out.u16be(0).u16be(20 << 8U).u16be(2 << 8U).u16be(15 << 8U).u8(0);     // ages in 1/256 s; version 1 length
  world_.wire.llc(client_, now_ns, stp_group, out.view(), line_.story);
}

void CdpTalk::turn(std::int64_t now_ns) {
  const Device& device = client_device();
  const std::string software = said(device, "cdp", "software", device.firmware);
  const std::string platform = said(device, "cdp", "platform", device.model);
  Writer body;
  const auto add = [&](unsigned type, Bytes value) { body.u16be(type).u16be(value.size() + 4).bytes(value); };
  body.u8(2).u8(180).u16be(0);
  add(1, Writer{}.text(device.host_name.empty() ? device.name : device.host_name).view());
  add(2, Writer{}.u32be(1).u8(1).u8(1).u8(0xCC).u16be(4).u32be(world_.ip(client_)).view());
  add(3, Writer{}.text(said(device, "cdp", "port", "GigabitEthernet1/1")).view());
  add(4, Writer{}.u32be(0x28).view());  // switch, IGMP
  add(5, Writer{}.text(software).view());
  add(6, Writer{}.text(platform).view());
  if (body.size() % 2 != 0) add(0x0B, Writer{}.u8(1).view());  // full duplex: one octet, which makes the checksum plain
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < body.size(); i += 2)
    sum += static_cast<std::uint32_t>(body.view()[i]) << 8U | body.view()[i + 1];
  while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
  body.patch_u16be(2, ~sum);
  Writer out;
  out.u8(0xAA).u8(0xAA).u8(3).u24be(0x00000C).u16be(0x2000).bytes(body.view());
  world_.wire.llc(client_, now_ns, cdp_group, out.view(), line_.story);
  world_.reveal_to_neighbours(now_ns, client_, "cdp", "platform", platform);
  world_.reveal_to_neighbours(now_ns, client_, "cdp", "software", software);
}

ArpTalk::ArpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line), sweep_(static_cast<unsigned>(fields.optional_integer("sweep", 1, 254).value_or(1))) {
  const std::string target = fields.text("target");
  const auto ip = parse_ip(target);
  if (!ip || ip->family != IpAddress::Family::v4) fields.fail(fields.whole(), "target: expected an IPv4 address");
  if (ip) target_ = ip_value(*ip);
}

void ArpTalk::turn(std::int64_t now_ns) {
  const std::size_t network = world_.wire.interface(client_).network;
  for (unsigned i = 0; i < sweep_; ++i) {
    const std::int64_t time = now_ns + static_cast<std::int64_t>(i) * random_.between(4'000'000, 6'000'000);
    const Ip target = target_ + i;
    world_.wire.arp(client_, time, target, std::nullopt, line_.story);
    for (std::size_t device = 0; device < world_.plant.devices.size(); ++device)
      for (std::size_t j = 0; j < world_.plant.devices[device].interfaces.size(); ++j) {
        const Interface& interface = world_.plant.devices[device].interfaces[j];
        if (interface.network != network || interface.ip != target || device == client_.device) continue;
        world_.wire.arp({device, j}, time + random_.between(60'000, 400'000), world_.ip(client_), world_.mac(client_),
                        line_.story);
      }
  }
}

}  // namespace bulkhead::plant

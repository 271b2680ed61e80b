#include "plant/names.h"

#include "base/text.h"

namespace bulkhead::plant {

namespace {

constexpr Ip llmnr_group = 0xE00000FC, mdns_group = 0xE00000FB, ssdp_group = 0xEFFFFFFA;

void add_name(Writer& out, std::string_view name) {
  while (!name.empty()) {
    const std::size_t point = std::min(name.find('.'), name.size());
    out.u8(point).text(name.substr(0, point));
    name.remove_prefix(std::min(point + 1, name.size()));
  }
  out.u8(0);
}

/// First-level encoding of a NetBIOS name (RFC 1001, 14.1) with its suffix.
std::string netbios(std::string_view name, char suffix) {
  std::string padded(name.substr(0, 15));
  for (char& letter : padded) letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
  padded.resize(15, ' ');
  padded += suffix;
  std::string out;
  for (const char letter : padded) {
    const auto octet = static_cast<unsigned char>(letter);
    out += static_cast<char>('A' + (octet >> 4U));
    out += static_cast<char>('A' + (octet & 15U));
  }
  return out;
}

std::string name_of(const Device& device) {
  return device.host_name.empty() ? device.name : device.host_name;
}

}  // namespace

DnsTalk::DnsTalk(World& world, const Line& line, Fields& fields) : Talk(world, line), names_(fields.texts("names")) {
  if (const auto text = fields.optional_text("address")) {
    const auto address = parse_ip(*text);
    if (!address || address->family != IpAddress::Family::v4)
      fields.fail(fields.whole(), "address: expected an IPv4 address");
    if (address) address_ = ip_value(*address);
  }
  if (names_.empty()) fields.fail(fields.whole(), "names: expected at least one name");
}

void DnsTalk::turn(std::int64_t now_ns) {
  const std::string& name = names_[next_++ % names_.size()];
  const std::uint16_t port = world_.next_port(client_.device);
  const auto id = static_cast<std::uint16_t>(random_.next());
  Writer question;
  add_name(question, name);
  question.u16be(1).u16be(1);
  Writer asked;
  asked.u16be(id).u16be(0x0100).u16be(1).u16be(0).u16be(0).u16be(0).bytes(question.view());
  world_.udp(client_, port, server_, 53, now_ns, asked.view(), line_.story);
  Writer answered;
  answered.u16be(id)
      .u16be(address_ ? 0x8180 : 0x8183)
      .u16be(1)
      .u16be(address_ ? 1 : 0)
      .u16be(0)
      .u16be(0)
      .bytes(question.view());
  if (address_) answered.u16be(0xC00C).u16be(1).u16be(1).u32be(300).u16be(4).u32be(*address_);
  world_.udp(server_, 53, client_, port, now_ns + random_.between(400'000, 18'000'000), answered.view(), line_.story);
}

LocalNameTalk::LocalNameTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      how_(static_cast<How>(fields.choice("how", {"nbns_query", "nbns_register", "llmnr", "mdns"}))),
      name_(fields.optional_text("name").value_or(name_of(client_device()))) {}

void LocalNameTalk::nbns(std::int64_t now_ns) {
  const bool registers = how_ == How::nbns_register;
  Writer out;
  out.u16be(random_.next()).u16be(registers ? 0x2910 : 0x0110).u16be(1).u16be(0).u16be(0).u16be(registers ? 1 : 0);
  add_name(out, netbios(name_, registers ? '\x20' : '\0'));
  out.u16be(0x20).u16be(1);
  if (registers) out.u16be(0xC00C).u16be(0x20).u16be(1).u32be(300'000).u16be(6).u16be(0).u32be(world_.ip(client_));
  for (unsigned i = 0; i < 3; ++i)
    world_.udp_group(client_, 137, world_.broadcast(client_), 137, now_ns + 750'000'000LL * i, out.view(), line_.story);
  if (registers) world_.reveal(now_ns, client_, client_, client_.device, "nbns", "host_name", name_);
}

void LocalNameTalk::turn(std::int64_t now_ns) {
  if (how_ == How::nbns_query || how_ == How::nbns_register) return nbns(now_ns);
  Writer out;
  if (how_ == How::llmnr) {
    out.u16be(random_.next()).u16be(0).u16be(1).u16be(0).u16be(0).u16be(0);
    add_name(out, name_);
    out.u16be(1).u16be(1);
    const std::uint16_t port = world_.next_port(client_.device);
    for (unsigned i = 0; i < 2; ++i)
      world_.udp_group(client_, port, llmnr_group, 5355, now_ns + 410'000'000LL * i, out.view(), line_.story, 1);
    return;
  }
  out.u16be(0).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
  add_name(out, name_ + ".local");
  out.u16be(1).u16be(0x8001).u32be(120).u16be(4).u32be(world_.ip(client_));
  world_.udp_group(client_, 5353, mdns_group, 5353, now_ns, out.view(), line_.story, 255);
  world_.reveal(now_ns, client_, client_, client_.device, "mdns", "host_name", name_);
}

DhcpTalk::DhcpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      vendor_class_(fields.optional_text("vendor_class").value_or("MSFT 5.0")),
      whole_(fields.optional_truth("whole").value_or(true)) {}

Octets DhcpTalk::message(bool is_request, unsigned type, std::uint32_t transaction) const {
  const Ip own = world_.ip(client_);
  const Ip server = world_.ip(server_);
  const std::string name = name_of(client_device());
  Writer out;
  out.u8(is_request ? 1 : 2).u8(1).u8(6).u8(0).u32be(transaction).u16be(0).u16be(0);
  out.u32be(0).u32be(is_request ? 0 : own).u32be(0).u32be(0);
  out.bytes(world_.mac(client_).octets).zeros(10).zeros(64).zeros(128).u32be(0x63825363);
  out.u8(53).u8(1).u8(type);
  if (is_request) {
    out.u8(61).u8(7).u8(1).bytes(world_.mac(client_).octets);
    if (type == 3) out.u8(50).u8(4).u32be(own).u8(54).u8(4).u32be(server);
    out.u8(12).u8(name.size()).text(name).u8(60).u8(vendor_class_.size()).text(vendor_class_);
    out.u8(55).u8(8).list({1, 3, 6, 15, 31, 33, 43, 44});
  } else {
    const Network& network = world_.plant.networks[world_.wire.interface(client_).network];
    const Ip mask = network.subnet.bits == 0 ? 0 : ~Ip{0} << (32 - network.subnet.bits);
    out.u8(54).u8(4).u32be(server).u8(51).u8(4).u32be(28'800).u8(1).u8(4).u32be(mask).u8(3).u8(4).u32be((own & mask) |
                                                                                                        1U);
    out.u8(6).u8(4).u32be(server);
  }
  out.u8(255);
  if (out.size() < 300) out.zeros(300 - out.size());
  return out.take();
}

void DhcpTalk::turn(std::int64_t now_ns) {
  const auto transaction = static_cast<std::uint32_t>(random_.next());
  constexpr Ip everybody = 0xFFFFFFFF;
  std::int64_t now = now_ns;
  const auto ask = [&](unsigned type) {
    // a client without an address yet sends from 0.0.0.0
    const Octets datagram = udp_datagram(68, 67, message(true, type, transaction));
    world_.wire.send_group_from(client_, now, 0, everybody, world_.packet(client_.device, 17, datagram), line_.story);
    now += random_.between(500'000, 30'000'000);
  };
  const auto answer = [&](unsigned type) {
    world_.udp(server_, 67, client_, 68, now, message(false, type, transaction), line_.story);
    now += random_.between(500'000, 5'000'000);
  };
  if (whole_) {
    ask(1);
    answer(2);
  }
  ask(3);
  answer(5);
  world_.reveal(now_ns, client_, client_, client_.device, "dhcp", "host_name", name_of(client_device()));
  world_.reveal(now_ns, client_, client_, client_.device, "dhcp", "vendor_class", vendor_class_);
}

SsdpTalk::SsdpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line), agent_(fields.optional_text("agent").value_or("Microsoft Edge/122.0 Windows")) {}

void SsdpTalk::turn(std::int64_t now_ns) {
  const std::string text =
      "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: "
      "urn:dial-multiscreen-org:service:dial:1\r\nUSER-AGENT: " +
      agent_ + "\r\n\r\n";
  const std::uint16_t port = world_.next_port(client_.device);
  for (unsigned i = 0; i < 4; ++i)
    world_.udp_group(client_, port, ssdp_group, 1900, now_ns + 1'000'000'000LL * i, Writer{}.text(text).view(),
                     line_.story, 4);
}

}  // namespace bulkhead::plant

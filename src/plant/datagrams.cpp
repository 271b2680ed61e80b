#include "plant/datagrams.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/time.h"
#include "plant/ber.h"

namespace bulkhead::plant {

namespace {

constexpr std::uint64_t seconds_1900_to_1970 = 2'208'988'800;

std::uint64_t ntp_time(std::int64_t time_ns) {
  const auto seconds = static_cast<std::uint64_t>(time_ns / second_ns) + seconds_1900_to_1970;
  const auto fraction = static_cast<std::uint64_t>(time_ns % second_ns) * 4'294'967'296ULL / 1'000'000'000ULL;
  return seconds << 32U | fraction;
}

std::string name_of(const Device& device) {
  return device.host_name.empty() ? device.name : device.host_name;
}

}  // namespace

Octets random_octets(Random& random, std::size_t count) {
  Octets octets(count);
  for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random.next() >> 24U);
  return octets;
}

NtpTalk::NtpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line), version_(static_cast<unsigned>(fields.optional_integer("version", 1, 4).value_or(4))) {}

void NtpTalk::turn(std::int64_t now_ns) {
  const std::uint16_t port =
      world_.stack(client_.device).name == "linux" ? world_.next_port(client_.device) : std::uint16_t{123};
  Writer asked;
  asked.u8(version_ << 3U | 3U)
      .u8(0)
      .u8(6)
      .u8(0xEC)
      .u32be(0)
      .u32be(0)
      .u32be(0)
      .u64be(0)
      .u64be(0)
      .u64be(0)
      .u64be(ntp_time(now_ns));
  world_.udp(client_, port, server_, 123, now_ns, asked.view(), line_.story);
  const std::int64_t then = now_ns + random_.between(150'000, 700'000);
  Writer answered;
  answered.u8(version_ << 3U | 4U).u8(1).u8(6).u8(0xEC).u32be(0).u32be(0x10).text("GPS").u8(0);  // stratum 1
  answered.u64be(ntp_time(now_ns - 8 * second_ns))
      .u64be(ntp_time(now_ns))
      .u64be(ntp_time(now_ns + 60'000))
      .u64be(ntp_time(then));
  world_.udp(server_, 123, client_, port, then, answered.view(), line_.story);
}

SyslogTalk::SyslogTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line), messages_(fields.texts("messages")) {
  if (messages_.empty()) fields.fail(fields.whole(), "messages: expected at least one");
}

void SyslogTalk::turn(std::int64_t now_ns) {
  const std::string time = to_text_utc(now_ns, 0);
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = static_cast<std::size_t>((time[5] - '0') * 10 + time[6] - '1') % months.size();
  const std::string day = time[8] == '0' ? " " + time.substr(9, 1) : time.substr(8, 2);
  const std::string text = fmt::format("<134>{} {} {} {} {}", months.at(month), day, time.substr(11, 8),
                                       name_of(client_device()), messages_[next_ % messages_.size()]);
  ++next_;
  world_.udp(client_, 514, server_, 514, now_ns, Writer{}.text(text).view(), line_.story);
}

SnmpTalk::SnmpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      community_(fields.optional_text("community").value_or("public")),
      request_(static_cast<std::uint32_t>(random_.below(1'000'000'000))) {}

void SnmpTalk::turn(std::int64_t now_ns) {
  const Device& device = server_device();
  const Node& own = server_identity("snmp");
  const std::string description = own.optional_text("description")
                                      .value_or(std::nullopt)
                                      .value_or(device.vendor + " " + device.model + " " + device.firmware);
  const auto enterprise =
      static_cast<std::uint32_t>(own.optional_integer("enterprise", 1, 99999).value_or(std::nullopt).value_or(9));
  const std::uint16_t port = world_.next_port(client_.device);
  ++request_;
  const auto packet = [&](unsigned kind, bool with_values) {
    const Octets null{5, 0};
    const auto bound = [&](std::uint32_t object, const Octets& value) {
      return ber::sequence({ber::object({1, 3, 6, 1, 2, 1, 1, object, 0}), with_values ? value : null});
    };
    const Octets bindings = ber::sequence(
        {bound(1, ber::text(4, description)), bound(2, ber::object({1, 3, 6, 1, 4, 1, enterprise, 1, 1})),
         bound(3,
               ber::tagged(0x43, Writer{}.u32be(static_cast<std::uint64_t>(now_ns / 10'000'000) & 0x3FFFFFFF).view())),
         bound(5, ber::text(4, name_of(device)))});
    const Octets pdu =
        ber::tagged(kind, ber::joined({ber::integer(request_), ber::integer(0), ber::integer(0), bindings}));
    return ber::sequence({ber::integer(1), ber::text(4, community_), pdu});
  };
  world_.udp(client_, port, server_, 161, now_ns, packet(0xA0, false), line_.story);
  const std::int64_t then = now_ns + thinking();
  world_.udp(server_, 161, client_, port, then, packet(0xA2, true), line_.story);
  reveal(then, "description", description);
  reveal(then, "name", name_of(device));
  if (device.interfaces.size() > 1) ask_addresses(then + random_.between(2'000'000, 9'000'000));
}

/// GetBulk of one column; the answer goes on into the next column where the first has ended.
void SnmpTalk::ask_addresses(std::int64_t now_ns) {
  constexpr unsigned get_bulk = 0xA5, response = 0xA2, address = 0x40;
  std::vector<Ip> own;
  for (const Interface& interface : server_device().interfaces)
    if (interface.ip) own.push_back(*interface.ip);
  if (own.empty()) return;
  std::sort(own.begin(), own.end());
  const auto entry = [](std::uint32_t column, Ip ip, const Octets& value) {
    return ber::sequence(
        {ber::object({1, 3, 6, 1, 2, 1, 4, 20, 1, column, ip >> 24U, ip >> 16U & 0xFFU, ip >> 8U & 0xFFU, ip & 0xFFU}),
         value});
  };
  Octets bound;
  for (const Ip ip : own) bound = ber::joined({bound, entry(1, ip, ber::tagged(address, Writer{}.u32be(ip).view()))});
  bound = ber::joined({bound, entry(2, own.front(), ber::integer(1))});
  const Octets asked = ber::sequence({ber::object({1, 3, 6, 1, 2, 1, 4, 20, 1, 1}), Octets{5, 0}});
  ++request_;
  const auto packet = [&](unsigned kind, std::uint64_t repetitions, const Octets& bindings) {
    const Octets pdu = ber::tagged(kind, ber::joined({ber::integer(request_), ber::integer(0),
                                                      ber::integer(repetitions), ber::tagged(0x30, bindings)}));
    return ber::sequence({ber::integer(1), ber::text(4, community_), pdu});
  };
  const std::uint16_t port = world_.next_port(client_.device);
  world_.udp(client_, port, server_, 161, now_ns, packet(get_bulk, own.size() + 1, asked), line_.story);
  world_.udp(server_, 161, client_, port, now_ns + thinking(), packet(response, 0, bound), line_.story);
}

OpenVpnTalk::OpenVpnTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      client_port_(world.next_port(client_.device)),
      begun_(!line.opens.value_or(true)),
      packet_(static_cast<std::uint32_t>(random_.below(1000))) {
  (void)fields;
}

void OpenVpnTalk::greet(std::int64_t now_ns) {
  const std::uint64_t mine = random_.next();
  const std::uint64_t theirs = random_.next();
  const std::uint16_t port = line_.port.value_or(1194);
  world_.udp(client_, client_port_, server_, port, now_ns, Writer{}.u8(0x38).u64be(mine).u8(0).u32be(0).view(),
             line_.story);
  world_.udp(server_, port, client_, client_port_, now_ns + 38'000'000,
             Writer{}.u8(0x40).u64be(theirs).u8(1).u32be(0).u64be(mine).u32be(0).view(), line_.story);
  world_.udp(client_, client_port_, server_, port, now_ns + 39'000'000,
             Writer{}.u8(0x28).u64be(mine).u8(1).u32be(0).u64be(theirs).view(), line_.story);
}

void OpenVpnTalk::turn(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (!begun_) {
    greet(now);
    now += 400'000'000;
  }
  begun_ = true;
  const std::uint16_t port = line_.port.value_or(1194);
  const auto data = [&] {
    return Writer{}.u8(0x30).bytes(random_octets(random_, static_cast<std::size_t>(random_.between(60, 700)))).take();
  };
  world_.udp(client_, client_port_, server_, port, now, data(), line_.story);
  world_.udp(server_, port, client_, client_port_, now + random_.between(30'000'000, 60'000'000), data(), line_.story);
}

void PingTalk::turn(std::int64_t now_ns) {
  ++sequence_;
  const auto echo = [&](unsigned type) {
    Writer out;
    out.u8(type).u8(0).u16be(0).u16be(1).u16be(sequence_).text("abcdefghijklmnopqrstuvwabcdefghi");
    return out.take();
  };
  world_.wire.send(world_.wire.path(client_, server_), now_ns, world_.packet(client_.device, 1, echo(8)), line_.story);
  world_.wire.send(world_.wire.path(server_, client_), now_ns + random_.between(200'000, 2'000'000),
                   world_.packet(server_.device, 1, echo(0)), line_.story);
}

}  // namespace bulkhead::plant

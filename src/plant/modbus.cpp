#include "plant/modbus.h"

#include <charconv>
#include <cmath>

namespace bulkhead::plant {

namespace {

bool is_bits(Space table) {
  return table == Space::coils || table == Space::inputs;
}

Octets octets_of_hex(std::string_view hex) {
  Octets octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    std::uint8_t value = 0;
    const std::string_view pair = hex.substr(i, 2);
    std::from_chars(std::to_address(pair.begin()), std::to_address(pair.end()), value, 16);
    octets.push_back(value);
  }
  return octets;
}

/// One octet a coil to packed coils, the first one in the lowest bit.
Octets packed(Bytes coils) {
  Octets out((coils.size() + 7) / 8, 0);
  for (std::size_t i = 0; i < coils.size(); ++i)
    if (coils[i] != 0) out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | 1U << i % 8);
  return out;
}

}  // namespace

ModbusTalk::ModbusTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 502),
      first_(read_requests(fields, "first")),
      requests_(read_requests(fields, "requests")),
      unit_(static_cast<std::uint8_t>(fields.optional_integer("unit", 0, 255).value_or(1))),
      transaction_(static_cast<std::uint16_t>(random_.below(60'000))) {}

std::vector<ModbusTalk::Request> ModbusTalk::read_requests(Fields& fields, std::string_view key) {
  std::vector<Request> requests;
  for (const Node& node : fields.optional_list(key)) {
    Fields each{node};
    Request request;
    request.what = static_cast<Request::Do>(each.choice("do", {"read", "write", "identify", "server_id", "custom"}));
    if (request.what == Request::Do::read || request.what == Request::Do::write) {
      request.table = static_cast<Space>(each.choice("table", {"coils", "inputs", "holding", "input_registers"}));
      request.address = static_cast<std::uint16_t>(each.integer("address", 0, 65535));
      const std::int64_t most = is_bits(request.table) ? 2000 : 125;
      request.count = static_cast<std::uint16_t>(each.optional_integer("count", 1, most).value_or(1));
    }
    if (request.what == Request::Do::write) request.values = each.optional_numbers("values");
    if (const auto value = each.optional_number("value")) request.values = {*value};
    if (request.what == Request::Do::custom) request.pdu = each.text("pdu");
    if (request.what == Request::Do::write && request.values.empty()) each.fail(node, "expected a value to write");
    if (const auto done = each.done(); !done) fields.fail(done.error());
    requests.push_back(std::move(request));
  }
  return requests;
}

std::size_t ModbusTalk::unit_device() const {
  for (std::size_t i = 0; i < world_.plant.devices.size(); ++i) {
    const Device& device = world_.plant.devices[i];
    if (device.behind == server_device().name && device.unit == unit_) return i;
  }
  return server_.device;
}

std::int64_t ModbusTalk::act(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (is_first_turn())
    for (const Request& request : first_) now = perform(request, now) + random_.between(300'000, 3'000'000);
  for (const Request& request : requests_) now = perform(request, now) + random_.between(200'000, 2'000'000);
  return now;
}

std::int64_t ModbusTalk::perform(const Request& request, std::int64_t now_ns) {
  switch (request.what) {
    case Request::Do::read: return perform_read(request, now_ns);
    case Request::Do::write: return perform_write(request, now_ns);
    case Request::Do::identify: return identify(now_ns);
    case Request::Do::server_id: return server_id(now_ns);
    case Request::Do::custom: {
      const Octets pdu = octets_of_hex(request.pdu);
      if (pdu.empty()) return now_ns;
      return pdus(now_ns, pdu, Writer{}.u8(pdu[0] | 0x80U).u8(1).view());  // illegal function
    }
  }
  return now_ns;
}

std::int64_t ModbusTalk::pdus(std::int64_t now_ns, Bytes request, Bytes response) {
  ++transaction_;
  const auto adu = [&](Bytes pdu) {
    Writer out;
    out.u16be(transaction_).u16be(0).u16be(1 + pdu.size()).u8(unit_).bytes(pdu);
    return out.take();
  };
  return exchange(now_ns, adu(request), adu(response));
}

std::int64_t ModbusTalk::perform_read(const Request& request, std::int64_t now_ns) {
  const bool bits = is_bits(request.table);
  const unsigned function = request.table == Space::coils     ? 1
                            : request.table == Space::inputs  ? 2
                            : request.table == Space::holding ? 3
                                                              : 4;
  const std::size_t width = bits ? 1 : 2;
  Octets values = world_.memory.read(world_.physics, server_.device, request.table, unit_, request.address * width,
                                     request.count * width);
  if (bits) values = packed(values);
  Writer asked;
  asked.u8(function).u16be(request.address).u16be(request.count);
  Writer answered;
  answered.u8(function).u8(values.size()).bytes(values);
  return pdus(now_ns, asked.view(), answered.view());
}

std::int64_t ModbusTalk::perform_write(const Request& request, std::int64_t now_ns) {
  const bool bits = is_bits(request.table);
  const std::size_t width = bits ? 1 : 2;
  Writer values;
  for (const double value : request.values) {
    if (bits) values.u8(value >= 0.5 ? 1 : 0);
    else values.u16be(static_cast<std::uint16_t>(std::lround(value)));
  }
  Writer asked;
  Writer answered;
  if (request.values.size() == 1) {
    asked.u8(bits ? 5 : 6).u16be(request.address);
    if (bits) asked.u16be(request.values[0] >= 0.5 ? 0xFF00 : 0);
    else asked.bytes(values.view());
    answered.bytes(asked.view());  // the answer to a single write repeats it
  } else {
    const Octets data = bits ? packed(values.view()) : Octets(values.view().begin(), values.view().end());
    answered.u8(bits ? 15 : 16).u16be(request.address).u16be(request.values.size());
    asked.bytes(answered.view()).u8(data.size()).bytes(data);
  }
  world_.memory.write(world_.physics, server_.device, request.table, unit_, request.address * width, values.view());
  return pdus(now_ns, asked.view(), answered.view());
}

std::int64_t ModbusTalk::identify(std::int64_t now_ns) {
  const std::size_t subject = unit_device();
  const Node* const identity = world_.plant.devices[subject].identity.find("modbus");
  Writer asked;
  asked.u8(0x2B).u8(0x0E).u8(1).u8(0);  // basic, from the vendor's name on
  Writer answered;
  if (identity == nullptr || identity->find("vendor") == nullptr) {
    answered.u8(0xAB).u8(1);
    return pdus(now_ns, asked.view(), answered.view());
  }
  constexpr std::array<std::string_view, 3> keys{"vendor", "product", "revision"};
  answered.u8(0x2B).u8(0x0E).u8(1).u8(1).u8(0).u8(0).u8(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string value = identity->text(keys.at(i)).value_or("");
    answered.u8(i).u8(value.size()).text(value);
    world_.reveal(now_ns, server_, client_, subject, "modbus", keys.at(i), value);
  }
  return pdus(now_ns, asked.view(), answered.view());
}

std::int64_t ModbusTalk::server_id(std::int64_t now_ns) {
  const std::size_t subject = unit_device();
  const Node* const identity = world_.plant.devices[subject].identity.find("modbus");
  const std::string id = identity == nullptr ? "" : identity->text("server_id").value_or("");
  Writer asked;
  asked.u8(0x11);
  Writer answered;
  if (id.empty()) answered.u8(0x91).u8(1);
  else answered.u8(0x11).u8(2 + id.size()).u8(0xFA).u8(0xFF).text(id);  // running
  world_.reveal(now_ns, server_, client_, subject, "modbus", "server_id", id);
  return pdus(now_ns, asked.view(), answered.view());
}

}  // namespace bulkhead::plant

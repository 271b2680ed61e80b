#include "plant/cip.h"

#include <algorithm>

#include "base/text.h"

namespace bulkhead::plant {

namespace {

constexpr std::uint16_t explicit_port = 44818, io_port = 2222;
const Node nothing;

enum Command : std::uint8_t {
  list_identity = 0x63,
  register_session = 0x65,
  send_rr_data = 0x6F,
  send_unit_data = 0x70
};

cip::Identity identity_of(const World& world, std::size_t device) {
  const Device& subject = world.plant.devices[device];
  const Node* const node = subject.identity.find("cip");
  return cip::identity_of(node == nullptr ? nothing : *node, subject);
}

cip::Connection new_connection(Random& random, std::uint16_t originator_vendor) {
  cip::Connection connection;
  connection.to_target = static_cast<std::uint32_t>(random.next());
  connection.to_originator = static_cast<std::uint32_t>(random.next());
  connection.serial = static_cast<std::uint16_t>(random.next());
  connection.originator_vendor = originator_vendor;
  connection.originator_serial = static_cast<std::uint32_t>(random.next());
  return connection;
}

}  // namespace

CipTalk::CipTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, explicit_port),
      connected_(fields.optional_truth("connected").value_or(true)),
      slot_(static_cast<std::uint8_t>(fields.optional_integer("slot", 0, 16).value_or(0))) {
  if (const auto name = fields.optional_text("controller")) {
    owner_ = world.plant.device(*name);
    if (!owner_) fields.fail(fields.whole(), "controller: device '" + plain_text(*name, 64) + "' is not defined");
  }
  first_ = read_requests(fields, "first");
  requests_ = read_requests(fields, "requests");
  assume();
}

std::vector<CipTalk::Request> CipTalk::read_requests(Fields& fields, std::string_view key) const {
  std::vector<Request> requests;
  for (const Node& node : fields.optional_list(key)) {
    Fields each{node};
    Request request;
    request.what = static_cast<Request::Do>(
        each.choice("do", {"read", "write", "identity", "slot_identity", "symbols", "list_identity"}));
    if (request.what == Request::Do::read) request.tags = each.texts("tags");
    if (request.what == Request::Do::write) {
      request.tags = {each.text("tag")};
      request.value = each.number("value");
    }
    for (const std::string& tag : request.tags)
      if (!world_.memory.named(world_.physics, owner(), tag))
        each.fail(node, "the device has no CIP tag '" + plain_text(tag, 64) + "'", "add it under 'tags'");
    if (request.what == Request::Do::slot_identity) {
      const std::string name = each.text("of");
      request.subject = world_.plant.device(name);
      if (!request.subject) each.fail(node, "device '" + plain_text(name, 64) + "' is not defined");
    }
    if (const auto done = each.done(); !done) fields.fail(done.error());
    requests.push_back(std::move(request));
  }
  return requests;
}

void CipTalk::assume() {
  session_ = static_cast<std::uint32_t>(random_.next());
  context_ = random_.next();
  sequence_ = static_cast<std::uint16_t>(random_.below(40'000));
  connection_ = new_connection(random_, 0x004D);
  connection_.interval_us = 2'000'000;
  connection_.path = Writer{}.u8(1).u8(slot_).bytes(cip::class_path(2, 1)).take();
}

std::int64_t CipTalk::greet(std::int64_t now_ns) {
  assume();
  sequence_ = 0;
  const Octets data = cip::register_session_data();
  std::int64_t now = exchange(now_ns, cip::encapsulated(register_session, 0, context_, data),
                              cip::encapsulated(register_session, session_, context_, data));
  if (!connected_) return now;
  now += random_.between(500'000, 5'000'000);
  return rr_data(now, cip::forward_open(connection_), cip::forward_open_answer(connection_));
}

std::int64_t CipTalk::part(std::int64_t now_ns) {
  if (!connected_) return now_ns;
  return rr_data(now_ns, cip::forward_close(connection_), cip::forward_close_answer(connection_));
}

std::int64_t CipTalk::act(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (is_first_turn())
    for (const Request& request : first_) now = perform(request, now) + random_.between(500'000, 8'000'000);
  for (const Request& request : requests_) now = perform(request, now) + random_.between(300'000, 3'000'000);
  return now;
}

std::int64_t CipTalk::rr_data(std::int64_t now_ns, Bytes asked, Bytes answered) {
  ++context_;
  return exchange(now_ns, cip::encapsulated(send_rr_data, session_, context_, cip::unconnected(asked)),
                  cip::encapsulated(send_rr_data, session_, context_, cip::unconnected(answered)));
}

std::int64_t CipTalk::message(std::int64_t now_ns, Bytes asked, Bytes answered) {
  if (!connected_)
    return rr_data(now_ns, slot_ != 0 || owner_ ? cip::routed(asked, slot_) : Octets(asked.begin(), asked.end()),
                   answered);
  ++sequence_;
  return exchange(
      now_ns, cip::encapsulated(send_unit_data, session_, 0, cip::connected(connection_.to_target, sequence_, asked)),
      cip::encapsulated(send_unit_data, session_, 0, cip::connected(connection_.to_originator, sequence_, answered)));
}

std::int64_t CipTalk::perform(const Request& request, std::int64_t now_ns) {
  switch (request.what) {
    case Request::Do::read: return read(request, now_ns);
    case Request::Do::write: return write(request, now_ns);
    case Request::Do::identity: return tell_identity(now_ns, server_.device, false);
    case Request::Do::slot_identity: return tell_identity(now_ns, request.subject.value_or(owner()), true);
    case Request::Do::symbols: return symbols(now_ns);
    case Request::Do::list_identity: {
      const cip::Identity identity = identity_of(world_, server_.device);
      reveal(now_ns, "product", identity.name);
      return exchange(now_ns, cip::encapsulated(list_identity, 0, 0, {}),
                      cip::encapsulated(list_identity, 0, 0, cip::list_identity_answer(identity, world_.ip(server_))));
    }
  }
  return now_ns;
}

/// One tag by Read Tag (4C), several by Multiple Service Packet (0A).
std::int64_t CipTalk::read(const Request& request, std::int64_t now_ns) {
  std::vector<Octets> asked;
  std::vector<Octets> answered;
  for (const std::string& tag : request.tags) {
    const NamedValue value = world_.memory.named(world_.physics, owner(), tag).value_or(NamedValue{});
    asked.push_back(cip::request(0x4C, cip::symbol_path(tag), Writer{}.u16le(1).view()));
    answered.push_back(cip::response(0x4C, cip::typed_value(value)));
  }
  if (asked.size() == 1) return message(now_ns, asked[0], answered[0]);
  const auto packed = [](const std::vector<Octets>& messages) {
    Writer out;
    out.u16le(messages.size());
    std::size_t offset = 2 + 2 * messages.size();
    for (const Octets& each : messages) {
      out.u16le(offset);
      offset += each.size();
    }
    for (const Octets& each : messages) out.bytes(each);
    return out.take();
  };
  return message(now_ns, cip::request(0x0A, cip::class_path(2, 1), packed(asked)),
                 cip::response(0x0A, packed(answered)));
}

std::int64_t CipTalk::write(const Request& request, std::int64_t now_ns) {
  const std::string& tag = request.tags.front();
  NamedValue value = world_.memory.named(world_.physics, owner(), tag).value_or(NamedValue{});
  value.value = request.value;
  (void)world_.memory.set_named(world_.physics, owner(), tag, request.value);
  const Octets typed = cip::typed_value(value);
  Writer data;
  data.bytes(Bytes(typed).first(2)).u16le(1).bytes(Bytes(typed).subspan(2));
  return message(now_ns, cip::request(0x4D, cip::symbol_path(tag), data.view()), cip::response(0x4D, {}));
}

std::int64_t CipTalk::tell_identity(std::int64_t now_ns, std::size_t subject, bool behind_slot) {
  const cip::Identity identity = identity_of(world_, subject);
  const Octets asked = cip::request(1, cip::class_path(1, 1), {});
  const Octets answered = cip::response(1, cip::identity_attributes(identity));
  world_.reveal(now_ns, server_, client_, subject, "cip", "product", identity.name);
  world_.reveal(now_ns, server_, client_, subject, "cip", "revision",
                std::to_string(identity.major) + "." + std::to_string(identity.minor));
  return rr_data(now_ns, behind_slot ? cip::routed(asked, slot_) : asked, answered);
}

std::int64_t CipTalk::symbols(std::int64_t now_ns) {
  Writer list;
  std::uint32_t instance = 0x11;
  for (const std::string& name : world_.memory.names(owner())) {
    const NamedValue value = world_.memory.named(world_.physics, owner(), name).value_or(NamedValue{});
    if (list.size() + name.size() + 8 > 460) break;
    list.u32le(instance).u16le(name.size()).text(name).u16le(cip::type_code(value.type));
    instance += 7;
  }
  const Octets path = Writer{}.u8(0x20).u8(0x6B).u8(0x25).u8(0).u16le(0).take();
  return message(now_ns, cip::request(0x55, path, Writer{}.u16le(2).u16le(1).u16le(2).view()),
                 cip::response(0x55, list.view()));
}

CipIoTalk::CipIoTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      output_octets_(static_cast<std::size_t>(fields.optional_integer("output_octets", 0, 500).value_or(8))),
      input_octets_(static_cast<std::size_t>(fields.optional_integer("input_octets", 0, 500).value_or(16))),
      opens_(line.opens.value_or(Random(3, line.id).chance(0.3))),
      connection_(new_connection(random_, 1)),
      sequence_(static_cast<std::uint32_t>(random_.below(100'000))),
      output_(output_octets_, 0),
      input_(input_octets_, 0) {
  connection_.interval_us = static_cast<std::uint32_t>(line.period_ns / 1000);
  connection_.transport = 0x01;
  connection_.to_target_octets = static_cast<std::uint16_t>(2 + 4 + output_octets_);
  connection_.to_originator_octets = static_cast<std::uint16_t>(2 + input_octets_);
  const cip::Identity target = identity_of(world, server_.device);
  Writer path;
  path.u8(0x34).u8(4).u16le(target.vendor).u16le(target.type).u16le(target.code).u8(target.major).u8(target.minor);
  path.u8(0x20).u8(4).u8(0x24).u8(1).u8(0x2C).u8(100).u8(0x2C).u8(101);
  connection_.path = path.take();
  for (std::uint8_t& octet : input_) octet = static_cast<std::uint8_t>(random_.next());
}

void CipIoTalk::open(std::int64_t now_ns) {
  Tcp tcp{world_, client_, server_, explicit_port, {line_.story, 0.0, std::nullopt}, random_};
  const auto session = static_cast<std::uint32_t>(random_.next());
  std::int64_t now = tcp.open(now_ns) + random_.between(100'000, 800'000);
  const auto exchange = [&](unsigned command, std::uint32_t asked_session, Bytes asked, Bytes answered) {
    now = tcp.say(Side::client, now, cip::encapsulated(command, asked_session, 7, asked)) + thinking();
    now = tcp.say(Side::server, now, cip::encapsulated(command, session, 7, answered)) +
          random_.between(300'000, 2'000'000);
  };
  exchange(register_session, 0, cip::register_session_data(), cip::register_session_data());
  exchange(send_rr_data, session, cip::unconnected(cip::forward_open(connection_)),
           cip::unconnected(cip::forward_open_answer(connection_)));
  tcp.settle(now + 1'000'000'000);
  const cip::Identity target = identity_of(world_, server_.device);
  reveal(now, "product_code", std::to_string(target.code));
}

void CipIoTalk::turn(std::int64_t now_ns) {
  if (opens_) open(now_ns - 80'000'000);
  opens_ = false;
  ++sequence_;
  if (!output_.empty() && random_.chance(0.05))
    output_[random_.below(output_.size())] = static_cast<std::uint8_t>(random_.next());
  if (!input_.empty()) {
    input_[0] = static_cast<std::uint8_t>(sequence_);
    if (random_.chance(0.3)) input_[random_.below(input_.size())] = static_cast<std::uint8_t>(random_.next());
  }
  Writer out;
  out.u32le(1).bytes(output_);  // run/idle header: run
  world_.udp(client_, io_port, server_, io_port, now_ns, cip::io_datagram(connection_.to_target, sequence_, out.view()),
             line_.story);
  world_.udp(server_, io_port, client_, io_port, now_ns + random_.between(200'000, line_.period_ns / 2),
             cip::io_datagram(connection_.to_originator, sequence_, input_), line_.story);
}

void CipDiscoverTalk::turn(std::int64_t now_ns) {
  const std::uint16_t port = world_.next_port(client_.device);
  const Octets asked = cip::encapsulated(list_identity, 0, random_.next(), {});
  world_.udp_group(client_, port, world_.broadcast(client_), explicit_port, now_ns, asked, line_.story);
  const std::size_t network = world_.wire.interface(client_).network;
  for (std::size_t i = 0; i < world_.plant.devices.size(); ++i) {
    const Device& device = world_.plant.devices[i];
    if (i == client_.device || device.identity.find("cip") == nullptr) continue;
    for (std::size_t j = 0; j < device.interfaces.size(); ++j) {
      if (device.interfaces[j].network != network || !device.interfaces[j].ip) continue;
      const End end{i, j};
      const cip::Identity identity = identity_of(world_, i);
      const std::int64_t time = now_ns + random_.between(1'000'000, 180'000'000);
      world_.udp(end, explicit_port, client_, port, time,
                 cip::encapsulated(list_identity, 0, 0, cip::list_identity_answer(identity, world_.ip(end))),
                 line_.story);
      world_.reveal(time, end, client_, i, "cip", "product", identity.name);
      world_.reveal(time, end, client_, i, "cip", "revision",
                    std::to_string(identity.major) + "." + std::to_string(identity.minor));
      world_.reveal(time, end, client_, i, "cip", "serial", std::to_string(identity.serial));
    }
  }
}

}  // namespace bulkhead::plant

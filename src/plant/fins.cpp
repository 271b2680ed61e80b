#include "plant/fins.h"

#include <cmath>

namespace bulkhead::plant {

namespace {

constexpr unsigned dm_words = 0x82;

}  // namespace

FinsTalk::FinsTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      first_(read_requests(fields, "first")),
      requests_(read_requests(fields, "requests")),
      service_id_(static_cast<std::uint8_t>(random_.below(200))) {}

std::vector<FinsTalk::Request> FinsTalk::read_requests(Fields& fields, std::string_view key) {
  std::vector<Request> requests;
  for (const Node& node : fields.optional_list(key)) {
    Fields each{node};
    Request request;
    request.what =
        static_cast<Request::Do>(each.choice("do", {"read", "write", "controller_data", "status", "run", "stop"}));
    if (request.what == Request::Do::read || request.what == Request::Do::write)
      request.word = static_cast<std::uint16_t>(each.integer("word", 0, 32767));
    if (request.what == Request::Do::read)
      request.count = static_cast<std::uint16_t>(each.optional_integer("count", 1, 990).value_or(1));
    if (request.what == Request::Do::write) request.values = each.optional_numbers("values");
    if (const auto done = each.done(); !done) fields.fail(done.error());
    requests.push_back(std::move(request));
  }
  return requests;
}

void FinsTalk::turn(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (!begun_)
    for (const Request& request : first_) now = perform(request, now) + random_.between(500'000, 4'000'000);
  begun_ = true;
  for (const Request& request : requests_) now = perform(request, now) + random_.between(500'000, 4'000'000);
}

std::int64_t FinsTalk::command(std::int64_t now_ns, unsigned code, Bytes asked, Bytes answered) {
  const unsigned mine = world_.ip(client_) & 0xFFU;
  const unsigned theirs = world_.ip(server_) & 0xFFU;
  ++service_id_;
  Writer request;
  request.u8(0x80).u8(0).u8(2).u8(0).u8(theirs).u8(0).u8(0).u8(mine).u8(0).u8(service_id_).u16be(code).bytes(asked);
  world_.udp(client_, client_port_, server_, line_.port.value_or(9600), now_ns, request.view(), line_.story);
  Writer response;
  response.u8(0xC0)
      .u8(0)
      .u8(2)
      .u8(0)
      .u8(mine)
      .u8(0)
      .u8(0)
      .u8(theirs)
      .u8(0)
      .u8(service_id_)
      .u16be(code)
      .u16be(0)
      .bytes(answered);
  const std::int64_t done = now_ns + thinking();
  world_.udp(server_, line_.port.value_or(9600), client_, client_port_, done, response.view(), line_.story);
  return done;
}

std::int64_t FinsTalk::perform(const Request& request, std::int64_t now_ns) {
  Writer asked;
  Writer answered;
  switch (request.what) {
    case Request::Do::read:
      asked.u8(dm_words).u16be(request.word).u8(0).u16be(request.count);
      answered.bytes(world_.memory.read(world_.physics, server_.device, Space::dm, 0, std::size_t{request.word} * 2,
                                        std::size_t{request.count} * 2));
      return command(now_ns, 0x0101, asked.view(), answered.view());
    case Request::Do::write: {
      Writer words;
      for (const double value : request.values) words.u16be(static_cast<std::uint16_t>(std::lround(value)));
      asked.u8(dm_words).u16be(request.word).u8(0).u16be(request.values.size()).bytes(words.view());
      world_.memory.write(world_.physics, server_.device, Space::dm, 0, std::size_t{request.word} * 2, words.view());
      return command(now_ns, 0x0102, asked.view(), {});
    }
    case Request::Do::controller_data: {
      const Device& device = server_device();
      answered.padded(device.model, 20, ' ').padded(device.firmware, 20, ' ').zeros(40);
      answered.u16be(32).u8(23).u16be(32768).u8(8).u8(0).u16be(0).u8(0).u16be(0);  // area sizes: program, I/O, DM ...
      const std::int64_t done = command(now_ns, 0x0501, asked.u8(0).view(), answered.view());
      reveal(done, "model", device.model);
      reveal(done, "firmware", device.firmware);
      return done;
    }
    case Request::Do::status:
      answered.u8(1).u8(4).u16be(0).u16be(0).u16be(0).u16be(0).padded("", 16, ' ');  // running, in RUN mode
      return command(now_ns, 0x0601, {}, answered.view());
    case Request::Do::run: return command(now_ns, 0x0401, asked.u16be(0xFFFF).u8(4).view(), {});
    case Request::Do::stop: return command(now_ns, 0x0402, {}, {});
  }
  return now_ns;
}

}  // namespace bulkhead::plant

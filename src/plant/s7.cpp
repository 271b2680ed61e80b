#include "plant/s7.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace bulkhead::plant {

using s7::Rosctr;

S7Talk::S7Talk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 102), first_(read_requests(fields, "first")), requests_(read_requests(fields, "requests")) {
  const std::size_t kind = fields.optional_choice("tsap", {"pg", "op", "basic"}).value_or(1);
  const std::int64_t rack = fields.optional_integer("rack", 0, 7).value_or(0);
  const std::int64_t slot = fields.optional_integer("slot", 0, 31).value_or(2);
  called_tsap_ = static_cast<std::uint16_t>((kind + 1) << 8U | static_cast<std::size_t>(rack * 32 + slot));
  calling_tsap_ = static_cast<std::uint16_t>((kind + 1) << 8U);
  pdu_octets_ = static_cast<std::uint16_t>(fields.optional_integer("pdu", 112, 960).value_or(240));
  reference_ = static_cast<std::uint16_t>(random_.below(30'000));
}

std::vector<S7Talk::Request> S7Talk::read_requests(Fields& fields, std::string_view key) {
  std::vector<Request> requests;
  for (const Node& node : fields.optional_list(key)) {
    Fields each{node};
    Request request;
    request.what =
        static_cast<Request::Do>(each.choice("do", {"read", "write", "szl", "list_blocks", "list_blocks_of_type",
                                                    "upload", "download", "stop", "start", "delete"}));
    using Do = Request::Do;
    if (request.what == Do::read)
      for (const Node& item : each.list("items")) {
        Fields of_item{item};
        request.items.push_back(read_item(of_item));
        request.items.back().octets = static_cast<std::uint16_t>(of_item.integer("octets", 1, 400));
        if (const auto done = of_item.done(); !done) each.fail(done.error());
      }
    if (request.what == Do::write) read_value(each, request);
    if (request.what == Do::szl) request.id = static_cast<std::uint16_t>(each.integer("id", 0, 65535));
    if (request.what == Do::list_blocks_of_type || request.what == Do::upload || request.what == Do::download ||
        request.what == Do::remove) {
      request.block.type = s7::block_letters(each.text("block"));
      if (request.block.type.empty()) each.fail(node, "expected block: OB, DB, FC, FB, SDB, SFC or SFB");
      if (request.what != Do::list_blocks_of_type)
        request.block.number = static_cast<unsigned>(each.integer("number", 0, 65535));
      request.octets = static_cast<std::size_t>(each.optional_integer("octets", 60, 60'000).value_or(600));
    }
    if (const auto done = each.done(); !done) fields.fail(done.error());
    requests.push_back(std::move(request));
  }
  return requests;
}

s7::Item S7Talk::read_item(Fields& fields) {
  constexpr std::array areas{Space::db, Space::flags, Space::process_inputs, Space::process_outputs};
  s7::Item item;
  item.area = areas.at(fields.optional_choice("area", {"db", "flags", "inputs", "outputs"}).value_or(0));
  item.db = static_cast<std::uint16_t>(fields.optional_integer("db", 0, 65535).value_or(0));
  item.offset = static_cast<std::uint32_t>(fields.integer("offset", 0, 65535));
  return item;
}

void S7Talk::read_value(Fields& fields, Request& request) {
  s7::Item item = read_item(fields);
  const double value = fields.number("value");
  Writer out;
  switch (fields.optional_choice("type", {"real", "int", "dint", "byte"}).value_or(0)) {
    case 0: out.f32be(value); break;
    case 1: out.u16be(static_cast<std::uint16_t>(std::lround(value))); break;
    case 2: out.u32be(static_cast<std::uint32_t>(std::lround(value))); break;
    default: out.u8(static_cast<std::uint8_t>(std::lround(value))); break;
  }
  item.octets = static_cast<std::uint16_t>(out.size());
  request.items.push_back(item);
  request.value = out.take();
}

s7::Identity S7Talk::identity() const {
  const Node& own = server_identity("s7");
  const auto text = [&](std::string_view key, const std::string& otherwise) {
    return own.optional_text(key).value_or(std::nullopt).value_or(otherwise);
  };
  const Device& device = server_device();
  s7::Identity identity;
  identity.order_number = device.order_number;
  identity.firmware = device.firmware;
  identity.as_name = text("as_name", device.name);
  identity.module_name = text("module_name", device.model);
  identity.plant = text("plant", "");
  identity.copyright = text("copyright", "Original Siemens Equipment");
  identity.serial = device.serial;
  identity.module_type = text("module_type", device.model);
  identity.memory_card = text("memory_card", "");
  identity.hardware = static_cast<unsigned>(own.optional_integer("hardware").value_or(std::nullopt).value_or(1));
  return identity;
}

std::int64_t S7Talk::greet(std::int64_t now_ns) {
  const auto mine = static_cast<std::uint16_t>(random_.between(1, 60'000));
  const auto theirs = static_cast<std::uint16_t>(random_.between(1, 60'000));
  std::int64_t now = exchange(now_ns, s7::connect_request(mine, called_tsap_, calling_tsap_),
                              s7::connect_confirm(mine, theirs, called_tsap_, calling_tsap_));
  now += random_.between(200'000, 2'000'000);
  return job(now, s7::setup_parameters(8, 960), {}, s7::setup_parameters(8, pdu_octets_), {});
}

std::int64_t S7Talk::act(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (is_first_turn())
    for (const Request& request : first_) now = perform(request, now) + random_.between(500'000, 8'000'000);
  for (const Request& request : requests_) now = perform(request, now) + random_.between(200'000, 3'000'000);
  return now;
}

std::int64_t S7Talk::perform(const Request& request, std::int64_t now_ns) {
  switch (request.what) {
    case Request::Do::read: return read(request, now_ns);
    case Request::Do::write: return write(request, now_ns);
    case Request::Do::szl: return szl(request, now_ns);
    case Request::Do::list_blocks: return list_blocks(now_ns);
    case Request::Do::list_blocks_of_type: return list_blocks_of_type(request, now_ns);
    case Request::Do::upload: return upload(request, now_ns);
    case Request::Do::download: return download(request, now_ns);
    case Request::Do::stop: return stop(now_ns);
    case Request::Do::start: return service(now_ns, "P_PROGRAM", {});
    case Request::Do::remove:
      return service(now_ns, "_DELE", Writer{}.u8(1).u8(0).text(request.block.file('B').substr(1)).view());
  }
  return now_ns;
}

std::int64_t S7Talk::job(std::int64_t now_ns, Bytes parameters, Bytes data, Bytes answer_parameters,
                         Bytes answer_data) {
  ++reference_;
  return exchange(now_ns, s7::pdu(Rosctr::job, reference_, parameters, data),
                  s7::pdu(Rosctr::ack_data, reference_, answer_parameters, answer_data));
}

std::int64_t S7Talk::userdata(std::int64_t now_ns, unsigned group, unsigned function, Bytes data, Bytes answer_data) {
  ++reference_;
  return exchange(now_ns, s7::pdu(Rosctr::userdata, reference_, s7::userdata_request(group, function, 0), data),
                  s7::pdu(Rosctr::userdata, reference_, s7::userdata_answer(group, function, 1), answer_data));
}

/// Items go into one job as long as request and answer fit into the PDU.
std::int64_t S7Talk::read(const Request& request, std::int64_t now_ns) {
  std::int64_t now = now_ns;
  std::vector<s7::Item> job_items;
  std::size_t answer = 14;
  std::size_t asked = 12;
  for (const s7::Item& item : request.items) {
    const std::size_t size = 4U + item.octets + item.octets % 2U;
    if (!job_items.empty() && (answer + size > pdu_octets_ || asked + 12 > pdu_octets_ || job_items.size() == 20)) {
      now = read_some(job_items, now) + random_.between(100'000, 800'000);
      job_items.clear();
      answer = 14;
      asked = 12;
    }
    job_items.push_back(item);
    answer += size;
    asked += 12;
  }
  return job_items.empty() ? now : read_some(job_items, now);
}

std::int64_t S7Talk::read_some(const std::vector<s7::Item>& items, std::int64_t now_ns) {
  Writer data;
  for (const s7::Item& item : items) {
    if (data.size() % 2 != 0) data.u8(0);
    s7::add_data_item(data, 0xFF,
                      world_.memory.read(world_.physics, server_.device, item.area, item.db, item.offset, item.octets));
  }
  return job(now_ns, s7::read_parameters(items), {}, Writer{}.u8(4).u8(items.size()).view(), data.view());
}

std::int64_t S7Talk::write(const Request& request, std::int64_t now_ns) {
  const s7::Item& item = request.items.front();
  world_.memory.write(world_.physics, server_.device, item.area, item.db, item.offset, request.value);
  Writer data;
  s7::add_data_item(data, 0, request.value);
  return job(now_ns, s7::write_parameters(request.items), data.view(), Writer{}.u8(5).u8(1).view(),
             Writer{}.u8(0xFF).view());
}

std::int64_t S7Talk::szl(const Request& request, std::int64_t now_ns) {
  const s7::Identity own = identity();
  const Octets answer = s7::system_status_list(request.id, 0, own);
  Writer data;
  data.u8(0xFF).u8(9).u16be(4).u16be(request.id).u16be(0);
  const std::int64_t done =
      userdata(now_ns, 4, 1, data.view(), answer.empty() ? Writer{}.u8(0x0A).u8(0).u16be(0).take() : answer);
  if (request.id == 0x11) {
    reveal(done, "order_number", own.order_number);
    reveal(done, "firmware", own.firmware);
  } else if (request.id == 0x1C) {
    reveal(done, "as_name", own.as_name);
    reveal(done, "module", own.module_name);
    reveal(done, "serial", own.serial);
    reveal(done, "plant", own.plant);
  }
  return done;
}

std::int64_t S7Talk::list_blocks(std::int64_t now_ns) {
  const std::size_t blocks = world_.memory.data_blocks(server_.device).size();
  Writer list;
  for (const auto& [letters, count] : std::array<std::pair<std::string_view, std::size_t>, 7>{
           {{"08", 4}, {"0E", 12}, {"0C", 27}, {"0A", blocks + 6}, {"0B", 9}, {"0D", 76}, {"0F", 21}}})
    list.text(letters).u16be(count);
  Writer answer;
  answer.u8(0xFF).u8(9).u16be(list.size()).bytes(list.view());
  return userdata(now_ns, 3, 1, Writer{}.u8(0x0A).u8(0).u16be(0).view(), answer.view());
}

std::int64_t S7Talk::list_blocks_of_type(const Request& request, std::int64_t now_ns) {
  Writer list;
  if (request.block.type == "0A") {
    for (const auto& [number, octets] : world_.memory.data_blocks(server_.device)) list.u16be(number).u8(0x22).u8(5);
  } else {
    for (unsigned number = 1; number <= 12; ++number) list.u16be(number).u8(0x22).u8(1);
  }
  Writer answer;
  answer.u8(0xFF).u8(9).u16be(list.size()).bytes(list.view());
  Writer asked;
  asked.u8(0xFF).u8(9).u16be(2).text(request.block.type);
  return userdata(now_ns, 3, 2, asked.view(), answer.view());
}

std::int64_t S7Talk::upload(const Request& request, std::int64_t now_ns) {
  const Octets content = s7::block_content(request.block, request.octets, world_.seed);
  const std::uint32_t id = 7;
  const std::string file = request.block.file('A');
  std::int64_t now =
      job(now_ns, Writer{}.u8(0x1D).u8(0).u16be(0).u32be(0).u8(file.size()).text(file).view(), {},
          Writer{}.u8(0x1D).u8(0).u16be(0x0100).u32be(id).u8(7).text(fmt::format("{:07}", content.size())).view(), {});
  Bytes rest{content};
  while (!rest.empty()) {
    const Bytes part = rest.first(std::min<std::size_t>(rest.size(), pdu_octets_ - 18U));
    rest = rest.subspan(part.size());
    now = job(now + random_.between(500'000, 3'000'000), Writer{}.u8(0x1E).u8(0).u16be(0).u32be(id).view(), {},
              Writer{}.u8(0x1E).u8(rest.empty() ? 0 : 1).view(),
              Writer{}.u16be(part.size()).u16be(0x00FB).bytes(part).view());
  }
  return job(now + random_.between(500'000, 3'000'000), Writer{}.u8(0x1F).u8(0).u16be(0).u32be(id).view(), {},
             Writer{}.u8(0x1F).view(), {});
}

/// The client announces the block, then the CPU asks for it piece by piece; in the end the block is made active.
std::int64_t S7Talk::download(const Request& request, std::int64_t now_ns) {
  const Octets content = s7::block_content(request.block, request.octets, world_.seed + 1);
  const std::string file = request.block.file('P');
  Writer announced;
  announced.u8(0x1A).u8(0).u16be(0x0100).u32be(0).u8(file.size()).text(file);
  announced.u8(13).text(fmt::format("1{:06}{:06}", content.size(), content.size() - 36));
  std::int64_t now = job(now_ns, announced.view(), {}, Writer{}.u8(0x1A).view(), {});
  std::uint16_t reference = 0x0100;
  Bytes rest{content};
  const auto from_cpu = [&](unsigned function, Bytes answer_parameters, Bytes answer_data) {
    ++reference;
    Writer asked;
    asked.u8(function).u8(0).u16be(0).u32be(0).u8(file.size()).text(file);
    now = tcp_->say(Side::server, now + thinking(), s7::pdu(Rosctr::job, reference, asked.view(), {}));
    now = ask(now + random_.between(300'000, 2'000'000),
              s7::pdu(Rosctr::ack_data, reference, answer_parameters, answer_data));
  };
  while (!rest.empty()) {
    const Bytes part = rest.first(std::min<std::size_t>(rest.size(), pdu_octets_ - 18U));
    rest = rest.subspan(part.size());
    from_cpu(0x1B, Writer{}.u8(0x1B).u8(rest.empty() ? 0 : 1).view(),
             Writer{}.u16be(part.size()).u16be(0x00FB).bytes(part).view());
  }
  from_cpu(0x1C, Writer{}.u8(0x1C).view(), {});
  return service(now + random_.between(2'000'000, 9'000'000), "_INSE",
                 Writer{}.u8(1).u8(0).text(file.substr(1)).view());
}

std::int64_t S7Talk::service(std::int64_t now_ns, std::string_view name, Bytes arguments) {
  Writer asked;
  asked.u8(0x28).zeros(6).u8(0xFD).u16be(arguments.size()).bytes(arguments).u8(name.size()).text(name);
  return job(now_ns, asked.view(), {}, Writer{}.u8(0x28).view(), {});
}

std::int64_t S7Talk::stop(std::int64_t now_ns) {
  return job(now_ns, Writer{}.u8(0x29).zeros(5).u8(9).text("P_PROGRAM").view(), {}, Writer{}.u8(0x29).view(), {});
}

}  // namespace bulkhead::plant

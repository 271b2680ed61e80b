#include "plant/profinet.h"

namespace bulkhead::plant {

namespace {

constexpr std::uint16_t profinet_ethertype = 0x8892;
constexpr MacAddress dcp_identify_group{{0x01, 0x0E, 0xCF, 0x00, 0x00, 0x00}};
constexpr std::uint8_t real_time_priority = 6;

void add_block(Writer& out, unsigned option, unsigned suboption, Bytes content) {
  out.u8(option).u8(suboption).u16be(content.size()).bytes(content);
  if (content.size() % 2 != 0) out.u8(0);
}

Octets dcp(unsigned frame_id, unsigned service, unsigned type, std::uint32_t transaction, unsigned delay,
           Bytes blocks) {
  return Writer{}
      .u16be(frame_id)
      .u8(service)
      .u8(type)
      .u32be(transaction)
      .u16be(delay)
      .u16be(blocks.size())
      .bytes(blocks)
      .take();
}

}  // namespace

ProfinetTalk::ProfinetTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      frame_id_(static_cast<std::uint16_t>(fields.integer("frame_id", 0x8000, 0xBBFE))),
      cycle_(static_cast<std::uint16_t>(random_.next())) {
  const auto octets = static_cast<std::size_t>(fields.optional_integer("octets", 40, 1440).value_or(40));
  output_.assign(octets, 0);
  input_.assign(octets, 0);
  for (std::size_t i = 0; i < 8; ++i) input_[i] = static_cast<std::uint8_t>(random_.next());
}

void ProfinetTalk::frame(End from, End to, unsigned frame_id, std::int64_t now_ns, Octets& data) {
  if (random_.chance(0.2)) data[random_.below(6)] = static_cast<std::uint8_t>(random_.next());
  data[6] = 0x80;  // provider and consumer status of the submodules: good
  data[7] = 0x80;
  Writer out;
  out.u16be(frame_id).bytes(data).u16be(cycle_).u8(0x35).u8(0);  // primary, valid, run, no problem
  world_.wire.frame(from, now_ns, world_.mac(to), profinet_ethertype, out.view(), line_.story, real_time_priority);
}

void ProfinetTalk::turn(std::int64_t now_ns) {
  cycle_ = static_cast<std::uint16_t>(cycle_ + line_.period_ns / 31'250);  // the clock of IEC 61158-6-10
  frame(client_, server_, frame_id_, now_ns + random_.between(0, 30'000), output_);
  frame(server_, client_, frame_id_ + 1U, now_ns + line_.period_ns / 3 + random_.between(0, 40'000), input_);
}

DcpTalk::DcpTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      what_(static_cast<Do>(fields.choice("do", {"identify", "set_name", "flash"}))),
      name_(fields.optional_text("name").value_or("")) {
  if (what_ != Do::identify && !line.server) fields.fail(fields.whole(), "expected a server for this");
}

void DcpTalk::turn(std::int64_t now_ns) {
  if (what_ != Do::identify) return set(now_ns);
  const auto transaction = static_cast<std::uint32_t>(random_.next());
  Writer all;
  add_block(all, 0xFF, 0xFF, {});
  world_.wire.frame(client_, now_ns, dcp_identify_group, profinet_ethertype,
                    dcp(0xFEFE, 5, 0, transaction, 255, all.view()), line_.story, 0);
  const std::size_t network = world_.wire.interface(client_).network;
  for (std::size_t i = 0; i < world_.plant.devices.size(); ++i) {
    const Device& device = world_.plant.devices[i];
    if (i == client_.device || device.identity.find("profinet") == nullptr) continue;
    for (std::size_t j = 0; j < device.interfaces.size(); ++j)
      if (device.interfaces[j].network == network)
        answer({i, j}, transaction, now_ns + random_.between(2'000'000, 400'000'000));
  }
}

void DcpTalk::answer(End end, std::uint32_t transaction, std::int64_t now_ns) {
  const Device& device = world_.device(end);
  const Node& own = *device.identity.find("profinet");
  const std::string name = own.optional_text("station_name").value_or(std::nullopt).value_or("");
  const std::string type = own.optional_text("station_type").value_or(std::nullopt).value_or(device.model);
  const auto number = [&](std::string_view key, std::int64_t otherwise) {
    return static_cast<std::uint64_t>(own.optional_integer(key, 0, 65535).value_or(std::nullopt).value_or(otherwise));
  };
  Writer blocks;
  add_block(blocks, 2, 1, Writer{}.u16be(0).text(type).view());
  add_block(blocks, 2, 2, Writer{}.u16be(0).text(name).view());
  add_block(blocks, 2, 3, Writer{}.u16be(0).u16be(number("vendor", 0x002A)).u16be(number("device", 0x0101)).view());
  add_block(blocks, 2, 4, Writer{}.u16be(0).u8(number("role", 1)).u8(0).view());
  if (const auto ip = world_.wire.interface(end).ip) {
    const Network& network = world_.plant.networks[world_.wire.interface(end).network];
    const Ip mask = network.subnet.bits == 0 ? 0 : ~Ip{0} << (32 - network.subnet.bits);
    add_block(blocks, 1, 2, Writer{}.u16be(1).u32be(*ip).u32be(mask).u32be((*ip & mask) | 1U).view());
  }
  world_.wire.frame(end, now_ns, world_.mac(client_), profinet_ethertype,
                    dcp(0xFEFF, 5, 1, transaction, 0, blocks.view()), line_.story, 0);
  world_.reveal(now_ns, end, client_, end.device, "profinet_dcp", "station_name", name);
  world_.reveal(now_ns, end, client_, end.device, "profinet_dcp", "station_type", type);
}

void DcpTalk::set(std::int64_t now_ns) {
  const auto transaction = static_cast<std::uint32_t>(random_.next());
  Writer asked;
  Writer answered;
  if (what_ == Do::set_name) {
    add_block(asked, 2, 2, Writer{}.u16be(1).text(name_).view());  // permanent
    add_block(answered, 5, 4, Writer{}.u8(2).u8(2).u8(0).view());
  } else {
    add_block(asked, 5, 3, Writer{}.u16be(0).u16be(0x0100).view());
    add_block(answered, 5, 4, Writer{}.u8(5).u8(3).u8(0).view());
  }
  world_.wire.frame(client_, now_ns, world_.mac(server_), profinet_ethertype,
                    dcp(0xFEFD, 4, 0, transaction, 0, asked.view()), line_.story, 0);
  world_.wire.frame(server_, now_ns + thinking(), world_.mac(client_), profinet_ethertype,
                    dcp(0xFEFD, 4, 1, transaction, 0, answered.view()), line_.story, 0);
}

}  // namespace bulkhead::plant

#include "plant/world.h"

#include "base/text.h"

namespace bulkhead::plant {

Result<World> World::make(const Plant& plant, std::uint64_t seed) {
  TRY(Physics physics, Physics::make(plant.physics, seed));
  TRY(Memory memory, Memory::make(plant.tags, plant, physics));
  World world{plant, std::move(physics), std::move(memory), seed};
  for (const Device& device : plant.devices) {
    Host host;
    host.stack = find_stack(device.stack);
    if (host.stack == nullptr)
      return device.whole.error("stack '" + plain_text(device.stack, 64) + "' is not known",
                                "one of windows, linux, siemens, rockwell, schneider, omron, ios, embedded, gateway");
    Random random(seed, device.name);
    host.identification = static_cast<std::uint16_t>(random.next());
    host.next_port = static_cast<std::uint16_t>(49'152 + random.below(12'000));
    host.clock_offset = static_cast<std::uint32_t>(random.next());
    world.hosts_.push_back(host);
  }
  return world;
}

Result<void> World::begin(const Run& started) {
  run = &started;
  wire.begin(started);
  return physics.restart(started.start_ns, started.signals, 600);
}

void World::reveal(std::int64_t time_ns, End from, End to, std::size_t device, std::string_view protocol,
                   std::string_view fact, std::string_view value) {
  reveal(wire.captures_that_see(wire.path(from, to), time_ns, from == to),
         {device, std::string(protocol), std::string(fact), std::string(value)});
}

void World::reveal_to_neighbours(std::int64_t time_ns, End from, std::string_view protocol, std::string_view fact,
                                 std::string_view value) {
  reveal(wire.captures_that_see(wire.path(from, from), time_ns, false),
         {from.device, std::string(protocol), std::string(fact), std::string(value)});
}

void World::reveal(const std::vector<std::size_t>& captures, const Revealed& what) {
  if (what.value.empty() || captures.empty()) return;
  auto& files = revealed[what];
  for (const std::size_t capture : captures) files.insert(run->captures[capture].file);
}

std::uint16_t World::next_port(std::size_t device) {
  Host& host = hosts_[device];
  if (++host.next_port < 49'152) host.next_port = 49'152;
  return host.next_port;
}

IpPacket World::packet(std::size_t device, std::uint8_t protocol, Octets data) {
  Host& host = hosts_[device];
  IpPacket packet;
  packet.protocol = protocol;
  packet.hop_limit = host.stack->hop_limit;
  packet.may_fragment = host.stack->may_fragment;
  packet.data = std::move(data);
  switch (host.stack->identification) {
    case Stack::Identification::counting: packet.identification = ++host.identification; break;
    case Stack::Identification::random:
      host.identification = static_cast<std::uint16_t>(mix(host.identification + 0x9E37U));
      packet.identification = host.identification;
      break;
    case Stack::Identification::zero: packet.identification = 0; break;
  }
  return packet;
}

void World::udp(End from, std::uint16_t from_port, End to, std::uint16_t to_port, std::int64_t time_ns, Bytes data,
                std::optional<std::size_t> story) {
  wire.send(wire.path(from, to), time_ns, packet(from.device, 17, udp_datagram(from_port, to_port, data)), story);
}

void World::udp_group(End from, std::uint16_t from_port, Ip group, std::uint16_t to_port, std::int64_t time_ns,
                      Bytes data, std::optional<std::size_t> story, std::uint8_t hop_limit) {
  IpPacket sent = packet(from.device, 17, udp_datagram(from_port, to_port, data));
  if (hop_limit != 0) sent.hop_limit = hop_limit;
  wire.send_group(from, time_ns, group, sent, story);
}

Ip World::broadcast(End end) const {
  const Network& network = plant.networks[wire.interface(end).network];
  const unsigned host_bits = 32 - std::min(network.subnet.bits, 32U);
  const Ip mask = host_bits >= 32 ? 0xFFFFFFFF : (Ip{1} << host_bits) - 1;
  return ip_value(network.subnet.address) | mask;
}

std::int64_t World::answer_time(std::size_t device, Random& random) const {
  const std::int64_t typical = hosts_[device].stack->answer_ns;
  return random.between(typical / 5, typical * 2);
}

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plant/memory.h"
#include "plant/physics.h"
#include "plant/plant.h"
#include "plant/random.h"
#include "plant/stack.h"
#include "plant/wire.h"

namespace bulkhead::plant {

/// What a device's TCP/IP remembers between packets.
struct Host {
  const Stack* stack = nullptr;
  std::uint16_t identification = 0;
  std::uint16_t next_port = 0;
  std::uint32_t clock_offset = 0;  ///< Of its TCP timestamps, milliseconds.
};

/// A statement of identity that was put on the wire: what an observer of `captures` could have read.
struct Revealed {
  std::size_t device = 0;
  std::string protocol, fact, value;
  auto operator<=>(const Revealed&) const = default;
};

/// The plant while it runs: process, memory, networks, hosts.
class World {
 public:
  static Result<World> make(const Plant& plant, std::uint64_t seed);
  Result<void> begin(const Run& started);

  const Plant& plant;
  Physics physics;
  Memory memory;
  Wire wire;
  std::uint64_t seed;
  const Run* run = nullptr;

  /// Notes that a packet between two ends at `time_ns` says something of `device`; with both ends the same, a group
  /// frame. Empty values are not noted.
  void reveal(std::int64_t time_ns, End from, End to, std::size_t device, std::string_view protocol,
              std::string_view fact, std::string_view value);
  /// The same of a frame that no bridge passes on, about its sender.
  void reveal_to_neighbours(std::int64_t time_ns, End from, std::string_view protocol, std::string_view fact,
                            std::string_view value);
  std::map<Revealed, std::set<std::string>> revealed;  ///< To the files of the captures that saw it.

  [[nodiscard]] const Device& device(End end) const { return plant.devices[end.device]; }
  [[nodiscard]] const Stack& stack(std::size_t device) const { return *hosts_[device].stack; }
  [[nodiscard]] std::uint32_t clock_ms(std::size_t device, std::int64_t time_ns) const {
    return hosts_[device].clock_offset + static_cast<std::uint32_t>(time_ns / 1'000'000 & 0xFFFFFFFF);
  }
  [[nodiscard]] Ip ip(End end) const { return wire.interface(end).ip.value_or(0); }
  [[nodiscard]] const MacAddress& mac(End end) const { return wire.interface(end).mac; }

  std::uint16_t next_port(std::size_t device);
  /// A packet with the habits of the device that sends it.
  IpPacket packet(std::size_t device, std::uint8_t protocol, Octets data);

  void udp(End from, std::uint16_t from_port, End to, std::uint16_t to_port, std::int64_t time_ns, Bytes data,
           std::optional<std::size_t> story);
  /// To a multicast group, or a broadcast address of the sender's network.
  void udp_group(End from, std::uint16_t from_port, Ip group, std::uint16_t to_port, std::int64_t time_ns, Bytes data,
                 std::optional<std::size_t> story, std::uint8_t hop_limit = 0);
  /// The directed broadcast address of an interface's network.
  [[nodiscard]] Ip broadcast(End end) const;
  /// 0.2 to 2 times what the device's stack takes for an answer.
  std::int64_t answer_time(std::size_t device, Random& random) const;

 private:
  void reveal(const std::vector<std::size_t>& captures, const Revealed& what);
  World(const Plant& of_plant, Physics&& of_physics, Memory&& of_memory, std::uint64_t of_seed)
      : plant(of_plant),
        physics(std::move(of_physics)),
        memory(std::move(of_memory)),
        wire(of_plant, of_seed),
        seed(of_seed) {}
  std::vector<Host> hosts_;
};

}  // namespace bulkhead::plant

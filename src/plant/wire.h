#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "plant/frame.h"
#include "plant/plant.h"
#include "plant/random.h"

namespace bulkhead::plant {

/// One end of a conversation: a device, and one of its interfaces.
struct End {
  std::size_t device = 0, interface = 0;
  auto operator<=>(const End&) const = default;
};

/// A frame as it stands on one network between two neighbours.
struct Hop {
  std::size_t network = 0;
  MacAddress source, destination;
  Ip source_ip = 0, destination_ip = 0;  ///< As they stand in the packet there, after address translation.
  Ip asker = 0, neighbour = 0;           ///< Who asks whom by ARP there.
};
using Path = std::vector<Hop>;

/// A frame that a mirror port saw.
struct Taken {
  std::int64_t time_ns = 0;
  std::uint64_t order = 0;
  std::optional<std::size_t> story;
  Octets bytes;
};

/// The plant's networks: carries frames from end to end, over routers, and gives copies to the mirror ports.
class Wire {
 public:
  Wire(const Plant& plant, std::uint64_t seed) : plant_(plant), random_(seed, "wire"), seed_(seed) {}

  /// Forgets what was taken and what neighbours knew of each other.
  void begin(const Run& run);
  /// What each capture of the run took, by time.
  std::vector<std::vector<Taken>> take();

  /// The way between two ends; empty where no router joins their networks.
  const Path& path(End from, End to);

  /// Captures of the run, by number, that would see a packet on `path`.
  [[nodiscard]] std::vector<std::size_t> captures_that_see(const Path& path, std::int64_t time_ns, bool is_group) const;

  void send(const Path& path, std::int64_t time_ns, const IpPacket& packet, std::optional<std::size_t> story);
  /// To a group of the sender's own network.
  void send_group(End from, std::int64_t time_ns, Ip group, const IpPacket& packet, std::optional<std::size_t> story);
  /// The same from an address of the sender's choice: 0 before it has one.
  void send_group_from(End from, std::int64_t time_ns, Ip source, Ip group, const IpPacket& packet,
                       std::optional<std::size_t> story);
  /// A frame without IP from an interface to a MAC address of its network.
  void frame(End from, std::int64_t time_ns, const MacAddress& to, std::uint16_t ethertype, Bytes payload,
             std::optional<std::size_t> story, std::optional<std::uint8_t> priority = std::nullopt);
  void llc(End from, std::int64_t time_ns, const MacAddress& to, Bytes payload, std::optional<std::size_t> story);
  /// An ARP request (RFC 826); `target_mac` set makes it the answer.
  void arp(End from, std::int64_t time_ns, Ip target, std::optional<MacAddress> target_mac,
           std::optional<std::size_t> story);

  [[nodiscard]] const Interface& interface(End end) const {
    return plant_.devices[end.device].interfaces[end.interface];
  }

 private:
  struct Step {  // over one router
    std::size_t device;
    std::size_t from_network, to_network;
  };
  [[nodiscard]] std::vector<Step> route(std::size_t from_network, std::size_t to_network) const;
  /// The address of an end as it is known beyond the routers between.
  [[nodiscard]] Ip outside(const Step& step, bool leaving, Ip inside) const;
  /// Which of the networks that a frame crosses is the one where the capture takes it; none where it does not.
  [[nodiscard]] std::optional<std::size_t> seen_at(const Capture& capture, const std::vector<std::size_t>& networks,
                                                   std::int64_t time_ns, bool is_group) const;
  void know_neighbour(const Hop& hop, std::int64_t time_ns, std::optional<std::size_t> story);
  /// Calls `build(hop number, link)` for each mirror that sees the frame.
  template <class Build>
  void show(const std::vector<std::size_t>& networks, std::int64_t time_ns, bool is_group,
            std::optional<std::size_t> story, const Build& build);
  void arp_frame(std::size_t network, std::int64_t time_ns, const MacAddress& source, Ip source_ip, Ip target,
                 std::optional<MacAddress> target_mac, std::optional<std::size_t> story);

  const Plant& plant_;
  Random random_;
  std::uint64_t seed_;
  const Run* run_ = nullptr;
  std::vector<std::vector<Taken>> taken_;
  std::map<std::pair<End, End>, Path> paths_;
  std::map<std::tuple<std::size_t, Ip, Ip>, std::int64_t> known_until_;
  std::uint64_t order_ = 0;
};

}  // namespace bulkhead::plant

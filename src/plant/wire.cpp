#include "plant/wire.h"

#include <algorithm>
#include <array>
#include <deque>

#include "base/time.h"

namespace bulkhead::plant {

namespace {

constexpr std::int64_t arp_life_ns = 150 * second_ns;
constexpr std::int64_t router_delay_ns = 9'000;

/// Whether a bridge passes a group address on: not those of IEEE 802.1D (01:80:c2:00:00:0x: spanning tree, LLDP), nor
/// CDP's.
bool is_flooded(const MacAddress& to) {
  constexpr std::array<std::uint8_t, 5> reserved{0x01, 0x80, 0xC2, 0x00, 0x00};
  constexpr std::array<std::uint8_t, 5> cisco{0x01, 0x00, 0x0C, 0xCC, 0xCC};
  const auto begins_with = [&](const auto& octets) {
    return std::equal(octets.begin(), octets.end(), to.octets.begin());
  };
  return to.is_group() && !(begins_with(reserved) && to.octets[5] < 0x10) && !begins_with(cisco);
}

}  // namespace

void Wire::begin(const Run& run) {
  run_ = &run;
  taken_.assign(run.captures.size(), {});
  known_until_.clear();
  order_ = 0;
  random_ = Random(seed_, "wire/" + run.id);
}

std::vector<std::vector<Taken>> Wire::take() {
  for (std::vector<Taken>& frames : taken_)
    std::sort(frames.begin(), frames.end(), [](const Taken& a, const Taken& b) {
      return std::tie(a.time_ns, a.order) < std::tie(b.time_ns, b.order);
    });
  return std::move(taken_);
}

std::vector<Wire::Step> Wire::route(std::size_t from_network, std::size_t to_network) const {
  std::map<std::size_t, Step> came_by;  // breadth first: the fewest routers
  std::deque<std::size_t> open{from_network};
  while (!open.empty() && !came_by.contains(to_network)) {
    const std::size_t here = open.front();
    open.pop_front();
    for (std::size_t device = 0; device < plant_.devices.size(); ++device) {
      if (!plant_.devices[device].forwards || plant_.interface_on(device, here) == nullptr) continue;
      for (const Interface& out : plant_.devices[device].interfaces)
        if (out.network != from_network && came_by.emplace(out.network, Step{device, here, out.network}).second)
          open.push_back(out.network);
    }
  }
  std::vector<Step> steps;
  for (std::size_t at = to_network; at != from_network;) {
    const auto step = came_by.find(at);
    if (step == came_by.end()) return {};
    steps.insert(steps.begin(), step->second);
    at = step->second.from_network;
  }
  return steps;
}

Ip Wire::outside(const Step& step, bool leaving, Ip inside) const {
  const Device& router = plant_.devices[step.device];
  const std::size_t inner = leaving ? step.from_network : step.to_network;
  const std::size_t outer = leaving ? step.to_network : step.from_network;
  if (router.translated.empty() || plant_.networks[inner].address_space == plant_.networks[outer].address_space)
    return inside;
  if (const auto known = router.translated.find(inside); known != router.translated.end()) return known->second;
  const Interface* const own = plant_.interface_on(step.device, outer);
  return own != nullptr ? own->ip.value_or(inside) : inside;
}

const Path& Wire::path(End from, End to) {
  const auto [entry, is_new] = paths_.try_emplace({from, to});
  Path& path = entry->second;
  if (!is_new) return path;
  const Interface& source = interface(from);
  const Interface& target = interface(to);
  const std::vector<Step> steps =
      source.network == target.network ? std::vector<Step>{} : route(source.network, target.network);
  if (steps.empty() && source.network != target.network) return path;
  Ip source_ip = source.ip.value_or(0);
  std::vector<Ip> destination(steps.size() + 1, target.ip.value_or(0));
  for (std::size_t i = steps.size(); i-- > 0;) destination[i] = outside(steps[i], false, destination[i + 1]);
  for (std::size_t i = 0; i <= steps.size(); ++i) {
    Hop hop;
    hop.network = i == 0 ? source.network : steps[i - 1].to_network;
    const Interface* const before = i == 0 ? &source : plant_.interface_on(steps[i - 1].device, hop.network);
    const Interface* const after = i == steps.size() ? &target : plant_.interface_on(steps[i].device, hop.network);
    hop.source = before->mac;
    hop.destination = after->mac;
    hop.asker = before->ip.value_or(0);
    hop.source_ip = source_ip;
    hop.destination_ip = destination[i];
    // behind address translation the translator answers for the addresses that it lends
    const bool is_lent = i < steps.size() && destination[i] != destination[i + 1];
    hop.neighbour = is_lent ? destination[i] : after->ip.value_or(0);
    path.push_back(hop);
    if (i < steps.size()) source_ip = outside(steps[i], true, source_ip);
  }
  return path;
}

template <class Build>
void Wire::show(const std::vector<std::size_t>& networks, std::int64_t time_ns, bool is_group,
                std::optional<std::size_t> story, const Build& build) {
  ++order_;
  if (run_ == nullptr) return;
  for (std::size_t i = 0; i < run_->captures.size(); ++i) {
    const Capture& capture = run_->captures[i];
    const auto hop = seen_at(capture, networks, time_ns, is_group);
    if (!hop) continue;
    const Mirror& mirror = plant_.mirrors[capture.mirror];
    const std::uint16_t vlan = plant_.networks[networks[*hop]].vlan;
    const std::int64_t there = time_ns + static_cast<std::int64_t>(*hop) * router_delay_ns;
    Octets bytes = build(*hop, mirror.tagged && vlan != 0 ? std::optional(vlan) : std::nullopt);
    if (random_.chance(mirror.duplicates)) taken_[i].push_back({there + 4'000, order_, story, bytes});
    taken_[i].push_back({there, order_, story, std::move(bytes)});
  }
}

std::optional<std::size_t> Wire::seen_at(const Capture& capture, const std::vector<std::size_t>& networks,
                                         std::int64_t time_ns, bool is_group) const {
  const std::int64_t into_run = time_ns - run_->start_ns;
  if (into_run < capture.from_ns || into_run >= capture.to_ns) return std::nullopt;
  for (const Mirror::Sees& sees : plant_.mirrors[capture.mirror].sees) {
    const auto found = std::find(networks.begin(), networks.end(), sees.network);
    if (found == networks.end() || (sees.routed_only && networks.size() == 1 && !is_group)) continue;
    return static_cast<std::size_t>(found - networks.begin());
  }
  return std::nullopt;
}

std::vector<std::size_t> Wire::captures_that_see(const Path& path, std::int64_t time_ns, bool is_group) const {
  std::vector<std::size_t> networks;
  for (const Hop& hop : path) networks.push_back(hop.network);
  std::vector<std::size_t> captures;
  for (std::size_t i = 0; i < run_->captures.size(); ++i)
    if (seen_at(run_->captures[i], networks, time_ns, is_group)) captures.push_back(i);
  return captures;
}

void Wire::send(const Path& path, std::int64_t time_ns, const IpPacket& packet, std::optional<std::size_t> story) {
  if (path.empty()) return;
  std::vector<std::size_t> networks;
  for (const Hop& hop : path) {
    know_neighbour(hop, time_ns, story);
    networks.push_back(hop.network);
  }
  show(networks, time_ns, false, story, [&](std::size_t hop, std::optional<std::uint16_t> vlan) {
    IpPacket there = packet;
    there.hop_limit = static_cast<std::uint8_t>(packet.hop_limit - std::min<std::size_t>(hop, packet.hop_limit - 1U));
    const Link link{path[hop].source, path[hop].destination, vlan, 0};
    return ip_frame(link, path[hop].source_ip, path[hop].destination_ip, there);
  });
}

void Wire::send_group(End from, std::int64_t time_ns, Ip group, const IpPacket& packet,
                      std::optional<std::size_t> story) {
  send_group_from(from, time_ns, interface(from).ip.value_or(0), group, packet, story);
}

void Wire::send_group_from(End from, std::int64_t time_ns, Ip source, Ip group, const IpPacket& packet,
                           std::optional<std::size_t> story) {
  const Interface& own = interface(from);
  const bool is_multicast = group >> 28U == 0xE;
  show({own.network}, time_ns, true, story, [&](std::size_t, std::optional<std::uint16_t> vlan) {
    const Link link{own.mac, is_multicast ? multicast_mac(group) : broadcast_mac, vlan, 0};
    return ip_frame(link, source, group, packet);
  });
}

void Wire::frame(End from, std::int64_t time_ns, const MacAddress& to, std::uint16_t ethertype, Bytes payload,
                 std::optional<std::size_t> story, std::optional<std::uint8_t> priority) {
  const Interface& own = interface(from);
  show({own.network}, time_ns, is_flooded(to), story, [&](std::size_t, std::optional<std::uint16_t> vlan) {
    if (priority && !vlan) vlan = 0;  // a priority tag (IEEE 802.1Q, 9.6)
    return ethernet_frame(Link{own.mac, to, vlan, priority.value_or(0)}, ethertype, payload);
  });
}

void Wire::llc(End from, std::int64_t time_ns, const MacAddress& to, Bytes payload, std::optional<std::size_t> story) {
  const Interface& own = interface(from);
  show({own.network}, time_ns, is_flooded(to), story,
       [&](std::size_t, std::optional<std::uint16_t> vlan) { return llc_frame(Link{own.mac, to, vlan, 0}, payload); });
}

void Wire::arp(End from, std::int64_t time_ns, Ip target, std::optional<MacAddress> target_mac,
               std::optional<std::size_t> story) {
  const Interface& own = interface(from);
  arp_frame(own.network, time_ns, own.mac, own.ip.value_or(0), target, target_mac, story);
}

void Wire::arp_frame(std::size_t network, std::int64_t time_ns, const MacAddress& source, Ip source_ip, Ip target,
                     std::optional<MacAddress> target_mac, std::optional<std::size_t> story) {
  Writer out;
  out.u16be(1).u16be(0x0800).u8(6).u8(4).u16be(target_mac ? 2 : 1);
  out.bytes(source.octets).u32be(source_ip).bytes(target_mac.value_or(MacAddress{}).octets).u32be(target);
  show({network}, time_ns, !target_mac, story, [&](std::size_t, std::optional<std::uint16_t> vlan) {
    return ethernet_frame(Link{source, target_mac.value_or(broadcast_mac), vlan, 0}, 0x0806, out.view());
  });
}

void Wire::know_neighbour(const Hop& hop, std::int64_t time_ns, std::optional<std::size_t> story) {
  if (hop.neighbour == 0 || hop.asker == 0 || plant_.networks[hop.network].external) return;
  const auto [entry, is_new] = known_until_.try_emplace({hop.network, hop.asker, hop.neighbour}, 0);
  if (is_new && !story) {  // it was learnt at some time before
    entry->second = time_ns + random_.between(0, arp_life_ns);
    return;
  }
  if (time_ns < entry->second) return;
  entry->second = time_ns + arp_life_ns + random_.between(0, 30 * second_ns);
  known_until_[{hop.network, hop.neighbour, hop.asker}] = entry->second;
  const std::int64_t asked = time_ns - random_.between(350'000, 700'000);
  arp_frame(hop.network, asked, hop.source, hop.asker, hop.neighbour, std::nullopt, story);
  arp_frame(hop.network, asked + random_.between(60'000, 300'000), hop.destination, hop.neighbour, hop.asker,
            hop.source, story);
}

}  // namespace bulkhead::plant

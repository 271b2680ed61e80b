// Rules that look at hosts beside each other.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "finding/rules.h"

namespace bulkhead {

namespace {

/// The same private address at different cards of different address spaces: machines behind address translation.
void identical_addresses(const ReviewInput& input, Causes& causes) {
  std::map<IpAddress, std::vector<const Asset*>> by_ip;
  for (const Asset& asset : input.inventory.assets)
    for (const IpAddress& ip : asset.ips)
      if (ip.is_private() && asset.behind.empty() && !asset.macs.empty()) by_ip[ip].push_back(&asset);
  for (const auto& [ip, assets] : by_ip) {
    std::set<std::uint16_t> spaces;
    std::set<MacAddress> macs;
    for (const Asset* asset : assets) {
      spaces.insert(asset->space);
      macs.insert(asset->macs.begin(), asset->macs.end());
    }
    if (spaces.size() < 2 || macs.size() < 2) continue;
    Cause& found = causes.of("shared_address", "");
    found.confidence = Confidence::certain;
    found.servers.insert(to_text(ip));
    for (const Asset* asset : assets) {
      found.add(*asset);
      found.cite(asset->first, fmt::format("{} at {}", to_text(ip), to_text(asset->macs.front())));
    }
    found.what = fmt::format("{} addresses stand for several machines, each in an address space of its own: {}.",
                             found.servers.size(), listed(found.servers));
  }
}

/// "10.1.2" of 10.1.2.3; nothing for addresses that tell of no network.
std::optional<std::string> network_of(const IpAddress& ip) {
  if (ip.family != IpAddress::Family::v4 || ip.is_link_local()) return std::nullopt;
  return fmt::format("{}.{}.{}", ip.octets[0], ip.octets[1], ip.octets[2]);
}

/// One host name at several cards in several networks.
void dual_homed_hosts(const ReviewInput& input, Causes& causes) {
  std::map<std::string, std::vector<const Asset*>> by_name;
  for (const Asset& asset : input.inventory.assets) {
    const auto* name = asset.best(Meaning::host_name);
    if (name == nullptr || !asset.station.empty() || asset.ips.empty() || asset.external) continue;
    if (asset.role.value == Role::router || asset.role.value == Role::network_switch) continue;  // it is their task
    if (is_controller(asset)) continue;  // built with several cards; what crosses it is judged by itself
    if (name->value.find('.') == std::string::npos) by_name[lower(name->value)].push_back(&asset);
  }
  for (const auto& [name, assets] : by_name) {
    std::set<std::pair<std::uint16_t, std::string>> networks;
    std::set<MacAddress> macs;
    for (const Asset* asset : assets) {
      macs.insert(asset->macs.begin(), asset->macs.end());
      for (const IpAddress& ip : asset->ips)
        if (const auto network = network_of(ip)) networks.insert({asset->space, *network});
    }
    if (networks.size() < 2 || macs.size() < 2) continue;
    Cause& found = causes.of("dual_homed_host", name);
    found.confidence = Confidence::likely;
    found.what = fmt::format("One host name, '{}', answers from {} networks with {} network cards.", plain_text(name),
                             networks.size(), macs.size());
    for (const Asset* asset : assets) {
      found.add(*asset);
      const auto* said = asset->best(Meaning::host_name);
      found.cite(said->citation, fmt::format("{} says it is '{}'", asset->address_text(), plain_text(said->value)));
    }
  }
}

/// A Windows domain with members on both sides of the boundary.
void shared_domains(const ReviewInput& input, Causes& causes) {
  std::map<std::string, std::array<std::vector<const Asset*>, 2>> domains;
  for (const Asset& asset : input.inventory.assets) {
    const auto* domain = asset.best(Meaning::domain);
    if (domain == nullptr || !asset.level.value) continue;
    const std::string name = lower(domain->value);
    if (name.empty() || name == "workgroup" || name == "local") continue;
    const unsigned level = asset.level.value->doubled;
    if (level >= 8) domains[name][0].push_back(&asset);
    if (level <= 6) domains[name][1].push_back(&asset);
  }
  for (const auto& [domain, sides] : domains) {
    if (sides[0].empty() || sides[1].empty()) continue;
    Cause& found = causes.of("shared_windows_domain", domain);
    found.confidence = Confidence::likely;
    found.what = fmt::format("Domain '{}' has {} members above the boundary and {} at level 3 and below.",
                             plain_text(domain), sides[0].size(), sides[1].size());
    for (const auto& side : sides)
      for (const Asset* asset : side) {
        found.add(*asset);
        const auto* said = asset->best(Meaning::domain);
        found.cite(said->citation, fmt::format("{} names domain '{}'", label(*asset), plain_text(said->value)));
      }
  }
}

/// Those that serve in one zone, and the conversations that show it.
struct Servers {
  std::set<const Asset*> assets;
  std::vector<const Conversation*> conversations;
};
using Zone = std::pair<std::uint16_t, std::string>;  ///< Of an address space.
using ServersByZone = std::map<Zone, Servers>;

ServersByZone dhcp_servers_of(const ReviewInput& input) {
  ServersByZone zones;
  const auto serves = [&](const Asset& asset, const Conversation& conversation) {
    Servers& servers = zones[{asset.space, asset.zone}];
    servers.assets.insert(&asset);
    servers.conversations.push_back(&conversation);
  };
  for (const Conversation& conversation : input.traffic.conversations) {
    if (conversation.service != "dhcp") continue;
    // What goes to port 68 comes from a server, whoever is called the client.
    const Asset* client = asset_at(input.inventory, conversation.client);
    if (client != nullptr && conversation.operations_known && conversation.port == 68) serves(*client, conversation);
    const Asset* server = asset_at(input.inventory, conversation.server);
    if (server != nullptr && conversation.frames_in > 0 && conversation.port == 67) serves(*server, conversation);
  }
  return zones;
}

/// By the zone of those that ask, where they are controllers and what stands beside them.
ServersByZone time_servers_of(const ReviewInput& input) {
  ServersByZone zones;
  for (const Conversation& conversation : input.traffic.conversations) {
    if (conversation.service != "ntp" && lower(conversation.label) != "ntp") continue;
    const Asset* server = asset_at(input.inventory, conversation.server);
    const Asset* client = asset_at(input.inventory, conversation.client);
    if (server == nullptr || client == nullptr || conversation.frames_in == 0) continue;
    if (server->external || !client->level.value || client->level.value->doubled > 4) continue;
    Servers& servers = zones[{client->space, client->zone}];
    servers.assets.insert(server);
    servers.conversations.push_back(&conversation);
  }
  return zones;
}

void second_servers(const std::string& rule, const ServersByZone& zones, Causes& causes) {
  for (const auto& [zone, servers] : zones) {
    if (servers.assets.size() < 2) continue;
    Cause& found = causes.of(rule, zone.second, zone.first);
    found.confidence = Confidence::certain;
    for (const Asset* asset : servers.assets) {
      found.servers.insert(label(*asset));
      found.add(*asset);
    }
    for (const Conversation* conversation : servers.conversations) {
      found.conversations.insert(conversation->id);
      found.cite(conversation->witness(),
                 fmt::format("{} and {}", to_text(conversation->client), to_text(conversation->server)));
    }
  }
}

/// What stands on one segment, where the role is known well enough.
struct Neighbours {
  std::vector<const Asset*> control, safety, business;
};
using Segment = std::pair<std::uint16_t, std::string>;  ///< Of an address space, as a prefix.

std::map<Segment, Neighbours> segments_of(const ReviewInput& input) {
  std::map<Segment, Neighbours> segments;
  for (const Asset& asset : input.inventory.assets) {
    if (asset.external || !asset.behind.empty() || asset.ips.empty()) continue;
    if (!asset.role.value || asset.role.confidence < Confidence::likely) continue;
    const auto network = network_of(asset.ips.front());
    if (!network) continue;
    Neighbours& neighbours = segments[{asset.space, *network + ".0/24"}];
    const Role role = *asset.role.value;
    if (role == Role::safety_controller) neighbours.safety.push_back(&asset);
    else if (role == Role::plc || role == Role::hmi || role == Role::drive || role == Role::remote_io)
      neighbours.control.push_back(&asset);
    else if (role == Role::it_host) neighbours.business.push_back(&asset);
  }
  return segments;
}

/// Those that should have a segment of their own, beside control.
void beside_control(const std::string& rule, const Segment& segment, const std::vector<const Asset*>& odd,
                    const std::vector<const Asset*>& control, Causes& causes) {
  if (odd.empty() || control.empty()) return;
  Cause& found = causes.of(rule, segment.second, segment.first);
  std::set<std::string> names;
  for (const Asset* asset : odd) {
    const Stated<Role>& role = asset->role;
    names.insert(label(*asset));
    found.add(*asset);
    found.confidence = std::max(found.confidence, role.confidence);
    found.cite(role.citations.empty() ? asset->first : role.citations.front(),
               fmt::format("{}: {}", label(*asset),
                           role.reasons.empty() ? std::string{title(*role.value)} : role.reasons.front()));
  }
  found.add(*control.front());
  found.cite(control.front()->first, fmt::format("{} on the same segment", label(*control.front())));
  found.what =
      fmt::format("On segment {}: {} beside {} control assets.", segment.second, listed(names), control.size());
}

}  // namespace

void review_hosts(const ReviewInput& input, Causes& causes) {
  identical_addresses(input, causes);
  dual_homed_hosts(input, causes);
  shared_domains(input, causes);
  second_servers("second_dhcp_server", dhcp_servers_of(input), causes);
  second_servers("second_time_server", time_servers_of(input), causes);
  for (const auto& [segment, on] : segments_of(input)) {
    beside_control("safety_on_control_network", segment, on.safety, on.control, causes);
    beside_control("business_in_control_segment", segment, on.business, on.control, causes);
  }
}

}  // namespace bulkhead

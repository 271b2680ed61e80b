// A zone model from what was observed.
//
// Assets are first put into neighbourhoods: the subnet (or the VLAN) they share. A neighbourhood becomes one zone,
// unless IEC 62443-3-2 asks for a separation inside it: safety apart from basic control (ZCR 3.3), wireless (ZCR 3.5),
// temporarily connected devices (ZCR 3.4), devices reached from outside (ZCR 3.6); business is apart from control in
// any case (ZCR 3.2). Conduits are the crossings that were seen. All of it is a proposal: a model guessed from traffic
// must not judge that same traffic.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "site/site.h"

namespace bulkhead {

namespace {

/// The separate kind that an asset's role asks for, or nothing for one that belongs with its neighbours.
std::optional<std::string_view> separate_kind(const Asset& asset) {
  if (asset.external) return "external";
  if (asset.role.value == Role::safety_controller) return "safety";
  if (asset.role.value == Role::wireless_access_point) return "wireless";
  if (asset.role.value == Role::remote_access) return "remote_access";
  return std::nullopt;
}

std::string neighbourhood_of(const Asset& asset) {
  for (const IpAddress& ip : asset.ips) {
    if (ip.is_link_local() || ip.is_loopback()) continue;
    const unsigned bits = ip.family == IpAddress::Family::v4 ? 24 : 64;
    IpAddress network = ip;
    for (std::size_t i = bits / 8; i < network.octets.size(); ++i) network.octets.at(i) = 0;
    return fmt::format("{}|{}", asset.space, to_text(IpPrefix{network, bits}));
  }
  if (!asset.vlans.empty()) return fmt::format("{}|VLAN {}", asset.space, asset.vlans.front());
  return fmt::format("{}|segment", asset.space);
}

struct Group {
  std::string neighbourhood;
  std::string kind;
  std::vector<const Asset*> assets;
};

std::string kind_of(const std::vector<const Asset*>& assets) {
  std::map<std::string, unsigned> votes;
  bool controllers = false;
  for (const Asset* asset : assets) {
    if (!asset->level.value) continue;
    const unsigned level = asset->level.value->doubled;
    if (level <= 3) controllers = true;
    ++votes[level >= 8 ? "business" : level == 7 ? "dmz" : level >= 6 ? "operations" : "control"];
  }
  if (votes.empty()) return "control";
  if (controllers && votes["control"] * 3 >= assets.size()) return "control";
  return std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

std::string title_of(const std::string& kind) {
  static const std::map<std::string, std::string> titles{{"business", "Business network"},
                                                         {"dmz", "Boundary zone"},
                                                         {"operations", "Operations"},
                                                         {"control", "Control"},
                                                         {"safety", "Safety"},
                                                         {"wireless", "Wireless"},
                                                         {"external", "External"},
                                                         {"remote_access", "Remote access"},
                                                         {"temporary", "Temporary devices"}};
  const auto found = titles.find(kind);
  return found == titles.end() ? kind : found->second;
}

std::string reason_of(const std::string& kind) {
  static const std::map<std::string, std::string> reasons{
      {"business", "business apart from control (IEC 62443-3-2 ZCR 3.2)"},
      {"safety", "safety apart from basic control (IEC 62443-3-2 ZCR 3.3)"},
      {"wireless", "wireless apart from wired (IEC 62443-3-2 ZCR 3.5)"},
      {"remote_access", "devices reached from outside apart (IEC 62443-3-2 ZCR 3.6)"},
      {"external", "beyond the site's own networks (IEC 62443-3-2 ZCR 3.6)"}};
  const auto found = reasons.find(kind);
  return found == reasons.end() ? std::string{"devices that share a subnet or VLAN"} : found->second;
}

void add_members(Zone& zone, const Group& group, bool by_member) {
  std::optional<Level> low;
  std::optional<Level> high;
  std::set<IpPrefix> subnets;
  std::set<std::uint16_t> vlans;
  for (const Asset* asset : group.assets) {
    if (asset->level.value) {
      low = low ? std::min(*low, *asset->level.value) : *asset->level.value;
      high = high ? std::max(*high, *asset->level.value) : *asset->level.value;
    }
    if (by_member) {
      zone.members.push_back(asset->address_text());
      continue;
    }
    for (const std::uint16_t vlan : asset->vlans) vlans.insert(vlan);
    for (const IpAddress& ip : asset->ips) {
      if (ip.is_link_local() || ip.family != IpAddress::Family::v4) continue;
      IpAddress network = ip;
      network.octets[3] = 0;
      subnets.insert({network, 24});
    }
    if (asset->ips.empty() && asset->vlans.empty()) zone.members.push_back(asset->address_text());
  }
  zone.level_low = low;
  zone.level_high = high;
  zone.subnets.assign(subnets.begin(), subnets.end());
  if (vlans.size() == 1) zone.vlans.assign(vlans.begin(), vlans.end());
}

std::string free_id(const Site& site, const std::string& wanted) {
  std::string id = wanted;
  for (unsigned next = 2; site.zone(id) != nullptr; ++next) id = wanted + "-" + std::to_string(next);
  return id;
}

std::string id_text(std::string_view text) {
  std::string id;
  for (const char c : lower(text)) id += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
  return id;
}

void propose_zones(Site& site, const Inventory& inventory) {
  std::map<std::string, std::vector<const Asset*>> neighbourhoods;
  std::map<std::pair<std::string, std::string>, Group> apart;
  for (const Asset& asset : inventory.assets) {
    if (!asset.zone.empty() || !asset.behind.empty()) continue;  // a rule of the site's already holds it
    if (asset.ips.empty() && asset.macs.empty()) continue;
    const auto separate = separate_kind(asset);
    if (separate) {
      const std::string where = *separate == "external" ? std::string{} : neighbourhood_of(asset);
      Group& group = apart[{std::string{*separate}, where}];
      group.kind = *separate;
      group.neighbourhood = where;
      group.assets.push_back(&asset);
    } else {
      neighbourhoods[neighbourhood_of(asset)].push_back(&asset);
    }
  }
  const auto add = [&](const Group& group, bool by_member) {
    Zone zone;
    const std::string where = group.neighbourhood.substr(group.neighbourhood.find('|') + 1);
    zone.id = free_id(
        site, id_text(title_of(group.kind) + (group.kind == "external" ? "" : "-" + where.substr(0, where.find('/')))));
    zone.name = title_of(group.kind) + (group.kind == "external" ? "" : " " + where);
    zone.kind = group.kind;
    zone.reasons.push_back(reason_of(group.kind));
    if (group.kind != "external") add_members(zone, group, by_member);
    site.zones.push_back(std::move(zone));
  };
  for (const auto& [where, assets] : neighbourhoods) add({where, kind_of(assets), assets}, false);
  for (const auto& [key, group] : apart) {
    // Where a whole neighbourhood is of one separate kind, its subnet is the zone; else its members are named.
    const bool whole = key.first != "external" && !neighbourhoods.contains(key.second);
    add(group, !whole);
  }
}

void propose_conduits(Site& site, const Inventory& inventory, const Traffic& traffic) {
  for (const Crossing& crossing : cross(site, inventory, traffic)) {
    if (!crossing.conduit.empty() || crossing.from.empty() || crossing.to.empty()) continue;
    Conduit conduit;
    const std::size_t number = site.conduits.size() + 1;
    conduit.id = fmt::format("C-{:02}", number);
    for (std::size_t next = number; std::any_of(site.conduits.begin(), site.conduits.end(),
                                                [&](const Conduit& known) { return known.id == conduit.id; });)
      conduit.id = fmt::format("C-{:02}", ++next);
    conduit.from = crossing.from;
    conduit.to = crossing.to;
    std::set<std::string> services;
    for (const std::size_t i : crossing.conversations) {
      const Conversation& conversation = traffic.conversations[i];
      services.insert(!conversation.service.empty() ? conversation.service
                      : conversation.port           ? fmt::format("{}/{}", conversation.transport, *conversation.port)
                                                    : conversation.transport);
    }
    for (const std::string& service : services) conduit.allow.push_back({service, {}});
    conduit.reasons.push_back(fmt::format("{} conversations seen", crossing.conversations.size()));
    site.conduits.push_back(std::move(conduit));
  }
}

}  // namespace

Site propose_site(const Site& known, const Inventory& inventory, const Traffic& traffic) {
  Site site = known;
  Inventory placed = inventory;
  assign_zones(site, placed);
  propose_zones(site, placed);
  assign_zones(site, placed);
  propose_conduits(site, placed, traffic);
  return site;
}

}  // namespace bulkhead

#include "site/site.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

namespace bulkhead {

const Zone* Site::zone(std::string_view id) const noexcept {
  const auto found = std::find_if(zones.begin(), zones.end(), [&](const Zone& known) { return known.id == id; });
  return found == zones.end() ? nullptr : &*found;
}

bool Site::approved() const noexcept {
  return !zones.empty() &&
         std::all_of(zones.begin(), zones.end(), [](const Zone& known) { return known.approval.approved; });
}

namespace {

/// Which zones name whom as a member: by id, name or address.
class Members {
 public:
  explicit Members(const Site& site) {
    for (std::size_t i = 0; i < site.zones.size(); ++i)
      for (const std::string& member : site.zones[i].members) zones_[member].push_back(i);
  }
  /// Index of the first zone that names the asset.
  [[nodiscard]] std::optional<std::size_t> first(const Asset& asset) const {
    std::optional<std::size_t> first;
    visit(asset, [&](std::size_t zone) { first = std::min(first.value_or(zone), zone); });
    return first;
  }
  [[nodiscard]] bool named_by(std::size_t wanted, const Asset& asset) const {
    bool found = false;
    visit(asset, [&](std::size_t zone) { found = found || zone == wanted; });
    return found;
  }

 private:
  template <class Visit>
  void visit(const Asset& asset, Visit visit_zone) const {
    if (zones_.empty()) return;
    const auto look_up = [&](const std::string& name) {
      if (const auto found = zones_.find(name); found != zones_.end())
        std::for_each(found->second.begin(), found->second.end(), visit_zone);
    };
    look_up(asset.id);
    look_up(asset.name);
    if (!asset.station.empty()) return look_up(asset.address_text());
    for (const IpAddress& ip : asset.ips) look_up(to_text(ip));
    for (const MacAddress& mac : asset.macs) look_up(to_text(mac));
  }
  std::unordered_map<std::string, std::vector<std::size_t>> zones_;
};

/// Length of the longest subnet of the zone that holds an address of the asset; 0 for none.
unsigned longest_subnet(const Zone& zone, const Asset& asset) {
  unsigned longest = 0;
  for (const IpPrefix& subnet : zone.subnets)
    for (const IpAddress& ip : asset.ips)
      if (subnet.contains(ip)) longest = std::max(longest, subnet.bits + 1);
  return longest;
}

bool shares_vlan(const Zone& zone, const Asset& asset) {
  return std::any_of(asset.vlans.begin(), asset.vlans.end(), [&](std::uint16_t vlan) {
    return std::find(zone.vlans.begin(), zone.vlans.end(), vlan) != zone.vlans.end();
  });
}

/// What joins networks rather than living in one of them.
bool joins_networks(const Asset& asset) {
  return asset.ips.size() > 1 && (asset.role.value == Role::router || asset.role.value == Role::network_switch);
}

/// The zone whose subnet holds the address most closely; null for none.
const Zone* zone_of_address(const Site& site, const IpAddress& ip) {
  const Zone* best = nullptr;
  unsigned longest = 0;
  for (const Zone& zone : site.zones)
    for (const IpPrefix& subnet : zone.subnets)
      if (subnet.contains(ip) && subnet.bits + 1 > longest) {
        longest = subnet.bits + 1;
        best = &zone;
      }
  return best;
}

/// A router is managed from the highest of the zones that it joins.
const Zone* highest_zone(const Site& site, const Asset& asset) {
  const Zone* highest = nullptr;
  for (const IpAddress& ip : asset.ips) {
    const Zone* zone = zone_of_address(site, ip);
    if (zone == nullptr) continue;
    if (highest == nullptr || zone->level_high.value_or(Level{}) > highest->level_high.value_or(Level{}))
      highest = zone;
  }
  return highest;
}

const Zone* zone_by_rule(const Site& site, const Members& members, const Asset& asset) {
  if (const auto named = members.first(asset)) return &site.zones[*named];
  if (joins_networks(asset))
    if (const Zone* zone = highest_zone(site, asset)) return zone;
  const Zone* best = nullptr;
  unsigned longest = 0;
  for (const Zone& zone : site.zones) {
    const unsigned bits = longest_subnet(zone, asset);
    if (bits > longest) {
      longest = bits;
      best = &zone;
    }
  }
  if (best != nullptr) return best;
  for (const Zone& zone : site.zones)
    if (asset.ips.empty() && shares_vlan(zone, asset)) return &zone;
  if (!asset.external) return nullptr;
  const auto external =
      std::find_if(site.zones.begin(), site.zones.end(), [](const Zone& zone) { return zone.kind == "external"; });
  return external == site.zones.end() ? nullptr : &*external;
}

bool allows_operation(const AllowedFlow& flow, Operation operation) {
  if (flow.operations.empty()) return true;
  return std::any_of(flow.operations.begin(), flow.operations.end(), [&](const std::string& allowed) {
    return allowed == name(operation) || allowed == name(class_of(operation));
  });
}

bool is_of(const AllowedFlow& flow, const Conversation& conversation) {
  if (flow.protocol == "any") return true;
  if (flow.protocol == conversation.service && !conversation.service.empty()) return true;
  return conversation.port && flow.protocol == conversation.transport + "/" + std::to_string(*conversation.port);
}

/// What a session needs to exist at all is allowed wherever any of its operations is.
bool is_allowed(const Conduit& conduit, const Conversation& conversation) {
  for (const AllowedFlow& flow : conduit.allow) {
    if (!is_of(flow, conversation)) continue;
    const bool all =
        std::all_of(conversation.operations.begin(), conversation.operations.end(), [&](const OperationUse& use) {
          return use.asked == 0 || class_of(use.operation) == OperationClass::session ||
                 allows_operation(flow, use.operation);
        });
    if (all) return true;
  }
  return false;
}

/// Where a conversation ends that an asset takes part in: for a router, at the card that is spoken to.
std::string zone_of(const Site& site, const Members& members, const Asset& asset, const Party& party) {
  if (!joins_networks(asset)) return asset.zone;
  const Zone* own = site.zone(asset.zone);
  if (own == nullptr || members.named_by(static_cast<std::size_t>(own - site.zones.data()), asset)) return asset.zone;
  const Zone* here = party.ip.present() ? zone_of_address(site, party.ip) : nullptr;
  return here == nullptr ? asset.zone : here->id;
}

/// What nobody draws a conduit for: the network's own upkeep.
bool is_upkeep(const Conversation& conversation) {
  return conversation.server.is_group() || conversation.service == "arp" || conversation.service == "icmp" ||
         (conversation.transport == "ip" &&
          (conversation.port == 1 || conversation.port == 58 || conversation.port == 2));
}

}  // namespace

void assign_zones(const Site& site, Inventory& inventory) {
  const Members members{site};
  for (Asset& asset : inventory.assets) {
    if (!asset.zone.empty() && site.zone(asset.zone) != nullptr) continue;  // a person put it there
    const Zone* zone = zone_by_rule(site, members, asset);
    asset.zone = zone == nullptr ? std::string{} : zone->id;
  }
  // A device behind another lives where that one does, unless a rule says otherwise.
  for (Asset& asset : inventory.assets) {
    if (asset.behind.empty() || !asset.zone.empty()) continue;
    if (const Asset* front = inventory.find(asset.behind)) asset.zone = front->zone;
  }
}

void place_roles(const Site& site, Inventory& inventory) {
  for (Asset& asset : inventory.assets) {
    const Zone* zone = site.zone(asset.zone);
    if (zone == nullptr || zone->kind != "safety" || !zone->approval.approved) continue;
    if (asset.role.value != Role::plc || asset.role.by_person) continue;
    asset.role.value = Role::safety_controller;
    asset.role.confidence = Confidence::likely;
    asset.role.reasons.push_back("its zone '" + zone->name + "' is approved for safety");
  }
}

namespace {

/// Whether a zone's level is that of what stands in it. A wireless network carries devices of any level, a router
/// stands between levels, and a cell holds controllers and panels alike: of what is not known there, nothing is said.
bool tells_level(const Zone& zone, const Asset& asset) {
  constexpr Level supervisory{4};
  if (zone.kind == "wireless" || asset.role.value == Role::router) return false;
  return *zone.level_low > supervisory || asset.role.value.has_value();
}

}  // namespace

void place_levels(const Site& site, Inventory& inventory) {
  for (Asset& asset : inventory.assets) {
    const Zone* zone = site.zone(asset.zone);
    if (zone == nullptr || !zone->approval.approved || !zone->level_low || zone->level_low != zone->level_high)
      continue;
    if (asset.level.by_person || asset.external) continue;
    const bool keeps =
        asset.level.confidence >= Confidence::likely && asset.level.value && asset.level.value->doubled <= 4;
    const bool field = asset.level.value == Level{2} && asset.level.confidence >= Confidence::possible &&
                       zone->level_low->doubled <= 4;
    if (keeps || field || !tells_level(*zone, asset)) continue;
    asset.level.value = zone->level_low;
    asset.level.confidence = Confidence::likely;
    asset.level.reasons = {"its zone '" + zone->name + "' is approved at that level"};
  }
}

std::string_view name(Crossing::Verdict verdict) noexcept {
  switch (verdict) {
    case Crossing::Verdict::conforming: return "conforming";
    case Crossing::Verdict::proposed: return "proposed";
    case Crossing::Verdict::not_designed: return "not_designed";
    case Crossing::Verdict::partly_designed: return "partly_designed";
  }
  return {};
}

std::vector<Crossing> cross(const Site& site, const Inventory& inventory, const Traffic& traffic) {
  const Members members{site};
  std::map<std::pair<std::string, std::string>, Crossing> crossings;
  for (std::size_t i = 0; i < traffic.conversations.size(); ++i) {
    const Conversation& conversation = traffic.conversations[i];
    if (is_upkeep(conversation)) continue;
    const auto client = inventory.at(conversation.client);
    const auto server = inventory.at(conversation.server);
    if (!client || !server) continue;
    const std::string from = zone_of(site, members, inventory.assets[*client], conversation.client);
    const std::string to = zone_of(site, members, inventory.assets[*server], conversation.server);
    if (from == to) continue;
    Crossing& crossing = crossings[{from, to}];
    crossing.from = from;
    crossing.to = to;
    crossing.conversations.push_back(i);
  }
  std::map<std::pair<std::string, std::string>, std::vector<const Conduit*>> conduits_between;
  for (const Conduit& conduit : site.conduits) conduits_between[{conduit.from, conduit.to}].push_back(&conduit);
  std::vector<Crossing> all;
  for (auto& [ends, crossing] : crossings) {
    const std::vector<const Conduit*>& conduits = conduits_between[ends];
    if (!conduits.empty()) crossing.conduit = conduits.front()->id;
    const Zone* from = site.zone(crossing.from);
    const Zone* to = site.zone(crossing.to);
    const bool zones_approved = from != nullptr && to != nullptr && from->approval.approved && to->approval.approved;
    const bool any_approved =
        std::any_of(conduits.begin(), conduits.end(), [](const Conduit* c) { return c->approval.approved; });
    if (zones_approved && (any_approved || site.approved())) {
      for (const std::size_t i : crossing.conversations) {
        const bool allowed = std::any_of(conduits.begin(), conduits.end(), [&](const Conduit* conduit) {
          return conduit->approval.approved && is_allowed(*conduit, traffic.conversations[i]);
        });
        if (!allowed) crossing.forbidden.push_back(i);
      }
      crossing.verdict = crossing.forbidden.empty() ? Crossing::Verdict::conforming
                         : any_approved             ? Crossing::Verdict::partly_designed
                                                    : Crossing::Verdict::not_designed;
    }
    all.push_back(std::move(crossing));
  }
  return all;
}

}  // namespace bulkhead

// From what was observed to assets.
//
// Addresses are put together by device; each device is an asset, and so is each of several stations that answer behind
// one. What was said of them and what they did in conversations is added; a person's word comes before what is inferred
// from both. Ids are given before that word is applied, for it may name an asset by its id.

#include "inventory/inventory.h"

#include <algorithm>

#include "base/text.h"
#include "inventory/draft.h"
#include "inventory/ids.h"
#include "inventory/oui.h"

namespace bulkhead {

namespace {

bool is_inside(const IpAddress& ip, const std::vector<IpPrefix>& inside) {
  if (ip.is_private() || ip.is_link_local() || ip.is_loopback()) return true;
  return std::any_of(inside.begin(), inside.end(), [&](const IpPrefix& prefix) { return prefix.contains(ip); });
}

/// Address spaces in which an asset's addresses were met.
struct Spaces {
  std::set<std::uint16_t> of_cards;
  std::map<IpAddress, std::uint16_t> of_ips;
};

/// Seen from both sides of a translation, a device lives where its card is, and its addresses there come first. Of
/// several such spaces the first by name is taken: their numbers follow the order of the files.
void settle(Asset& asset, const Spaces& spaces, const Traffic& traffic) {
  std::set<std::uint16_t> possible = spaces.of_cards;
  if (possible.empty())
    for (const auto& [ip, space] : spaces.of_ips) possible.insert(space);
  asset.space =
      possible.size() == 1
          ? *possible.begin()
          : *std::ranges::min_element(possible, {}, [&](std::uint16_t space) { return traffic.names_of_space(space); });
  for (const auto& [ip, space] : spaces.of_ips) asset.ips.push_back(ip);
  std::stable_partition(asset.ips.begin(), asset.ips.end(),
                        [&](const IpAddress& ip) { return spaces.of_ips.at(ip) == asset.space; });
}

Draft draft_of(const AddressGroups& groups, const InventoryInput& input) {
  Draft draft;
  Inventory& inventory = draft.inventory;
  std::map<std::size_t, std::size_t> of_group;
  std::vector<Spaces> spaces;
  for (const AddressGroups::Address& address : groups.addresses) {
    const auto [known, is_new] = of_group.try_emplace(address.group, inventory.assets.size());
    const std::size_t at = known->second;
    if (is_new) {
      inventory.assets.emplace_back();
      spaces.emplace_back();
    }
    Asset& asset = inventory.assets[at];
    if (address.ip.present()) {
      spaces[at].of_ips.emplace(address.ip, address.space);
      inventory.by_ip[{address.space, address.ip}] = at;
    } else {
      asset.macs.push_back(*address.mac);
      spaces[at].of_cards.insert(address.space);
      inventory.by_mac[{address.space, *address.mac}] = at;
    }
  }
  for (const auto& [returned, sender] : groups.returned)
    if (const auto known = inventory.by_mac.find({returned.first, sender}); known != inventory.by_mac.end())
      inventory.by_mac[returned] = known->second;
  for (const AddressGroups::Reason& reason : groups.reasons) {
    std::vector<std::string>& reasons = inventory.assets[of_group.at(reason.group)].merge_reasons;
    if (std::find(reasons.begin(), reasons.end(), reason.text) == reasons.end()) reasons.push_back(reason.text);
  }
  draft.behaviours.resize(inventory.assets.size());
  for (std::size_t i = 0; i < inventory.assets.size(); ++i) {
    Asset& asset = inventory.assets[i];
    settle(asset, spaces[i], input.traffic);
    // A public address that answers ARP, or came straight from its card, is on the site's own segment.
    asset.external = asset.macs.empty() && !asset.ips.empty() &&
                     std::none_of(asset.ips.begin(), asset.ips.end(),
                                  [&](const IpAddress& ip) { return is_inside(ip, input.inside); });
    for (const MacAddress& mac : asset.macs) {
      if (groups.routers.contains({asset.space, mac})) draft.behaviours[i].routes = true;
      if (const auto organisation = organisation_of(mac))
        add_candidate(asset, Meaning::vendor, {*organisation, "oui", {}, 0, 0});
    }
  }
  return draft;
}

bool is_meant(const AssetOverride& override, const Asset& asset) {
  if (override.match == asset.id || override.match == asset.name) return true;
  const std::string wanted = lower(override.match);
  if (wanted == lower(asset.attribute(Meaning::host_name)) && !wanted.empty()) return true;
  if (!asset.station.empty()) return wanted == lower(asset.address_text());
  const auto is_ip = [&](const IpAddress& ip) { return to_text(ip) == wanted; };
  if (std::any_of(asset.ips.begin(), asset.ips.end(), is_ip)) return true;
  const auto mac = parse_mac(wanted);
  return mac && std::find(asset.macs.begin(), asset.macs.end(), *mac) != asset.macs.end();
}

void apply_overrides(std::vector<Asset>& assets, const std::vector<AssetOverride>& overrides) {
  for (const AssetOverride& override : overrides) {
    for (Asset& asset : assets) {
      if (!is_meant(override, asset)) continue;
      if (override.name) asset.name = *override.name;
      if (override.role) asset.role = {override.role, Confidence::certain, {"site.yml says so"}, {}, true};
      if (override.level) asset.level = {override.level, Confidence::certain, {"site.yml says so"}, {}, true};
      if (override.zone) asset.zone = *override.zone;
      if (override.criticality) asset.criticality = override.criticality;
      if (override.note) asset.note = override.note;
    }
  }
}

void infer_roles(Draft& draft, const RoleCatalogue& catalogue) {
  std::set<std::size_t> fronts;
  for (const auto& [station, front] : draft.fronts) fronts.insert(front);
  for (std::size_t i = 0; i < draft.inventory.assets.size(); ++i) {
    Asset& asset = draft.inventory.assets[i];
    if (!asset.role.by_person) asset.role = infer_role(asset, draft.behaviours[i], catalogue);
    const bool said = asset.best(Meaning::product) != nullptr || asset.best(Meaning::order_number) != nullptr;
    if (fronts.contains(i) && !asset.role.by_person && !said) {
      asset.role.value = Role::gateway;
      asset.role.confidence = Confidence::likely;
      asset.role.reasons = {"several stations answer at its address"};
    }
    if (draft.fronts.contains(i) && !asset.role.value) {
      asset.role.value = Role::field_device;
      asset.role.confidence = Confidence::possible;
      asset.role.reasons = {"it answers behind a gateway"};
    }
  }
}

void name_assets(Draft& draft) {
  std::vector<Asset>& assets = draft.inventory.assets;
  for (Asset& asset : assets) {
    if (!asset.name.empty()) continue;
    asset.name = asset.attribute(Meaning::host_name);
    const bool is_address = parse_ip(asset.name.substr(0, asset.name.find(':'))).has_value();
    if (asset.name.empty() || is_address || !asset.station.empty()) asset.name = asset.address_text();
  }
  for (const auto& [station, front] : draft.fronts) assets[station].behind = assets[front].id;
}

}  // namespace

Inventory take_inventory(const InventoryInput& input, NumberedIds& ids) {
  Draft draft = draft_of(group_addresses(input), input);
  std::vector<Asset>& assets = draft.inventory.assets;
  add_stations(draft, input);
  add_facts(draft, input);
  add_conversations(draft, input.traffic);
  give_asset_ids(assets, input.traffic, ids);
  apply_overrides(assets, input.overrides);
  infer_roles(draft, *input.roles);
  infer_levels(assets);
  name_assets(draft);
  return std::move(draft.inventory);
}

}  // namespace bulkhead

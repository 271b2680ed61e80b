#include "inventory/ids.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace bulkhead {

namespace {

constexpr std::string_view mac_mark = " mac ";

/// What an asset is known by, each in the order of its names.
struct Keys {
  std::vector<std::string> firm;  ///< Its MAC addresses, or its station: nobody else's.
  std::vector<std::string> weak;  ///< Its IP addresses: another device may have them one day.
};

Keys keys_of(const Asset& asset, const std::vector<std::string>& spaces) {
  Keys keys;
  for (const std::string& space : spaces) {
    if (!asset.station.empty()) {
      const std::string at = asset.ips.empty() ? std::string{} : to_text(asset.ips.front());
      keys.firm.push_back(fmt::format("{} station {} {}", space, at, asset.station));
      continue;
    }
    for (const MacAddress& mac : asset.macs) keys.firm.push_back(fmt::format("{}{}{}", space, mac_mark, to_text(mac)));
    for (const IpAddress& ip : asset.ips) keys.weak.push_back(fmt::format("{} ip {}", space, to_text(ip)));
  }
  return keys;
}

}  // namespace

void give_asset_ids(std::vector<Asset>& assets, const Traffic& traffic, NumberedIds& ids) {
  std::map<std::uint16_t, std::vector<std::string>> spaces;
  for (const Asset& asset : assets)
    if (!spaces.contains(asset.space)) spaces.emplace(asset.space, traffic.names_of_space(asset.space));
  for (auto& [space, names] : spaces)
    if (names.empty()) names.push_back(fmt::format("#{}", space));  // nothing was captured: only told
  std::vector<Keys> keys;
  keys.reserve(assets.size());
  for (const Asset& asset : assets) keys.push_back(keys_of(asset, spaces.at(asset.space)));

  std::vector<std::size_t> order(assets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto rank = [&](const Asset& asset) {
      return std::tie(spaces.at(asset.space), asset.ips, asset.macs, asset.station);
    };
    return rank(assets[a]) < rank(assets[b]);
  });

  std::set<std::string> has_mac;  // ids of devices whose MAC address is known
  for (const auto& [key, id] : ids.known)
    if (key.find(mac_mark) != std::string::npos) has_mac.insert(id);
  IdGiver giver{ids};
  for (const std::size_t i : order)
    if (const auto known = giver.known(keys[i].firm)) assets[i].id = *known;
  for (const std::size_t i : order) {
    if (!assets[i].id.empty()) continue;
    const auto could_be_it = [&](const std::string& key) {
      const auto known = ids.known.find(key);
      return known != ids.known.end() && (assets[i].macs.empty() || !has_mac.contains(known->second));
    };
    std::vector<std::string> by;
    std::ranges::copy_if(keys[i].weak, std::back_inserter(by), could_be_it);
    std::ranges::copy(keys[i].firm, std::back_inserter(by));
    if (const auto known = giver.known(by)) assets[i].id = *known;
  }
  for (const std::size_t i : order) {
    std::vector<std::string> all = std::move(keys[i].firm);
    if (assets[i].id.empty()) assets[i].id = giver.give(all);
    // Also of a device that is known: where its MAC address is not seen one day, this is what is left of it.
    for (std::string& key : keys[i].weak) ids.known.emplace(std::move(key), assets[i].id);
  }
}

}  // namespace bulkhead

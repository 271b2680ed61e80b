// A station behind an address is an asset of its own where more than one station answers there.

#include <fmt/format.h>

#include "inventory/draft.h"

namespace bulkhead {

namespace {

std::string kind_of(const std::string& station) {
  return station.substr(0, station.find(' '));
}

/// The stations that answer, by the device in front of them and their kind ("unit", "slot").
using Answering = std::map<std::pair<std::size_t, std::string>, std::set<std::string>>;

Answering answering_of(const Inventory& inventory, const InventoryInput& input) {
  Answering answering;
  for (const Conversation& conversation : input.traffic.conversations) {
    const auto at = inventory.at(conversation.server);
    if (!at) continue;
    for (const OperationUse& use : conversation.operations)
      if (!use.station.empty() && use.answered > use.refused)
        answering[{*at, kind_of(use.station)}].insert(use.station);
  }
  for (const Fact& fact : input.facts) {
    const auto at = inventory.at({fact.subject.space, fact.subject.ip, fact.subject.mac});
    if (at && !fact.subject.station.empty())
      answering[{*at, kind_of(fact.subject.station)}].insert(fact.subject.station);
  }
  return answering;
}

}  // namespace

void add_stations(Draft& draft, const InventoryInput& input) {
  if (is_split(input, "stations")) return;
  std::vector<Asset>& assets = draft.inventory.assets;
  for (const auto& [device, stations] : answering_of(draft.inventory, input)) {
    const auto& [front, kind] = device;
    const bool always_behind = kind == "network";
    if (stations.size() < 2 && !always_behind) continue;
    for (const std::string& station : stations) {
      if (station == "unit 0" || station == "unit 255") continue;  // the gateway itself
      Asset behind;
      behind.space = assets[front].space;
      behind.ips = assets[front].ips;
      behind.station = station;
      behind.merge_reasons = {fmt::format("{} stations answer at {}", stations.size(), assets[front].address_text())};
      draft.stations[{front, station}] = assets.size();
      draft.fronts[assets.size()] = front;
      assets.push_back(std::move(behind));
      draft.behaviours.emplace_back();
    }
  }
}

}  // namespace bulkhead

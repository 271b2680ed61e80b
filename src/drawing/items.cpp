// What is drawn: a box for each zone, with its lane and what stands in it. Beyond what a sheet of paper holds, zones of
// a lane fold into one box with their number; zones with findings keep theirs.

#include "drawing/items.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace bulkhead {

namespace {

constexpr std::size_t lane_external = 0, lane_business = 1, lane_boundary = 2, lane_operations = 3;

constexpr std::size_t singles_max = 24;  // zones in a lane; the rest folds
constexpr std::size_t boxes_roomy = 20;  // beyond these, zones without assets fold
constexpr std::size_t spanning_max = 6;  // zones over several lanes

std::size_t lane_of(Level level) noexcept {
  if (level.doubled >= 8) return lane_business;
  if (level.doubled == 7) return lane_boundary;
  if (level.doubled == 6) return lane_operations;
  return level.doubled >= 4 ? 4 : level.doubled >= 2 ? 5 : 6;
}

std::size_t severity_rank(std::string_view severity) noexcept {
  constexpr std::array<std::string_view, 6> order{"", "info", "low", "medium", "high", "critical"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), severity) - order.begin());
}

void set_lanes(Item& item, const Zone& zone) {
  const auto both = [&](std::size_t lane) { item.top = item.bottom = lane; };
  if (zone.kind == "external") return both(lane_external);
  const auto low = zone.level_low ? zone.level_low : zone.level_high;
  const auto high = zone.level_high ? zone.level_high : zone.level_low;
  if (low && high) {
    item.top = std::min(lane_of(*low), lane_of(*high));
    item.bottom = std::max(lane_of(*low), lane_of(*high));
    return;
  }
  both(zone.kind == "business"     ? lane_business
       : zone.kind == "dmz"        ? lane_boundary
       : zone.kind == "operations" ? lane_operations
                                   : lane_unknown);
}

using RoleCounts = std::map<std::string, std::map<std::string, std::size_t>>;

RoleCounts count_roles(const Site& site, const Inventory& inventory) {
  RoleCounts counts;
  for (const Asset& asset : inventory.assets) {
    const std::string zone = site.zone(asset.zone) == nullptr ? std::string{} : asset.zone;
    ++counts[zone][std::string{title(asset.role.value.value_or(Role::unknown))}];
  }
  return counts;
}

void set_roles(Drawing::Box& box, const std::map<std::string, std::size_t>& counts) {
  box.roles.assign(counts.begin(), counts.end());
  std::stable_sort(box.roles.begin(), box.roles.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [role, count] : box.roles) box.assets += count;
}

void fold_into(Item& sum, const Item& other) {
  std::map<std::string, std::size_t> roles{sum.box.roles.begin(), sum.box.roles.end()};
  for (const auto& [role, count] : other.box.roles) roles[role] += count;
  sum.box.assets = 0;
  set_roles(sum.box, roles);
  sum.box.findings += other.box.findings;
  if (severity_rank(other.box.worst) > severity_rank(sum.box.worst)) sum.box.worst = other.box.worst;
  sum.zones.insert(sum.zones.end(), other.zones.begin(), other.zones.end());
}

/// Folds the items at `folded` into one box for each span.
void fold(std::vector<Item>& items, const std::set<std::size_t>& folded, std::string_view what, Drawing& drawing) {
  std::map<std::pair<std::size_t, std::size_t>, Item> sums;
  std::vector<Item> kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!folded.contains(i)) {
      kept.push_back(std::move(items[i]));
      continue;
    }
    Item& sum = sums[{items[i].top, items[i].bottom}];
    sum.top = items[i].top;
    sum.bottom = items[i].bottom;
    fold_into(sum, items[i]);
  }
  for (auto& [span, sum] : sums) {
    sum.box.kind = "folded";
    sum.box.title = fmt::format("+ {} {}", sum.zones.size(), what);
    drawing.zones_folded += sum.zones.size();
    kept.push_back(std::move(sum));
  }
  items = std::move(kept);
}

/// Keeps the first `most` zones that `belongs` names (those with findings before others) and folds the rest.
template <class Belongs>
void fold_beyond(std::vector<Item>& items, std::size_t most, Belongs belongs, Drawing& drawing) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (belongs(items[i]) && items[i].box.kind != "folded") order.push_back(i);
  if (order.size() <= most) return;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return severity_rank(items[a].box.worst) > severity_rank(items[b].box.worst);
  });
  fold(items, {order.begin() + static_cast<std::ptrdiff_t>(most) - 1, order.end()}, "zones", drawing);
}

}  // namespace

std::vector<Item> items_of(const Site& site, const Inventory& inventory, const std::vector<ZoneMark>& marks) {
  const RoleCounts counts = count_roles(site, inventory);
  std::vector<Item> items;
  const auto finish = [&](Item& item, const std::string& zone) {
    if (const auto roles = counts.find(zone); roles != counts.end()) set_roles(item.box, roles->second);
    for (const ZoneMark& mark : marks) {
      if (mark.zone != zone) continue;
      item.box.findings = mark.findings;
      item.box.worst = mark.worst;
    }
    item.zones.push_back(zone);
    items.push_back(item);
  };
  for (const Zone& zone : site.zones) {
    Item item;
    item.box.zone = zone.id;
    item.box.title = zone.name.empty() ? zone.id : zone.name;
    item.box.kind = zone.kind;
    set_lanes(item, zone);
    finish(item, zone.id);
  }
  if (counts.contains("")) {
    Item item;
    item.box.title = "In no zone";
    item.box.kind = "none";
    finish(item, {});
  }
  return items;
}

void fold_all(std::vector<Item>& items, Drawing& drawing) {
  if (items.size() > boxes_roomy) {
    std::set<std::size_t> empty;
    for (std::size_t i = 0; i < items.size(); ++i)
      if (items[i].box.assets == 0 && items[i].box.findings == 0) empty.insert(i);
    for (const std::size_t i : empty)
      items[i].top = items[i].bottom = lane_unknown;  // together: they are no part of the picture
    if (empty.size() > 1) fold(items, empty, "empty zones", drawing);
  }
  for (std::size_t lane = 0; lane < lane_titles.size(); ++lane)
    fold_beyond(
        items, singles_max,
        [&](const Item& item) { return !item.spans() && item.top == lane && item.box.kind != "none"; }, drawing);
  fold_beyond(items, spanning_max, [](const Item& item) { return item.spans(); }, drawing);
}

}  // namespace bulkhead

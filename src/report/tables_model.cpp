// The model: zones, conduits, and what crosses them.

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "report/cells.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

using Kind = Column::Kind;

Cell target_cell(const std::optional<std::uint8_t>& level) {
  return level ? Cell::count(*level) : Cell::unknown();
}

Cell approval_cell(const Approval& approval) {
  if (!approval.approved) return Cell::of("proposed");
  return Cell::of(approval.by.empty() ? "approved" : fmt::format("approved by {}, {}", approval.by, approval.on));
}

constexpr std::array zone_columns{Column{"id", "Id"},
                                  Column{"name", "Name"},
                                  Column{"kind", "Kind"},
                                  Column{"level_low", "Lowest level", Kind::level},
                                  Column{"level_high", "Highest level", Kind::level},
                                  Column{"assets", "Assets", Kind::number},
                                  Column{"findings", "Findings", Kind::number},
                                  Column{"worst", "Worst finding", Kind::severity},
                                  Column{"approval", "Approval"},
                                  Column{"sl_target", "SL target", Kind::level, false},
                                  Column{"subnets", "Subnets", Kind::text, false},
                                  Column{"vlans", "VLANs", Kind::text, false},
                                  Column{"reasons", "Why", Kind::text, false}};

std::vector<Cell> zone_row(const View& view, const Zone& zone) {
  const auto& assets = view.all.inventory.assets;
  const auto count =
      std::count_if(assets.begin(), assets.end(), [&](const Asset& asset) { return asset.zone == zone.id; });
  std::optional<Severity> worst;
  std::uint64_t findings = 0;
  for (const Finding& finding : view.all.findings) {
    if (std::find(finding.zones.begin(), finding.zones.end(), zone.id) == finding.zones.end()) continue;
    ++findings;
    worst = worst ? std::max(*worst, finding.severity) : finding.severity;
  }
  return {Cell::of(zone.id),
          Cell::of(zone.name),
          Cell::of(zone.kind),
          level_cell(zone.level_low),
          level_cell(zone.level_high),
          Cell::count(static_cast<std::uint64_t>(count)),
          Cell::count(findings),
          severity_cell(worst),
          approval_cell(zone.approval),
          target_cell(zone.sl_target),
          applies(joined(zone.subnets, [](const IpPrefix& prefix) { return to_text(prefix); })),
          applies(joined(zone.vlans, [](std::uint16_t vlan) { return std::to_string(vlan); })),
          applies(joined(zone.reasons))};
}

std::string allowed_line(const AllowedFlow& flow) {
  return flow.operations.empty() ? flow.protocol
                                 : fmt::format("{} ({})", flow.protocol, fmt::join(flow.operations, ", "));
}

constexpr std::array conduit_columns{Column{"id", "Id"},
                                     Column{"name", "Name", Kind::text, false},
                                     Column{"from", "From"},
                                     Column{"to", "To"},
                                     Column{"verdict", "Verdict"},
                                     Column{"allows", "Allows"},
                                     Column{"conversations", "Conversations", Kind::number},
                                     Column{"not_allowed", "Not allowed", Kind::number},
                                     Column{"approval", "Approval", Kind::text, false},
                                     Column{"sl_target", "SL target", Kind::level, false},
                                     Column{"reasons", "Why", Kind::text, false}};

std::vector<Cell> conduit_row(const View& view, const Conduit& conduit) {
  const Crossing* crossing = view.crossing_of(conduit);
  return {Cell::of(conduit.id),
          applies(conduit.name),
          Cell::of(view.zone_name(conduit.from)),
          Cell::of(view.zone_name(conduit.to)),
          Cell::of(std::string{view.verdict_of(conduit)}),
          applies(joined(conduit.allow, allowed_line)),
          Cell::count(crossing == nullptr ? 0 : crossing->conversations.size()),
          Cell::count(crossing == nullptr ? 0 : crossing->forbidden.size()),
          approval_cell(conduit.approval),
          target_cell(conduit.sl_target),
          applies(joined(conduit.reasons))};
}

std::vector<Cell> crossing_row(const View& view, const Crossing& crossing) {
  return {Cell::none(),
          Cell::none(),
          zone_cell(view, crossing.from),
          zone_cell(view, crossing.to),
          Cell::of(std::string{name(crossing.verdict)}),
          Cell::none(),
          Cell::count(crossing.conversations.size()),
          Cell::count(crossing.forbidden.size()),
          Cell::none(),
          Cell::none(),
          Cell::none()};
}

}  // namespace

Table zone_table(const View& view) {
  Table table = empty_table("zones", "Zones", zone_columns);
  for (const Zone& zone : view.all.site.zones) table.rows.push_back(zone_row(view, zone));
  return table;
}

Table conduit_table(const View& view) {
  Table table = empty_table("conduits", "Conduits", conduit_columns);
  std::set<std::pair<std::string, std::string>> designed;
  for (const Conduit& conduit : view.all.site.conduits) {
    table.rows.push_back(conduit_row(view, conduit));
    designed.emplace(conduit.from, conduit.to);
  }
  for (const Crossing& crossing : view.all.crossings)
    if (!designed.contains({crossing.from, crossing.to})) table.rows.push_back(crossing_row(view, crossing));
  return table;
}

}  // namespace bulkhead

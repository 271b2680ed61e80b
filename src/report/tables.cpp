#include "report/tables.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/time.h"

namespace bulkhead {

namespace {

using Kind = Column::Kind;
constexpr std::size_t listed_max = 12;

template <class Items, class Text>
std::string joined(const Items& items, Text text_of, std::size_t most = listed_max) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const auto& item : items) texts.push_back(text_of(item));
  return listed(texts, most);
}
std::string joined(const std::vector<std::string>& items) {
  return listed(items, listed_max);
}

Cell severity_cell(std::optional<Severity> severity) {
  if (!severity) return Cell::none();
  return Cell::of(std::string{name(*severity)}, static_cast<double>(*severity));
}
Cell confidence_cell(Confidence confidence) {
  return Cell::of(std::string{name(confidence)}, static_cast<double>(confidence));
}
Cell level_cell(const std::optional<Level>& level) {
  if (!level) return Cell::unknown();
  return Cell::of(to_text(*level), static_cast<double>(level->doubled) / 2);
}
Cell applies(std::string text) {
  return text.empty() ? Cell::none() : Cell::of(std::move(text));
}
Cell target_cell(const std::optional<std::uint8_t>& level) {
  return level ? Cell::count(*level) : Cell::unknown();
}
Cell seen_cell(std::int64_t time_ns) {
  return time_ns == 0 ? Cell::unknown() : Cell::time(time_ns);
}

std::string service_line(const Service& service) {
  const std::string where =
      service.port == 0 ? service.transport : fmt::format("{}/{}", service.transport, service.port);
  return service.protocol.empty() ? where : fmt::format("{} {}", where, service.protocol);
}

std::string point_name(const View& view, std::uint16_t point) {
  for (const PointCoverage& coverage : view.all.quality.points)
    if (coverage.point == point) return coverage.name;
  return fmt::format("point {}", point);
}

std::vector<Cell> asset_row(const View& view, const Asset& asset) {
  const auto said = [&](Meaning meaning) { return Cell::of(asset.attribute(meaning)); };
  std::vector<std::string> reasons = asset.role.reasons;
  reasons.insert(reasons.end(), asset.level.reasons.begin(), asset.level.reasons.end());
  return {severity_cell(view.worst_of(asset.id)),
          Cell::of(asset.id),
          asset.role.value ? Cell::of(std::string{title(*asset.role.value)}) : Cell::unknown(),
          Cell::of(asset.name),
          asset.zone.empty() ? Cell::unknown() : Cell::of(view.zone_name(asset.zone)),
          level_cell(asset.level.value),
          applies(joined(asset.ips, [](const IpAddress& ip) { return to_text(ip); })),
          Cell::of(joined(asset.macs, [](const MacAddress& mac) { return to_text(mac); })),
          said(Meaning::vendor),
          said(Meaning::product),
          said(Meaning::order_number),
          said(Meaning::firmware),
          said(Meaning::serial_number),
          applies(joined(asset.services, service_line)),
          confidence_cell(asset.role.confidence),
          Cell::count(view.findings_of(asset.id).size()),
          applies(asset.station),
          applies(asset.behind),
          applies(joined(asset.vlans, [](std::uint16_t vlan) { return std::to_string(vlan); })),
          said(Meaning::operating_system),
          Cell::of(asset.external ? "yes" : "no"),
          Cell::of(asset.never_heard ? "no, only spoken to" : "yes"),
          seen_cell(asset.first_ns),
          seen_cell(asset.last_ns),
          Cell::count(asset.frames),
          applies(joined(asset.points, [&](std::uint16_t point) { return point_name(view, point); })),
          applies(joined(reasons))};
}

std::string operations_line(const Conversation& conversation) {
  std::vector<std::string> names;
  for (const OperationUse& use : conversation.operations) {
    const std::string one{name(use.operation)};
    if (use.operation != Operation::unknown && std::find(names.begin(), names.end(), one) == names.end())
      names.push_back(one);
  }
  return listed(names, listed_max);
}

std::vector<Cell> flow_row(const View& view, std::size_t index) {
  const Conversation& conversation = view.all.traffic.conversations[index];
  const Asset* client = view.asset_at(conversation.client);
  const Asset* server = view.asset_at(conversation.server);
  const auto id = [](const Asset* asset) { return asset == nullptr ? Cell::none() : Cell::of(asset->id); };
  const auto zone = [&](const Asset* asset) {
    if (asset == nullptr) return Cell::none();
    return asset->zone.empty() ? Cell::unknown() : Cell::of(view.zone_name(asset->zone));
  };
  const CaptureRecord* record = view.all.capture(conversation.first.capture);
  return {Cell::of(to_text(conversation.client)),
          id(client),
          zone(client),
          Cell::of(to_text(conversation.server)),
          id(server),
          zone(server),
          Cell::of(service_text(conversation)),
          conversation.port ? Cell::count(*conversation.port) : Cell::none(),
          Cell::of(conversation.transport),
          conversation.operations_known ? applies(operations_line(conversation)) : Cell::unknown(),
          Cell::of(std::string{view.verdict_of(index)}),
          Cell::count(conversation.frames_out + conversation.frames_in),
          Cell::count(conversation.bytes_out + conversation.bytes_in),
          Cell::count(conversation.flows),
          Cell::of(conversation.answered ? "yes" : "no"),
          Cell::of(std::string{name(conversation.client_reason)}),
          conversation.period_ns
              ? Cell::of(to_text_duration(*conversation.period_ns), static_cast<double>(*conversation.period_ns) / 1e9)
              : Cell::none(),
          seen_cell(conversation.first_ns),
          seen_cell(conversation.last_ns),
          record == nullptr ? Cell::unknown() : Cell::of(record->name),
          conversation.first.frame == 0 ? Cell::unknown() : Cell::count(conversation.first.frame),
          Cell::of(fmt::format("{:016x}", conversation.id))};
}

Cell approval_cell(const Approval& approval) {
  if (!approval.approved) return Cell::of("proposed");
  return Cell::of(approval.by.empty() ? "approved" : fmt::format("approved by {}, {}", approval.by, approval.on));
}

std::string allowed_line(const AllowedFlow& flow) {
  return flow.operations.empty() ? flow.protocol
                                 : fmt::format("{} ({})", flow.protocol, fmt::join(flow.operations, ", "));
}

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
  const auto zone = [&](const std::string& id) { return id.empty() ? Cell::unknown() : Cell::of(view.zone_name(id)); };
  return {Cell::none(),
          Cell::none(),
          zone(crossing.from),
          zone(crossing.to),
          Cell::of(std::string{name(crossing.verdict)}),
          Cell::none(),
          Cell::count(crossing.conversations.size()),
          Cell::count(crossing.forbidden.size()),
          Cell::none(),
          Cell::none(),
          Cell::none()};
}

std::vector<Cell> finding_row(const View& view, const Finding& finding) {
  return {severity_cell(finding.severity),
          Cell::of(finding.id),
          Cell::of(finding.title),
          Cell::of(finding.what),
          applies(joined(finding.zones, [&](const std::string& id) { return view.zone_name(id); })),
          applies(finding.conduit),
          applies(joined(finding.assets)),
          confidence_cell(finding.confidence),
          Cell::of(finding.against_approved ? "approved model" : "no model needed"),
          Cell::of(finding.why),
          Cell::of(finding.action),
          Cell::of(finding.closed_when),
          Cell::of(finding.would_change),
          applies(joined(finding.requirements)),
          applies(joined(finding.techniques)),
          applies(joined(finding.evidence, [](const Evidence& evidence) { return evidence.tag; })),
          Cell::of(finding.rule)};
}

std::vector<Cell> risk_row(const View& view, const Risk& risk) {
  const RiskMatrix& matrix = view.all.risks.matrix;
  int points = 0;
  for (const LikelihoodTerm& term : risk.terms) points += term.points;
  const std::string likelihood =
      risk.likelihood < matrix.likelihood_levels.size() ? matrix.likelihood_levels[risk.likelihood] : "?";
  return {Cell::of(rank_text(risk, matrix), static_cast<double>(risk.rank_high)),
          Cell::of(risk.id),
          Cell::of(risk.scenario),
          risk.zone.empty() ? Cell::none() : Cell::of(view.zone_name(risk.zone)),
          applies(risk.conduit),
          Cell::of(consequence_text(risk, matrix), static_cast<double>(risk.consequence_high)),
          Cell::of(risk.consequence_assumed ? "assumed" : "stated"),
          Cell::of(likelihood, static_cast<double>(risk.likelihood)),
          Cell::of(std::to_string(points), points),
          applies(joined(risk.terms,
                         [](const LikelihoodTerm& term) { return fmt::format("{:+} {}", term.points, term.reason); })),
          applies(joined(risk.findings)),
          applies(joined(risk.assets)),
          applies(joined(risk.techniques))};
}

std::vector<Cell> capture_row(const CaptureRecord& capture) {
  const auto time = [](const std::optional<std::int64_t>& time_ns) {
    return time_ns ? Cell::time(*time_ns) : Cell::unknown();
  };
  const bool offset_known = capture.clock_offset_ns != 0 || capture.clock_offset_frames != 0;
  return {Cell::of(capture.name),
          Cell::of(capture.point_name),
          applies(capture.space_name),
          Cell::of(capture.ending),
          Cell::count(capture.frames),
          Cell::count(capture.bytes),
          Cell::count(capture.size),
          time(capture.first_ns),
          time(capture.last_ns),
          Cell::count(capture.cut),
          Cell::count(capture.copies),
          Cell::count(capture.interface_drops),
          Cell::count(capture.clock_steps),
          Cell::count(capture.times_not_believed),
          Cell::count(capture.undecoded_link),
          offset_known
              ? Cell::of(to_text_duration(capture.clock_offset_ns), static_cast<double>(capture.clock_offset_ns) / 1e9)
              : Cell::none(),
          applies(capture.ending_detail),
          Cell::of(capture.sha256)};
}

}  // namespace

Table asset_table(const View& view) {
  Table table{"assets",
              "Assets",
              {{"worst", "Worst finding", Kind::severity},
               {"id", "Id"},
               {"role", "Role"},
               {"name", "Name"},
               {"zone", "Zone"},
               {"level", "Level", Kind::level},
               {"ip", "IP address", Kind::address},
               {"mac", "MAC address", Kind::text, false},
               {"vendor", "Vendor"},
               {"model", "Model"},
               {"order_number", "Order number", Kind::text, false},
               {"firmware", "Firmware"},
               {"serial", "Serial number", Kind::text, false},
               {"services", "Services", Kind::text, false},
               {"confidence", "Confidence", Kind::confidence, false},
               {"findings", "Findings", Kind::number, false},
               {"station", "Station", Kind::text, false},
               {"behind", "Behind", Kind::text, false},
               {"vlan", "VLAN", Kind::text, false},
               {"operating_system", "Operating system", Kind::text, false},
               {"external", "External", Kind::text, false},
               {"heard", "Heard itself", Kind::text, false},
               {"first_seen", "First seen", Kind::time, false},
               {"last_seen", "Last seen", Kind::time, false},
               {"frames", "Frames", Kind::number, false},
               {"points", "Capture points", Kind::text, false},
               {"reasons", "Why this role and level", Kind::text, false}},
              {}};
  for (const Asset& asset : view.all.inventory.assets) table.rows.push_back(asset_row(view, asset));
  return table;
}

Table flow_table(const View& view) {
  Table table{"flows",
              "Flows",
              {{"client", "Client"},
               {"client_id", "Client asset", Kind::text, false},
               {"client_zone", "Client zone"},
               {"server", "Server"},
               {"server_id", "Server asset", Kind::text, false},
               {"server_zone", "Server zone"},
               {"service", "Service"},
               {"port", "Port", Kind::number, false},
               {"transport", "Transport", Kind::text, false},
               {"operations", "Operations"},
               {"verdict", "Verdict"},
               {"frames", "Frames", Kind::number},
               {"bytes", "Bytes", Kind::number, false},
               {"connections", "Connections", Kind::number, false},
               {"answered", "Answered", Kind::text, false},
               {"client_reason", "Client known by", Kind::text, false},
               {"period", "Period", Kind::number, false},
               {"first_seen", "First seen", Kind::time, false},
               {"last_seen", "Last seen", Kind::time, false},
               {"capture", "First capture", Kind::text, false},
               {"frame", "First frame", Kind::number, false},
               {"id", "Id", Kind::text, false}},
              {}};
  for (std::size_t i = 0; i < view.all.traffic.conversations.size(); ++i) table.rows.push_back(flow_row(view, i));
  return table;
}

Table zone_table(const View& view) {
  Table table{"zones",
              "Zones",
              {{"id", "Id"},
               {"name", "Name"},
               {"kind", "Kind"},
               {"level_low", "Lowest level", Kind::level},
               {"level_high", "Highest level", Kind::level},
               {"assets", "Assets", Kind::number},
               {"findings", "Findings", Kind::number},
               {"worst", "Worst finding", Kind::severity},
               {"approval", "Approval"},
               {"sl_target", "SL target", Kind::level, false},
               {"subnets", "Subnets", Kind::text, false},
               {"vlans", "VLANs", Kind::text, false},
               {"reasons", "Why", Kind::text, false}},
              {}};
  for (const Zone& zone : view.all.site.zones) {
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
    table.rows.push_back({Cell::of(zone.id), Cell::of(zone.name), Cell::of(zone.kind), level_cell(zone.level_low),
                          level_cell(zone.level_high), Cell::count(static_cast<std::uint64_t>(count)),
                          Cell::count(findings), severity_cell(worst), approval_cell(zone.approval),
                          target_cell(zone.sl_target),
                          applies(joined(zone.subnets, [](const IpPrefix& prefix) { return to_text(prefix); })),
                          applies(joined(zone.vlans, [](std::uint16_t vlan) { return std::to_string(vlan); })),
                          applies(joined(zone.reasons))});
  }
  return table;
}

Table conduit_table(const View& view) {
  Table table{"conduits",
              "Conduits",
              {{"id", "Id"},
               {"name", "Name", Kind::text, false},
               {"from", "From"},
               {"to", "To"},
               {"verdict", "Verdict"},
               {"allows", "Allows"},
               {"conversations", "Conversations", Kind::number},
               {"not_allowed", "Not allowed", Kind::number},
               {"approval", "Approval", Kind::text, false},
               {"sl_target", "SL target", Kind::level, false},
               {"reasons", "Why", Kind::text, false}},
              {}};
  std::set<std::pair<std::string, std::string>> designed;
  for (const Conduit& conduit : view.all.site.conduits) {
    table.rows.push_back(conduit_row(view, conduit));
    designed.emplace(conduit.from, conduit.to);
  }
  for (const Crossing& crossing : view.all.crossings)
    if (!designed.contains({crossing.from, crossing.to})) table.rows.push_back(crossing_row(view, crossing));
  return table;
}

Table finding_table(const View& view) {
  Table table{"findings",
              "Findings",
              {{"severity", "Severity", Kind::severity},
               {"id", "Id"},
               {"title", "Finding"},
               {"what", "What was seen"},
               {"zones", "Zones", Kind::text, false},
               {"conduit", "Conduit", Kind::text, false},
               {"assets", "Assets", Kind::text, false},
               {"confidence", "Confidence", Kind::confidence},
               {"judged_by", "Judged by", Kind::text, false},
               {"why", "Why it matters", Kind::text, false},
               {"action", "Action", Kind::text, false},
               {"closed_when", "Closed when", Kind::text, false},
               {"would_change", "What would change this verdict", Kind::text, false},
               {"requirements", "IEC 62443-3-3:2013", Kind::text, false},
               {"techniques", "ATT&CK for ICS", Kind::text, false},
               {"evidence", "Evidence", Kind::text, false},
               {"rule", "Rule", Kind::text, false}},
              {}};
  for (const Finding& finding : view.all.findings) table.rows.push_back(finding_row(view, finding));
  return table;
}

Table risk_table(const View& view) {
  Table table{"risks",
              "Risks",
              {{"rank", "Rank"},
               {"id", "Id"},
               {"scenario", "Scenario"},
               {"zone", "Zone"},
               {"conduit", "Conduit", Kind::text, false},
               {"consequence", "Consequence"},
               {"consequence_from", "Consequence is", Kind::text, false},
               {"likelihood", "Likelihood"},
               {"points", "Points", Kind::number, false},
               {"sum", "Sum", Kind::text, false},
               {"findings", "Findings", Kind::text, false},
               {"assets", "Assets", Kind::text, false},
               {"techniques", "ATT&CK for ICS", Kind::text, false}},
              {}};
  for (const Risk& risk : view.all.risks.risks) table.rows.push_back(risk_row(view, risk));
  return table;
}

Table capture_table(const View& view) {
  Table table{"captures",
              "Captures",
              {{"name", "File"},
               {"point", "Capture point"},
               {"space", "Address space", Kind::text, false},
               {"ending", "Ended"},
               {"frames", "Frames", Kind::number},
               {"bytes", "Bytes on the wire", Kind::number, false},
               {"size", "File size", Kind::number, false},
               {"first_seen", "First frame", Kind::time},
               {"last_seen", "Last frame", Kind::time},
               {"cut", "Cut frames", Kind::number, false},
               {"copies", "Copies", Kind::number, false},
               {"drops", "Dropped by the interface", Kind::number, false},
               {"clock_steps", "Clock steps", Kind::number, false},
               {"times_not_believed", "Times not believed", Kind::number, false},
               {"undecoded", "Frames not decoded", Kind::number, false},
               {"clock_offset", "Clock offset", Kind::number, false},
               {"detail", "Detail", Kind::text, false},
               {"sha256", "SHA-256", Kind::text, false}},
              {}};
  for (const CaptureRecord& capture : view.all.traffic.captures) table.rows.push_back(capture_row(capture));
  return table;
}

Table evidence_table(const View& view) {
  Table table{"evidence",
              "Evidence",
              {{"tag", "Tag"},
               {"finding", "Finding"},
               {"sentence", "What the frame holds"},
               {"capture", "Capture"},
               {"frame", "Frame", Kind::number},
               {"pdu", "PDU", Kind::number, false},
               {"time", "Time", Kind::time},
               {"kept", "Kept", Kind::text, false}},
              {}};
  for (const Finding& finding : view.all.findings)
    for (const Evidence& evidence : finding.evidence) {
      const CaptureRecord* record = view.all.capture(evidence.citation.capture);
      const KeptPdu* pdu = view.all.pdu(evidence.citation);
      table.rows.push_back({Cell::of(evidence.tag), Cell::of(finding.id), Cell::of(evidence.sentence),
                            record == nullptr ? Cell::unknown() : Cell::of(record->name),
                            Cell::count(evidence.citation.frame), Cell::count(evidence.citation.pdu),
                            seen_cell(evidence.citation.time_ns),
                            Cell::of(pdu == nullptr       ? "no"
                                     : pdu->bytes.empty() ? "fields"
                                                          : "fields and bytes")});
    }
  return table;
}

std::optional<Table> table_named(std::string_view name, const View& view) {
  constexpr std::array makers{asset_table,   flow_table, zone_table,    conduit_table,
                              finding_table, risk_table, capture_table, evidence_table};
  const auto* const found = std::find(table_names.begin(), table_names.end(), name);
  if (found == table_names.end()) return std::nullopt;
  return makers.at(static_cast<std::size_t>(found - table_names.begin()))(view);
}

}  // namespace bulkhead

// What was observed: assets, conversations, captures.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/time.h"
#include "report/cells.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

using Kind = Column::Kind;

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

constexpr std::array asset_columns{Column{"worst", "Worst finding", Kind::severity},
                                   Column{"id", "Id"},
                                   Column{"role", "Role"},
                                   Column{"name", "Name"},
                                   Column{"zone", "Zone"},
                                   Column{"level", "Level", Kind::level},
                                   Column{"ip", "IP address", Kind::address},
                                   Column{"mac", "MAC address", Kind::text, false},
                                   Column{"vendor", "Vendor"},
                                   Column{"model", "Model"},
                                   Column{"order_number", "Order number", Kind::text, false},
                                   Column{"firmware", "Firmware"},
                                   Column{"serial", "Serial number", Kind::text, false},
                                   Column{"services", "Services", Kind::text, false},
                                   Column{"confidence", "Confidence", Kind::confidence, false},
                                   Column{"findings", "Findings", Kind::number, false},
                                   Column{"station", "Station", Kind::text, false},
                                   Column{"behind", "Behind", Kind::text, false},
                                   Column{"vlan", "VLAN", Kind::text, false},
                                   Column{"operating_system", "Operating system", Kind::text, false},
                                   Column{"external", "External", Kind::text, false},
                                   Column{"heard", "Heard itself", Kind::text, false},
                                   Column{"first_seen", "First seen", Kind::time, false},
                                   Column{"last_seen", "Last seen", Kind::time, false},
                                   Column{"frames", "Frames", Kind::number, false},
                                   Column{"points", "Capture points", Kind::text, false},
                                   Column{"reasons", "Why this role and level", Kind::text, false}};

std::vector<Cell> asset_row(const View& view, const Asset& asset) {
  const auto said = [&](Meaning meaning) { return Cell::of(asset.attribute(meaning)); };
  std::vector<std::string> reasons = asset.role.reasons;
  reasons.insert(reasons.end(), asset.level.reasons.begin(), asset.level.reasons.end());
  return {severity_cell(view.worst_of(asset.id)),
          Cell::of(asset.id),
          asset.role.value ? Cell::of(std::string{title(*asset.role.value)}) : Cell::unknown(),
          Cell::of(asset.name),
          zone_cell(view, asset.zone),
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

constexpr std::array flow_columns{Column{"client", "Client"},
                                  Column{"client_id", "Client asset", Kind::text, false},
                                  Column{"client_zone", "Client zone"},
                                  Column{"server", "Server"},
                                  Column{"server_id", "Server asset", Kind::text, false},
                                  Column{"server_zone", "Server zone"},
                                  Column{"service", "Service"},
                                  Column{"port", "Port", Kind::number, false},
                                  Column{"transport", "Transport", Kind::text, false},
                                  Column{"operations", "Operations"},
                                  Column{"verdict", "Verdict"},
                                  Column{"frames", "Frames", Kind::number},
                                  Column{"bytes", "Bytes", Kind::number, false},
                                  Column{"connections", "Connections", Kind::number, false},
                                  Column{"answered", "Answered", Kind::text, false},
                                  Column{"client_reason", "Client known by", Kind::text, false},
                                  Column{"period", "Period", Kind::number, false},
                                  Column{"first_seen", "First seen", Kind::time, false},
                                  Column{"last_seen", "Last seen", Kind::time, false},
                                  Column{"capture", "First capture", Kind::text, false},
                                  Column{"frame", "First frame", Kind::number, false},
                                  Column{"id", "Id", Kind::text, false}};

std::vector<Cell> flow_row(const View& view, std::size_t index) {
  const Conversation& conversation = view.all.traffic.conversations[index];
  const Asset* client = view.asset_at(conversation.client);
  const Asset* server = view.asset_at(conversation.server);
  const auto id = [](const Asset* asset) { return asset == nullptr ? Cell::none() : Cell::of(asset->id); };
  const auto zone = [&](const Asset* asset) { return asset == nullptr ? Cell::none() : zone_cell(view, asset->zone); };
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

constexpr std::array capture_columns{Column{"name", "File"},
                                     Column{"point", "Capture point"},
                                     Column{"space", "Address space", Kind::text, false},
                                     Column{"ending", "Ended"},
                                     Column{"frames", "Frames", Kind::number},
                                     Column{"bytes", "Bytes on the wire", Kind::number, false},
                                     Column{"size", "File size", Kind::number, false},
                                     Column{"first_seen", "First frame", Kind::time},
                                     Column{"last_seen", "Last frame", Kind::time},
                                     Column{"cut", "Cut frames", Kind::number, false},
                                     Column{"copies", "Copies", Kind::number, false},
                                     Column{"drops", "Dropped by the interface", Kind::number, false},
                                     Column{"clock_steps", "Clock steps", Kind::number, false},
                                     Column{"times_not_believed", "Times not believed", Kind::number, false},
                                     Column{"undecoded", "Frames not decoded", Kind::number, false},
                                     Column{"clock_offset", "Clock offset", Kind::number, false},
                                     Column{"detail", "Detail", Kind::text, false},
                                     Column{"sha256", "SHA-256", Kind::text, false}};

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
  Table table = empty_table("assets", "Assets", asset_columns);
  for (const Asset& asset : view.all.inventory.assets) table.rows.push_back(asset_row(view, asset));
  return table;
}

Table flow_table(const View& view) {
  Table table = empty_table("flows", "Flows", flow_columns);
  for (std::size_t i = 0; i < view.all.traffic.conversations.size(); ++i) table.rows.push_back(flow_row(view, i));
  return table;
}

Table capture_table(const View& view) {
  Table table = empty_table("captures", "Captures", capture_columns);
  for (const CaptureRecord& capture : view.all.traffic.captures) table.rows.push_back(capture_row(capture));
  return table;
}

}  // namespace bulkhead

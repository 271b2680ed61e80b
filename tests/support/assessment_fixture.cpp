#include "support/assessment_fixture.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "support/build.h"

namespace bulkhead::test {

namespace {

constexpr std::int64_t start_ns = 1'794'214'800 * 1'000'000'000LL;  // 2026-11-09 09:00 UTC
constexpr std::int64_t hour_ns = 3'600'000'000'000;

struct ZoneRow {
  std::string_view id, name, kind;
  int low, high;  // doubled levels; -1: none
  std::string_view subnet;
};
constexpr std::array zones{
    ZoneRow{"internet", "Internet", "external", -1, -1, ""},
    ZoneRow{"office", "Corporate office", "business", 8, 8, "10.10.4.0/24"},
    ZoneRow{"idmz", "Industrial DMZ", "dmz", 7, 7, "10.20.35.0/24"},
    ZoneRow{"operations", "Site operations", "operations", 6, 6, "10.20.30.0/24"},
    ZoneRow{"supervisory", "Supervisory control", "control", 4, 4, "10.20.20.0/24"},
    ZoneRow{"intake", "Intake", "control", 0, 2, "10.20.11.0/24"},
    ZoneRow{"filtration", "Filtration", "control", 0, 2, "10.20.12.0/24"},
    ZoneRow{"dosing", "Dosing <b>bold</b>", "control", 0, 4, "10.20.31.0/24"},
    ZoneRow{"trip", "Trip", "safety", 2, 4, "10.20.40.0/24"},
    ZoneRow{"pumping", "Pumping", "control", -1, -1, "10.20.50.0/24"},
};

std::optional<Level> level_of(int doubled) {
  if (doubled < 0) return std::nullopt;
  return Level{static_cast<std::uint8_t>(doubled)};
}

void add_zones(Assessment& all) {
  for (const ZoneRow& row : zones) {
    Zone zone;
    zone.id = row.id;
    zone.name = row.name;
    zone.kind = row.kind;
    zone.level_low = level_of(row.low);
    zone.level_high = level_of(row.high);
    if (const auto prefix = parse_prefix(row.subnet)) zone.subnets.push_back(*prefix);
    zone.reasons = {"devices that share a subnet or VLAN"};
    if (row.id == "office" || row.id == "dosing") zone.approval = {true, "J. Doe", "2026-11-10"};
    if (row.id == "dosing") zone.sl_target = 2;
    all.site.zones.push_back(zone);
  }
}

constexpr std::array roles{
    Role::it_host, Role::historian, Role::plc, Role::hmi, Role::drive, Role::remote_io, Role::engineering_workstation};

Role role_for(std::string_view zone, std::size_t i) {
  if (zone == "office") return Role::it_host;
  if (zone == "internet") return Role::external_host;
  if (zone == "trip") return i % 2 == 0 ? Role::safety_controller : Role::engineering_workstation;
  return roles.at(1 + i % (roles.size() - 1));
}

std::string name_for(std::size_t i) {
  const std::array hostile{markup_name, script_name, reversed_name, control_name, formula_name};
  if (i % 9 == 4) return hostile.at(i / 9 % hostile.size());
  return fmt::format("STATION-{:03}", i);
}

void attribute(Asset& asset, Meaning meaning, const std::string& value, const Citation& citation,
               const std::string& source) {
  Attribute made;
  made.meaning = meaning;
  made.candidates.push_back({value, source, citation, start_ns + hour_ns, 3});
  asset.attributes.push_back(made);
}

Asset asset_at(const Assessment& all, std::size_t i) {
  const ZoneRow& zone = zones.at(i % zones.size());
  Asset asset;
  asset.id = fmt::format("A-{:04}", i + 1);
  asset.name = name_for(i);
  asset.external = zone.kind == "external";
  const auto host = static_cast<std::uint32_t>(i / zones.size());
  const auto network = static_cast<std::uint32_t>(i % zones.size());
  asset.ips = {IpAddress::v4(asset.external ? 0xC6336400U + host : 0x0A140000U + (network << 12U) + host + 10)};
  if (!asset.external)
    asset.macs = {
        MacAddress{{0x00, 0x1b, 0x1b, 0x02, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}}};
  const bool stray = i == 17;
  asset.zone = stray ? std::string{} : std::string{zone.id};
  asset.role.value = role_for(zone.id, i / zones.size());
  asset.role.confidence = static_cast<Confidence>(1 + i % 3);
  asset.role.reasons = {"answers as a Modbus server on TCP 502"};
  if (zone.low >= 0) asset.level.value = level_of(zone.low);
  asset.level.confidence = Confidence::likely;
  asset.level.reasons = {"role at level " + std::to_string(zone.low / 2)};
  asset.first_ns = start_ns + static_cast<std::int64_t>(i) * 1'000'000;
  asset.last_ns = start_ns + 90 * hour_ns;
  asset.frames = 1000 + i * 13;
  asset.points = {0};
  const Citation citation = {1, 2000 + i % 40, 1, start_ns + 2 * hour_ns};
  asset.first = citation;
  if (i % 3 != 0) {
    attribute(asset, Meaning::vendor, i % 2 == 0 ? "Siemens AG" : "Schneider Electric", citation, "modbus.identity");
    attribute(asset, Meaning::product, i % 5 == 0 ? markup_name : "TM241CE24R", citation, "modbus.identity");
    attribute(asset, Meaning::firmware, "4.2.1", citation, "modbus.identity");
    asset.attributes.back().candidates.push_back({"4.1.0", "site.yml", {}, 0, 1});
  }
  if (i % 4 == 0) asset.services.push_back({"tcp", 502, "modbus", 3, citation});
  asset.never_heard = i % 25 == 7;
  static_cast<void>(all);
  return asset;
}

void add_assets(Assessment& all, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Asset asset = asset_at(all, i);
    all.inventory.by_ip.emplace(std::pair{asset.space, asset.ips.front()}, i);
    all.inventory.assets.push_back(std::move(asset));
  }
}

void add_captures(Assessment& all) {
  CaptureRecord capture;
  capture.id = 1;
  capture.name = "SW-31 <script>alert(1)</script>.pcapng";
  capture.sha256 = "5d1f0b9c77e141bda7e2c09a5d1f0b9c77e141bda7e2c09a5d1f0b9c77e141bd";
  capture.size = 734'003'200;
  capture.point_name = "SW-31";
  capture.ending = "read";
  capture.frames = 1'184'209;
  capture.bytes = 612'000'311;
  capture.first_ns = start_ns;
  capture.last_ns = start_ns + 96 * hour_ns;
  all.traffic.captures.push_back(capture);
  capture.id = 2;
  capture.name = "SW-C1.pcap";
  capture.point_name = "SW-C1";
  capture.point = 1;
  capture.ending = "cut_off";
  capture.ending_frame = 88'210;
  capture.ending_detail = "the file ends inside frame 88211";
  capture.frames = 88'210;
  capture.cut = 12'431;
  capture.clock_offset_ns = 1'250'000;
  capture.clock_offset_frames = 340;
  all.traffic.captures.push_back(capture);
  all.traffic.frames = 1'272'419;
  all.traffic.copies = 412;
  all.traffic.faults = {{"modbus", 3}};
}

void add_conversations(Assessment& all, std::size_t count) {
  const std::size_t assets = all.inventory.assets.size();
  constexpr std::array<std::uint16_t, 5> ports{502, 102, 443, 3389, 44818};
  constexpr std::array<std::string_view, 5> services{"modbus", "s7comm", "", "", "enip"};
  for (std::size_t i = 0; i < count; ++i) {
    const Asset& client = all.inventory.assets[(i * 7) % assets];
    const Asset& server = all.inventory.assets[(i * 13 + 5) % assets];
    if (&client == &server) continue;
    Conversation conversation;
    conversation.id = 0x1000 + i;
    conversation.client.ip = client.ips.front();
    conversation.server.ip = server.ips.front();
    conversation.client_reason = i % 11 == 0 ? ClientReason::unknown : ClientReason::protocol;
    conversation.transport = "tcp";
    conversation.port = ports.at(i % ports.size());
    conversation.service = services.at(i % services.size());
    if (conversation.service.empty()) conversation.label = i % 2 == 0 ? "TLS" : "RDP";
    conversation.operations_known = !conversation.service.empty();
    conversation.answered = i % 17 != 0;
    conversation.flows = 1 + i % 5;
    conversation.frames_out = conversation.frames_in = 100 + i;
    conversation.bytes_out = conversation.bytes_in = 9000 + i * 17;
    conversation.first_ns = start_ns;
    conversation.last_ns = start_ns + 80 * hour_ns;
    if (i % 3 == 0) conversation.period_ns = 1'000'000'000;
    conversation.first = {1, 48'211 + i, 1, start_ns};
    if (conversation.operations_known) {
      conversation.operations.push_back({Operation::read, "unit 1", 500, 498, 2, {1, 48'211, 1, start_ns}, start_ns});
      if (i % 4 == 0)
        conversation.operations.push_back(
            {Operation::write, "unit 1", 214, 214, 0, {1, 48'213, 1, start_ns}, start_ns});
    }
    conversation.sightings.push_back({1, 0, 48'211 + i, 100, 100, {}});
    all.traffic.conversations.push_back(conversation);
  }
}

void add_conduits(Assessment& all) {
  all.crossings = cross(all.site, all.inventory, all.traffic);
  std::size_t number = 0;
  for (Crossing& crossing : all.crossings) {
    if (++number % 4 == 0 || crossing.from.empty() || crossing.to.empty()) continue;
    Conduit conduit;
    conduit.id = fmt::format("C-{:02}", all.site.conduits.size() + 1);
    conduit.from = crossing.from;
    conduit.to = crossing.to;
    conduit.allow = {{"modbus", {"read"}}, {"tcp/443", {}}};
    conduit.reasons = {"12 conversations seen"};
    crossing.conduit = conduit.id;
    const bool judged = conduit.from == "office" || conduit.to == "dosing";
    crossing.verdict = !judged           ? Crossing::Verdict::proposed
                       : number % 3 == 0 ? Crossing::Verdict::partly_designed
                       : number % 3 == 1 ? Crossing::Verdict::not_designed
                                         : Crossing::Verdict::conforming;
    if (judged && number % 3 != 2) crossing.forbidden = {crossing.conversations.front()};
    if (judged) conduit.approval = {true, "J. Doe", "2026-11-10"};
    all.site.conduits.push_back(conduit);
  }
  Conduit unused;
  unused.id = "C-99";
  unused.from = "idmz";
  unused.to = "office";
  unused.allow = {{"https", {}}};
  all.site.conduits.push_back(unused);
}

KeptPdu write_pdu(std::uint64_t frame) {
  KeptPdu pdu;
  pdu.capture = 1;
  pdu.frame = pdu.first_frame = frame;
  pdu.pdu = 1;
  pdu.time_ns = start_ns + 24 * hour_ns + static_cast<std::int64_t>(frame) * 1000;
  pdu.protocol = "modbus";
  pdu.bytes = from_hex_text("1a2b 0000 000b 01 10 0064 0002 04 01f4 0000 4142 4344");
  pdu.size = pdu.bytes.size();
  pdu.masked = {{17, 4}};
  std::fill(pdu.bytes.begin() + 17, pdu.bytes.end(), std::uint8_t{0});
  KeptMessage message;
  message.citation = {1, frame, 1, pdu.time_ns};
  message.schema = "modbus.message";
  message.source = "10.10.4.23:49152";
  message.destination = "10.20.31.11:502";
  message.direction = "to_server";
  message.fields = {{"transaction", "6699", 0, 2},  {"unit", "1", 6, 1},
                    {"function", "16", 7, 1},       {"function_name", "Write Multiple Registers", 0, 0},
                    {"address", "100", 8, 2},       {"quantity", "2", 10, 2},
                    {"values", markup_name, 13, 4}, {"password", "secret, 4 bytes", 17, 4}};
  pdu.messages.push_back(message);
  return pdu;
}

void add_evidence(Assessment& all) {
  for (std::uint64_t frame = 2000; frame < 2040; ++frame) all.evidence.push_back(write_pdu(frame));
  for (std::uint64_t frame = 48'211; frame < 48'231; ++frame) all.evidence.push_back(write_pdu(frame));
  all.evidence.back().bytes.clear();
}

void add_findings(Assessment& all) {
  struct Row {
    Severity severity;
    std::string_view title, rule;
  };
  constexpr std::array rows{
      Row{Severity::critical, "An office PC writes to a dosing controller around the OT firewall",
          "enterprise_to_control"},
      Row{Severity::high, "Devices at level 3 and below talk to the internet", "internet_contact"},
      Row{Severity::high, "Known default credentials are in use", "default_credentials"},
      Row{Severity::medium, "Devices are administered in clear text", "plaintext_administration"},
      Row{Severity::medium, "SNMP is read with a community string that everybody knows", "default_community"},
      Row{Severity::low, "One host name answers from two networks", "dual_homed_host"},
      Row{Severity::info, "A device is spoken to and never answers", "unanswered"},
  };
  std::size_t tag = 0;
  for (const Row& row : rows) {
    Finding finding;
    finding.id = fmt::format("F-{:04}", all.findings.size() + 7);
    finding.severity = row.severity;
    finding.confidence = Confidence::likely;
    finding.title = row.title;
    finding.what = fmt::format("{} (10.10.4.23) reaches 10.20.31.11 with modbus write.", markup_name);
    finding.why = "What reaches an office computer reaches the process from there in one step.";
    finding.action = "Close the path at the site firewall.";
    finding.closed_when =
        "A capture of the same mirror point over a full production cycle shows no conversation between these levels.";
    finding.would_change = "A person's statement that one of the ends is at another level.";
    finding.against_approved = row.severity == Severity::critical;
    finding.requirements = {"SR 5.1", "SR 5.2"};
    finding.techniques = {"T0886", "T0866"};
    const std::size_t first = all.findings.size() * 3 % all.inventory.assets.size();
    finding.assets = {all.inventory.assets[first].id,
                      all.inventory.assets[(first + 7) % all.inventory.assets.size()].id};
    finding.zones = {"office", "dosing"};
    if (!all.site.conduits.empty()) finding.conduit = all.site.conduits.front().id;
    finding.conversations = {0x1000, 0x1001};
    for (std::uint64_t i = 0; i < 3; ++i) {
      const std::uint64_t frame = 48'211 + (tag % 22);
      finding.evidence.push_back(
          {fmt::format("E{}", ++tag), "writes registers 100 to 101", {1, frame, 1, start_ns + 24 * hour_ns}});
    }
    all.findings.push_back(finding);
  }
}

void add_risks(Assessment& all) {
  RiskMatrix& matrix = all.risks.matrix;
  matrix.name = "Default 5 by 5";
  matrix.source = "Program default (IEC 62443-3-2:2020, ZCR 5.5 to 5.7)";
  matrix.consequence_levels = {"negligible", "minor", "moderate", "major", "catastrophic"};
  matrix.likelihood_levels = {"remote", "unlikely", "possible", "likely", "expected"};
  matrix.ranks = {"low", "medium", "high", "critical"};
  matrix.cells = {{0, 0, 0, 0, 1}, {0, 0, 0, 1, 1}, {0, 0, 1, 1, 2}, {0, 1, 1, 2, 3}, {1, 1, 2, 3, 3}};
  for (std::size_t i = 0; i < 6; ++i) {
    Risk risk;
    risk.id = fmt::format("R-{:02}", i + 1);
    risk.scenario = "An intruder uses that an office PC writes to a dosing controller, and reaches " + markup_name +
                    ": overdose of chlorine.";
    risk.zone = "dosing";
    risk.findings = {all.findings[i].id};
    risk.assets = all.findings[i].assets;
    risk.techniques = {"T0831"};
    risk.consequence_low = i == 0 ? 4 : 1;
    risk.consequence_high = i == 0 ? 4 : 3;
    risk.consequence_assumed = i != 0;
    risk.consequence_text = "Loss of control of the dosing";
    risk.likelihood = 4 - i / 2;
    risk.terms = {{4, all.findings[i].id + ": a critical finding, likely"},
                  {1, "starts in the business network"},
                  {-1, "a person must open a door"}};
    risk.rank_low = matrix.cells[risk.consequence_low][risk.likelihood];
    risk.rank_high = matrix.cells[risk.consequence_high][risk.likelihood];
    all.risks.risks.push_back(risk);
  }
  all.risks.questions = {
      {"What happens at worst when the dosing controller is not under control?", "consequences: dosing", 4},
      {"Is 198.51.100.0/24 the site's own?", "inside", 2}};
}

void add_quality(Assessment& all) {
  CaptureQuality& quality = all.quality;
  quality.verdict = CaptureQuality::Verdict::usable_with_gaps;
  quality.sentence = "Usable, with gaps: SW-C1: 12 431 of 88 210 frames were cut by the capture (snap length).";
  quality.gaps = {"SW-C1: 12 431 of 88 210 frames were cut by the capture (snap length). What lay beyond is unknown.",
                  "SW-31: 3 devices are asked and never heard: 10.20.31.40, 10.20.31.41, " + markup_name + "."};
  quality.advice = {"Mirror next the switch port of 10.20.31.40."};
  PointCoverage point;
  point.name = "SW-31";
  point.files = {all.traffic.captures.front().name};
  point.first_ns = start_ns;
  point.last_ns = start_ns + 96 * hour_ns;
  point.frames = 1'184'209;
  point.copies = 412;
  point.hosts_both_ways = 51;
  point.hosts_only_sending = 4;
  point.hosts_only_receiving = 3;
  point.hosts_only_broadcast = 2;
  point.spoken_about = {"10.20.31.40", "10.20.31.41"};
  point.vlans = {31, 40};
  point.payload_bytes = 400'000'000;
  point.lost_bytes = 1'200'000;
  point.loss = 0.003;
  point.slowest_period_ns = 60'000'000'000;
  quality.points.push_back(point);
  point.point = 1;
  point.name = "SW-C1";
  point.files = {"SW-C1.pcap"};
  point.cut = 12'431;
  point.frames = 88'210;
  quality.points.push_back(point);
}

}  // namespace

Assessment make_assessment(FixtureSize size) {
  Assessment all;
  all.program_version = "0.1.0";
  all.content_hash = "a1b2c3d4e5f6";
  all.made_ns = start_ns + 100 * hour_ns;
  all.site.name = "Eastwater Treatment Works";
  all.site.sector = "energy";
  all.site.time_zone = "Europe/London";
  all.site.simulated = true;
  add_zones(all);
  add_assets(all, size.assets);
  add_captures(all);
  add_conversations(all, size.conversations);
  add_conduits(all);
  add_evidence(all);
  add_findings(all);
  add_risks(all);
  add_quality(all);
  all.model_changes = {"zone 'Wireless 10.20.60.0/24' is new: 3 devices"};
  all.drawing = draw(all.site, all.inventory, all.crossings, {{"dosing", 7, "critical"}, {"office", 7, "critical"}});
  return all;
}

}  // namespace bulkhead::test

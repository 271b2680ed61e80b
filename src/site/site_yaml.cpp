// site.yml: read with the place of every error, written so that a person wants to edit it.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "content/yaml.h"
#include "site/site.h"

namespace bulkhead {

namespace {

constexpr std::array<std::string_view, 5> sectors{"manufacturing", "energy", "oil_and_gas", "transport", "healthcare"};
constexpr std::array<std::string_view, 10> zone_kinds{"business", "dmz",           "operations", "control",
                                                      "safety",   "wireless",      "temporary",  "remote_access",
                                                      "external", "infrastructure"};
constexpr std::array<std::string_view, 7> level_names{"0", "1", "2", "3", "3.5", "4", "5"};

template <std::size_t Count>
bool one_of(const std::array<std::string_view, Count>& known, std::string_view text) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

template <std::size_t Count>
void check_word(Fields& fields, const Node& at, std::string_view key, const std::array<std::string_view, Count>& known,
                const std::string& text) {
  if (text.empty() || one_of(known, text)) return;
  const std::string near = nearest(text, known);
  const Node* place = at.find(key);
  fields.fail(place == nullptr ? at : *place,
              fmt::format("'{}' is no {} here; expected one of {}", text, key, fmt::join(known, ", ")),
              near.empty() ? std::string{} : "did you mean '" + near + "'?");
}

std::optional<Level> read_level(Fields& fields, const Node& at, std::string_view key) {
  const auto text = fields.optional_text(key);
  if (!text) return std::nullopt;
  check_word(fields, at, key, level_names, *text);
  if (*text == "3.5") return Level{7};
  if (text->size() != 1 || text->front() < '0' || text->front() > '5') return std::nullopt;
  return Level{static_cast<std::uint8_t>(2 * (text->front() - '0'))};
}

std::vector<IpPrefix> read_prefixes(Fields& fields, const Node& at, std::string_view key) {
  std::vector<IpPrefix> prefixes;
  for (const std::string& text : fields.optional_texts(key)) {
    const auto prefix = parse_prefix(text);
    if (prefix) prefixes.push_back(*prefix);
    else fields.fail(*at.find(key), fmt::format("'{}' is no address range; expected such as 10.10.40.0/24", text));
  }
  return prefixes;
}

std::vector<std::uint16_t> read_vlans(Fields& fields, const Node& at, std::string_view key) {
  std::vector<std::uint16_t> vlans;
  for (const double number : fields.optional_numbers(key)) {
    if (number >= 1 && number <= 4094) vlans.push_back(static_cast<std::uint16_t>(number));
    else fields.fail(*at.find(key), "a VLAN is a number from 1 to 4094");
  }
  return vlans;
}

Approval read_approval(Fields& fields) {
  Approval approval;
  const Node* node = fields.optional_node("approved");
  if (node == nullptr) return approval;
  if (node->is_map()) {
    Fields inner{*node};
    approval.by = inner.text("by");
    approval.on = inner.text("on");
    if (const auto done = inner.done(); !done) fields.fail(done.error());
    approval.approved = true;
    return approval;
  }
  const auto truth = node->as_truth();
  if (!truth)
    fields.fail(Error{truth.error().message, truth.error().place, "write true, false, or { by: NAME, on: DATE }"});
  else approval.approved = *truth;
  return approval;
}

std::optional<std::uint8_t> read_security_level(Fields& fields) {
  const auto level = fields.optional_integer("sl_t", 0, 4);
  if (!level) return std::nullopt;
  return static_cast<std::uint8_t>(*level);
}

Result<Zone> read_zone(const Node& node) {
  Fields fields{node};
  Zone zone;
  zone.id = fields.text("id");
  zone.name = fields.optional_text("name").value_or(zone.id);
  zone.kind = fields.text("kind");
  check_word(fields, node, "kind", zone_kinds, zone.kind);
  zone.level_low = read_level(fields, node, "level");
  zone.level_high = read_level(fields, node, "level_high");
  if (!zone.level_high) zone.level_high = zone.level_low;
  zone.sl_target = read_security_level(fields);
  zone.approval = read_approval(fields);
  zone.subnets = read_prefixes(fields, node, "subnets");
  zone.vlans = read_vlans(fields, node, "vlans");
  zone.members = fields.optional_texts("members");
  zone.reasons = fields.optional_texts("reasons");
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return zone;
}

Result<AllowedFlow> read_allowed(const Node& node) {
  if (node.is_scalar()) {
    TRY(const std::string text, node.as_text());
    return AllowedFlow{text, {}};
  }
  Fields fields{node};
  AllowedFlow flow;
  flow.protocol = fields.text("protocol");
  flow.operations = fields.optional_texts("operations");
  for (const std::string& operation : flow.operations) {
    constexpr std::array<std::string_view, 5> classes{"observe", "change", "program", "disrupt", "session"};
    if (!operation_named(operation) && !one_of(classes, operation))
      fields.fail(*node.find("operations"), fmt::format("'{}' is neither an operation nor a class of them", operation),
                  "classes: observe, change, program, disrupt, session");
  }
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return flow;
}

Result<Conduit> read_conduit(const Node& node) {
  Fields fields{node};
  Conduit conduit;
  conduit.id = fields.text("id");
  conduit.name = fields.optional_text("name").value_or(std::string{});
  conduit.from = fields.text("from");
  conduit.to = fields.text("to");
  conduit.sl_target = read_security_level(fields);
  conduit.approval = read_approval(fields);
  for (const Node& item : fields.optional_list("allow")) {
    auto flow = read_allowed(item);
    if (flow) conduit.allow.push_back(std::move(*flow));
    else fields.fail(flow.error());
  }
  conduit.reasons = fields.optional_texts("reasons");
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return conduit;
}

Result<AssetOverride> read_asset(const Node& node) {
  Fields fields{node};
  AssetOverride asset;
  asset.match = fields.text("match");
  asset.name = fields.optional_text("name");
  asset.zone = fields.optional_text("zone");
  asset.criticality = fields.optional_text("criticality");
  asset.note = fields.optional_text("note");
  asset.level = read_level(fields, node, "level");
  if (const auto role = fields.optional_text("role")) {
    asset.role = role_named(*role);
    if (!asset.role)
      fields.fail(*node.find("role"), fmt::format("no role is called '{}'", *role),
                  "see docs/site-file.md for the roles");
  }
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return asset;
}

Result<StatedConsequence> read_consequence(const Node& node) {
  Fields fields{node};
  StatedConsequence consequence;
  consequence.target = fields.text("target");
  consequence.safety = fields.optional_text("safety").value_or("");
  consequence.environment = fields.optional_text("environment").value_or("");
  consequence.production = fields.optional_text("production").value_or("");
  consequence.other = fields.optional_text("other").value_or("");
  consequence.text = fields.optional_text("text").value_or("");
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return consequence;
}

Result<CapturePointDeclaration> read_point(const Node& node) {
  Fields fields{node};
  CapturePointDeclaration point;
  point.name = fields.text("name");
  point.files = fields.optional_texts("files");
  point.space = fields.optional_text("address_space").value_or("");
  point.mirrors = fields.optional_text("mirrors").value_or("");
  if (const auto offset = fields.optional_number("clock_offset_s"))
    point.clock_offset_ns = static_cast<std::int64_t>(*offset * 1e9);
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return point;
}

template <class T, class Read>
void read_list(Fields& fields, std::string_view key, std::vector<T>& into, Read read) {
  for (const Node& item : fields.optional_list(key)) {
    auto value = read(item);
    if (value) into.push_back(std::move(*value));
    else fields.fail(value.error());
  }
}

void check_references(Fields& fields, const Node& root, const Site& site) {
  const auto items = [&](std::string_view key) {
    const Node* node = root.find(key);
    return node == nullptr ? std::span<const Node>{} : node->items();
  };
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < site.zones.size(); ++i) {
    if (std::find(known.begin(), known.end(), site.zones[i].id) != known.end())
      fields.fail(items("zones")[i], fmt::format("zone '{}' is defined twice", site.zones[i].id),
                  "give each zone an id of its own");
    known.emplace_back(site.zones[i].id);
  }
  const auto check = [&](const Node& node, std::string_view key, const std::string& zone) {
    if (zone.empty() || std::find(known.begin(), known.end(), zone) != known.end()) return;
    const std::string near = nearest(zone, known);
    const Node* place = node.find(key);
    fields.fail(place == nullptr ? node : *place, fmt::format("zone '{}' is not defined", zone),
                near.empty() ? "add it under 'zones', or correct the name" : "did you mean '" + near + "'?");
  };
  for (std::size_t i = 0; i < site.conduits.size(); ++i) {
    check(items("conduits")[i], "from", site.conduits[i].from);
    check(items("conduits")[i], "to", site.conduits[i].to);
  }
  for (std::size_t i = 0; i < site.assets.size(); ++i)
    check(items("assets")[i], "zone", site.assets[i].zone.value_or(""));
}

Result<Site> read(const Node& root) {
  Site site;
  if (root.is_null()) return site;
  Fields fields{root};
  site.name = fields.optional_text("name").value_or("");
  site.sector = fields.optional_text("sector").value_or("");
  check_word(fields, root, "sector", sectors, site.sector);
  site.time_zone = fields.optional_text("time_zone").value_or("UTC");
  site.simulated = fields.optional_truth("simulated").value_or(false);
  site.inside = read_prefixes(fields, root, "inside");
  read_list(fields, "capture_points", site.capture_points, read_point);
  read_list(fields, "zones", site.zones, read_zone);
  read_list(fields, "conduits", site.conduits, read_conduit);
  read_list(fields, "assets", site.assets, read_asset);
  read_list(fields, "consequences", site.consequences, read_consequence);
  read_list(fields, "merge", site.merges, [](const Node& item) { return item.as_texts(); });
  site.splits = fields.optional_texts("split");
  if (fields.ok()) check_references(fields, root, site);
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return site;
}

// Writing.

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (byte < 0x20 || byte == 0x7F) out += fmt::format("\\x{:02x}", byte);
    else out += c;
  }
  return out + '"';
}

template <class List>
std::string listed(const List& list) {
  std::string out = "[";
  for (const auto& item : list) {
    if (out.size() > 1) out += ", ";
    if constexpr (std::is_convertible_v<decltype(item), std::string_view>) out += in_quotes(item);
    else if constexpr (std::is_integral_v<std::decay_t<decltype(item)>>) out += std::to_string(item);
    else out += to_text(item);
  }
  return out + "]";
}

std::string written(const Approval& approval) {
  if (approval.approved && !approval.by.empty())
    return fmt::format("{{ by: {}, on: {} }}", in_quotes(approval.by), in_quotes(approval.on));
  return approval.approved ? "true" : "false";
}

void write_zone(std::string& out, const Zone& zone) {
  out += fmt::format("  - id: {}\n    name: {}\n    kind: {}\n", in_quotes(zone.id), in_quotes(zone.name), zone.kind);
  if (zone.level_low) out += fmt::format("    level: \"{}\"\n", to_text(*zone.level_low));
  if (zone.level_high && zone.level_high != zone.level_low)
    out += fmt::format("    level_high: \"{}\"\n", to_text(*zone.level_high));
  if (zone.sl_target) out += fmt::format("    sl_t: {}\n", *zone.sl_target);
  out += fmt::format("    approved: {}\n", written(zone.approval));
  if (!zone.subnets.empty()) out += fmt::format("    subnets: {}\n", listed(zone.subnets));
  if (!zone.vlans.empty()) out += fmt::format("    vlans: {}\n", listed(zone.vlans));
  if (!zone.members.empty()) out += fmt::format("    members: {}\n", listed(zone.members));
  if (!zone.reasons.empty()) out += fmt::format("    reasons: {}\n", listed(zone.reasons));
}

void write_conduit(std::string& out, const Conduit& conduit) {
  out += fmt::format("  - id: {}\n    from: {}\n    to: {}\n", in_quotes(conduit.id), in_quotes(conduit.from),
                     in_quotes(conduit.to));
  if (!conduit.name.empty()) out += fmt::format("    name: {}\n", in_quotes(conduit.name));
  if (conduit.sl_target) out += fmt::format("    sl_t: {}\n", *conduit.sl_target);
  out += fmt::format("    approved: {}\n", written(conduit.approval));
  if (!conduit.allow.empty()) out += "    allow:\n";
  for (const AllowedFlow& flow : conduit.allow) {
    if (flow.operations.empty()) out += fmt::format("      - {{ protocol: {} }}\n", in_quotes(flow.protocol));
    else
      out += fmt::format("      - {{ protocol: {}, operations: {} }}\n", in_quotes(flow.protocol),
                         listed(flow.operations));
  }
  if (!conduit.reasons.empty()) out += fmt::format("    reasons: {}\n", listed(conduit.reasons));
}

void write_asset(std::string& out, const AssetOverride& asset) {
  out += fmt::format("  - match: {}\n", in_quotes(asset.match));
  const auto text = [&](std::string_view key, const std::optional<std::string>& value) {
    if (value) out += fmt::format("    {}: {}\n", key, in_quotes(*value));
  };
  text("name", asset.name);
  text("zone", asset.zone);
  text("criticality", asset.criticality);
  text("note", asset.note);
  if (asset.role) out += fmt::format("    role: {}\n", name(*asset.role));
  if (asset.level) out += fmt::format("    level: \"{}\"\n", to_text(*asset.level));
}

void write_consequence(std::string& out, const StatedConsequence& consequence) {
  out += fmt::format("  - target: {}\n", in_quotes(consequence.target));
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out += fmt::format("    {}: {}\n", key, in_quotes(value));
  };
  text("safety", consequence.safety);
  text("environment", consequence.environment);
  text("production", consequence.production);
  text("other", consequence.other);
  text("text", consequence.text);
}

void write_point(std::string& out, const CapturePointDeclaration& point) {
  out += fmt::format("  - name: {}\n", in_quotes(point.name));
  if (!point.files.empty()) out += fmt::format("    files: {}\n", listed(point.files));
  if (!point.space.empty()) out += fmt::format("    address_space: {}\n", in_quotes(point.space));
  if (!point.mirrors.empty()) out += fmt::format("    mirrors: {}\n", in_quotes(point.mirrors));
  if (point.clock_offset_ns)
    out += fmt::format("    clock_offset_s: {:.9f}\n", static_cast<double>(*point.clock_offset_ns) / 1e9);
}

template <class T>
void write_list(std::string& out, std::string_view key, const std::vector<T>& list,
                void (*write)(std::string&, const T&)) {
  if (list.empty()) return;
  out += fmt::format("\n{}:\n", key);
  for (const T& item : list) write(out, item);
}

}  // namespace

Result<Site> parse_site(std::string_view text, std::string_view file_name) {
  TRY(const Node root, parse_yaml(text, file_name));
  return read(root);
}

Result<Site> read_site(const std::filesystem::path& path) {
  TRY(const Node root, read_yaml(path));
  return read(root);
}

std::string write_site(const Site& site) {
  std::string out =
      "# The model of the site. Zones, conduits, roles and levels that are not approved are proposals: check them, "
      "correct\n"
      "# them, and set 'approved: { by: NAME, on: DATE }'. Everything here is yours; the program never rewrites this "
      "file.\n";
  out += fmt::format("name: {}\n", in_quotes(site.name));
  out += site.sector.empty() ? std::string{"# sector: manufacturing, energy, oil_and_gas, transport or healthcare\n"}
                             : fmt::format("sector: {}\n", site.sector);
  out += fmt::format("time_zone: {}\n", in_quotes(site.time_zone.empty() ? "UTC" : site.time_zone));
  if (site.simulated) out += "simulated: true\n";
  if (!site.inside.empty()) out += fmt::format("inside: {}\n", listed(site.inside));
  write_list(out, "capture_points", site.capture_points, write_point);
  write_list(out, "zones", site.zones, write_zone);
  write_list(out, "conduits", site.conduits, write_conduit);
  write_list(out, "assets", site.assets, write_asset);
  write_list(out, "consequences", site.consequences, write_consequence);
  if (!site.merges.empty()) out += "\nmerge:\n";
  for (const auto& merge : site.merges) out += fmt::format("  - {}\n", listed(merge));
  if (!site.splits.empty()) out += fmt::format("\nsplit: {}\n", listed(site.splits));
  return out;
}

}  // namespace bulkhead

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "plant/expand.h"
#include "plant/plant.h"
#include "plant/random.h"
#include "plant/read_support.h"

namespace bulkhead::plant {

namespace {

/// Reads the parts of a plant one after the other into `plant`; the first error ends it.
class PlantReader {
 public:
  explicit PlantReader(const Node& vendors) : vendors_(vendors) {}

  Result<Plant> finish() && { return std::move(plant_); }

  Result<void> head(const Node& node) {
    TRY(plant_.id, node.text("id"));
    TRY(plant_.name, node.text("name"));
    TRY(const auto sector, node.optional_text("sector"));
    TRY(const auto description, node.optional_text("description"));
    plant_.sector = sector.value_or("");
    plant_.description = description.value_or("");
    if (const Node* site = node.find("site")) plant_.site = *site;
    return {};
  }

  Result<void> network(const Node& node) {
    Fields fields{node};
    Network network;
    network.id = fields.text("id");
    network.name = fields.optional_text("name").value_or(network.id);
    const std::string subnet = fields.text("subnet");
    network.vlan = static_cast<std::uint16_t>(fields.optional_integer("vlan", 0, 4094).value_or(0));
    network.address_space = fields.optional_text("address_space").value_or("site");
    network.external = fields.optional_truth("external").value_or(false);
    const auto prefix = parse_prefix(subnet);
    if (!prefix || prefix->address.family != IpAddress::Family::v4)
      fields.fail(node, "expected an IPv4 subnet as 10.0.0.0/24, found '" + plain_text(subnet, 64) + "'");
    if (const auto done = fields.done(); !done) return done;
    network.subnet = prefix.value_or(IpPrefix{});
    plant_.networks.push_back(std::move(network));
    return {};
  }

  Result<void> devices(const Node& node) {
    TRY(const std::optional<std::int64_t> copies, node.optional_integer("copies", 1, 1000));
    if (!copies) return device(node);
    for (std::int64_t n = 1; n <= *copies; ++n)
      if (const auto one = device(node.with_texts([&](std::string_view text) { return expanded(text, n); })); !one)
        return one;
    return {};
  }

  Result<void> mirror(const Node& node) {
    Fields fields{node};
    Mirror mirror;
    mirror.id = fields.text("id");
    mirror.name = fields.optional_text("name").value_or(mirror.id);
    mirror.tagged = fields.optional_truth("tagged").value_or(false);
    mirror.duplicates = fields.optional_number("duplicates").value_or(0);
    for (const Node& each : fields.list("sees")) {
      Fields sees{each};
      Mirror::Sees entry;
      const std::string network = sees.text("network");
      entry.routed_only = sees.optional_truth("routed_only").value_or(false);
      if (const auto done = sees.done(); !done) return done;
      const auto found = plant_.network(network);
      if (!found) return unknown(each, "network", network, names_of(plant_.networks));
      entry.network = *found;
      mirror.sees.push_back(entry);
    }
    if (const auto done = fields.done(); !done) return done;
    plant_.mirrors.push_back(std::move(mirror));
    return {};
  }

  Result<void> run(const Node& node) {
    Fields fields{node};
    Run run;
    run.id = fields.text("id");
    run.description = fields.optional_text("description").value_or("");
    const std::string start = fields.text("start");
    run.duration_ns = seconds(fields.number("duration_s"));
    const auto time = parse_utc(start);
    if (!time) fields.fail(node, "expected a time as 2026-03-10T09:14:00Z, found '" + plain_text(start, 64) + "'");
    if (run.duration_ns <= 0 || run.duration_ns > 86'400 * second_ns)
      fields.fail(node, "expected a duration of at most a day");
    if (const Node* const signals = fields.optional_node("signals"))
      for (const Node::Entry& entry : signals->entries()) {
        TRY(const double value, entry.value.as_number());
        run.signals[entry.key.text] = value;
      }
    for (const Node& each : fields.list("captures")) {
      Fields capture{each};
      Capture made;
      made.file = capture.text("file");
      const std::string mirror = capture.text("mirror");
      made.from_ns = seconds(capture.optional_number("from_s").value_or(0));
      made.to_ns = seconds(capture.optional_number("to_s").value_or(static_cast<double>(run.duration_ns) / 1e9));
      if (made.file.find_first_of("/\\") != std::string::npos || made.file.starts_with('.'))
        capture.fail(each, "expected a file name without a folder, found '" + plain_text(made.file, 64) + "'");
      if (const auto done = capture.done(); !done) return done;
      const auto found =
          std::find_if(plant_.mirrors.begin(), plant_.mirrors.end(), [&](const Mirror& m) { return m.id == mirror; });
      if (found == plant_.mirrors.end()) return unknown(each, "mirror", mirror, names_of(plant_.mirrors));
      made.mirror = static_cast<std::size_t>(found - plant_.mirrors.begin());
      run.captures.push_back(std::move(made));
    }
    if (const auto done = fields.done(); !done) return done;
    run.start_ns = time.value_or(0);
    plant_.runs.push_back(std::move(run));
    return {};
  }

  Result<void> zone(const Node& node) {
    Fields fields{node};
    Zone zone;
    zone.id = fields.text("id");
    zone.name = fields.optional_text("name").value_or(zone.id);
    zone.description = fields.optional_text("description").value_or("");
    zone.level = fields.optional_number("level");
    zone.kind = fields.text("kind");
    zone.networks = fields.optional_texts("networks");
    if (const auto done = fields.done(); !done) return done;
    for (const std::string& network : zone.networks)
      if (!plant_.network(network)) return unknown(node, "network", network, names_of(plant_.networks));
    plant_.zones.push_back(std::move(zone));
    return {};
  }

  Result<void> conduit(const Node& node) {
    Fields fields{node};
    Conduit conduit;
    conduit.id = fields.text("id");
    conduit.from = fields.text("from");
    conduit.to = fields.text("to");
    conduit.note = fields.optional_text("note").value_or("");
    for (const Node& each : fields.list("services")) {
      Fields service{each};
      Conduit::Service made;
      made.protocol = service.text("protocol");
      made.transport = service.optional_text("transport").value_or("tcp");
      made.note = service.optional_text("note").value_or("");
      made.operations = service.optional_texts("operations");
      for (const Node& port : service.list("ports")) {
        TRY(const std::int64_t value, port.as_integer(1, 65535));
        made.ports.push_back(static_cast<std::uint16_t>(value));
      }
      if (const auto done = service.done(); !done) return done;
      conduit.services.push_back(std::move(made));
    }
    if (const auto done = fields.done(); !done) return done;
    for (const std::string& zone : {conduit.from, conduit.to})
      if (std::none_of(plant_.zones.begin(), plant_.zones.end(), [&](const Zone& z) { return z.id == zone; }))
        return unknown(node, "zone", zone, names_of(plant_.zones));
    plant_.conduits.push_back(std::move(conduit));
    return {};
  }

  Result<void> story(const Node& node, bool is_attack) {
    Fields fields{node};
    Story story;
    story.id = fields.text("id");
    story.title = fields.text("title");
    story.description = fields.optional_text("description").value_or("");
    story.finding = fields.text("finding");
    story.techniques = fields.optional_texts("techniques");
    story.devices = fields.optional_texts("devices");
    story.is_attack = is_attack;
    fields.allow("traffic");
    if (const auto done = fields.done(); !done) return done;
    for (const std::string& name : story.devices)
      if (!plant_.device(name)) return unknown(node, "device", name, names_of(plant_.devices));
    plant_.stories.push_back(std::move(story));
    const auto traffic = node.optional_list("traffic");
    if (!traffic) return std::unexpected(traffic.error());
    for (const Node& each : *traffic)
      if (const auto read = lines(each, plant_.stories.size() - 1); !read) return read;
    return {};
  }

  Result<void> line(const Node& node, std::optional<std::size_t> story) {
    TRY(Line line, read_line(plant_, node));
    line.story = story;
    line.id = line.protocol + "-" + std::to_string(plant_.lines.size());
    plant_.lines.push_back(std::move(line));
    return {};
  }

  Result<void> lines(const Node& node, std::optional<std::size_t> story) {
    TRY(const std::optional<std::int64_t> copies, node.optional_integer("copies", 1, 1000));
    if (!copies) return line(node, story);
    for (std::int64_t n = 1; n <= *copies; ++n)
      if (const auto one = line(node.with_texts([&](std::string_view text) { return expanded(text, n); }), story); !one)
        return one;
    return {};
  }

  Plant& plant() { return plant_; }

 private:
  Result<void> device(const Node& node) {
    Fields fields{node};
    Device device;
    device.name = fields.text("name");
    device.role = fields.text("role");
    device.zone = fields.optional_text("zone").value_or("");
    device.level = fields.optional_number("level");
    device.vendor = fields.optional_text("vendor").value_or("");
    device.model = fields.optional_text("model").value_or("");
    device.serial = fields.optional_text("serial").value_or("");
    device.firmware = fields.optional_text("firmware").value_or("");
    device.order_number = fields.optional_text("order_number").value_or("");
    device.host_name = fields.optional_text("host_name").value_or("");
    device.operating_system = fields.optional_text("operating_system").value_or("");
    device.note = fields.optional_text("note").value_or("");
    device.stack = fields.optional_text("stack").value_or("embedded");
    device.behind = fields.optional_text("behind").value_or("");
    if (const auto unit = fields.optional_integer("unit", 0, 255)) device.unit = static_cast<std::uint8_t>(*unit);
    device.serves = fields.optional_texts("serves");
    device.forwards = fields.optional_truth("forwards").value_or(false);
    fields.allow("copies");
    const std::string oui = fields.optional_text("oui").value_or(device.vendor);
    if (const Node* identity = fields.optional_node("identity")) device.identity = *identity;
    for (const Node& each : fields.optional_list("interfaces"))
      if (const auto read = interface(device, each, oui); !read) return read;
    if (const Node* translated = fields.optional_node("translated"))
      for (const Node::Entry& entry : translated->entries()) {
        const auto inside = parse_ip(entry.key.text);
        const auto outside = parse_ip(entry.value.as_text().value_or(""));
        if (!inside || !outside) return entry.value.error("expected addresses as 192.168.1.10: 10.0.0.10");
        device.translated[ip_value(*inside)] = ip_value(*outside);
      }
    if (const auto done = fields.done(); !done) return done;
    if (plant_.device(device.name)) return node.error("device '" + plain_text(device.name, 64) + "' is defined twice");
    if (!device.behind.empty() && !plant_.device(device.behind))
      return unknown(node, "device", device.behind, names_of(plant_.devices));
    device.whole = node;
    plant_.devices.push_back(std::move(device));
    return {};
  }

  Result<void> interface(Device& device, const Node& node, const std::string& oui) {
    Fields fields{node};
    const std::string network = fields.text("network");
    const auto ip = fields.optional_text("ip");
    const auto mac = fields.optional_text("mac");
    if (const auto done = fields.done(); !done) return done;
    Interface made;
    const auto found = plant_.network(network);
    if (!found) return unknown(node, "network", network, names_of(plant_.networks));
    made.network = *found;
    if (ip) {
      const auto address = parse_ip(*ip);
      if (!address || address->family != IpAddress::Family::v4)
        return node.error("expected an IPv4 address, found '" + plain_text(*ip, 64) + "'");
      if (!plant_.networks[*found].external && !plant_.networks[*found].subnet.contains(*address))
        return node.error(*ip + " lies outside of network '" + network + "'", "correct the address or the network");
      made.ip = ip_value(*address);
    }
    if (mac) {
      const auto address = parse_mac(*mac);
      if (!address) return node.error("expected a MAC address, found '" + plain_text(*mac, 64) + "'");
      made.mac = *address;
    } else {
      TRY(const MacAddress address, made_up_mac(node, device.name + "/" + network, oui));
      made.mac = address;
    }
    device.interfaces.push_back(made);
    return {};
  }

  /// The vendor's prefix and a number that follows from the device's name.
  Result<MacAddress> made_up_mac(const Node& node, const std::string& name, const std::string& oui) {
    const Node* const prefix = vendors_.find(oui);
    if (prefix == nullptr)
      return node.error("no MAC address, and no prefix is known for vendor '" + plain_text(oui, 64) + "'",
                        "add 'mac:' here, 'oui:' to the device, or the vendor to 'vendors:'");
    const auto first = parse_mac(prefix->as_text().value_or("") + ":00:00:00");
    if (!first) return prefix->error("expected three octets as 00:1b:1b");
    MacAddress mac = *first;
    Random random(0, name);
    do {
      const std::uint64_t number = random.next();
      for (unsigned i = 3; i < 6; ++i) mac.octets.at(i) = static_cast<std::uint8_t>(number >> (8 * i));
    } while (!macs_.insert(mac).second);
    return mac;
  }

  const Node& vendors_;
  Plant plant_;
  std::set<MacAddress> macs_;
};

/// The keys of plant.yml and of its parts, in the order in which they need each other.
struct Part {
  std::string_view key;
  Result<void> (*read)(PlantReader& reader, const Node& node);
};
constexpr std::array parts{
    Part{"networks", [](PlantReader& reader, const Node& node) { return reader.network(node); }},
    Part{"devices", [](PlantReader& reader, const Node& node) { return reader.devices(node); }},
    Part{"mirrors", [](PlantReader& reader, const Node& node) { return reader.mirror(node); }},
    Part{"runs", [](PlantReader& reader, const Node& node) { return reader.run(node); }},
    Part{"zones", [](PlantReader& reader, const Node& node) { return reader.zone(node); }},
    Part{"conduits", [](PlantReader& reader, const Node& node) { return reader.conduit(node); }},
    Part{"traffic", [](PlantReader& reader, const Node& node) { return reader.lines(node, std::nullopt); }},
    Part{"faults", [](PlantReader& reader, const Node& node) { return reader.story(node, false); }},
    Part{"attack", [](PlantReader& reader, const Node& node) { return reader.story(node, true); }},
};

Result<void> check_keys(const std::vector<Node>& files) {
  std::vector<std::string_view> known{"id",    "name",    "sector",  "description", "site",
                                      "parts", "vendors", "physics", "tags"};
  for (const Part& part : parts) known.push_back(part.key);
  for (const Node& file : files)
    if (const auto checked = file.only_keys(known); !checked) return checked;
  return {};
}

}  // namespace

std::optional<std::size_t> Plant::device(std::string_view wanted) const {
  for (std::size_t i = 0; i < devices.size(); ++i)
    if (devices[i].name == wanted) return i;
  return std::nullopt;
}

std::optional<std::size_t> Plant::network(std::string_view wanted) const {
  for (std::size_t i = 0; i < networks.size(); ++i)
    if (networks[i].id == wanted) return i;
  return std::nullopt;
}

const Interface* Plant::interface_on(std::size_t device, std::size_t network) const {
  for (const Interface& interface : devices[device].interfaces)
    if (interface.network == network) return &interface;
  return nullptr;
}

Result<Plant> read_plant(const std::string& folder_or_name, const Catalogue& catalogue) {
  std::error_code fault;
  const std::filesystem::path folder{folder_or_name};
  const bool is_folder = std::filesystem::is_directory(folder, fault);
  if (!is_folder && !catalogue.has("plants/" + folder_or_name + "/plant.yml"))
    return failure("there is no plant of this name, and no such folder", folder_or_name,
                   "give a folder that holds plant.yml, or the name of a built-in plant");
  const Catalogue beside = is_folder ? Catalogue{folder} : catalogue;
  const std::string prefix = is_folder ? "" : "plants/" + folder_or_name + "/";
  std::vector<Node> files;
  TRY(Node first, beside.read(prefix + "plant.yml"));
  files.push_back(std::move(first));
  TRY(const std::vector<std::string> names, files.front().optional_texts("parts"));
  for (const std::string& name : names) {
    TRY(Node part, beside.read(prefix + name));
    files.push_back(std::move(part));
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].is_null())
      return failure("expected the parts of a plant, found nothing", i == 0 ? "plant.yml" : names[i - 1],
                     "docs: content/plants/README.md");
  if (const auto checked = check_keys(files); !checked) return std::unexpected(checked.error());

  const Node nothing;
  const Node* vendors = &nothing;
  for (const Node& file : files)
    if (const Node* found = file.find("vendors")) vendors = found;
  PlantReader reader{*vendors};
  if (const auto read = reader.head(files.front()); !read) return std::unexpected(read.error());
  for (const Part& part : parts)
    for (const Node& file : files) {
      TRY(const auto entries, file.optional_list(part.key));
      for (const Node& entry : entries)
        if (const auto read = part.read(reader, entry); !read) return std::unexpected(read.error());
    }
  for (const Node& file : files) {
    if (const Node* physics = file.find("physics")) reader.plant().physics.push_back(*physics);
    if (const Node* tags = file.find("tags")) reader.plant().tags.push_back(*tags);
  }
  return std::move(reader).finish();
}

}  // namespace bulkhead::plant

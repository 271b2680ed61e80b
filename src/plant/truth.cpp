#include "plant/truth.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace bulkhead::plant {

namespace {

std::string in_quotes(std::string_view text) {
  return "\"" + json_text(text) + "\"";
}

/// Members of a JSON object or elements of an array, with commas between.
class Json {
 public:
  explicit Json(char open) : text_(1, open) {}
  Json& member(std::string_view key, std::string_view value) { return raw(in_quotes(key) + ":" + std::string(value)); }
  Json& text(std::string_view key, std::string_view value) {
    return value.empty() ? *this : member(key, in_quotes(value));
  }
  Json& raw(std::string_view value) {
    if (text_.size() > 1) text_ += ",";
    text_ += value;
    return *this;
  }
  std::string close(char end) { return text_ + end; }

 private:
  std::string text_;
};

template <class Items, class Each>
std::string array(const Items& items, const Each& each) {
  Json json('[');
  for (const auto& item : items) json.raw(each(item));
  return json.close(']');
}

std::string texts(const auto& items) {
  return array(items, [](const std::string& item) { return in_quotes(item); });
}

std::string ip_text(Ip ip) {
  return to_text(IpAddress::v4(ip));
}

}  // namespace

Truth::Truth(const Plant& plant) : plant_(plant) {
  for (std::size_t i = 0; i < plant.devices.size(); ++i)
    for (const Interface& interface : plant.devices[i].interfaces) {
      by_mac_[interface.mac] = i;
      if (interface.ip) by_ip_[{plant.networks[interface.network].address_space, *interface.ip}] = i;
    }
  for (const Device& router : plant.devices)
    for (const auto& [inside, outside] : router.translated)
      for (const Interface& interface : router.interfaces) {
        const auto found = by_ip_.find({plant.networks[interface.network].address_space, inside});
        if (found != by_ip_.end()) by_ip_[{"site", outside}] = found->second;
      }
}

void Truth::add(const Run& /*run*/, const Capture& capture, const std::vector<Taken>& frames) {
  const auto& sees = plant_.mirrors[capture.mirror].sees;
  const std::string space = sees.empty() ? "site" : plant_.networks[sees.front().network].address_space;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Reader reader{frames[i].bytes};
    reader.skip(6);
    MacAddress source;
    const Bytes octets = reader.take(6);
    std::copy(octets.begin(), octets.end(), source.octets.begin());
    std::uint16_t type = reader.u16be();
    if (type == 0x8100) {
      reader.skip(2);
      type = reader.u16be();
    }
    if (const auto found = by_mac_.find(source); found != by_mac_.end()) see(found->second, capture.file, "mac");
    if (type == 0x0800) {
      reader.skip(12);
      if (const auto found = by_ip_.find({space, reader.u32be()}); found != by_ip_.end())
        see(found->second, capture.file, "ip");
    }
    const std::optional<std::size_t> story = frames[i].story;
    if (!story) continue;
    Evidence& evidence = evidence_[*story][capture.file];
    ++evidence.count;
    if (evidence.frames.size() < frames_listed) evidence.frames.push_back(i + 1);
  }
}

std::string Truth::device_json(std::size_t index, const World& world) const {
  const Device& device = plant_.devices[index];
  Json json('{');
  json.text("name", device.name).text("role", device.role).text("zone", device.zone);
  if (device.level) json.member("level", fmt::format("{}", *device.level));
  json.text("vendor", device.vendor).text("model", device.model).text("order_number", device.order_number);
  json.text("firmware", device.firmware).text("serial", device.serial).text("host_name", device.host_name);
  json.text("operating_system", device.operating_system).text("behind", device.behind);
  if (device.unit) json.member("unit", fmt::format("{}", *device.unit));
  if (!device.serves.empty()) json.member("serves", texts(device.serves));
  json.member("interfaces", array(device.interfaces, [&](const Interface& interface) {
                const Network& network = plant_.networks[interface.network];
                Json each('{');
                each.text("network", network.id).text("address_space", network.address_space);
                if (interface.ip) each.text("ip", ip_text(*interface.ip));
                for (const Device& router : plant_.devices)
                  if (interface.ip && router.translated.contains(*interface.ip) && &router != &device)
                    for (const Interface& inner : router.interfaces)
                      if (inner.network == interface.network)
                        each.text("outside_ip", ip_text(router.translated.at(*interface.ip)));
                if (!network.external) each.text("mac", to_text(interface.mac));
                return each.close('}');
              }));
  std::map<std::string, std::set<std::string>> visible;
  if (const auto found = visible_.find(index); found != visible_.end()) visible = found->second;
  Json facts('[');
  for (const auto& [fact, files] : world.revealed) {
    if (fact.device != index) continue;
    if (!device.behind.empty())
      for (const std::string& file : files) visible[file].insert("gateway");
    facts.raw(Json('{')
                  .text("protocol", fact.protocol)
                  .text("fact", fact.fact)
                  .text("value", fact.value)
                  .member("captures", texts(files))
                  .close('}'));
  }
  Json captures('[');
  for (const auto& [file, how] : visible)
    captures.raw(Json('{').text("capture", file).member("by", texts(how)).close('}'));
  json.member("visible", captures.close(']'));
  json.member("facts", facts.close(']'));
  return json.close('}');
}

std::string Truth::story_json(std::size_t index) const {
  const Story& story = plant_.stories[index];
  Json json('{');
  json.text("id", story.id).text("kind", story.is_attack ? "attack" : "fault").text("title", story.title);
  json.text("description", story.description).text("finding", story.finding);
  json.member("techniques", texts(story.techniques)).member("devices", texts(story.devices));
  Json evidence('[');
  if (const auto found = evidence_.find(index); found != evidence_.end())
    for (const auto& [file, each] : found->second)
      evidence.raw(
          Json('{')
              .text("capture", file)
              .member("count", fmt::format("{}", each.count))
              .member("frames", array(each.frames, [](std::uint64_t frame) { return fmt::format("{}", frame); }))
              .close('}'));
  return json.member("evidence", evidence.close(']')).close('}');
}

std::string Truth::json(const World& world, const Options& options, const std::vector<CaptureMade>& captures) const {
  std::string out = "{\n";
  out += "\"simulated\": true,\n\"plant\": " + in_quotes(plant_.id) + ",\n\"name\": " + in_quotes(plant_.name);
  out += ",\n\"sector\": " + in_quotes(plant_.sector) + fmt::format(",\n\"seed\": {}", options.seed) +
         ",\n\"captures\": [";
  for (std::size_t i = 0; i < captures.size(); ++i) {
    const CaptureMade& capture = captures[i];
    out += i == 0 ? "\n" : ",\n";
    out += Json('{')
               .text("file", capture.file)
               .text("run", capture.run)
               .text("mirror", capture.mirror)
               .member("frames", fmt::format("{}", capture.frames))
               .text("first", to_text_utc(capture.first_ns))
               .text("last", to_text_utc(capture.last_ns))
               .close('}');
  }
  out += "\n],\n\"devices\": [";
  for (std::size_t i = 0; i < plant_.devices.size(); ++i) out += (i == 0 ? "\n" : ",\n") + device_json(i, world);
  out += "\n],\n\"stories\": [";
  for (std::size_t i = 0; i < plant_.stories.size(); ++i) out += (i == 0 ? "\n" : ",\n") + story_json(i);
  return out + "\n]\n}\n";
}

namespace {

std::string names_in_quotes(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names) out += (out.size() == 1 ? "" : ", ") + in_quotes(name);
  return out + "]";
}

std::string level_text(double level) {
  return level == 3.5 ? std::string("3.5") : fmt::format("{:.0f}", level);
}

std::string point_yaml(const Plant& plant, const Mirror& mirror) {
  std::vector<std::string> files;
  for (const Run& run : plant.runs)
    for (const Capture& capture : run.captures)
      if (plant.mirrors[capture.mirror].id == mirror.id) files.push_back(capture.file);
  const std::string space = mirror.sees.empty() ? "site" : plant.networks[mirror.sees.front().network].address_space;
  return fmt::format("  - name: {}\n    files: {}\n    address_space: {}\n    mirrors: {}\n", in_quotes(mirror.id),
                     names_in_quotes(files), in_quotes(space), in_quotes(mirror.name));
}

std::string zone_yaml(const Plant& plant, const Zone& zone) {
  std::vector<std::string> subnets;
  std::string vlans;
  for (const std::string& id : zone.networks) {
    const Network& network = plant.networks[plant.network(id).value_or(0)];
    const std::string subnet = to_text(network.subnet);
    if (std::find(subnets.begin(), subnets.end(), subnet) == subnets.end()) subnets.push_back(subnet);
    if (network.vlan != 0) vlans += fmt::format("{}{}", vlans.empty() ? "" : ", ", network.vlan);
  }
  std::string out = fmt::format("  - id: {}\n    name: {}\n    kind: {}\n", zone.id, in_quotes(zone.name), zone.kind);
  if (zone.level) out += fmt::format("    level: \"{}\"\n", level_text(*zone.level));
  return out + fmt::format("    approved: true\n    subnets: {}\n    vlans: [{}]\n", names_in_quotes(subnets), vlans);
}

std::string conduit_yaml(const Conduit& conduit) {
  std::string out =
      fmt::format("  - id: {}\n    from: {}\n    to: {}\n    approved: true\n", conduit.id, conduit.from, conduit.to);
  if (!conduit.note.empty()) out += "    name: " + in_quotes(conduit.note) + "\n";
  if (!conduit.services.empty()) out += "    allow:\n";
  for (const Conduit::Service& service : conduit.services) {
    for (const std::uint16_t port : service.ports) {
      out += fmt::format("      - {{protocol: {}/{}", service.transport, port);
      if (!service.operations.empty()) out += ", operations: " + names_in_quotes(service.operations);
      out += "}\n";
    }
  }
  return out;
}

}  // namespace

/// As docs/site-file.md describes it.
std::string site_yaml(const Plant& plant) {
  std::string out = "# The site as its owner approved it. The plant is simulated.\n";
  out += "name: " + in_quotes(plant.name) + "\nsector: " + plant.sector + "\nsimulated: true\n\ncapture_points:\n";
  for (const Mirror& mirror : plant.mirrors) out += point_yaml(plant, mirror);
  out += "\nzones:\n";
  for (const Zone& zone : plant.zones) out += zone_yaml(plant, zone);
  out += "\nconduits:\n";
  for (const Conduit& conduit : plant.conduits) out += conduit_yaml(conduit);
  return out;
}

}  // namespace bulkhead::plant

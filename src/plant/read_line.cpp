#include <algorithm>
#include <utility>

#include "plant/read_support.h"

namespace bulkhead::plant {

namespace {

struct NamedEnd {
  std::size_t device = 0;
  std::optional<std::size_t> interface;
};

/// "PLC-1" or "PLC-1@process": a device, and the network on which it talks.
Result<NamedEnd> end_on(const Plant& plant, const Node& node, const std::string& text) {
  const std::size_t at = text.find('@');
  const std::string name = text.substr(0, at);
  const auto device = plant.device(name);
  if (!device) return unknown(node, "device", name, names_of(plant.devices));
  NamedEnd end{*device, std::nullopt};
  if (at == std::string::npos) return end;
  const std::string network_id = text.substr(at + 1);
  const auto network = plant.network(network_id);
  if (!network) return unknown(node, "network", network_id, names_of(plant.networks));
  const auto& interfaces = plant.devices[*device].interfaces;
  const auto found =
      std::find_if(interfaces.begin(), interfaces.end(), [&](const Interface& i) { return i.network == *network; });
  if (found == interfaces.end()) return node.error("'" + text + "': the device has no interface there");
  end.interface = static_cast<std::size_t>(found - interfaces.begin());
  return end;
}

/// Where nobody said which interfaces talk: two on the same network, else the first ones.
void meet(const Plant& plant, Line& line, std::optional<std::size_t> client, std::optional<std::size_t> server) {
  line.client_interface = client.value_or(0);
  line.server_interface = server.value_or(0);
  if (!line.server) return;
  const auto& mine = plant.devices[line.client].interfaces;
  const auto& theirs = plant.devices[*line.server].interfaces;
  for (std::size_t i = 0; i < mine.size(); ++i)
    for (std::size_t j = 0; j < theirs.size(); ++j) {
      if (mine[i].network != theirs[j].network || client.value_or(i) != i || server.value_or(j) != j) continue;
      line.client_interface = i;
      line.server_interface = j;
      return;
    }
}

Result<void> read_ends(const Plant& plant, const Node& node, Line& line) {
  TRY(const std::string client, node.text("client"));
  TRY(const std::optional<std::string> server, node.optional_text("server"));
  TRY(const NamedEnd client_end, end_on(plant, node, client));
  line.client = client_end.device;
  NamedEnd server_end;
  if (server) {
    TRY(server_end, end_on(plant, node, *server));
    line.server = server_end.device;
    if (plant.devices[server_end.device].interfaces.empty())
      return node.error("'" + *server + "' has no interface to be reached at", "name the gateway, and its unit");
  }
  if (plant.devices[line.client].interfaces.empty())
    return node.error("'" + client + "' has no interface to talk from");
  meet(plant, line, client_end.interface, server_end.interface);
  return {};
}

Result<void> read_times(const Node& node, Line& line) {
  TRY(const std::optional<double> period_ms, node.optional_number("period_ms"));
  TRY(const std::optional<double> jitter_ms, node.optional_number("jitter_ms"));
  TRY(const std::optional<double> from_s, node.optional_number("at_s"));
  TRY(const std::optional<double> until_s, node.optional_number("until_s"));
  TRY(const std::optional<std::int64_t> times, node.optional_integer("times", 1));
  line.period_ns = seconds(period_ms.value_or(0) / 1000);
  line.jitter_ns = seconds(jitter_ms.value_or(0) / 1000);
  if (period_ms && line.period_ns <= 0) return node.error("expected a period above 0");
  line.from_ns = seconds(from_s.value_or(-1));
  if (until_s) line.until_ns = seconds(*until_s);
  line.times = times ? static_cast<std::uint64_t>(*times) : period_ms ? UINT64_MAX : 1;
  return {};
}

/// A map of names to numbers under `key`.
Result<std::map<std::string, double>> read_numbers(const Node& node, std::string_view key) {
  std::map<std::string, double> numbers;
  const Node* const map = node.find(key);
  if (map == nullptr) return numbers;
  for (const Node::Entry& entry : map->entries()) {
    TRY(numbers[entry.key.text], entry.value.as_number());
  }
  return numbers;
}

}  // namespace

Result<Line> read_line(const Plant& plant, const Node& node) {
  Line line;
  TRY(line.protocol, node.text("protocol"));
  TRY(const std::optional<std::int64_t> port, node.optional_integer("port", 1, 65535));
  TRY(line.runs, node.optional_texts("runs"));
  TRY(line.opens, node.optional_truth("opens"));
  TRY(line.effect, read_numbers(node, "effect"));
  TRY(const auto ends, read_numbers(node, "ends"));
  if (port) line.port = static_cast<std::uint16_t>(*port);
  for (const auto& [run, end_s] : ends) line.ends_ns[run] = seconds(end_s);
  std::vector<std::string> runs = line.runs;
  for (const auto& [run, end_s] : ends) runs.push_back(run);
  for (const std::string& run : runs)
    if (std::none_of(plant.runs.begin(), plant.runs.end(), [&](const Run& r) { return r.id == run; }))
      return unknown(node, "run", run, names_of(plant.runs));
  if (const auto read = read_ends(plant, node, line); !read) return std::unexpected(read.error());
  if (const auto read = read_times(node, line); !read) return std::unexpected(read.error());
  line.options = node;
  return line;
}

}  // namespace bulkhead::plant

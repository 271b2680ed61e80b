// Captures that begin late or show one direction: a conversation may then not tell who asks, but it must never tell the
// wrong one, for that turns an answer into a write. And what was learnt does not depend on the number of workers.

#include "support/replay.h"

#include <array>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "assessment/observe.h"
#include "event/flow.h"
#include "net/packet.h"
#include "pipeline/pipeline.h"

namespace bulkhead::test {

namespace {

constexpr std::array<std::string_view, 14> ot_folders{"modbus/",   "s7comm/", "s7comm-plus/", "enip-cip/", "dnp3/",
                                                      "iec104/",   "bacnet/", "opcua/",       "mms/",      "cotp/",
                                                      "profinet/", "attack/", "goose-sv/",    "iccp/"};
constexpr std::array<std::size_t, 7> left_out{1, 2, 3, 5, 10, 20, 50};

bool is_ot(std::string_view path) {
  return std::any_of(ot_folders.begin(), ot_folders.end(),
                     [&](std::string_view folder) { return path.starts_with(folder); });
}

/// Notes who is client of each conversation that a protocol of ours claims. A pair of ends that showed two clients
/// (ports used again the other way round) is nobody's witness.
class Clients final : public Consumer {
 public:
  struct Known {
    std::string client, reason;
    bool both = false;
  };
  [[nodiscard]] bool wants(const Schema& schema) const override { return &schema == &Flow::schema; }
  void on(const Event& event) override {
    const Flow& flow = *event.as<Flow>();
    if (!flow.service || flow.client == ClientReason::unknown) return;
    std::string a = to_text(event.origin.source);
    std::string b = to_text(event.origin.destination);
    const std::string client = a;
    if (b < a) std::swap(a, b);
    const auto [known, is_new] = of.try_emplace(a + ' ' + b, Known{client, std::string{name(flow.client)}, false});
    if (!is_new && known->second.client != client) known->second.both = true;
  }
  std::map<std::string, Known> of;
};

std::map<std::string, Clients::Known> clients_of(const std::vector<OwnedFrame>& frames, Replay::Keeps keeps) {
  Clients clients;
  RunOptions options;
  options.classify_others = false;
  const CaptureInput input{"replay", "replay", 0, 0, 0};
  const auto summary = run(std::make_unique<Replay>(frames, std::move(keeps)), input, options,
                           [&](std::size_t) { return std::vector<Consumer*>{&clients}; });
  EXPECT_TRUE(summary);
  return clients.of;
}

struct Tally {
  std::uint64_t replays = 0, same = 0, unknown = 0, other = 0;
};

void compare(const std::string& what, const std::map<std::string, Clients::Known>& whole,
             const std::map<std::string, Clients::Known>& part, Tally& tally) {
  ++tally.replays;
  for (const auto& [ends, known] : whole) {
    if (known.both) continue;
    const auto found = part.find(ends);
    if (found == part.end()) ++tally.unknown;
    else if (found->second.client == known.client && !found->second.both) ++tally.same;
    else {
      ++tally.other;
      ADD_FAILURE() << what << ": " << ends << " has client " << found->second.client << " (" << found->second.reason
                    << "), and in the whole capture " << known.client << " (" << known.reason << ')';
    }
  }
}

/// Whether a frame goes from the lower to the higher of its addresses; nothing without two.
std::optional<bool> goes_up(const OwnedFrame& frame) {
  Packet packet;
  decode(frame.bytes, frame.on_wire, frame.link, packet);
  if (packet.source.present() && packet.source != packet.destination) return packet.source < packet.destination;
  if (!packet.source.present() && packet.source_mac && packet.destination_mac)
    return *packet.source_mac < *packet.destination_mac;
  if (packet.source_port && packet.destination_port) return *packet.source_port < *packet.destination_port;
  return std::nullopt;
}

std::string text_of(const Citation& citation) {
  return fmt::format("{}:{}:{}:{}", citation.capture, citation.frame, citation.pdu, citation.time_ns);
}

/// All that was observed, as text.
std::string text_of(const Observations& observations) {
  std::string out;
  const auto line = [&](const std::string& text) { out += text + '\n'; };
  const Traffic& traffic = observations.traffic;
  line(fmt::format("{} {} {} {} {} {} {} {}", traffic.frames, traffic.copies, traffic.flows, traffic.flows_evicted,
                   traffic.stream_holes_skipped, traffic.fragments_dropped, traffic.resynchronised_bytes,
                   traffic.conversations_dropped));
  for (const auto& [protocol, faults] : traffic.faults) line(fmt::format("{} {}", protocol, faults));
  for (const CaptureRecord& capture : traffic.captures)
    line(fmt::format("{} {} {} {} {} {} {} {} {}", capture.id, capture.name, capture.ending, capture.frames,
                     capture.bytes, capture.first_ns.value_or(0), capture.last_ns.value_or(0), capture.cut,
                     capture.copies));
  for (const Conversation& c : traffic.conversations) {
    line(fmt::format("{} {} {} {} {} {} {} {} {}", c.id, to_text(c.client), to_text(c.server), name(c.client_reason),
                     c.transport, c.port.value_or(0), c.service, c.label, text_of(c.first)));
    line(fmt::format(" {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", c.operations_known, c.answered, c.flows,
                     c.frames_out, c.frames_in, c.bytes_out, c.bytes_in, c.lost_bytes, c.gaps, c.faults, c.unanswered,
                     c.retransmitted, c.copies, c.opening_seen, c.reset, c.first_ns, c.last_ns,
                     c.period_ns.value_or(-1)));
    for (const OperationUse& use : c.operations)
      line(fmt::format("  {} {} {} {} {} {} {}", name(use.operation), use.station, use.asked, use.answered, use.refused,
                       text_of(use.first), use.last_ns));
    for (const Sighting& sighting : c.sightings)
      line(fmt::format("  {} {} {} {} {} {}", sighting.capture, sighting.point, sighting.first_frame,
                       sighting.frames_out, sighting.frames_in, sighting.vlan.value_or(0)));
  }
  for (const AddressPair& pair : traffic.pairs)
    line(fmt::format("{} {} {} {} {}", to_text(pair.mac), to_text(pair.ip), pair.frames, pair.vlan.value_or(0),
                     text_of(pair.first)));
  for (const Fact& fact : observations.facts)
    line(fmt::format("{} {} {} {} {} {} {} {}", to_text(fact.subject.ip),
                     fact.subject.mac ? to_text(*fact.subject.mac) : "", fact.subject.station, name(fact.meaning),
                     fact.value, fact.count, text_of(fact.first), fact.last_ns));
  for (const KeptPdu& pdu : observations.kept) {
    line(fmt::format("{} {} {} {} {} {}", pdu.capture, pdu.frame, pdu.pdu, pdu.protocol, pdu.bytes.size(), pdu.size));
    for (const KeptMessage& message : pdu.messages) {
      line(fmt::format(" {} {} {} {} {}", message.schema, message.source, message.destination, message.direction,
                       text_of(message.citation)));
      for (const KeptField& field : message.fields)
        line(fmt::format("  {}={} {} {}", field.name, field.value, field.offset, field.size));
    }
  }
  return out;
}

std::vector<std::string> ot_captures(const std::filesystem::path& folder) {
  std::vector<std::string> paths;
  std::ifstream file{folder / "oracle.json"};
  if (!file) return paths;
  const auto oracle = nlohmann::json::parse(file);
  for (const auto& [path, seen] : oracle["captures"].items())
    if (is_ot(path)) paths.push_back(path);
  return paths;
}

}  // namespace

TEST(Replay, ALateStartOrOneDirectionNeverNamesTheOtherEndClient) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  const std::vector<std::string> paths = ot_captures(folder);
  if (paths.empty()) GTEST_SKIP() << folder << " is not there";
  Tally late, one_way;
  for (const std::string& path : paths) {
    const std::vector<OwnedFrame> frames = frames_of(folder / path);
    const auto whole = clients_of(frames, [](std::size_t) { return true; });
    if (whole.empty()) continue;
    for (const std::size_t first : left_out) {
      if (first >= frames.size()) break;
      compare(fmt::format("{} without its first {}", path, first), whole,
              clients_of(frames, [&](std::size_t index) { return index >= first; }), late);
    }
    std::vector<std::optional<bool>> up;
    for (const OwnedFrame& frame : frames) up.push_back(goes_up(frame));
    for (const bool kept : {true, false})
      compare(fmt::format("{} {} only", path, kept ? "upwards" : "downwards"), whole,
              clients_of(frames, [&](std::size_t index) { return !up[index] || *up[index] == kept; }), one_way);
  }
  for (const auto& [what, tally] : {std::pair{"late start", late}, std::pair{"one direction", one_way}})
    fmt::print("{}: {} replays; conversations with the same client {}, unknown {}, the other {}\n", what, tally.replays,
               tally.same, tally.unknown, tally.other);
}

TEST(Replay, OneWorkerAndTwoLearnTheSame) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  const std::vector<std::string> paths = ot_captures(folder);
  if (paths.empty()) GTEST_SKIP() << folder << " is not there";
  for (const std::string& path : paths) {
    ObserveOptions options;
    options.hash_files = false;
    options.workers = 1;
    const auto one = observe({folder / path}, {}, options);
    options.workers = 2;
    const auto two = observe({folder / path}, {}, options);
    ASSERT_TRUE(one && two) << path;
    EXPECT_TRUE(text_of(*one) == text_of(*two)) << path;
  }
}

}  // namespace bulkhead::test

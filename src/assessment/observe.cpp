#include "assessment/observe.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "evidence/digest.h"
#include "inventory/learner.h"
#include "pipeline/clock.h"
#include "pipeline/pipeline.h"
#include "protocol/protocol.h"
#include "traffic/learner.h"

namespace bulkhead {

namespace {

/// The listeners of one shard.
struct Listeners {
  explicit Listeners(std::span<const Schema* const> schemas) : traffic(schemas, keeper), facts(schemas, keeper) {}
  EvidenceKeeper keeper;
  TrafficLearner traffic;
  FactLearner facts;
};

/// Numbers for names, in the order in which they come.
class Numbers {
 public:
  std::uint16_t of(const std::string& name) {
    if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
    return numbers_.emplace(name, next_++).first->second;
  }
  void remember(const std::string& name, std::uint16_t number) {
    numbers_.emplace(name, number);
    next_ = std::max<std::uint16_t>(next_, static_cast<std::uint16_t>(number + 1));
  }

 private:
  std::map<std::string, std::uint16_t> numbers_;
  std::uint16_t next_ = 0;
};

/// What an address space is numbered by: its name, else the capture point whose own it is.
std::string space_key(const CaptureRecord& record) {
  return record.space_name.empty() ? record.point_name : "=" + record.space_name;
}

struct Plan {
  std::vector<CaptureInput> inputs;
  std::vector<CaptureRecord> records;
};

Result<Plan> make_plan(const std::vector<std::filesystem::path>& files,
                       const std::vector<CapturePointDeclaration>& declared, const ObserveOptions& options,
                       const std::vector<CaptureRecord>& known) {
  Plan plan;
  Numbers points;
  Numbers spaces;
  std::uint32_t first_id = 1;
  for (const CaptureRecord& record : known) {
    points.remember(record.point_name, record.point);
    spaces.remember(space_key(record), record.space);
    first_id = std::max(first_id, record.id + 1);
  }
  std::vector<bool> clock_is_stated;
  for (const std::filesystem::path& file : files) {
    CaptureRecord record;
    record.id = first_id + static_cast<std::uint32_t>(plan.records.size());
    record.name = file.filename().string();
    std::error_code error;
    record.size = std::filesystem::file_size(file, error);
    if (error) return failure("can't be read: " + error.message(), file.string(), "check the name of the capture");
    if (options.hash_files) {
      TRY(record.sha256, sha256_of_file(file));
    }
    const CapturePointDeclaration* point = declaration_of(record.name, declared);
    record.point_name = point == nullptr ? record.name : point->name;
    record.space_name = point == nullptr ? std::string{} : point->space;
    record.modified = modification_time(file);
    record.point = points.of(record.point_name);
    record.space = spaces.of(space_key(record));
    clock_is_stated.push_back(point != nullptr && point->clock_offset_ns.has_value());
    if (clock_is_stated.back()) record.clock_offset_ns = *point->clock_offset_ns;
    plan.inputs.push_back({file, record.name, record.point, record.space, record.clock_offset_ns});
    plan.records.push_back(std::move(record));
  }
  TRY(const std::vector<SharedFrames> shared, compare_clocks(plan.inputs));
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i].frames == 0) continue;
    CaptureRecord& record = plan.records[i];
    const CaptureRecord& reference = plan.records[shared[i].reference];
    record.clock_offset_frames = shared[i].frames;
    if (!clock_is_stated[i]) record.clock_offset_ns = shared[i].offset_ns + reference.clock_offset_ns;
    const std::uint16_t joined = record.space;  // the same frames on both: the same network
    for (CaptureRecord& other : plan.records)
      if (other.space == joined) other.space = reference.space;
  }
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    plan.inputs[i].space = plan.records[i].space;
    plan.inputs[i].clock_offset_ns = plan.records[i].clock_offset_ns;
  }
  return plan;
}

void take_over(const CaptureSummary& summary, CaptureRecord& record) {
  record.ending = name(summary.ending.kind);
  record.ending_frame = summary.frames;
  record.ending_offset = summary.ending.offset;
  record.ending_detail = summary.ending.detail;
  record.frames = summary.frames;
  record.bytes = summary.bytes;
  record.first_ns = summary.first_ns;
  record.last_ns = summary.last_ns;
  record.times_not_believed = summary.times_not_believed;
  record.clock_steps = summary.clock_steps;
  record.cut = summary.cut;
  record.copies = summary.copies;
  record.undecoded_link = summary.undecoded_link;
  record.bad_headers = summary.bad_headers;
  record.bad_ip_checksums = summary.bad_ip_checksums;
  record.bad_transport_checksums = summary.bad_transport_checksums;
  record.fragments = summary.fragments;
  for (const CaptureInterface& interface : summary.interfaces) record.interface_drops += interface.dropped.value_or(0);
}

void take_over(const RunCounters& counters, Traffic& traffic) {
  traffic.frames = counters.frames;
  traffic.copies = counters.copies;
  traffic.flows = counters.flows;
  traffic.flows_evicted = counters.flows_evicted;
  traffic.stream_holes_skipped = counters.stream_holes_skipped;
  traffic.fragments_dropped = counters.fragments_dropped;
  traffic.resynchronised_bytes = counters.resynchronised_bytes;
}

/// Citations name captures by their place in the run; from here on by their id.
void renumber(Observations& observations, std::uint32_t first_id) {
  for (Conversation& conversation : observations.traffic.conversations) {
    conversation.first.capture += first_id;
    for (OperationUse& use : conversation.operations) use.first.capture += first_id;
    for (Sighting& sighting : conversation.sightings) sighting.capture += first_id;
  }
  for (AddressPair& pair : observations.traffic.pairs) pair.first.capture += first_id;
  for (Fact& fact : observations.facts) fact.first.capture += first_id;
  for (KeptPdu& pdu : observations.kept) {
    pdu.capture += first_id;
    for (KeptMessage& message : pdu.messages) message.citation.capture += first_id;
  }
}

/// The listeners of all shards, and what they learnt.
class Learners {
 public:
  Learners() {
    const std::vector<const Schema*> schemas = run_schemas();
    for (std::size_t i = 0; i < shard_count; ++i) shards_.push_back(std::make_unique<Listeners>(schemas));
  }

  [[nodiscard]] MakeConsumers consumers() {
    return [this](std::size_t shard) -> std::vector<Consumer*> {
      return {&shards_[shard]->traffic, &shards_[shard]->facts};
    };
  }

  /// Once, after the run.
  Observations finish(const RunSummary& summary, std::vector<CaptureRecord> records) {
    Observations observations;
    std::vector<TrafficLearner*> traffic;
    std::vector<const FactLearner*> facts;
    for (const auto& shard : shards_) {
      traffic.push_back(&shard->traffic);
      facts.push_back(&shard->facts);
      std::ranges::move(shard->keeper.kept, std::back_inserter(observations.kept));
      shard->keeper.kept = {};
    }
    observations.traffic = merge(traffic);
    observations.facts = merge(facts);
    for (Conversation& conversation : observations.traffic.conversations)
      conversation.operations_known = are_known(conversation);
    for (std::size_t i = 0; i < records.size(); ++i) take_over(summary.captures[i], records[i]);
    observations.traffic.captures = std::move(records);
    take_over(summary.counters, observations.traffic);
    std::sort(observations.kept.begin(), observations.kept.end(), [](const KeptPdu& a, const KeptPdu& b) {
      return std::tie(a.capture, a.frame, a.pdu) < std::tie(b.capture, b.frame, b.pdu);
    });
    if (!observations.traffic.captures.empty()) renumber(observations, observations.traffic.captures.front().id);
    return observations;
  }

 private:
  static bool are_known(const Conversation& conversation) {
    const Protocol* protocol = protocol_named(conversation.service);
    return protocol != nullptr && protocol->depth == Depth::decoded &&
           std::any_of(conversation.operations.begin(), conversation.operations.end(),
                       [](const OperationUse& use) { return use.operation != Operation::unknown; });
  }

  std::vector<std::unique_ptr<Listeners>> shards_;
};

RunOptions run_options_of(const ObserveOptions& options, std::uint64_t bytes_in_all) {
  RunOptions run_options;
  run_options.workers = options.workers;
  run_options.keep_duplicates = options.keep_duplicates;
  if (options.progress)
    run_options.progress = [&options, bytes_in_all](std::uint64_t frames, std::uint64_t bytes) {
      options.progress(frames, bytes, bytes_in_all);
    };
  return run_options;
}

}  // namespace

std::int64_t modification_time(const std::filesystem::path& path) noexcept {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  return error ? 0 : static_cast<std::int64_t>(time.time_since_epoch().count());
}

const CapturePointDeclaration* declaration_of(const std::string& file,
                                              const std::vector<CapturePointDeclaration>& declared) noexcept {
  const auto found = std::find_if(declared.begin(), declared.end(), [&](const CapturePointDeclaration& point) {
    return std::any_of(point.files.begin(), point.files.end(),
                       [&](const std::string& pattern) { return matches_pattern(pattern, file); });
  });
  return found == declared.end() ? nullptr : &*found;
}

bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[i]) && pattern[at] != '*') {
      ++at;
      ++i;
    } else if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = i;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

Result<Observations> observe(const std::vector<std::filesystem::path>& files,
                             const std::vector<CapturePointDeclaration>& declared, const ObserveOptions& options,
                             const std::vector<CaptureRecord>& known) {
  TRY(Plan plan, make_plan(files, declared, options, known));
  std::uint64_t bytes_in_all = 0;
  for (const CaptureRecord& record : plan.records) bytes_in_all += record.size;
  Learners learners;
  TRY(const RunSummary summary, run(plan.inputs, run_options_of(options, bytes_in_all), learners.consumers()));
  return learners.finish(summary, std::move(plan.records));
}

Result<Observations> observe(std::unique_ptr<Source> source, const std::string& name, const ObserveOptions& options) {
  CaptureRecord record;
  record.id = 1;
  record.name = record.point_name = name;
  Learners learners;
  TRY(const RunSummary summary,
      run(std::move(source), {{}, name, 0, 0, 0}, run_options_of(options, 0), learners.consumers()));
  return learners.finish(summary, {std::move(record)});
}

}  // namespace bulkhead

// From captures to events.
//
// The calling thread reads and decodes batches of frames and notes each frame's shard. With one worker it also runs the
// shards; with more, each worker takes the frames of its own shards out of every batch, in order, so a shard always
// sees its frames one after the other. A few batches are in flight; whoever is slow is waited for.

#include "pipeline/pipeline.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/time.h"
#include "capture/timeline.h"
#include "event/flow.h"
#include "net/packet.h"
#include "pipeline/label.h"
#include "pipeline/shard.h"
#include "protocol/protocol.h"

namespace bulkhead {

namespace {

constexpr std::size_t batches_in_flight = 4;
constexpr std::uint64_t record_header = 16;                           // of a pcap file, for progress
constexpr std::int64_t believable_from_ns = 631'152'000 * second_ns;  // 1990-01-01: no capture format is older
constexpr std::int64_t step_back_ns = second_ns, step_forward_ns = 3600 * second_ns;

/// A batch on its way through the shards.
struct Work {
  Batch batch;
  std::vector<Packet> packets;
  std::vector<FramePlace> places;
  std::vector<std::uint8_t> shards;
  std::vector<PacketHashes> hashes;  ///< Made by the worker who needs them.
  std::size_t workers_left = 0;
};

class Run {
 public:
  Run(const std::vector<CaptureInput>& inputs, const RunOptions& options, const MakeConsumers& make_consumers)
      : inputs_(inputs),
        options_(options),
        schemas_(run_schemas()),
        candidates_(protocols()),
        last_times_(inputs.size()) {
    summary_.captures.resize(inputs.size());
    for (std::size_t i = 0; i < std::max(1U, options.workers); ++i)
      labellers_.push_back(options.classify_others ? std::make_unique<Labeller>() : nullptr);
    for (std::size_t i = 0; i < shard_count; ++i) {
      const std::vector<Consumer*> consumers = make_consumers(i);
      shards_.push_back(std::make_unique<Shard>(candidates_, schemas_, consumers, options_, inputs_));
    }
  }

  RunSummary all(Timeline& timeline) {
    if (options_.workers <= 1) alone(timeline);
    else together(timeline);
    for (std::size_t i = 0; i < shards_.size(); ++i) shards_[i]->finish(labeller(i % labellers_.size()));
    if (options_.checkpoint) options_.checkpoint();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      CaptureSummary& capture = summary_.captures[i];
      capture.ending = timeline.source(i).ending();
      capture.interfaces = timeline.source(i).interfaces();
      if (capture.ending.kind == Ending::Kind::read && capture.frames > 0 && capture.undecoded_link == capture.frames) {
        capture.ending.kind = Ending::Kind::link_type_not_supported;
        capture.ending.detail = link_name(capture.interfaces.empty() ? std::uint16_t{0} : capture.interfaces[0].link);
      }
    }
    for (const auto& shard : shards_) add(*shard);
    return std::move(summary_);
  }

 private:
  [[nodiscard]] Labeller* labeller(std::size_t worker) const { return labellers_[worker].get(); }

  bool read(Timeline& timeline, Work& work) {
    if (options_.frames_max != 0 && position_ >= options_.frames_max) return false;
    if (!timeline.next(work.batch)) return false;
    const std::size_t count = work.batch.frames.size();
    work.packets.resize(count);
    work.places.resize(count);
    work.shards.resize(count);
    work.hashes.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Frame& frame = work.batch.frames[i];
      decode(frame.bytes, frame.on_wire, frame.link, work.packets[i]);
      const CaptureInput& input = inputs_[frame.source];
      work.places[i] = {frame.source, input.point,   input.space,   frame.number,
                        ++position_,  frame.time_ns, frame.on_wire, frame.bytes.size()};
      bytes_ += frame.bytes.size() + record_header;
      work.shards[i] = static_cast<std::uint8_t>(shard_of(work.packets[i]));
      count_frame(work.packets[i], work.places[i]);
    }
    if (options_.progress) options_.progress(position_, bytes_);
    return true;
  }

  void count_frame(const Packet& packet, const FramePlace& place) {
    CaptureSummary& capture = summary_.captures[place.capture];
    ++capture.frames;
    capture.bytes += place.on_wire;
    if (place.captured < place.on_wire) ++capture.cut;
    if (packet.fault == Packet::Fault::link_not_supported) ++capture.undecoded_link;
    else if (packet.fault != Packet::Fault::none && packet.fault != Packet::Fault::cut) ++capture.bad_headers;
    if (packet.bad_ip_checksum) ++capture.bad_ip_checksums;
    if (packet.bad_transport_checksum) ++capture.bad_transport_checksums;
    if (packet.fragment) ++capture.fragments;
    if (place.time_ns < believable_from_ns || place.time_ns > started_ns_) {
      ++capture.times_not_believed;
      return;
    }
    std::optional<std::int64_t>& last = last_times_[place.capture];
    if (last && (place.time_ns < *last - step_back_ns || place.time_ns > *last + step_forward_ns))
      ++capture.clock_steps;
    last = place.time_ns;
    capture.first_ns = std::min(capture.first_ns.value_or(place.time_ns), place.time_ns);
    capture.last_ns = std::max(capture.last_ns.value_or(place.time_ns), place.time_ns);
  }

  /// The packets of one worker's shards. What a packet will touch is asked for some packets ahead.
  void serve(Work& work, std::size_t me) {
    // Packets ahead:
    constexpr std::size_t places = 16;
    constexpr std::size_t conversations = 8;
    constexpr std::size_t streams = 4;
    const std::size_t workers = labellers_.size();
    const auto mine = [&](std::size_t i) { return i < work.shards.size() && work.shards[i] % workers == me; };
    const auto prepare = [&](std::size_t i) {
      if (!mine(i)) return;
      work.hashes[i] = hashes_of(work.packets[i], work.places[i].space);
      shards_[work.shards[i]]->expect_places(work.hashes[i]);
    };
    for (std::size_t i = 0; i < places; ++i) prepare(i);
    for (std::size_t i = 0; i < work.packets.size(); ++i) {
      prepare(i + places);
      if (mine(i + conversations))
        shards_[work.shards[i + conversations]]->expect_conversation(work.hashes[i + conversations]);
      if (mine(i + streams)) shards_[work.shards[i + streams]]->expect_streams(work.hashes[i + streams]);
      if (mine(i)) shards_[work.shards[i]]->packet(work.packets[i], work.places[i], work.hashes[i], labeller(me));
    }
  }

  void alone(Timeline& timeline) {
    Work work;
    while (read(timeline, work)) {
      serve(work, 0);
      if (options_.checkpoint) options_.checkpoint();
    }
  }

  void together(Timeline& timeline) {
    std::array<Work, batches_in_flight> ring;
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t published = 0;
    bool ended = false;

    const auto work_on = [&](std::size_t me) {
      for (std::size_t next = 0;; ++next) {
        {
          std::unique_lock lock{mutex};
          changed.wait(lock, [&] { return published > next || ended; });
          if (published <= next) return;
        }
        Work& work = ring.at(next % ring.size());
        serve(work, me);
        const std::lock_guard lock{mutex};
        --work.workers_left;
        changed.notify_all();
      }
    };
    std::vector<std::jthread> workers;
    for (std::size_t me = 0; me < options_.workers; ++me) workers.emplace_back(work_on, me);
    for (;;) {
      Work& work = ring.at(published % ring.size());
      {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return work.workers_left == 0; });
      }
      if (!read(timeline, work)) break;
      std::unique_lock lock{mutex};
      work.workers_left = options_.workers;
      ++published;
      changed.notify_all();
      if (!options_.checkpoint) continue;
      changed.wait(lock, [&] { return work.workers_left == 0; });
      lock.unlock();
      options_.checkpoint();
    }
    {
      const std::lock_guard lock{mutex};
      ended = true;
    }
    changed.notify_all();
  }

  void add(const Shard& shard) {
    const RunCounters counters = shard.counters();
    RunCounters& sum = summary_.counters;
    sum.frames += counters.frames;
    sum.copies += counters.copies;
    sum.pdus += counters.pdus;
    sum.flows += counters.flows;
    sum.flows_evicted += counters.flows_evicted;
    sum.resynchronised_bytes += counters.resynchronised_bytes;
    sum.oversized_pdus += counters.oversized_pdus;
    sum.stream_holes_skipped += counters.stream_holes_skipped;
    sum.fragments_dropped += counters.fragments_dropped;
    for (std::size_t i = 0; i < inputs_.size(); ++i) summary_.captures[i].copies += shard.copies()[i];
  }

  const std::vector<CaptureInput>& inputs_;
  const RunOptions& options_;
  std::vector<const Schema*> schemas_;
  Candidates candidates_;
  std::vector<std::unique_ptr<Labeller>> labellers_;  // one a worker; labels are views into them
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::optional<std::int64_t>> last_times_;
  std::int64_t started_ns_ =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count() +
      86'400 * second_ns;  // a day of grace: the analyst's clock may be wrong as well
  std::uint64_t position_ = 0, bytes_ = 0;
  RunSummary summary_;
};

}  // namespace

Result<RunSummary> run(std::span<const CaptureInput> inputs, const RunOptions& options,
                       const MakeConsumers& consumers) {
  const std::vector<CaptureInput> kept(inputs.begin(), inputs.end());
  std::vector<Timeline::Input> sources;
  for (const CaptureInput& input : kept) {
    TRY(std::unique_ptr<Source> source, open_capture(input.path));
    sources.push_back({std::move(source), input.clock_offset_ns});
  }
  Timeline timeline{std::move(sources)};
  return Run{kept, options, consumers}.all(timeline);
}

Result<RunSummary> run(std::unique_ptr<Source> source, const CaptureInput& input, const RunOptions& options,
                       const MakeConsumers& consumers) {
  const std::vector<CaptureInput> inputs{input};
  std::vector<Timeline::Input> sources;
  sources.push_back({std::move(source), input.clock_offset_ns});
  Timeline timeline{std::move(sources)};
  return Run{inputs, options, consumers}.all(timeline);
}

std::vector<const Schema*> run_schemas() {
  std::vector<const Schema*> schemas = all_schemas();
  schemas.insert(schemas.end(), flow_schemas().begin(), flow_schemas().end());
  return schemas;
}

}  // namespace bulkhead

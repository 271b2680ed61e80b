#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/source.h"
#include "event/event.h"

namespace bulkhead {

/// One capture file on the time line, or a live interface.
struct CaptureInput {
  std::filesystem::path path;
  std::string name;                  ///< As events and evidence call it.
  std::uint16_t point = 0;           ///< Capture point: files of one point share it.
  std::uint16_t space = 0;           ///< Address space.
  std::int64_t clock_offset_ns = 0;  ///< Added to its times.
};

/// State and bounds belong to shards, whatever the number of workers, so a result can't depend on it.
inline constexpr std::size_t shard_count = 64;

/// Makes the listeners of one shard; called once for each, in order, before the first frame.
using MakeConsumers = std::function<std::vector<Consumer*>(std::size_t shard)>;

struct RunOptions {
  unsigned workers = 1;          ///< 1: all in the calling thread.
  bool keep_duplicates = false;  ///< Copies of frames are treated as new.
  bool classify_others = true;   ///< nDPI labels what no parser claims.
  std::uint64_t frames_max = 0;  ///< Stop after so many; 0: none.
  /// Called from the calling thread when every event of all frames so far has been said, each few megabytes and at the
  /// end.
  std::function<void()> checkpoint;
  /// Called now and then from the reading thread: bytes read so far of all inputs.
  std::function<void(std::uint64_t frames, std::uint64_t bytes)> progress;
};

/// What the pipeline met in one capture. Everything that was not looked at is counted here.
struct CaptureSummary {
  Ending ending;
  std::vector<CaptureInterface> interfaces;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;                        ///< On the wire.
  std::optional<std::int64_t> first_ns, last_ns;  ///< Of frames with a believable time, clock offset applied.
  std::uint64_t times_not_believed = 0;           ///< Before 1990, or after the reading.
  std::uint64_t clock_steps =
      0;                  ///< Frames earlier than the one before by more than a second, or later by more than an hour.
  std::uint64_t cut = 0;  ///< Frames of which only part was kept.
  std::uint64_t copies = 0;
  std::uint64_t undecoded_link = 0;  ///< Frames of a link type that is not supported.
  std::uint64_t bad_headers = 0;
  std::uint64_t bad_ip_checksums = 0, bad_transport_checksums = 0;
  std::uint64_t fragments = 0;
};

/// Everything bounded, and what was dropped by the bounds.
struct RunCounters {
  std::uint64_t frames = 0, copies = 0, pdus = 0, flows = 0;
  std::uint64_t flows_evicted = 0;  ///< The table was full: the one longest silent was closed.
  std::uint64_t resynchronised_bytes = 0, oversized_pdus = 0;
  std::uint64_t stream_holes_skipped = 0;  ///< Gaps given up because no more of what followed could be held.
  std::uint64_t fragments_dropped = 0;
};

struct RunSummary {
  std::vector<CaptureSummary> captures;
  RunCounters counters;
};

/// Reads captures as one time line and says every event. Fails where a capture can't be opened; whatever is wrong
/// inside one is said in its summary.
Result<RunSummary> run(std::span<const CaptureInput> inputs, const RunOptions& options, const MakeConsumers& consumers);
/// The same from a source that is already open: a live interface, memory.
Result<RunSummary> run(std::unique_ptr<Source> source, const CaptureInput& input, const RunOptions& options,
                       const MakeConsumers& consumers);

/// Every schema that a run may say: protocols', common and the pipeline's own.
std::vector<const Schema*> run_schemas();

}  // namespace bulkhead

// A merge by heads, with a heap of the sources. A run of frames from one source is taken without touching the heap:
// captures of different days, or of a busy and a quiet mirror port, then cost one comparison a frame. Frames are copied
// into the batch, because the sources refill their own batches at different moments.

#include "capture/timeline.h"

#include <algorithm>
#include <limits>

namespace bulkhead {

namespace {

constexpr std::size_t batch_size = 128U << 10U;
constexpr std::size_t storage_size = batch_size + frame_limit;
constexpr std::size_t frames_max = 65'536;

std::int64_t shifted(std::int64_t time_ns, std::int64_t offset_ns) noexcept {
  constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t min = std::numeric_limits<std::int64_t>::min();
  if (offset_ns > 0 && time_ns > max - offset_ns) return max;
  if (offset_ns < 0 && time_ns < min - offset_ns) return min;
  return time_ns + offset_ns;
}

}  // namespace

Timeline::Timeline(std::vector<Input> inputs) {
  lanes_.reserve(inputs.size());
  for (Input& input : inputs) {
    Lane& lane = lanes_.emplace_back();
    lane.source = std::move(input.source);
    lane.clock_offset_ns = input.clock_offset_ns;
    lane.index = static_cast<std::uint32_t>(lanes_.size() - 1);
  }
}

void Timeline::correct(Lane& lane, std::vector<Frame>& frames) noexcept {
  if (lane.clock_offset_ns == 0 && lane.index == 0) return;
  for (Frame& frame : frames) {
    frame.time_ns = shifted(frame.time_ns, lane.clock_offset_ns);
    frame.source = lane.index;
  }
}

bool Timeline::refill(Lane& lane) {
  lane.at = 0;
  do {
    if (!lane.source->next(lane.batch)) return false;
  } while (lane.batch.frames.empty());
  correct(lane, lane.batch.frames);
  return true;
}

bool Timeline::later(const Lane* a, const Lane* b) noexcept {
  if (a->head().time_ns != b->head().time_ns) return a->head().time_ns > b->head().time_ns;
  return a->index > b->index;
}

bool Timeline::append(Lane& lane, Batch& batch, std::size_t& used) {
  Frame frame = lane.head();
  const auto room = std::span{batch.storage}.subspan(used);
  if (used >= batch_size || frame.bytes.size() > room.size() || batch.frames.size() >= frames_max) return false;
  std::copy(frame.bytes.begin(), frame.bytes.end(), room.begin());
  frame.bytes = Bytes{room}.first(frame.bytes.size());
  used += frame.bytes.size();
  batch.frames.push_back(frame);
  ++lane.at;
  return true;
}

bool Timeline::next_of_one(Batch& batch) {
  Lane& lane = lanes_.front();
  if (!lane.source->next(batch)) return false;
  correct(lane, batch.frames);
  return true;
}

bool Timeline::next(Batch& batch) {
  if (lanes_.size() == 1) return next_of_one(batch);
  batch.frames.clear();
  if (batch.storage.size() != storage_size) batch.storage.resize(storage_size);
  if (!started_) {
    started_ = true;
    for (Lane& lane : lanes_)
      if (refill(lane)) heap_.push_back(&lane);
    std::make_heap(heap_.begin(), heap_.end(), later);
  }
  std::size_t used = 0;
  bool full = false;
  while (!heap_.empty() && !full) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Lane& lane = *heap_.back();
    heap_.pop_back();
    bool alive = true;
    do {
      full = !append(lane, batch, used);
      if (lane.at == lane.batch.frames.size()) alive = refill(lane);
    } while (!full && alive && (heap_.empty() || later(heap_.front(), &lane)));
    if (!alive) continue;
    heap_.push_back(&lane);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  return !batch.frames.empty();
}

}  // namespace bulkhead

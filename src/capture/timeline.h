#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "capture/source.h"

namespace bulkhead {

/// Several captures as one: their frames in the order of time. `Frame::source` says where each came from,
/// `Frame::time_ns` is that of the source's clock plus its offset; `Frame::number` stays that of its file.
///
/// Frames of equal time come in the order of the sources. A source keeps its own order, even where its times step back:
/// it takes part by its next frame. Of a single source the batches are handed through as they are.
class Timeline {
 public:
  struct Input {
    std::unique_ptr<Source> source;
    std::int64_t clock_offset_ns = 0;  ///< Added to every time of this source.
  };
  explicit Timeline(std::vector<Input> inputs);

  /// The next frames, as `Source::next`. The batch owns their bytes.
  bool next(Batch& batch);
  [[nodiscard]] std::size_t size() const noexcept { return lanes_.size(); }
  /// One of the sources, with its ending and its interfaces.
  [[nodiscard]] const Source& source(std::size_t index) const { return *lanes_.at(index).source; }

 private:
  struct Lane {
    std::unique_ptr<Source> source;
    std::int64_t clock_offset_ns = 0;
    std::uint32_t index = 0;
    Batch batch;
    std::size_t at = 0;  ///< The frame of the batch that is next.
    [[nodiscard]] const Frame& head() const noexcept { return batch.frames[at]; }
  };

  bool next_of_one(Batch& batch);
  /// Reads on where the lane's batch is used up; false at its end.
  static bool refill(Lane& lane);
  static bool later(const Lane* a, const Lane* b) noexcept;
  static void correct(Lane& lane, std::vector<Frame>& frames) noexcept;
  /// Appends the lane's head; false where the batch is full.
  static bool append(Lane& lane, Batch& batch, std::size_t& used);

  std::vector<Lane> lanes_;
  std::vector<Lane*> heap_;  ///< Those with a head, the earliest on top.
  bool started_ = false;
};

}  // namespace bulkhead

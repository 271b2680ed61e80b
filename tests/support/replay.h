#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assessment/observe.h"
#include "capture/source.h"

namespace bulkhead::test {

/// A frame with bytes of its own.
struct OwnedFrame {
  std::vector<std::uint8_t> bytes;
  std::size_t on_wire = 0;
  std::int64_t time_ns = 0;
  std::uint16_t link = 0;
};

/// All frames of a capture; none where it can't be read.
inline std::vector<OwnedFrame> frames_of(const std::filesystem::path& path) {
  std::vector<OwnedFrame> frames;
  const auto source = open_capture(path);
  if (!source) return frames;
  Batch batch;
  while ((*source)->next(batch))
    for (const Frame& frame : batch.frames)
      frames.push_back({{frame.bytes.begin(), frame.bytes.end()}, frame.on_wire, frame.time_ns, frame.link});
  return frames;
}

/// Plays those of somebody's frames that `keeps` (by index) lets pass, one after the other. The frames must outlive it.
class Replay final : public Source {
 public:
  using Keeps = std::function<bool(std::size_t index)>;
  Replay(const std::vector<OwnedFrame>& frames, Keeps keeps) : frames_(frames), keeps_(std::move(keeps)) {}

  bool next(Batch& batch) override {
    constexpr std::size_t frames_of_a_batch = 1024;
    batch.frames.clear();
    while (at_ < frames_.size() && batch.frames.size() < frames_of_a_batch) {
      const OwnedFrame& frame = frames_[at_++];
      if (!keeps_(at_ - 1)) continue;
      batch.frames.push_back({++number_, frame.time_ns, frame.bytes, frame.on_wire, frame.link, 0, 0});
    }
    return !batch.frames.empty();
  }
  [[nodiscard]] const Ending& ending() const noexcept override { return ending_; }
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept override { return interfaces_; }

 private:
  const std::vector<OwnedFrame>& frames_;
  Keeps keeps_;
  std::size_t at_ = 0;
  std::uint64_t number_ = 0;
  Ending ending_;
  std::vector<CaptureInterface> interfaces_;
};

}  // namespace bulkhead::test

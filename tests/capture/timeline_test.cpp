#include "capture/timeline.h"

#include <string>

#include <gtest/gtest.h>

namespace bulkhead::test {

namespace {

/// Frames of one byte each, at the given times.
class Given final : public Source {
 public:
  explicit Given(std::vector<std::int64_t> times, std::size_t a_batch = 2)
      : times_(std::move(times)), a_batch_(a_batch) {}
  bool next(Batch& batch) override {
    batch.frames.clear();
    batch.storage.resize(a_batch_);
    for (std::size_t i = 0; i < a_batch_ && at_ < times_.size(); ++i, ++at_) {
      batch.storage[i] = static_cast<std::uint8_t>(at_);
      Frame& frame = batch.frames.emplace_back();
      frame.number = at_ + 1;
      frame.time_ns = times_[at_];
      frame.bytes = Bytes{batch.storage}.subspan(i, 1);
      frame.on_wire = 1;
    }
    return !batch.frames.empty();
  }
  [[nodiscard]] const Ending& ending() const noexcept override { return ending_; }
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept override { return interfaces_; }

 private:
  std::vector<std::int64_t> times_;
  std::size_t a_batch_;
  std::size_t at_ = 0;
  Ending ending_;
  std::vector<CaptureInterface> interfaces_;
};

std::string order_of(std::vector<Timeline::Input> inputs) {
  Timeline timeline{std::move(inputs)};
  std::string order;
  Batch batch;
  while (timeline.next(batch))
    for (const Frame& frame : batch.frames) {
      EXPECT_EQ(frame.bytes[0] + 1U, frame.number);
      order += static_cast<char>('a' + frame.source);
      order += std::to_string(frame.time_ns) + ' ';
    }
  return order;
}

}  // namespace

TEST(Timeline, MergesByTimeAndKeepsTheOrderOfSourcesForEqualTimes) {
  std::vector<Timeline::Input> inputs;
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{1, 3, 3, 7, 8}), 0});
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{0, 3, 4, 9, 10, 11}), 0});
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{}), 0});
  EXPECT_EQ(order_of(std::move(inputs)), "b0 a1 a3 a3 b3 b4 a7 a8 b9 b10 b11 ");
}

TEST(Timeline, ClockOffsetsMoveASource) {
  std::vector<Timeline::Input> inputs;
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{100, 200}), 0});
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{100, 200}), -150});
  EXPECT_EQ(order_of(std::move(inputs)), "b-50 b50 a100 a200 ");
  std::vector<Timeline::Input> one;
  one.push_back({std::make_unique<Given>(std::vector<std::int64_t>{100, 90}), 5});
  EXPECT_EQ(order_of(std::move(one)), "a105 a95 ");
}

TEST(Timeline, ASourceThatStepsBackKeepsItsOwnOrder) {
  std::vector<Timeline::Input> inputs;
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{5, 2, 6}), 0});
  inputs.push_back({std::make_unique<Given>(std::vector<std::int64_t>{3, 4, 6}), 0});
  EXPECT_EQ(order_of(std::move(inputs)), "b3 b4 a5 a2 a6 b6 ");
}

}  // namespace bulkhead::test

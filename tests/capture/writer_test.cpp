#include "capture/writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "capture/live.h"
#include "capture/reading.h"
#include "capture/timeline.h"

namespace bulkhead::test {

namespace {

const std::vector<std::uint8_t> bytes{1, 2, 3, 4};

Frame frame_at(std::int64_t time_ns) {
  Frame frame;
  frame.time_ns = time_ns;
  frame.bytes = bytes;
  frame.on_wire = 60;
  frame.link = 1;
  return frame;
}

std::filesystem::path scratch(const char* name) {
  return std::filesystem::path{testing::TempDir()} / (std::string{"bulkhead_"} + name);
}

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

TEST(PcapWriter, WhatItWritesReadsBackTheSame) {
  const auto path = scratch("writer.pcap");
  auto writer = PcapWriter::create(path, 1);
  ASSERT_TRUE(writer);
  constexpr std::uint64_t count = 50'000;  // more than its buffer
  for (std::uint64_t i = 0; i < count; ++i)
    ASSERT_TRUE(writer->write(frame_at(1'700'000'000'123'456'789 + static_cast<std::int64_t>(i))));
  ASSERT_TRUE(writer->close());
  const auto source = open_capture(path);
  ASSERT_TRUE(source);
  const Reading reading = read_all(**source);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read);
  ASSERT_EQ(reading.frames.size(), count);
  EXPECT_EQ(reading.frames[7].time_ns, 1'700'000'000'123'456'796);
  EXPECT_EQ(reading.frames[7].on_wire, 60U);
  EXPECT_EQ(reading.bytes[7], bytes);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077U, 0U) << "only the owner may read it";
  std::filesystem::remove(path);
}

TEST(PcapWriter, MicrosecondsAreCutNotRounded) {
  const auto path = scratch("micro.pcap");
  auto writer = PcapWriter::create(path, 1, PcapWriter::Resolution::microseconds);
  ASSERT_TRUE(writer && writer->write(frame_at(1'999'999'999)) && writer->close());
  EXPECT_EQ(read_all(**open_capture(path)).frames.at(0).time_ns, 1'999'999'000);
  std::filesystem::remove(path);
}

TEST(PcapWriter, RefusesWhatPcapCannotSay) {
  const auto path = scratch("refused.pcap");
  auto writer = PcapWriter::create(path, 1);
  ASSERT_TRUE(writer);
  EXPECT_FALSE(writer->write(frame_at(-1)));
  EXPECT_FALSE(writer->write(frame_at(5'000'000'000'000'000'000)));
  Frame other = frame_at(0);
  other.link = 113;
  EXPECT_FALSE(writer->write(other));
  ASSERT_TRUE(writer->close());
  EXPECT_FALSE(writer->write(frame_at(0)));
  std::filesystem::remove(path);
  EXPECT_FALSE(PcapWriter::create("/nowhere/at/all.pcap", 1));
}

TEST(OpenCapture, FailsOnAFolderAndOnWhatIsNotThere) {
  EXPECT_FALSE(open_capture("/nowhere/at/all.pcap"));
  EXPECT_FALSE(open_capture(testing::TempDir()));
}

TEST(OpenInterface, RefusesAnInterfaceThatIsNotThereInWords) {
  const auto source = open_interface("no-such-if0");
  ASSERT_FALSE(source);
  EXPECT_FALSE(source.error().message.empty());
}

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

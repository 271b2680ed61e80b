#include "capture/writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "capture/reading.h"

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

}  // namespace bulkhead::test

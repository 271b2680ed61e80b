// pcap and pcapng in each byte order, and snoop, as they should be and as they should not.

#include <gtest/gtest.h>

#include "capture/reading.h"
#include "support/capture_files.h"

namespace bulkhead::test {

namespace {

const std::vector<std::uint8_t> first{1, 2, 3, 4, 5};
const std::vector<std::uint8_t> second{6, 7, 8};

class EachOrder : public testing::TestWithParam<ByteOrder> {};
INSTANTIATE_TEST_SUITE_P(Capture, EachOrder, testing::Values(ByteOrder::little, ByteOrder::big),
                         [](const auto& test) { return test.param == ByteOrder::big ? "Big" : "Little"; });

std::vector<std::uint8_t> small_pcap(ByteOrder order) {
  CaptureBuild file{order};
  file.pcap_header().pcap_record(100, 7, first, 60).pcap_record(101, 999'999, second, 3);
  return file.bytes();
}

std::vector<std::uint8_t> small_pcapng(ByteOrder order) {
  CaptureBuild file{order};
  file.section().interface(1, 0, file.same_order().option(2, Build{}.text("eth0")).option(0, {}).bytes());
  file.enhanced_packet(0, 100'000'007, first, 60).enhanced_packet(0, 101'999'999, second, 3);
  return file.bytes();
}

void expect_small(const Reading& reading) {
  ASSERT_EQ(reading.frames.size(), 2U);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read) << reading.ending.detail;
  EXPECT_EQ(reading.ending.frame, 2U);
  EXPECT_EQ(reading.bytes[0], first);
  EXPECT_EQ(reading.bytes[1], second);
  EXPECT_EQ(reading.frames[0].time_ns, 100'000'007'000);
  EXPECT_EQ(reading.frames[1].time_ns, 101'999'999'000);
  EXPECT_EQ(reading.frames[0].on_wire, 60U);
  EXPECT_EQ(reading.frames[0].number, 1U);
  EXPECT_EQ(reading.frames[1].number, 2U);
  EXPECT_EQ(reading.frames[0].link, 1U);
}

std::vector<std::uint8_t> small_snoop() {
  CaptureBuild file{ByteOrder::big};
  file.snoop_header().snoop_record(100, 7, first, 60).snoop_record(101, 999'999, second, 3, 4);
  return file.bytes();
}

}  // namespace

TEST_P(EachOrder, PcapIsRead) {
  const Reading reading = read_all(small_pcap(GetParam()));
  expect_small(reading);
  EXPECT_EQ(reading.ending.offset, small_pcap(GetParam()).size());
  ASSERT_EQ(reading.interfaces.size(), 1U);
  EXPECT_EQ(reading.interfaces[0].snap_length, 65535U);
  EXPECT_EQ(reading.interfaces[0].decimals, 6U);
}

TEST_P(EachOrder, PcapWithNanosecondsKeepsThem) {
  CaptureBuild file{GetParam()};
  file.pcap_header(0xA1B23C4D).pcap_record(1, 999'999'999, first, 5);
  const Reading reading = read_all(file.bytes());
  ASSERT_EQ(reading.frames.size(), 1U);
  EXPECT_EQ(reading.frames[0].time_ns, 1'999'999'999);
  EXPECT_EQ(reading.interfaces[0].decimals, 9U);
}

TEST_P(EachOrder, ModifiedPcapHasLongerRecordHeaders) {
  CaptureBuild file{GetParam()};
  file.pcap_header(0xA1B2CD34);
  for (const auto& frame : {first, second})
    file.u32(1).u32(2).u32(static_cast<std::uint32_t>(frame.size())).u32(60).u32(3).u32(0).add(frame);
  const Reading reading = read_all(file.bytes());
  ASSERT_EQ(reading.frames.size(), 2U);
  EXPECT_EQ(reading.bytes[1], second);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read);
}

TEST_P(EachOrder, OldPcapWithSwappedLengthsIsUnderstood) {
  CaptureBuild file{GetParam()};
  file.pcap_header(0xA1B2C3D4, 1, 2).u32(1).u32(2).u32(60).u32(5).add(first);
  const Reading reading = read_all(file.bytes());
  ASSERT_EQ(reading.frames.size(), 1U);
  EXPECT_EQ(reading.bytes[0], first);
  EXPECT_EQ(reading.frames[0].on_wire, 60U);
}

TEST_P(EachOrder, PcapngIsRead) {
  const Reading reading = read_all(small_pcapng(GetParam()));
  expect_small(reading);
  ASSERT_EQ(reading.interfaces.size(), 1U);
  EXPECT_EQ(reading.interfaces[0].name, "eth0");
}

TEST_P(EachOrder, LengthOnTheWireIsNeverLessThanWhatWasKept) {
  CaptureBuild file{GetParam()};
  file.pcap_header().pcap_record(1, 0, first, 2);
  EXPECT_EQ(read_all(file.bytes()).frames.at(0).on_wire, first.size());
}

TEST_P(EachOrder, EveryPrefixOfAPcapEndsAsCutOffOrRead) {
  const auto file = small_pcap(GetParam());
  for (std::size_t size = 4; size < file.size(); ++size) {
    const Reading reading = read_all({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
    const bool boundary = size == 24 || size == 24 + 16 + 5;
    EXPECT_EQ(reading.ending.kind, boundary ? Ending::Kind::read : Ending::Kind::cut_off) << size;
    EXPECT_EQ(reading.frames.size(), size < 45 ? 0U : 1U) << size;
    EXPECT_EQ(reading.ending.frame, reading.frames.size());
  }
}

TEST_P(EachOrder, EveryPrefixOfAPcapngEndsAsCutOffOrRead) {
  const auto file = small_pcapng(GetParam());
  const std::size_t interface_at = 28, first_at = interface_at + 20 + 12, second_at = first_at + 32 + 8;
  for (std::size_t size = 4; size < file.size(); ++size) {
    const Reading reading = read_all({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
    const bool boundary = size == interface_at || size == first_at || size == second_at;
    EXPECT_EQ(reading.ending.kind, boundary ? Ending::Kind::read : Ending::Kind::cut_off) << size;
    EXPECT_EQ(reading.frames.size(), size < second_at ? 0U : 1U) << size;
  }
}

TEST(Snoop, IsReadWithWhatItDropped) {
  const Reading reading = read_all(small_snoop());
  expect_small(reading);
  ASSERT_EQ(reading.interfaces.size(), 1U);
  EXPECT_EQ(reading.interfaces[0].dropped, 4U);
}

TEST(Snoop, EveryPrefixEndsAsCutOffOrRead) {
  const auto file = small_snoop();
  const std::size_t header = 16, second_at = header + 24 + 8;
  for (std::size_t size = 8; size < file.size(); ++size) {
    const Reading reading = read_all({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)});
    const bool boundary = size == header || size == second_at;
    EXPECT_EQ(reading.ending.kind, boundary ? Ending::Kind::read : Ending::Kind::cut_off) << size;
    EXPECT_EQ(reading.frames.size(), size < second_at ? 0U : 1U) << size;
  }
}

TEST(Snoop, WhatIsNotTrueOfItselfIsDamage) {
  const auto ends_damaged = [](const CaptureBuild& file) {
    return read_all(file.bytes()).ending.kind == Ending::Kind::damaged;
  };
  EXPECT_TRUE(ends_damaged(CaptureBuild{ByteOrder::big}.snoop_header(4, 3)));
  EXPECT_TRUE(ends_damaged(CaptureBuild{ByteOrder::big}.snoop_header(77)));
  for (const std::uint32_t size : {28U, 1'000'000U})  // of the record: less than its frame, and far more
    EXPECT_TRUE(ends_damaged(
        CaptureBuild{ByteOrder::big}.snoop_header().u32(5).u32(5).u32(size).u32(0).u32(1).u32(0).add(first)));
}

TEST(Capture, AFileThatIsNoneSaysWhatItWasTakenFor) {
  EXPECT_EQ(read_all(std::vector<std::uint8_t>{}).ending.kind, Ending::Kind::not_a_capture);
  const Reading zip = read_all({0x50, 0x4B, 0x03, 0x04, 0, 0, 0});
  EXPECT_EQ(zip.ending.kind, Ending::Kind::not_a_capture);
  EXPECT_NE(zip.ending.detail.find("ZIP"), std::string::npos);
  const Reading unknown = read_all({0xDE, 0xAD});
  EXPECT_EQ(unknown.ending.kind, Ending::Kind::not_a_capture);
  EXPECT_NE(unknown.ending.detail.find("dead"), std::string::npos);
}

TEST(Capture, AFrameBeyondTheLimitIsDamageAtItsRecord) {
  CaptureBuild file;
  file.pcap_header().pcap_record(1, 0, first, 5).u32(1).u32(0).u32(frame_limit + 1).u32(frame_limit + 1);
  const Reading reading = read_all(file.bytes());
  EXPECT_EQ(reading.frames.size(), 1U);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::damaged);
  EXPECT_EQ(reading.ending.offset, 24U + 16 + 5);
}

TEST(Capture, FramesBeforeDamageStandAndAreNumberedOnAcrossBatches) {
  CaptureBuild file;
  file.pcap_header();
  const std::vector<std::uint8_t> large(60'000, 0x55);
  for (std::uint32_t i = 0; i < 100; ++i) file.pcap_record(i, 0, large, 60'000);
  const Reading reading = read_all(file.bytes());
  ASSERT_EQ(reading.frames.size(), 100U);
  EXPECT_EQ(reading.frames[99].number, 100U);
  EXPECT_EQ(reading.bytes[99], large);
  EXPECT_LE(reading.largest_batch, 4U << 20U);
}

TEST(Pcapng, SectionsNumberTheirInterfacesAnew) {
  CaptureBuild little;
  little.section().interface(1).interface(101).enhanced_packet(1, 5, first, 5);
  CaptureBuild big{ByteOrder::big};
  big.section().interface(113).enhanced_packet(0, 6, second, 3);
  little.add(big.bytes());
  const Reading reading = read_all(little.bytes());
  ASSERT_EQ(reading.frames.size(), 2U);
  EXPECT_EQ(reading.frames[0].link, 101U);
  EXPECT_EQ(reading.frames[0].interface, 1U);
  EXPECT_EQ(reading.frames[1].link, 113U);
  EXPECT_EQ(reading.frames[1].interface, 2U);
  EXPECT_EQ(reading.frames[1].number, 2U);
  EXPECT_EQ(reading.interfaces.size(), 3U);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read);
}

TEST(Pcapng, ResolutionAndOffsetOfAnInterfaceCount) {
  struct Case {
    std::uint8_t resolution;
    std::uint64_t ticks;
    std::int64_t time_ns;
    unsigned decimals;
  };
  const std::vector<Case> cases{
      {9, 1'000'000'007, 1'000'000'007, 9},
      {3, 1'007, 1'007'000'000, 3},
      {0, 4, 4'000'000'000, 0},
      {12, 5'000, 5, 9},
      {0x80 | 1, 3, 1'500'000'000, 1},
      {0x80 | 20, 1U << 20U, 1'000'000'000, 7},
      {0x80 | 40, 3ULL << 39U, 1'500'000'000, 9},
      {0x80 | 63, 1ULL << 62U, 500'000'000, 9},
  };
  for (const Case& c : cases) {
    CaptureBuild file;
    file.section().interface(1, 0, file.same_order().option(9, Build{}.u8(c.resolution)).bytes());
    file.enhanced_packet(0, c.ticks, first, 5);
    const Reading reading = read_all(file.bytes());
    ASSERT_EQ(reading.frames.size(), 1U);
    EXPECT_EQ(reading.frames[0].time_ns, c.time_ns) << int{c.resolution};
    EXPECT_EQ(reading.interfaces[0].decimals, c.decimals) << int{c.resolution};
  }
  CaptureBuild file;
  file.section().interface(1, 0, file.same_order().option(14, Build{}.u64le(static_cast<std::uint64_t>(-2))).bytes());
  file.enhanced_packet(0, 5'000'000, first, 5);
  EXPECT_EQ(read_all(file.bytes()).frames.at(0).time_ns, 3'000'000'000);
}

TEST(Pcapng, HostileClocksDoNotOverflow) {
  for (unsigned resolution = 0; resolution < 256; ++resolution) {
    for (const std::uint64_t offset : {std::uint64_t{0}, ~std::uint64_t{0} >> 1U, std::uint64_t{1} << 63U}) {
      CaptureBuild file;
      file.section().interface(
          1, 0, file.same_order().option(9, Build{}.u8(resolution)).option(14, Build{}.u64le(offset)).bytes());
      file.enhanced_packet(0, ~std::uint64_t{0}, first, 5);
      EXPECT_EQ(read_all(file.bytes()).frames.size(), 1U);
    }
  }
}

TEST(Pcapng, SimplePacketsTakeTheFirstInterfaceAndTheTimeBefore) {
  CaptureBuild file;
  file.section().interface(1, 4).enhanced_packet(0, 9, first, 5);
  file.block(3, file.same_order().u32(60).add(Bytes{first}.first(4)).bytes());
  const Reading reading = read_all(file.bytes());
  ASSERT_EQ(reading.frames.size(), 2U);
  EXPECT_EQ(reading.frames[1].bytes.size(), 4U);
  EXPECT_EQ(reading.frames[1].on_wire, 60U);
  EXPECT_EQ(reading.frames[1].time_ns, 9'000);
}

TEST(Pcapng, OldPacketBlocksCountTheirDrops) {
  CaptureBuild file;
  file.section().interface(1);
  for (const unsigned drops : {3U, 0xFFFFU, 4U})
    file.block(2, file.same_order().u16(0).u16(drops).u32(0).u32(8).u32(3).u32(3).add(second).bytes());
  const Reading reading = read_all(file.bytes());
  ASSERT_EQ(reading.frames.size(), 3U);
  EXPECT_EQ(reading.interfaces[0].dropped, 7U);
}

TEST(Pcapng, StatisticsReplaceWhatThePacketsCounted) {
  CaptureBuild file;
  file.section().interface(1).interface(1);
  file.enhanced_packet(0, 1, first, 5, file.same_order().option(4, Build{}.u64le(2)).bytes());
  file.block(5, file.same_order().u32(0).u64(1).option(5, Build{}.u64le(10)).option(7, Build{}.u64le(5)).bytes());
  const Reading reading = read_all(file.bytes());
  EXPECT_EQ(reading.interfaces[0].dropped, 15U);
  EXPECT_FALSE(reading.interfaces[1].dropped.has_value());
}

TEST(Pcapng, UnknownBlocksAreSteppedOver) {
  CaptureBuild file;
  file.section().block(0x80000001, first).interface(1).block(0xBAD, {}).enhanced_packet(0, 1, first, 5);
  const Reading reading = read_all(file.bytes());
  EXPECT_EQ(reading.frames.size(), 1U);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read);
}

TEST(Pcapng, WhatIsNotTrueOfItselfIsDamage) {
  const auto damaged = [](const CaptureBuild& file, std::uint64_t offset) {
    const Reading reading = read_all(file.bytes());
    EXPECT_EQ(reading.ending.kind, Ending::Kind::damaged) << reading.ending.detail;
    EXPECT_EQ(reading.ending.offset, offset);
    EXPECT_FALSE(reading.ending.detail.empty());
  };
  CaptureBuild no_interface;
  damaged(no_interface.section().enhanced_packet(0, 1, first, 5), 28);
  CaptureBuild too_long;
  damaged(too_long.section().u32(6).u32(block_limit + 4).u32(0), 28);
  CaptureBuild too_short;
  damaged(too_short.section().u32(6).u32(8).u32(0), 28);
  CaptureBuild lengths_differ;
  damaged(lengths_differ.section().u32(0xBAD).u32(12).u32(16), 28);
  CaptureBuild frame_beyond_block;
  damaged(
      frame_beyond_block.section().interface(1).block(6, CaptureBuild{}.u32(0).u64(0).u32(400).u32(400).u32(0).bytes()),
      48);
  CaptureBuild version;
  damaged(version.block(0x0A0D0D0A, CaptureBuild{}.u32(0x1A2B3C4D).u16(2).u16(0).u64(0).bytes()), 0);
}

}  // namespace bulkhead::test

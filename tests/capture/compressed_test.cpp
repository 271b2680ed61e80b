// gzip and zstd, told by content.

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/reading.h"
#include "support/capture_files.h"

namespace bulkhead::test {

namespace {

using Octets = std::vector<std::uint8_t>;

Octets gzip(const Octets& bytes) {
  z_stream state{};
  EXPECT_EQ(deflateInit2(&state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Octets out(deflateBound(&state, bytes.size()) + 64);
  Octets in = bytes;
  state.next_in = in.data();
  state.avail_in = static_cast<uInt>(in.size());
  state.next_out = out.data();
  state.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&state, Z_FINISH), Z_STREAM_END);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

Octets zstd(const Octets& bytes) {
  Octets out(ZSTD_compressBound(bytes.size()));
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

Octets joined(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A few megabytes of frames that do not compress to nothing.
Octets capture(std::uint32_t frames) {
  CaptureBuild file;
  file.pcap_header();
  std::uint32_t state = 1;
  for (std::uint32_t i = 0; i < frames; ++i) {
    Octets frame(100);
    for (auto& byte : frame) byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 27U);
    file.pcap_record(i, 0, frame, 100);
  }
  return file.bytes();
}

struct Codec {
  const char* name;
  Octets (*compress)(const Octets&);
};

class EachCodec : public testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(Capture, EachCodec, testing::Values(Codec{"Gzip", gzip}, Codec{"Zstd", zstd}),
                         [](const auto& test) { return test.param.name; });

}  // namespace

TEST_P(EachCodec, GivesTheSameFramesAsTheBareFile) {
  const Octets bare = capture(30'000);
  const Reading expected = read_all(bare);
  const Reading reading = read_all(GetParam().compress(bare));
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read) << reading.ending.detail;
  EXPECT_EQ(reading.ending.offset, bare.size());
  EXPECT_EQ(reading.bytes, expected.bytes);
}

TEST_P(EachCodec, PartsOneAfterAnotherAreOneFile) {
  const Octets bare = capture(100);
  const auto middle = bare.begin() + 1000;
  const Octets parts = joined(GetParam().compress({bare.begin(), middle}), GetParam().compress({middle, bare.end()}));
  const Reading reading = read_all(parts);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::read) << reading.ending.detail;
  EXPECT_EQ(reading.frames.size(), 100U);
}

TEST_P(EachCodec, EveryTruncationIsDamageAndWhatCameBeforeStands) {
  const Octets packed = GetParam().compress(capture(3));
  for (std::size_t size = 4; size < packed.size(); ++size) {
    const Reading reading = read_all(Octets{packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_EQ(reading.ending.kind, Ending::Kind::damaged) << size;
    EXPECT_LE(reading.frames.size(), 3U);
  }
}

TEST_P(EachCodec, ACorruptByteNeverCrashes) {
  const Octets packed = GetParam().compress(capture(3));
  for (std::size_t at = 0; at < packed.size(); ++at) {
    Octets corrupt = packed;
    corrupt[at] ^= 0x5AU;
    EXPECT_LE(read_all(corrupt).frames.size(), 4U);
  }
}

TEST_P(EachCodec, ATruncatedLargeFileGivesItsFirstFrames) {
  Octets packed = GetParam().compress(capture(60'000));
  packed.resize(packed.size() / 2);
  const Reading reading = read_all(packed);
  EXPECT_EQ(reading.ending.kind, Ending::Kind::damaged);
  EXPECT_GT(reading.frames.size(), 20'000U);
  EXPECT_LT(reading.frames.size(), 60'000U);
  EXPECT_GT(reading.ending.offset, 20'000U * 116);
}

TEST_P(EachCodec, AnythingElseInsideIsNotACapture) {
  EXPECT_EQ(read_all(GetParam().compress({1, 2, 3, 4, 5})).ending.kind, Ending::Kind::not_a_capture);
}

TEST(Gzip, ZerosAfterTheEndAreIgnoredAndOtherBytesAreDamage) {
  const Octets packed = gzip(capture(2));
  EXPECT_EQ(read_all(joined(packed, Octets(512))).ending.kind, Ending::Kind::read);
  const Reading reading = read_all(joined(packed, {'x', 'y'}));
  EXPECT_EQ(reading.ending.kind, Ending::Kind::damaged);
  EXPECT_EQ(reading.frames.size(), 2U);
}

}  // namespace bulkhead::test

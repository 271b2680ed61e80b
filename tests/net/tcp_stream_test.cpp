#include "net/tcp_stream.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/frames.h"

namespace bulkhead::test {

namespace {

/// What a reader hears, as text: data as it is, gaps as [kind bytes], conflicts as !.
class Heard final : public StreamSink {
 public:
  void data(Bytes bytes, const SegmentOrigin& origin) override {
    text += text_of(bytes);
    frames.push_back(origin.frame);
  }
  void gap(const StreamGap& gap, const SegmentOrigin&) override {
    text += '[' + std::string{name(gap.kind)} + ' ' + std::to_string(gap.bytes) + ']';
    skipped += gap.bytes;
  }
  void conflict(const SegmentOrigin&) override { text += '!'; }

  std::string text;
  std::vector<std::uint64_t> frames;
  std::uint64_t skipped = 0;
};

struct Line {
  StreamBudget budget;
  TcpStream stream{budget};
  Heard heard;
  std::uint64_t frame = 0;

  void send(std::uint32_t sequence, std::string_view text, unsigned flags = 0x18, std::size_t lost = 0) {
    const Octets payload = bytes_of(text);
    stream.segment({sequence, static_cast<std::uint8_t>(flags), payload, payload.size() + lost, {++frame, 0, 0}},
                   heard);
  }
  void syn(std::uint32_t sequence) { send(sequence, "", tcp_flag::syn); }
  void ack(std::uint32_t acknowledgement) { stream.acknowledged(acknowledgement, {++frame, 0, 0}, heard); }
  void finish() { stream.finish({}, heard); }
};

}  // namespace

TEST(TcpStream, SegmentsInOrderAreHandedOnWhereTheyStand) {
  Line line;
  line.syn(99);
  const Octets payload = bytes_of("abc");
  struct Where final : StreamSink {
    void data(Bytes bytes, const SegmentOrigin& origin) override {
      seen = bytes.data();
      frame = origin.frame;
    }
    void gap(const StreamGap&, const SegmentOrigin&) override {}
    void conflict(const SegmentOrigin&) override {}
    const std::uint8_t* seen = nullptr;
    std::uint64_t frame = 0;
  } where;
  line.stream.segment({100, 0x18, payload, 3, {7, 0, 0}}, where);
  EXPECT_EQ(where.seen, payload.data());
  EXPECT_EQ(where.frame, 7U);
  EXPECT_TRUE(line.stream.from_start());
  EXPECT_EQ(line.stream.stored(), 0U);
}

TEST(TcpStream, SegmentsOutOfOrderWaitAndKeepTheirFrames) {
  Line line;
  line.syn(0);
  line.send(4, "def");
  line.send(7, "ghi");
  EXPECT_EQ(line.heard.text, "");
  EXPECT_EQ(line.stream.stored(), 6U);
  line.send(1, "abc");
  EXPECT_EQ(line.heard.text, "abcdefghi");
  EXPECT_EQ(line.heard.frames, (std::vector<std::uint64_t>{4, 2, 3}));
  EXPECT_EQ(line.stream.counters().out_of_order, 2U);
  EXPECT_EQ(line.stream.stored(), 0U);
  EXPECT_EQ(line.budget.used, 0U);
}

TEST(TcpStream, RetransmissionsAreDroppedAndCounted) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(1, "abc");
  line.send(5, "ef");
  line.send(5, "ef");
  line.send(4, "d");
  EXPECT_EQ(line.heard.text, "abcdef");
  EXPECT_EQ(line.stream.counters().retransmitted, 2U);
  EXPECT_EQ(line.stream.counters().conflicts, 0U);
}

TEST(TcpStream, WhatCameFirstStandsAndWhatDiffersIsReported) {
  Line handed_on;
  handed_on.syn(0);
  handed_on.send(1, "abc");
  handed_on.send(1, "aXc");
  handed_on.send(4, "d");
  EXPECT_EQ(handed_on.heard.text, "abc!d");
  Line waiting;
  waiting.syn(0);
  waiting.send(3, "cd");
  waiting.send(1, "abXY");
  EXPECT_EQ(waiting.heard.text, "!abcd");
  EXPECT_EQ(waiting.stream.counters().conflicts, 1U);
  Line behind;
  behind.syn(0);
  behind.send(3, "cd");
  behind.send(4, "Xe");
  behind.send(1, "ab");
  EXPECT_EQ(behind.heard.text, "!abcde");
}

TEST(TcpStream, OverlapsBringOnlyWhatIsNew) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(2, "bcde");
  line.send(8, "h");
  line.send(5, "efghij");
  EXPECT_EQ(line.heard.text, "abcdefghij");
}

TEST(TcpStream, SequenceNumbersWrap) {
  Line line;
  line.syn(0xFFFFFFFD);
  line.send(0xFFFFFFFE, "ab");
  line.send(2, "ef");
  line.send(0, "cd");
  line.ack(4);
  EXPECT_EQ(line.heard.text, "abcdef");
  EXPECT_EQ(line.stream.counters().gaps, 0U);
}

TEST(TcpStream, BytesThatWereAcknowledgedAndNeverSeenAreLost) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(8, "hij");
  line.ack(4);
  EXPECT_EQ(line.heard.text, "abc");
  line.ack(11);
  EXPECT_EQ(line.heard.text, "abc[lost 4]hij");
  EXPECT_EQ(line.stream.counters().acknowledged_unseen_bytes, 4U);
  line.ack(14);  // nothing behind the gap yet: the data may only be late
  line.send(14, "k");
  EXPECT_EQ(line.heard.text, "abc[lost 4]hij[lost 3]k");
}

TEST(TcpStream, DataThatComesAfterItsAcknowledgementIsNotLost) {
  Line line;
  line.syn(0);
  line.ack(4);
  line.send(1, "abc");
  line.ack(7);
  line.send(4, "def");
  line.finish();
  EXPECT_EQ(line.heard.text, "abcdef");
}

TEST(TcpStream, AnAcknowledgementBehindTheLastByteIsALossAtTheEnd) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.ack(9);
  line.finish();
  EXPECT_EQ(line.heard.text, "abc[lost 5]");
  Line with_fin;
  with_fin.syn(0);
  with_fin.send(1, "abc", tcp_flag::fin | tcp_flag::ack);
  with_fin.ack(5);
  with_fin.finish();
  EXPECT_EQ(with_fin.heard.text, "abc");
  EXPECT_TRUE(with_fin.stream.closed());
  EXPECT_FALSE(with_fin.stream.reset());
}

TEST(TcpStream, TheEndGivesWhatWaits) {
  Line line;
  line.syn(0);
  line.send(4, "def");
  line.finish();
  EXPECT_EQ(line.heard.text, "[ended 3]def");
  EXPECT_EQ(line.budget.used, 0U);
}

TEST(TcpStream, AConversationIsPickedUpWhereItIsSeen) {
  Line line;
  line.send(5000, "abc");
  line.send(5003, "def");
  EXPECT_EQ(line.heard.text, "abcdef");
  EXPECT_FALSE(line.stream.from_start());
}

TEST(TcpStream, KeepAlivesAreNeverHandedOn) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(3, std::string_view{"\0", 1}, 0x10);
  line.send(3, "", 0x10);
  line.send(4, "def");
  EXPECT_EQ(line.heard.text, "abcdef");
  EXPECT_EQ(line.stream.counters().keep_alives, 1U);
  EXPECT_EQ(line.stream.counters().conflicts, 0U);

  Line first_seen;
  first_seen.send(999, std::string_view{"\0", 1}, 0x10);
  first_seen.send(1000, "abc");
  EXPECT_EQ(first_seen.heard.text, "abc");

  Line after_acknowledgement;
  after_acknowledgement.ack(1000);
  after_acknowledgement.send(999, "x", 0x10);
  after_acknowledgement.send(1000, "abc");
  EXPECT_EQ(after_acknowledgement.heard.text, "abc");

  Line empty_first;
  empty_first.send(999, "", 0x10);
  empty_first.send(1000, "abc");
  EXPECT_EQ(empty_first.heard.text, "abc");
}

TEST(TcpStream, WhatTheCaptureCutIsAGapOfItsOwnKind) {
  Line line;
  line.syn(0);
  line.send(1, "abc", 0x18, 5);
  line.send(9, "def");
  EXPECT_EQ(line.heard.text, "abc[cut 5]def");
  Line waiting;
  waiting.syn(0);
  waiting.send(4, "d", 0x18, 2);
  waiting.send(7, "g");
  waiting.send(1, "abc");
  EXPECT_EQ(waiting.heard.text, "abcd[cut 2]g");
}

TEST(TcpStream, ABoundOfOneStreamSkipsAndGoesOn) {
  Line line;
  line.syn(0);
  const std::string block(60'000, 'x');
  std::uint32_t sequence = 11;
  for (int i = 0; i < 30; ++i, sequence += 60'000) line.send(sequence, block);
  EXPECT_LE(line.stream.stored(), TcpStream::stored_max);
  EXPECT_EQ(line.heard.text.substr(0, 14), "[skipped 10]xx");
  EXPECT_EQ(line.heard.text.size(), 12U + 30 * 60'000U);
  Line tiny;
  tiny.syn(0);
  for (std::uint32_t i = 0; i < 5'000; ++i) tiny.send(3 + 2 * i, "x");
  tiny.finish();
  EXPECT_EQ(tiny.budget.used, 0U);
  EXPECT_EQ(tiny.stream.counters().bytes, 5'000U);
}

TEST(TcpStream, ASpentBudgetIsSharedPain) {
  StreamBudget budget;
  budget.limit = 1000;
  Heard heard;
  TcpStream first{budget};
  TcpStream second{budget};
  const Octets payload(700, 'x');
  first.segment({0, tcp_flag::syn, {}, 0, {}}, heard);
  second.segment({0, tcp_flag::syn, {}, 0, {}}, heard);
  first.segment({10, 0x18, payload, payload.size(), {}}, heard);
  EXPECT_TRUE(heard.text.empty());
  second.segment({10, 0x18, payload, payload.size(), {}}, heard);
  EXPECT_EQ(heard.text.substr(0, 11), "[skipped 9]");
  EXPECT_EQ(budget.refused, 1U);
  {
    const TcpStream moved{std::move(first)};
  }
  EXPECT_EQ(budget.used, 0U);
}

TEST(TcpStream, AnotherConnectionOnTheSamePortsStartsAnew) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.syn(0);  // sent again
  EXPECT_EQ(line.heard.text, "abc");
  const TcpSegment other{70'000, tcp_flag::syn, {}, 0, {}};
  EXPECT_TRUE(line.stream.starts_anew(other));
  line.syn(70'000);
  line.send(70'001, "xyz");
  EXPECT_EQ(line.heard.text, "abc[restarted 0]xyz");
}

TEST(TcpStream, AForgedSegmentFarAwayChangesNothingAndAJumpIsFollowed) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(0x60000000, "evil");
  line.send(4, "def");
  EXPECT_EQ(line.heard.text, "abcdef");
  EXPECT_EQ(line.stream.counters().out_of_window, 1U);
  for (std::uint32_t i = 0; i < 4; ++i) line.send(0x90000000U + i, "x");
  EXPECT_EQ(line.heard.text, "abcdef[restarted 0]xx");
}

TEST(TcpStream, AResetClosesOnlyWhereItFits) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(0x40000000, "", tcp_flag::rst);
  EXPECT_FALSE(line.stream.closed());
  line.send(4, "not data", tcp_flag::rst);
  EXPECT_TRUE(line.stream.closed() && line.stream.reset());
  EXPECT_EQ(line.heard.text, "abc");
}

TEST(TcpStream, AForgedEndDoesNotBlindTheReader) {
  Line line;
  line.syn(0);
  line.send(1, "abc");
  line.send(4, "", tcp_flag::fin);
  EXPECT_TRUE(line.stream.closed());
  line.send(4, "def");
  EXPECT_EQ(line.heard.text, "abcdef");
  EXPECT_FALSE(line.stream.closed());
}

// The property: whatever the order, the repetition and the overlap of segments, the bytes come out the same.
TEST(TcpStream, AnyOrderRepetitionAndOverlapGivesTheSameBytes) {
  std::mt19937 random{42};  // NOLINT: the same in every run
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  for (int round = 0; round < 2'000; ++round) {
    std::string sent(1 + below(400), ' ');
    for (char& c : sent) c = static_cast<char>('a' + below(26));
    struct Range {
      std::size_t begin, size;
    };
    std::vector<Range> ranges;
    for (std::size_t at = 0; at < sent.size();) {  // a cover of all of it
      const std::size_t size = std::min(1 + below(40), sent.size() - at);
      ranges.push_back({at, size});
      at += size;
    }
    for (std::size_t extra = below(20); extra > 0; --extra) {
      const std::size_t begin = below(sent.size());
      ranges.push_back({begin, std::min(1 + below(60), sent.size() - begin)});
    }
    std::shuffle(ranges.begin(), ranges.end(), random);
    Line line;
    const auto start = static_cast<std::uint32_t>(random());
    line.syn(start - 1);
    for (const Range& range : ranges)
      line.send(start + static_cast<std::uint32_t>(range.begin),
                std::string_view{sent}.substr(range.begin, range.size));
    line.ack(start + static_cast<std::uint32_t>(sent.size()));
    line.finish();
    ASSERT_EQ(line.heard.text, sent) << round;
    ASSERT_EQ(line.stream.counters().conflicts, 0U);
    ASSERT_EQ(line.budget.used, 0U);
  }
}

// Whatever is lost, cut, acknowledged or forged, every sequence number is accounted for once.
TEST(TcpStream, DataAndGapsTogetherAreTheWholeStream) {
  std::mt19937 random{7};  // NOLINT
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  for (int round = 0; round < 2'000; ++round) {
    Line line;
    line.budget.limit = 200 + below(2'000);
    const auto start = static_cast<std::uint32_t>(random());
    line.syn(start - 1);
    const std::size_t size = 600;
    for (int i = 0; i < 60; ++i) {
      const std::size_t begin = below(size);
      const std::size_t length = std::min(2 + below(40), size - begin);
      if (length < 2) continue;
      const std::size_t lost = below(4) == 0 ? below(length) : 0;
      line.send(start + static_cast<std::uint32_t>(begin), std::string(length - lost, 'x'), 0x18, lost);
      if (below(5) == 0) line.ack(start + static_cast<std::uint32_t>(below(size)));
    }
    line.send(start + size - 2, "zz", tcp_flag::fin);
    line.ack(start + size + 1);
    line.finish();
    ASSERT_EQ(line.stream.counters().bytes + line.heard.skipped, size) << round << line.heard.text;
    ASSERT_EQ(line.budget.used, 0U);
  }
}

}  // namespace bulkhead::test

#include "net/defragment.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "net/fingerprint.h"
#include "support/frames.h"

namespace bulkhead::test {

namespace {

constexpr std::int64_t second = 1'000'000'000;

/// A fragment as a packet; the frame stays with the caller.
struct Fragment {
  Octets frame;
  Packet packet;
};

Fragment fragment_of(const Octets& datagram, std::size_t begin, std::size_t end, std::uint16_t identification = 1) {
  const bool more = end < datagram.size();
  Ip ip;
  ip.identification = identification;
  ip.fragment = static_cast<std::uint16_t>(begin / 8 | (more ? 0x2000U : 0U));
  Fragment fragment;
  fragment.frame = ethernet(0x0800, ipv4(Bytes{datagram}.subspan(begin, end - begin), ip));
  fragment.packet = decoded(fragment.frame);
  return fragment;
}

Octets numbered(std::size_t size) {
  Build build;
  for (std::size_t i = 0; i + 8 < size; ++i) build.u8(static_cast<unsigned>(i % 251));
  return udp(1000, 2000, build);
}

}  // namespace

TEST(Defragment, AnyOrderGivesTheDatagramOnce) {
  const Octets datagram = numbered(64);
  std::vector<Fragment> fragments;
  for (std::size_t at = 0; at < 64; at += 16) fragments.push_back(fragment_of(datagram, at, at + 16));
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    Defragmenter defragmenter;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto whole = defragmenter.add(fragments[order[i]].packet, 0);
      ASSERT_EQ(whole.has_value(), i == 3);
      if (whole) {
        EXPECT_EQ(Octets(whole->data.begin(), whole->data.end()), datagram);
      }
    }
    EXPECT_EQ(defragmenter.waiting(), 0U);
    EXPECT_EQ(defragmenter.held(), 0U);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Defragment, TheDatagramDecodesToItsPorts) {
  const Octets datagram = numbered(64);
  Defragmenter defragmenter;
  const Fragment last = fragment_of(datagram, 32, 64);
  ASSERT_FALSE(defragmenter.add(fragment_of(datagram, 0, 32).packet, 0));
  const auto whole = defragmenter.add(last.packet, 0);
  ASSERT_TRUE(whole);
  Packet packet = last.packet;
  packet.ip_protocol = whole->ip_protocol;
  decode_transport(whole->data, whole->on_wire, packet);
  EXPECT_FALSE(packet.fragment);
  EXPECT_EQ(packet.source_port, 1000);
  EXPECT_EQ(packet.payload.size(), 64U - 8);
  EXPECT_EQ(to_text(packet.source), "10.0.0.1");
}

TEST(Defragment, ATunnelInFragmentsIsEntered) {
  const Octets inner = ipv4(udp(7, 8, bytes_of("inner payload that is long enough")));
  const Octets datagram = inner;
  const auto part = [&](std::size_t begin, std::size_t end, bool more) {
    Ip ip;
    ip.protocol = 4;
    ip.source = 0x01010101;
    ip.fragment = static_cast<std::uint16_t>(begin / 8 | (more ? 0x2000U : 0U));
    return ipv4(Bytes{datagram}.subspan(begin, end - begin), ip);
  };
  const Octets first = part(0, 24, true);
  const Octets second_part = part(24, datagram.size(), false);
  Defragmenter defragmenter;
  ASSERT_FALSE(defragmenter.add(decoded(first, 0, 101), 0));
  Packet packet = decoded(second_part, 0, 101);
  const auto whole = defragmenter.add(packet, 0);
  ASSERT_TRUE(whole);
  packet.ip_protocol = whole->ip_protocol;
  decode_transport(whole->data, whole->on_wire, packet);
  EXPECT_EQ(packet.tunnel_count, 1);
  EXPECT_EQ(packet.destination_port, 8);
  EXPECT_EQ(to_text(packet.source), "10.0.0.1");
}

TEST(Defragment, WhatCameFirstStandsAndOverlapsAreCounted) {
  const Octets datagram = numbered(48);
  Octets forged = datagram;
  forged[20] ^= 0xFFU;
  Defragmenter defragmenter;
  EXPECT_FALSE(defragmenter.add(fragment_of(datagram, 16, 32).packet, 0));
  EXPECT_FALSE(defragmenter.add(fragment_of(datagram, 16, 32).packet, 0));
  EXPECT_EQ(defragmenter.counters().duplicates, 1U);
  EXPECT_EQ(defragmenter.counters().conflicts, 0U);
  EXPECT_FALSE(defragmenter.add(fragment_of(forged, 0, 24).packet, 0));
  EXPECT_EQ(defragmenter.counters().overlaps, 1U);
  EXPECT_EQ(defragmenter.counters().conflicts, 1U);
  const auto whole = defragmenter.add(fragment_of(datagram, 32, 48).packet, 0);
  ASSERT_TRUE(whole);
  EXPECT_EQ(Octets(whole->data.begin(), whole->data.end()), datagram);
}

TEST(Defragment, WaitingEndsByTheTimeOfTheCapture) {
  const Octets datagram = numbered(32);
  Defragmenter defragmenter;
  EXPECT_FALSE(defragmenter.add(fragment_of(datagram, 0, 16).packet, 0));
  EXPECT_FALSE(defragmenter.add(fragment_of(datagram, 16, 32).packet, 61 * second));
  EXPECT_EQ(defragmenter.counters().expired, 1U);
  EXPECT_EQ(defragmenter.waiting(), 1U);
}

TEST(Defragment, RoomIsBoundedInDatagramsAndInBytes) {
  const Octets datagram = numbered(2'000);
  Defragmenter few{{.datagrams = 4, .bytes = 1U << 20U, .wait_ns = second}};
  Defragmenter small{{.datagrams = 1000, .bytes = 8'000, .wait_ns = second}};
  for (std::uint16_t i = 0; i < 100; ++i) {
    const Fragment fragment = fragment_of(datagram, 0, 1'600, i);
    EXPECT_FALSE(few.add(fragment.packet, 0));
    EXPECT_FALSE(small.add(fragment.packet, 0));
    EXPECT_LE(few.waiting(), 4U);
    EXPECT_LE(small.held(), 8'000U);
  }
  EXPECT_EQ(few.counters().evicted, 96U);
  EXPECT_EQ(small.counters().evicted, 95U);
}

TEST(Defragment, FragmentsThatNoDatagramHasAreRefused) {
  const Octets datagram = numbered(64);
  Defragmenter defragmenter;
  const Fragment start = fragment_of(datagram, 0, 16);
  Packet odd = start.packet;
  odd.payload = odd.payload.first(15);
  odd.payload_on_wire = 15;
  EXPECT_FALSE(defragmenter.add(odd, 0));
  const Fragment end = fragment_of(datagram, 16, 64);
  Packet beyond = end.packet;
  beyond.fragment_offset = 65'528;
  EXPECT_FALSE(defragmenter.add(beyond, 0));
  EXPECT_EQ(defragmenter.counters().malformed, 2U);
  EXPECT_FALSE(defragmenter.add(fragment_of(datagram, 48, 64).packet, 0));
  const Octets longer = numbered(128);
  EXPECT_FALSE(defragmenter.add(fragment_of(longer, 64, 128).packet, 0));
  EXPECT_EQ(defragmenter.counters().malformed, 3U);
}

TEST(Defragment, ACutFragmentEndsTheDataAndNotTheLength) {
  const Octets datagram = numbered(64);
  Fragment first = fragment_of(datagram, 0, 32);
  first.packet.payload = first.packet.payload.first(20);
  Defragmenter defragmenter;
  EXPECT_FALSE(defragmenter.add(first.packet, 0));
  const Fragment last = fragment_of(datagram, 32, 64);
  const auto whole = defragmenter.add(last.packet, 0);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->data.size(), 20U);
  EXPECT_EQ(whole->on_wire, 64U);
}

TEST(Defragment, RandomPiecesGiveTheSameDatagram) {
  std::mt19937 random{3};  // NOLINT: the same in every run
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  for (int round = 0; round < 300; ++round) {
    const Octets datagram = numbered(64 + 8 * below(60));
    Defragmenter defragmenter;
    bool done = false;
    for (int i = 0; i < 2'000 && !done; ++i) {
      const std::size_t begin = 8 * below(datagram.size() / 8);
      const std::size_t end = std::min(datagram.size(), begin + 8 * (1 + below(6)));
      const Fragment fragment = fragment_of(datagram, begin, end);
      const auto whole = defragmenter.add(fragment.packet, 0);
      if (!whole) continue;
      done = true;
      ASSERT_EQ(Octets(whole->data.begin(), whole->data.end()), datagram);
    }
    ASSERT_TRUE(done);
    ASSERT_EQ(defragmenter.counters().conflicts, 0U);
    ASSERT_EQ(defragmenter.counters().malformed, 0U);
  }
}

TEST(Fingerprint, IsThatOfThePacketAndNotOfTheWayItTook) {
  const Octets segment = tcp(5, 0x18, bytes_of("payload!"));
  const auto of = [](const Octets& frame, std::uint16_t link = 1) { return fingerprint(decoded(frame, 0, link)); };
  const Octets ip = ipv4(segment, {.protocol = 6});
  const std::uint64_t plain = of(ethernet(0x0800, ip));
  EXPECT_EQ(of(ip, 101), plain);
  EXPECT_EQ(of(ethernet(0x8100, tag(9, 0x0800, ip))), plain);
  EXPECT_EQ(of(ethernet(0x0800, ipv4(segment, {.protocol = 6, .hop_limit = 3, .service = 0x28}))), plain);
  EXPECT_EQ(of(ethernet(0x0800, ipv4(ip, {.protocol = 4, .source = 0x7F000001}))), plain);
  EXPECT_EQ(of(Build{}.add(ethernet(0x0800, ip)).zeros(20).bytes()), plain);
  EXPECT_EQ(of(ethernet(0x0800, ipv4(tcp(5, 0x18, bytes_of("payload!"), 0), {.protocol = 6}))), plain);

  EXPECT_NE(of(ethernet(0x0800, ipv4(tcp(6, 0x18, bytes_of("payload!")), {.protocol = 6}))), plain);
  EXPECT_NE(of(ethernet(0x0800, ipv4(tcp(5, 0x10, bytes_of("payload!")), {.protocol = 6}))), plain);
  EXPECT_NE(of(ethernet(0x0800, ipv4(tcp(5, 0x18, bytes_of("payload?")), {.protocol = 6}))), plain);
  EXPECT_NE(of(ethernet(0x0800, ipv4(segment, {.protocol = 6, .identification = 9}))), plain);
  EXPECT_NE(of(ethernet(0x0800, ipv4(segment, {.protocol = 6, .source = 0x0A000009}))), plain);

  const std::uint64_t goose = of(ethernet(0x88B8, bytes_of("goose")));
  EXPECT_EQ(of(ethernet(0x8100, tag(9, 0x88B8, Build{}.text("goose").zeros(30)))), goose);
  EXPECT_NE(of(ethernet(0x88B8, bytes_of("geese"))), goose);
}

}  // namespace bulkhead::test

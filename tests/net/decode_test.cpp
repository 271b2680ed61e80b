#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/frames.h"

namespace bulkhead::test {

namespace {

const Octets data = bytes_of("payload!");

void expect_inner(const Packet& packet) {
  EXPECT_EQ(packet.fault, Packet::Fault::none) << name(packet.fault) << " at " << packet.fault_offset;
  EXPECT_EQ(to_text(packet.source), "10.0.0.1");
  EXPECT_EQ(to_text(packet.destination), "10.0.0.2");
  EXPECT_TRUE(packet.is_udp());
  EXPECT_EQ(packet.source_port, 1000);
  EXPECT_EQ(packet.destination_port, 2000);
  EXPECT_EQ(text_of(packet.payload), "payload!");
  EXPECT_EQ(packet.payload_on_wire, data.size());
  EXPECT_EQ(packet.ethertype, 0x0800);
}

class EachEncapsulation : public testing::TestWithParam<Encapsulated> {};
INSTANTIATE_TEST_SUITE_P(Decode, EachEncapsulation, testing::ValuesIn(encapsulations()),
                         [](const auto& test) { return test.param.name; });

}  // namespace

TEST_P(EachEncapsulation, GivesTheInnermostEnds) {
  const Encapsulated& c = GetParam();
  const Packet packet = decoded(c.frame, 0, c.link);
  expect_inner(packet);
  ASSERT_EQ(packet.tunnel_count, c.tunnels.size());
  for (std::size_t i = 0; i < c.tunnels.size(); ++i) EXPECT_EQ(packet.tunnels.at(i), c.tunnels[i]);
  EXPECT_TRUE(is_supported_link(c.link));
}

TEST_P(EachEncapsulation, EveryPrefixSaysThatTheCaptureCutIt) {
  const Encapsulated& c = GetParam();
  const std::size_t padding = c.name == "EthernetPadded" ? 30 : 0;
  for (std::size_t kept = 0; kept + padding < c.frame.size(); ++kept) {
    // A block of the exact size, so that the sanitizers see a read past its end.
    const std::unique_ptr<std::uint8_t[]> exact{new std::uint8_t[kept]};
    std::copy_n(c.frame.begin(), kept, exact.get());
    const Packet cut = decoded({exact.get(), kept}, c.frame.size(), c.link);
    EXPECT_EQ(cut.fault, Packet::Fault::cut) << kept << ' ' << name(cut.fault);
    EXPECT_LE(cut.payload.size(), cut.payload_on_wire);
    EXPECT_LE(cut.fault_offset, kept);
  }
}

TEST_P(EachEncapsulation, EveryPrefixThatWasAllOnTheWireIsTruncatedOrSomethingElse) {
  const Encapsulated& c = GetParam();
  for (std::size_t kept = 0; kept < c.frame.size(); ++kept) {
    const Packet packet = decoded(Bytes{c.frame}.first(kept), kept, c.link);
    EXPECT_NE(packet.fault, Packet::Fault::cut) << kept;
    EXPECT_EQ(packet.payload.size(), packet.payload_on_wire) << kept;
    if (packet.is_udp() && packet.payload.size() < data.size() && packet.tunnel_count == c.tunnels.size()) {
      EXPECT_EQ(packet.fault, Packet::Fault::truncated) << kept;
    }
  }
}

TEST_P(EachEncapsulation, FlippedBytesNeverCrash) {
  const Encapsulated& c = GetParam();
  for (std::size_t at = 0; at < c.frame.size(); ++at) {
    Octets frame = c.frame;
    for (unsigned value = 0; value < 256; ++value) {
      frame[at] = static_cast<std::uint8_t>(value);
      const Packet packet = decoded(frame, 0, c.link);
      EXPECT_LE(packet.payload.size(), packet.payload_on_wire);
      EXPECT_LE(packet.tunnel_count, Packet::tunnels_max);
    }
  }
}

TEST(Decode, MacAddressesAndVlansAreThoseOfTheInnermostFrame) {
  const Octets inner = ethernet(0x8100, tag(0x0123, 0x0800, udp_packet()));
  Octets frame = ethernet(0x8100, tag(9, 0x0800, ipv4(vxlan(inner))));
  frame[11] = 0x99;
  const Packet packet = decoded(frame);
  ASSERT_TRUE(packet.source_mac && packet.destination_mac);
  EXPECT_EQ(to_text(*packet.source_mac), "02:00:0a:0a:0a:0a");
  EXPECT_EQ(to_text(*packet.destination_mac), "02:00:0b:0b:0b:0b");
  ASSERT_EQ(packet.vlan_count, 1);
  EXPECT_EQ(packet.vlans[0], 0x123);
}

TEST(Decode, VlansStandOuterFirstAndPriorityTagsAreNone) {
  const Octets stacked_frame = ethernet(0x88A8, tag(7, 0x8100, tag(5, 0x0800, udp_packet())));
  const Packet stacked = decoded(stacked_frame);
  ASSERT_EQ(stacked.vlan_count, 2);
  EXPECT_EQ(stacked.vlans[0], 7);
  EXPECT_EQ(stacked.vlans[1], 5);
  const Octets priority_frame = ethernet(0x8100, tag(0xC000, 0x8892, data));
  const Packet priority = decoded(priority_frame);
  EXPECT_EQ(priority.vlan_count, 0);
  EXPECT_EQ(priority.ethertype, 0x8892);
  EXPECT_EQ(text_of(priority.payload), "payload!");
}

TEST(Decode, ATunnelThroughIpLeavesNoOuterMacAddress) {
  EXPECT_FALSE(decoded(outer(4, udp_packet())).source_mac.has_value());
  EXPECT_TRUE(decoded(ethernet(0x8847, Build{}.u32be(0x00065140).add(udp_packet()))).source_mac.has_value());
}

TEST(Decode, MoreTunnelsThanFourAreTooDeep) {
  Octets ip = udp_packet();
  for (int i = 0; i < 5; ++i) ip = ipv4(ip, {.protocol = 4});
  const Octets packet_frame = ethernet(0x0800, ip);
  const Packet packet = decoded(packet_frame);
  EXPECT_EQ(packet.fault, Packet::Fault::tunnels_too_deep);
  EXPECT_EQ(packet.tunnel_count, 4);
}

TEST(Decode, APortAloneIsNoTunnel) {
  for (const unsigned port : {4789U, 8472U, 6081U}) {
    const Packet packet =
        decoded(ethernet(0x0800, ipv4(udp(1000, port, bytes_of("\x08 just some other protocol on a port")))));
    EXPECT_EQ(packet.tunnel_count, 0) << port;
    EXPECT_EQ(packet.destination_port, port);
    EXPECT_EQ(packet.fault, Packet::Fault::none);
  }
}

TEST(Decode, PrpTrailersAreStrippedOnlyWhereTheirSizeAgrees) {
  const Octets ip = udp_packet();
  const auto with_trailer = [&](unsigned size) {
    return ethernet(0x0800, Build{}.add(ip).zeros(4).u16be(1).u16be(0xA000U | size).u16be(0x88FB));
  };
  const Octets right_frame = with_trailer(static_cast<unsigned>(ip.size() + 10));
  const Packet right = decoded(right_frame);
  EXPECT_TRUE(right.prp);
  expect_inner(right);
  EXPECT_FALSE(decoded(with_trailer(11)).prp);
  const Octets goose_frame = ethernet(0x88B8, Build{}.add(data).u16be(1).u16be(0xB00E).u16be(0x88FB));
  const Packet goose = decoded(goose_frame);
  EXPECT_TRUE(goose.prp);
  EXPECT_EQ(text_of(goose.payload), "payload!");
  EXPECT_TRUE(decoded(ethernet(0x892F, Build{}.u16be(0).u16be(1).u16be(0x88B8).add(data))).prp);
}

TEST(Decode, LlcFramesHaveNoEthertypeAndNoPadding) {
  const Octets packet_frame = ethernet(7, Build{}.u8(0x42).u8(0x42).u8(3).text("BPDU").zeros(40));
  const Packet packet = decoded(packet_frame);
  EXPECT_EQ(packet.ethertype, 0);
  EXPECT_EQ(packet.llc_dsap, 0x42);
  EXPECT_EQ(text_of(packet.payload), "BPDU");
  const Octets snap_frame = ethernet(12, Build{}.u32be(0xAAAA0300).u16be(0x000C).u16be(0x2000).text("CDP!"));
  const Packet snap = decoded(snap_frame);
  EXPECT_EQ(snap.snap_oui, 0x00000CU);
  EXPECT_EQ(snap.ethertype, 0x2000);
  EXPECT_EQ(text_of(snap.payload), "CDP!");
}

TEST(Decode, TcpGivesItsHeaderAndItsData) {
  const Octets packet_frame = ethernet(0x0800, ipv4(tcp(0x11223344, 0x18, data), {.protocol = 6}));
  const Packet packet = decoded(packet_frame);
  EXPECT_EQ(packet.fault, Packet::Fault::none);
  ASSERT_TRUE(packet.is_tcp());
  EXPECT_EQ(packet.source_port, 40'000);
  EXPECT_EQ(packet.destination_port, 502);
  EXPECT_EQ(packet.sequence, 0x11223344U);
  EXPECT_EQ(packet.acknowledgement, 77U);
  EXPECT_EQ(packet.tcp_flags, 0x18);
  EXPECT_EQ(packet.window, 1024);
  EXPECT_EQ(packet.hop_limit, 64);
  EXPECT_EQ(packet.ip_identification, 0x1234);
  EXPECT_EQ(text_of(packet.payload), "payload!");
  EXPECT_FALSE(packet.bad_transport_checksum);
  EXPECT_FALSE(packet.bad_ip_checksum);
}

TEST(Decode, ChecksumsAreJudgedOnlyWhereTheSegmentIsWhole) {
  Octets frame = ethernet(0x0800, ipv4(tcp(1, 0x18, data, 0xDEAD), {.protocol = 6}));
  EXPECT_TRUE(decoded(frame).bad_transport_checksum);
  EXPECT_FALSE(decoded(Bytes{frame}.first(frame.size() - 1), frame.size()).bad_transport_checksum);
  frame[14 + 8] ^= 1U;  // the hop limit
  EXPECT_TRUE(decoded(frame).bad_ip_checksum);
}

TEST(Decode, HeadersThatLieAreBadAndKeepTheLayersBeforeThem) {
  Octets short_header = ethernet(0x0800, udp_packet());
  short_header[14] = 0x44;
  EXPECT_EQ(decoded(short_header).fault, Packet::Fault::bad_header);
  EXPECT_EQ(decoded(short_header).fault_offset, 14U);
  Octets short_offset = ethernet(0x0800, ipv4(tcp(1, 0x10, data), {.protocol = 6}));
  short_offset[14 + 20 + 12] = 0x40;
  const Packet packet = decoded(short_offset);
  EXPECT_EQ(packet.fault, Packet::Fault::bad_header);
  EXPECT_EQ(to_text(packet.source), "10.0.0.1");
  EXPECT_FALSE(packet.is_tcp());
  Octets short_udp = ethernet(0x0800, udp_packet());
  short_udp[14 + 20 + 5] = 7;
  EXPECT_EQ(decoded(short_udp).fault, Packet::Fault::bad_header);
}

TEST(Decode, ALengthBeyondTheWireIsTruncatedAndTheRestStands) {
  Octets frame = ethernet(0x0800, udp_packet());
  frame[14 + 3] = 0xF0;
  const Packet packet = decoded(frame);
  EXPECT_EQ(packet.fault, Packet::Fault::truncated);
  EXPECT_TRUE(packet.is_udp());
  EXPECT_EQ(text_of(packet.payload), "payload!");
}

TEST(Decode, ATotalLengthOfZeroIsThatOfTheFrame) {
  Octets frame = ethernet(0x0800, udp_packet());
  frame[14 + 2] = frame[14 + 3] = 0;
  const Packet packet = decoded(frame);
  EXPECT_EQ(packet.fault, Packet::Fault::none);
  EXPECT_EQ(text_of(packet.payload), "payload!");
}

TEST(Decode, FragmentsHaveNoPorts) {
  const Octets first_frame = ethernet(0x0800, ipv4(udp(1, 2, data), {.fragment = 0x2000}));
  const Packet first = decoded(first_frame);
  EXPECT_TRUE(first.fragment && first.more_fragments);
  EXPECT_FALSE(first.source_port);
  EXPECT_EQ(first.payload.size(), 16U);
  const Octets second_frame = ethernet(0x0800, ipv4(data, {.fragment = 2}));
  const Packet second = decoded(second_frame);
  EXPECT_TRUE(second.fragment && !second.more_fragments);
  EXPECT_EQ(second.fragment_offset, 16U);
  EXPECT_EQ(second.fragment_id, 0x1234U);
}

TEST(Decode, Ipv6ExtensionHeadersAreSteppedOver) {
  const Octets datagram = udp(1000, 2000, data);
  // Hop-by-hop, routing, destination options, authentication, atomic fragment: each names the one after it.
  Build chain;
  chain.u8(43)
      .u8(0)
      .zeros(6)
      .u8(60)
      .u8(0)
      .zeros(6)
      .u8(51)
      .u8(0)
      .zeros(6)
      .u8(44)
      .u8(4)
      .zeros(22)
      .u8(17)
      .u8(0)
      .u16be(0)
      .u32be(0x55);
  const Octets packet_frame = ethernet(0x86DD, ipv6(0, chain.add(datagram)));
  const Packet packet = decoded(packet_frame);
  EXPECT_EQ(packet.fault, Packet::Fault::none) << name(packet.fault) << packet.fault_offset;
  EXPECT_TRUE(packet.is_udp());
  EXPECT_FALSE(packet.fragment);
  EXPECT_EQ(to_text(packet.source), "fd00::1");
  EXPECT_EQ(text_of(packet.payload), "payload!");
  EXPECT_FALSE(packet.ip_identification);
}

TEST(Decode, Ipv6FragmentsAreMarked) {
  const Octets packet_frame = ethernet(0x86DD, ipv6(44, Build{}.u8(17).u8(0).u16be(0x0011).u32be(0xABCD).add(data)));
  const Packet packet = decoded(packet_frame);
  EXPECT_TRUE(packet.fragment && packet.more_fragments);
  EXPECT_EQ(packet.fragment_offset, 16U);
  EXPECT_EQ(packet.fragment_id, 0xABCDU);
  EXPECT_EQ(packet.ip_protocol, 17);
}

TEST(Decode, AnEndlessChainOfExtensionHeadersIsBounded) {
  Build chain;
  for (int i = 0; i < 200; ++i) chain.u8(60).u8(0).zeros(6);
  EXPECT_EQ(decoded(ethernet(0x86DD, ipv6(60, chain))).fault, Packet::Fault::bad_header);
}

TEST(Decode, Ipv6LinksAndTunnelsWork) {
  const Octets ip = ipv6(17, udp(1000, 2000, data));
  for (const auto& [link, frame] :
       std::vector<std::pair<std::uint16_t, Octets>>{{229, ip},
                                                     {101, ip},
                                                     {0, Build{}.u32le(30).add(ip).bytes()},
                                                     {0, Build{}.u32be(24).add(ip).bytes()},
                                                     {108, Build{}.u32be(28).add(ip).bytes()},
                                                     {1, ethernet(0x0800, ipv4(ip, {.protocol = 41}))}}) {
    const Packet packet = decoded(frame, 0, link);
    EXPECT_EQ(packet.fault, Packet::Fault::none) << link;
    EXPECT_EQ(packet.ethertype, 0x86DD);
    EXPECT_EQ(to_text(packet.destination), "fd00::2");
    EXPECT_EQ(text_of(packet.payload), "payload!");
  }
}

TEST(Decode, ALinkThatIsNotKnownSaysSo) {
  const Packet packet = decoded(data, 0, 105);
  EXPECT_EQ(packet.fault, Packet::Fault::link_not_supported);
  EXPECT_EQ(packet.payload.size(), data.size());
  EXPECT_FALSE(is_supported_link(105));
  EXPECT_EQ(link_name(105), "IEEE 802.11");
  EXPECT_EQ(link_name(65'000), "");
}

// A frame of a real segment: node 7 announces itself to all.
TEST(Decode, MsTpIsReadOnItsOwnLinkAndInTheFramesOfAnAdapter) {
  const Octets header = from_hex_text("06 ff 07 0014 25");
  const Octets message = from_hex_text("0120ffff00ff1000c4020000072180910322 0104");
  const Octets check = from_hex_text("03e7");
  const Octets link = Build{}.u16be(0x55FF).add(header).add(message).add(check).bytes();
  const Packet own = decoded(link, 0, 165);
  EXPECT_EQ(own.fault, Packet::Fault::none);
  EXPECT_EQ(to_text(own.source_mac.value_or(MacAddress{})), "02:00:00:00:00:07");
  EXPECT_TRUE(own.destination_mac && own.destination_mac->is_group());
  EXPECT_EQ(own.llc_dsap, 0x82);
  EXPECT_EQ(to_hex(own.payload), to_hex(message));

  const Octets adapter = Build{}.u32be(0xAAAA0300).u16be(0x1090).u16be(1).u16be(0).u8(0x80).add(header).bytes();
  const Octets wrapped = Build{}.add(adapter).add(message).add(check).bytes();
  const Octets wrapped_frame = ethernet(static_cast<unsigned>(wrapped.size()), wrapped);
  const Packet snap = decoded(wrapped_frame);
  EXPECT_EQ(snap.fault, Packet::Fault::none);
  EXPECT_EQ(snap.llc_dsap, 0x82);
  EXPECT_FALSE(snap.snap_oui);
  EXPECT_EQ(to_hex(snap.payload), to_hex(message));
}

TEST(Decode, MsTpWithoutDataOrWithAWrongCheckHasNoMessage) {
  const Packet token = decoded(from_hex_text("55ff 00 01 00 0000 73"), 0, 165);
  EXPECT_FALSE(token.llc_dsap);
  const Octets wrong = from_hex_text("55ff 06 ff 07 0014 26 0120ffff00ff1000c40200000721809103220104 03e7");
  const Packet packet = decoded(wrong, 0, 165);
  EXPECT_EQ(packet.fault, Packet::Fault::bad_header);
  EXPECT_FALSE(packet.llc_dsap);
}

TEST(Decode, WhatCarriesNoIpKeepsItsPayloadWhole) {
  const Octets packet_frame = ethernet(0x88B8, data);
  const Packet packet = decoded(packet_frame);
  EXPECT_EQ(packet.ethertype, 0x88B8);
  EXPECT_FALSE(packet.source.present());
  EXPECT_EQ(text_of(packet.payload), "payload!");
  EXPECT_EQ(packet.fault, Packet::Fault::none);
}

}  // namespace bulkhead::test

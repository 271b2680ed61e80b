// Octets against the specifications, written out by hand.

#include <gtest/gtest.h>

#include "base/text.h"
#include "plant/ber.h"
#include "plant/cip_pdu.h"
#include "plant/expand.h"
#include "plant/frame.h"
#include "plant/opcua_pdu.h"
#include "plant/physics.h"
#include "plant/s7_pdu.h"

namespace bulkhead::plant::test {

TEST(Frame, ChecksumsAreThoseOfRfc1071) {
  IpPacket packet;
  packet.protocol = 17;
  packet.hop_limit = 64;
  packet.identification = 0x1C46;
  packet.may_fragment = false;
  packet.data = udp_datagram(1, 2, Octets{0xAB});
  const Octets frame = ip_frame(Link{}, 0xAC100A63, 0xAC100A0C, packet);
  ASSERT_EQ(frame.size(), 60U);
  std::uint32_t sum = 0;
  for (std::size_t i = 14; i < 34; i += 2) sum += static_cast<std::uint32_t>(frame[i]) << 8U | frame[i + 1];
  EXPECT_EQ((sum & 0xFFFFU) + (sum >> 16U), 0xFFFFU);
}

TEST(S7, TheConnectionRequestNamesBothEnds) {
  EXPECT_EQ(to_hex(s7::connect_request(1, 0x0102, 0x0100)), "0300001611e00000000100c0010ac1020100c2020102");
}

TEST(S7, SetupAndReadAreAJobEach) {
  EXPECT_EQ(to_hex(s7::pdu(s7::Rosctr::job, 1, s7::setup_parameters(8, 480), {})),
            "0300001902f08032010000000100080000f0000008000801e0");
  EXPECT_EQ(to_hex(s7::read_parameters({{Space::db, 10, 4, 40}})), "0401120a10020028000a84000020");
}

TEST(S7, ModuleIdentificationHasRecordsOf28Octets) {
  s7::Identity identity;
  identity.order_number = "6ES7 315-2EH14-0AB0";
  identity.firmware = "V3.2.6";
  identity.hardware = 5;
  const Octets list = s7::system_status_list(0x11, 0, identity);
  EXPECT_EQ(to_hex(Bytes(list).first(12)),
            "ff0900780011000000"
            "1c0004");
  EXPECT_EQ(to_hex(Bytes(list).subspan(12 + 28 * 2 + 24, 4)), "56030206");
}

TEST(Cip, ForwardOpenAndTagsFollowTheirPaths) {
  EXPECT_EQ(to_hex(cip::symbol_path("Line.Speed")),
            "91044c696e65"
            "9105537065656400");
  EXPECT_EQ(to_hex(cip::request(0x4C, cip::symbol_path("Tag1"), Octets{1, 0})),
            "4c03910454616731"
            "0100");
  cip::Connection connection;
  connection.path = {1, 0, 0x20, 2, 0x24, 1};
  const Octets open = cip::forward_open(connection);
  EXPECT_EQ(to_hex(Bytes(open).first(6)), "540220062401");
  EXPECT_EQ(open.size(), 6U + 36U + 6U);
}

TEST(Cip, ListIdentityHoldsTheIdentityObject) {
  const Octets answer =
      cip::list_identity_answer({1, 14, 94, 0x60, 24, 12, 0x01020304, "1756-L73/B LOGIX5573"}, 0x0A0A320A);
  EXPECT_EQ(to_hex(Bytes(answer).first(14)),
            "01000c0036000100"
            "0002af12"
            "0a0a");
  EXPECT_EQ(answer.back(), 3);
}

TEST(OpcUa, HelloHasItsLength) {
  const Octets hello = opcua::hello("opc.tcp://x:4840");
  EXPECT_EQ(to_hex(Bytes(hello).first(8)), "48454c4630000000");
  EXPECT_EQ(hello.size(), 0x30U);
}

TEST(Ber, ObjectsAndIntegersAreShortest) {
  EXPECT_EQ(to_hex(ber::object({1, 3, 6, 1, 4, 1, 311})), "06072b060104018237");
  EXPECT_EQ(to_hex(ber::integer(0)), "020100");
  EXPECT_EQ(to_hex(ber::integer(128)), "02020080");
}

TEST(Expand, CountsCopies) {
  EXPECT_EQ(expanded("PC-{nn} 10.0.0.{20+n} {x}", 7), "PC-07 10.0.0.27 {x}");
  EXPECT_EQ(expanded("PC-{6+nn} {n", 5), "PC-11 {n");
}

namespace {

Physics physics_of(std::string_view text) {
  const Node node = parse_yaml(text, "physics").value_or(Node{});
  Result<Physics> physics = Physics::make({node}, 1);
  EXPECT_TRUE(physics) << physics.error().message;
  return *std::move(physics);
}

}  // namespace

TEST(Physics, APasteuriserNeeds154Kilowatt) {
  Physics physics = physics_of(
      "signals: {milk: 4}\nblocks:\n"
      "  - {name: regen, block: sum, of: {milk: 0.1, heat: 0.9}, start: 65.65}\n"
      "  - {name: heat, block: heater, inlet_c: regen, power_kw: 154, flow_kg_s: 5.72, capacity_kj_kgk: 3.93, tau_s: "
      "15, start: 60}\n");
  physics.run_to(1'800'000'000'000);
  EXPECT_NEAR(physics.value(*physics.signal("heat")), 72.5, 0.1);
}

TEST(Physics, AHoldingTubeGivesWhatWentInFifteenSecondsAgo) {
  Physics physics = physics_of("signals: {in: 1}\nblocks: [{name: out, block: delay, input: in, delay_s: 15}]\n");
  physics.run_to(30'000'000'000);
  physics.set(*physics.signal("in"), 2);
  physics.run_to(44'000'000'000);
  EXPECT_EQ(physics.value(*physics.signal("out")), 1);
  physics.run_to(46'000'000'000);
  EXPECT_EQ(physics.value(*physics.signal("out")), 2);
}

TEST(Physics, ADivertValveHasHysteresis) {
  Physics physics = physics_of(
      "signals: {t: 73}\nblocks: [{name: divert, block: switch, input: t, threshold: 72, hysteresis: 0.5}]\n");
  const std::size_t divert = *physics.signal("divert"), temperature = *physics.signal("t");
  std::int64_t now = 0;
  const auto after = [&](double value) {
    physics.set(temperature, value);
    physics.run_to(now += 1'000'000'000);
    return physics.value(divert);
  };
  EXPECT_EQ(after(73), 0);
  EXPECT_EQ(after(71.9), 1);
  EXPECT_EQ(after(72.3), 1);
  EXPECT_EQ(after(72.6), 0);
}

}  // namespace bulkhead::plant::test

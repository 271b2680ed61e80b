// VNC past its greeting: what an end says next follows from what was said before, so a talk cannot show it.

#include <gtest/gtest.h>

#include "support/build.h"
#include "support/talk.h"

namespace bulkhead::test {

namespace {

constexpr Direction up = Direction::to_server, down = Direction::to_client;
constexpr std::string_view desktop = "0500 0320 20 18 00 01 00ff 00ff 00ff 10 08 00 000000 00000007 70616e656c2d33";
constexpr std::string_view said = "vnc.desktop width=1280 height=800 desktop=\"panel-3\"";

struct Turn {
  Direction direction;
  std::string_view hex;
};

/// All that a conversation gives but its greetings, each turn framed as it stands and not before it is whole.
std::vector<std::string> told(const std::vector<Turn>& turns) {
  const Protocol& protocol = *protocol_named("vnc");
  const auto session = protocol.start();
  std::vector<std::string> all;
  for (const Turn& turn : turns) {
    const auto bytes = from_hex_text(turn.hex);
    const Framing framing = protocol.frame(bytes, turn.direction, session.get());
    EXPECT_EQ(framing.kind, Framing::Kind::pdu) << turn.hex;
    EXPECT_EQ(framing.size, bytes.size()) << turn.hex;
    for (const std::string& event : say(*session, protocol, turn.direction, bytes, bytes.size()))
      if (!event.starts_with("vnc.greeting")) all.push_back(event);
  }
  return all;
}

constexpr Turn server_3_8{down, "524642203030332e3030380a"}, client_3_8{up, "524642203030332e3030380a"},
    client_3_7{up, "524642203030332e3030370a"}, client_3_3{up, "524642203030332e3030330a"};

}  // namespace

TEST(Vnc, NamesItsDesktopBehindAPassword) {
  EXPECT_EQ(told({server_3_8,
                  client_3_8,
                  {down, "0102"},
                  {up, "02"},
                  {down, "000102030405060708090a0b0c0d0e0f"},
                  {up, "101112131415161718191a1b1c1d1e1f"},
                  {down, "00000000"},
                  {up, "01"},
                  {down, desktop}}),
            std::vector<std::string>{std::string{said}});
}

TEST(Vnc, NamesItsDesktopToAnybodyInEveryVersion) {
  const std::vector<std::string> expected{std::string{said}};
  EXPECT_EQ(told({server_3_8, client_3_8, {down, "0101"}, {up, "01"}, {down, "00000000"}, {up, "01"}, {down, desktop}}),
            expected);
  EXPECT_EQ(told({server_3_8, client_3_7, {down, "020102"}, {up, "01"}, {up, "01"}, {down, desktop}}), expected);
  EXPECT_EQ(told({server_3_8, client_3_3, {down, "00000001"}, {up, "01"}, {down, desktop}}), expected);
}

TEST(Vnc, IsNotReadPastAWayToLogOnThatTheStandardDoesNotDescribe) {
  EXPECT_EQ(told({server_3_8, client_3_8, {down, "0113"}, {up, "13"}, {down, desktop}}), std::vector<std::string>{});
}

TEST(Vnc, IsNotReadPastARefusal) {
  EXPECT_EQ(told({server_3_8, client_3_8, {down, "0101"}, {up, "01"}, {down, "00000001"}, {down, desktop}}),
            std::vector<std::string>{});
}

}  // namespace bulkhead::test

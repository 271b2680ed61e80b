// The keys of a client's first packets, against the examples of RFC 9001, A.1, and RFC 9369, A.1.

#include <gtest/gtest.h>

#include "protocol/quic_keys.h"
#include "support/build.h"

namespace bulkhead::test {

namespace {

std::vector<std::uint8_t> octets(Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST(QuicKeys, AreThoseOfTheSpecificationsExamples) {
  const auto connection = from_hex_text("8394c8f03e515708");
  const auto keys = quic::client_keys(quic::version_1, connection);
  ASSERT_TRUE(keys);
  EXPECT_EQ(octets(keys->key), from_hex_text("1f369613dd76d5467730efcbe3b1a22d"));
  EXPECT_EQ(octets(keys->vector), from_hex_text("fa044b2f42a3fd3b46fb255c"));
  EXPECT_EQ(octets(keys->header_protection), from_hex_text("9f50449e04a0e810283a1e9933adedd2"));
  const auto keys_2 = quic::client_keys(quic::version_2, connection);
  ASSERT_TRUE(keys_2);
  EXPECT_EQ(octets(keys_2->key), from_hex_text("8b1a0bc121284290a29e0971b5cd045d"));
  EXPECT_EQ(octets(keys_2->vector), from_hex_text("91f73e2351d8fa91660e909f"));
  EXPECT_EQ(octets(keys_2->header_protection), from_hex_text("45b95e15235d6f45a6b19cbcb0294ba9"));
}

TEST(QuicKeys, OpenNothingThatIsShorterThanASample) {
  const auto keys = quic::client_keys(quic::version_1, from_hex_text("8394c8f03e515708"));
  ASSERT_TRUE(keys);
  quic::Opened room{};
  const std::vector<std::uint8_t> packet(20, 0xC0);
  EXPECT_FALSE(quic::open(*keys, packet, 1, room));
}

}  // namespace bulkhead::test

#include "base/address.h"

#include <gtest/gtest.h>

namespace bulkhead::test {

TEST(Address, ReadsBackWhatItWrote) {
  for (const char* text : {"10.0.0.5", "fe80::1", "2001:db8::ff00:42:8329"}) EXPECT_EQ(to_text(*parse_ip(text)), text);
  EXPECT_EQ(to_text(*parse_mac("001B.1B02.9AC3")), "00:1b:1b:02:9a:c3");
  EXPECT_FALSE(parse_mac("00:1b:1b:02:9a"));
  EXPECT_FALSE(parse_ip("10.0.0.256"));
}

TEST(Prefix, ContainsByItsLeadingBits) {
  const IpPrefix prefix = *parse_prefix("10.10.0.0/22");
  EXPECT_TRUE(prefix.contains(*parse_ip("10.10.3.255")));
  EXPECT_FALSE(prefix.contains(*parse_ip("10.10.4.0")));
  EXPECT_FALSE(prefix.contains(*parse_ip("::1")));
  EXPECT_FALSE(parse_prefix("10.0.0.0/33"));
}

TEST(Address, KnowsGroups) {
  EXPECT_TRUE(parse_ip("239.1.2.3")->is_group());
  EXPECT_TRUE(parse_ip("ff02::1")->is_group());
  EXPECT_FALSE(parse_ip("10.0.0.255")->is_group());
}

}  // namespace bulkhead::test

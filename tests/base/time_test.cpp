#include "base/time.h"

#include <gtest/gtest.h>

namespace bulkhead::test {

TEST(Time, IsWrittenInUtcWithTheDigitsAskedFor) {
  EXPECT_EQ(to_text_utc(1'767'323'045'000'006'000, 6), "2026-01-02T03:04:05.000006Z");
  EXPECT_EQ(to_text_utc(-1, 9), "1969-12-31T23:59:59.999999999Z");
}

TEST(Time, ReadsBackWhatItWrote) {
  for (const std::int64_t time : {0LL, 951'782'400'123'456'789LL, 1'767'323'045'000'006'000LL})
    EXPECT_EQ(parse_utc(to_text_utc(time, 9)), time);
  EXPECT_FALSE(parse_utc("2026-13-02T03:04:05Z"));
  EXPECT_FALSE(parse_utc("yesterday"));
  for (const char* beyond : {"9999-12-31T23:59:59Z", "2263-01-01T00:00:00Z", "0001-01-01T00:00:00Z"})
    EXPECT_FALSE(parse_utc(beyond)) << beyond << " does not fit into nanoseconds of 64 bits";
  EXPECT_TRUE(parse_utc("2262-01-01T00:00:00.999999999Z"));
}

TEST(Duration, HasTwoFigures) {
  EXPECT_EQ(to_text_duration(187'200LL * second_ns), "2 d 4 h");
  EXPECT_EQ(to_text_duration(1'020'000'000), "1.02 s");
}

TEST(Duration, IsReadWithItsUnit) {
  EXPECT_EQ(parse_duration("500ms"), second_ns / 2);
  EXPECT_EQ(parse_duration("60s"), 60 * second_ns);
  EXPECT_EQ(parse_duration("5min"), 300 * second_ns);
  EXPECT_EQ(parse_duration("2h"), 7200 * second_ns);
  EXPECT_EQ(parse_duration("1d"), 86'400 * second_ns);
  for (const char* wrong : {"", "60", "s", "0s", "-5s", "1.5h", "5 s", "5m", "5seconds", "999999999999d", "367d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

}  // namespace bulkhead::test

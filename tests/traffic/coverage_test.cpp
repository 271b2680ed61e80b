#include "traffic/coverage.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/time.h"

namespace bulkhead::test {

namespace {

/// One capture of an hour, in which a panel polls controllers.
struct World {
  Traffic traffic;

  World() {
    CaptureRecord capture;
    capture.id = 1;
    capture.name = "line2.pcap";
    capture.point_name = "SW-2";
    capture.ending = "read";
    capture.frames = 10'000;
    capture.first_ns = 0;
    capture.last_ns = 3600 * second_ns;
    traffic.captures.push_back(capture);
  }
  Conversation& talk(const char* client, const char* server, std::uint64_t out = 100, std::uint64_t in = 100) {
    Conversation made;
    made.id = traffic.conversations.size() + 1;
    made.client.ip = *parse_ip(client);
    made.server.ip = *parse_ip(server);
    made.client_reason = ClientReason::protocol;
    made.transport = "tcp";
    made.port = std::uint16_t{502};
    made.service = "modbus";
    made.operations_known = made.answered = true;
    made.flows = 1;
    made.frames_out = out;
    made.frames_in = in;
    made.bytes_out = made.bytes_in = 100'000;
    made.sightings.push_back({1, 0, 1, out, in, {}});
    return traffic.conversations.emplace_back(made);
  }
  [[nodiscard]] CaptureQuality judged() const { return judge(traffic); }
};

bool says(const std::vector<std::string>& sentences, std::string_view words) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& sentence) { return sentence.find(words) != std::string::npos; });
}

}  // namespace

TEST(Judge, BothDirectionsWithoutLossAreGood) {
  World world;
  world.talk("10.0.0.1", "10.0.0.2");
  const CaptureQuality quality = world.judged();
  EXPECT_EQ(quality.verdict, CaptureQuality::Verdict::good) << quality.sentence;
  EXPECT_FALSE(quality.absences_unknown);
  ASSERT_EQ(quality.points.size(), 1U);
  EXPECT_EQ(quality.points[0].hosts_both_ways, 2U);
}

TEST(Judge, NoFrameIsNothingRead) {
  World world;
  world.traffic.captures[0].frames = 0;
  world.traffic.captures[0].ending = "not_a_capture";
  world.traffic.captures[0].ending_detail = "expected a capture, found an empty file";
  const CaptureQuality quality = world.judged();
  EXPECT_EQ(quality.verdict, CaptureQuality::Verdict::nothing_read);
  EXPECT_TRUE(quality.absences_unknown);
  EXPECT_TRUE(says(quality.gaps, "line2.pcap: not_a_capture after frame 0, byte 0: expected a capture"));
}

TEST(Judge, ADeviceThatIsAskedAndNeverHeardIsThePortToMirrorNext) {
  World world;
  world.talk("10.0.0.1", "10.0.0.2");
  world.talk("10.0.0.1", "10.0.0.3");
  world.talk("10.0.0.1", "10.0.0.4");
  world.talk("10.0.0.1", "10.0.0.5");
  world.talk("10.0.0.1", "10.0.0.6", 3, 0);
  const CaptureQuality quality = world.judged();
  EXPECT_EQ(quality.verdict, CaptureQuality::Verdict::usable_with_gaps);
  EXPECT_TRUE(says(quality.gaps, "1 devices are asked and never heard: 10.0.0.6."));
  EXPECT_TRUE(says(quality.advice, "Mirror next the switch port of 10.0.0.6."));
}

TEST(Judge, WhatTheInterfaceDroppedSpoilsAbsences) {
  World world;
  world.talk("10.0.0.1", "10.0.0.2");
  world.traffic.captures[0].interface_drops = 1200;
  const CaptureQuality quality = world.judged();
  EXPECT_TRUE(says(quality.gaps, "the capturing interface dropped 1")) << quality.sentence;
  EXPECT_TRUE(quality.absences_unknown);
}

TEST(Judge, ASlowCycleNeedsALongerCapture) {
  World world;
  world.talk("10.0.0.1", "10.0.0.2").period_ns = 1800 * second_ns;
  EXPECT_TRUE(says(world.judged().gaps, "listened for 1 h 0 min, and the slowest cycle seen takes 30 min 0 s"));
  world.traffic.conversations[0].period_ns = 60 * second_ns;
  EXPECT_TRUE(world.judged().gaps.empty());
}

TEST(Judge, OnePointThatIsSpoiltLeavesTheOtherUsable) {
  World world;
  world.talk("10.0.0.1", "10.0.0.2");
  CaptureRecord other = world.traffic.captures[0];
  other.id = 2;
  other.point = 1;
  other.point_name = "SW-3";
  other.cut = other.frames;
  world.traffic.captures.push_back(other);
  world.talk("10.0.1.1", "10.0.1.2").sightings[0] = {2, 1, 1, 100, 100, {}};
  const CaptureQuality quality = world.judged();
  EXPECT_EQ(quality.verdict, CaptureQuality::Verdict::usable_with_gaps);
  EXPECT_TRUE(quality.absences_unknown);
  EXPECT_TRUE(says(quality.gaps, "SW-3"));
}

}  // namespace bulkhead::test

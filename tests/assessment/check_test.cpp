// "Is the capture any good?", asked of captures that are known to be spoilt in one way each; and two mirrors of one
// plant whose clocks disagree.

#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <unistd.h>

#include "assessment/observe.h"
#include "base/time.h"
#include "capture/writer.h"
#include "net/packet.h"
#include "plant/simulate.h"
#include "support/replay.h"
#include "traffic/coverage.h"

namespace bulkhead::test {

namespace {

/// The demonstration plant's captures, simulated once for all tests of this file.
class DemoPlant {
 public:
  static const DemoPlant& get() {
    static const DemoPlant plant;
    return plant;
  }
  DemoPlant(const DemoPlant&) = delete;
  DemoPlant& operator=(const DemoPlant&) = delete;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  DemoPlant() : folder_(std::filesystem::temp_directory_path() / ("bulkhead_check_" + std::to_string(::getpid()))) {
    const auto plant = plant::read_plant("alder-vale-dairy");
    EXPECT_TRUE(plant && plant::simulate(*plant, {1, folder_}));
  }
  ~DemoPlant() { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

/// What is done to each frame; false: it is left out.
using Spoil = std::function<bool(OwnedFrame&)>;

std::filesystem::path spoilt(const std::string& capture, const std::string& name, const Spoil& spoil) {
  const std::filesystem::path path = DemoPlant::get().folder() / (name + ".pcap");
  auto writer = PcapWriter::create(path, 1);
  EXPECT_TRUE(writer);
  for (OwnedFrame& frame : frames_of(DemoPlant::get().folder() / capture)) {
    if (!spoil(frame)) continue;
    EXPECT_TRUE(writer->write({0, frame.time_ns, frame.bytes, frame.on_wire, frame.link, 0, 0}));
  }
  EXPECT_TRUE(writer->close());
  return path;
}

Observations observed(const std::vector<std::filesystem::path>& files) {
  ObserveOptions options;
  options.hash_files = false;
  auto observations = observe(files, {}, options);
  EXPECT_TRUE(observations);
  return observations ? std::move(*observations) : Observations{};
}

bool names(const CaptureQuality& quality, std::string_view words) {
  return std::any_of(quality.gaps.begin(), quality.gaps.end(),
                     [&](const std::string& gap) { return gap.find(words) != std::string::npos; });
}

Packet decoded(const OwnedFrame& frame) {
  Packet packet;
  decode(frame.bytes, frame.on_wire, frame.link, packet);
  return packet;
}

/// What was done between whom, without times and counts that a mirror's place decides.
std::map<std::string, std::uint64_t> operations_of(const Traffic& traffic) {
  std::map<std::string, std::uint64_t> operations;
  for (const Conversation& conversation : traffic.conversations)
    for (const OperationUse& use : conversation.operations)
      operations[to_text(conversation.client) + " > " + to_text(conversation.server) + ' ' + conversation.service +
                 ' ' + std::string{name(use.operation)} + ' ' + use.station] += use.asked + use.answered;
  return operations;
}

}  // namespace

TEST(Check, AWholeCaptureIsGood) {
  const CaptureQuality quality = judge(observed({DemoPlant::get().folder() / "day-cell.pcap"}).traffic);
  EXPECT_EQ(quality.verdict, CaptureQuality::Verdict::good) << quality.sentence;
  EXPECT_TRUE(quality.gaps.empty());
  EXPECT_FALSE(quality.absences_unknown);
}

TEST(Check, OneDirectionIsNamedAndSpoilsAbsences) {
  for (const bool kept : {true, false}) {
    const auto path = spoilt("day-cell.pcap", kept ? "upwards" : "downwards", [&](OwnedFrame& frame) {
      const Packet packet = decoded(frame);
      if (!packet.source.present() || packet.destination.is_group()) return true;
      return (packet.source < packet.destination) == kept;
    });
    const CaptureQuality quality = judge(observed({path}).traffic);
    EXPECT_TRUE(names(quality, "in one direction only")) << quality.sentence;
    EXPECT_TRUE(quality.absences_unknown);
    EXPECT_FALSE(quality.advice.empty());
    ASSERT_EQ(quality.points.size(), 1U);
    EXPECT_EQ(quality.points[0].conversations_one_way, quality.points[0].conversations_judged);
    EXPECT_GT(quality.points[0].conversations_judged, 10U);
  }
}

TEST(Check, FramesLostOnTheWayAreNamedAndSpoilAbsences) {
  std::mt19937 random{7};
  const auto path = spoilt("day-cell.pcap", "lossy", [&](OwnedFrame&) { return random() % 20 != 0; });
  const CaptureQuality quality = judge(observed({path}).traffic);
  EXPECT_TRUE(names(quality, "acknowledged but never seen")) << quality.sentence;
  EXPECT_TRUE(quality.absences_unknown);
  ASSERT_EQ(quality.points.size(), 1U);
  EXPECT_NEAR(quality.points[0].loss, 0.05, 0.02);
}

TEST(Check, CutFramesAreNamed) {
  const auto path = spoilt("day-cell.pcap", "cut", [&](OwnedFrame& frame) {
    constexpr std::size_t snap_length = 96;
    if (frame.bytes.size() > snap_length) frame.bytes.resize(snap_length);
    return true;
  });
  const Observations observations = observed({path});
  const CaptureQuality quality = judge(observations.traffic);
  EXPECT_TRUE(names(quality, "were cut by the capture")) << quality.sentence;
  EXPECT_TRUE(quality.absences_unknown);
  EXPECT_FALSE(names(quality, "acknowledged but never seen"));  // cut is not lost
}

TEST(Check, APortThatMirrorsNothingIsNamedAndSpoilsAbsences) {
  const auto path = spoilt("day-cell.pcap", "groups", [&](OwnedFrame& frame) {
    const Packet packet = decoded(frame);
    return packet.destination_mac && packet.destination_mac->is_group();
  });
  const CaptureQuality quality = judge(observed({path}).traffic);
  EXPECT_TRUE(names(quality, "heard only in broadcast")) << quality.sentence;
  EXPECT_TRUE(quality.absences_unknown);
  EXPECT_EQ(quality.verdict, CaptureQuality::Verdict::poor);
  EXPECT_FALSE(quality.advice.empty());
}

TEST(Check, TwoMirrorsWhoseClocksDisagreeShowWhatTwoMirrorsThatAgreeShow) {
  constexpr std::int64_t shift_ns = 90 * second_ns;
  const auto boundary = DemoPlant::get().folder() / "day-boundary.pcap";
  const auto cell = DemoPlant::get().folder() / "day-cell.pcap";
  const auto shifted = spoilt("day-cell.pcap", "day-cell-shifted", [&](OwnedFrame& frame) {
    frame.time_ns += shift_ns;
    return true;
  });
  const Observations agreeing = observed({boundary, cell});
  const Observations disagreeing = observed({boundary, shifted});
  const CaptureRecord& found = disagreeing.traffic.captures.at(1);
  EXPECT_NEAR(static_cast<double>(found.clock_offset_ns), -static_cast<double>(shift_ns), 1e6);
  EXPECT_GT(found.clock_offset_frames, 100U);
  EXPECT_EQ(found.space, disagreeing.traffic.captures.at(0).space);
  EXPECT_EQ(disagreeing.traffic.copies, agreeing.traffic.copies);
  EXPECT_GT(agreeing.traffic.copies, 1'000U);
  EXPECT_EQ(operations_of(disagreeing.traffic), operations_of(agreeing.traffic));
  EXPECT_GT(operations_of(agreeing.traffic).size(), 100U);
}

}  // namespace bulkhead::test

// `check -i`: the verdict of what an interface hears is that of a file of the same frames, and nothing is ever sent.

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "capture/writer.h"
#include "plant/simulate.h"
#include "support/own_network.h"
#include "support/program.h"
#include "support/replay.h"

namespace bulkhead::test {

namespace {

constexpr std::size_t frames_sent = 6000;  // of the demonstration plant: a few minutes of one cell

class Live : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("bulkhead_live_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<OwnedFrame> some_frames() const {
    const auto plant = plant::read_plant("alder-vale-dairy");
    EXPECT_TRUE(plant && plant::simulate(*plant, {1, folder_ / "plant"}));
    std::vector<OwnedFrame> frames = frames_of(folder_ / "plant" / "day-cell.pcap");
    frames.resize(std::min(frames.size(), frames_sent));
    return frames;
  }
  std::filesystem::path folder_;
};

/// What a verdict says, without the names and times in which a file and an interface differ.
nlohmann::json verdict_of(const std::string& text) {
  nlohmann::json verdict = nlohmann::json::parse(text, nullptr, false);
  EXPECT_TRUE(verdict.is_object()) << text;
  if (!verdict.is_object()) return {};
  for (auto& point : verdict["points"]) point.erase("point");
  return {verdict["verdict"], verdict["absences_unknown"], verdict["points"]};
}

}  // namespace

TEST_F(Live, AnInterfaceIsJudgedAsAFileOfTheSameFramesAndNothingIsSent) {
  const std::vector<OwnedFrame> frames = some_frames();
  ASSERT_EQ(frames.size(), frames_sent);
  const std::filesystem::path file = folder_ / "same.pcap";
  auto writer = PcapWriter::create(file, 1);
  ASSERT_TRUE(writer);
  for (const OwnedFrame& frame : frames)
    ASSERT_TRUE(writer->write({0, frame.time_ns, frame.bytes, frame.on_wire, frame.link, 0, 0}));
  ASSERT_TRUE(writer->close());

  const OwnNetwork network;
  if (!network.why_not.empty()) GTEST_SKIP() << network.why_not;
  ASSERT_EQ(OwnNetwork::sent_by("mirror"), 0U);
  Program program{{PROGRAM, "check", "-i", "mirror", "--for", "5s", "--format", "json"}};
  ASSERT_TRUE(program.says("Listening to mirror for 5.00 s")) << program.finish().err;
  for (const OwnedFrame& frame : frames) ASSERT_TRUE(network.send(frame.bytes));
  const Outcome heard = program.finish();
  EXPECT_EQ(heard.status, 0) << heard.err;
  EXPECT_EQ(OwnNetwork::sent_by("wire"), frames_sent);
  EXPECT_EQ(OwnNetwork::sent_by("mirror"), 0U) << "the program sent something";

  const Outcome read = run_program({PROGRAM, "check", "--format", "json", file.string()});
  EXPECT_EQ(read.status, 0) << read.err;
  const nlohmann::json expected = verdict_of(read.out);
  EXPECT_EQ(expected.at(2).at(0).at("frames"), frames_sent);
  EXPECT_EQ(verdict_of(heard.out), expected);
}

TEST_F(Live, CtrlCEndsTheListeningWithAVerdict) {
  const OwnNetwork network;
  if (!network.why_not.empty()) GTEST_SKIP() << network.why_not;
  Program program{{PROGRAM, "check", "-i", "mirror"}};
  ASSERT_TRUE(program.says("Listening to mirror until Ctrl-C")) << program.finish().err;
  program.signal(SIGINT);
  const Outcome heard = program.finish();
  EXPECT_EQ(heard.status, 0) << heard.err;
  EXPECT_TRUE(heard.out.starts_with("Nothing was read")) << heard.out;
  EXPECT_EQ(OwnNetwork::sent_by("mirror"), 0U);
}

TEST_F(Live, AnInterfaceThatIsNotThereIsSaidWithThoseThatAre) {
  const Outcome outcome = run_program({PROGRAM, "check", "-i", "no-such-if0"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.err.starts_with("bulkhead: no-such-if0: no such interface\n")) << outcome.err;
  EXPECT_NE(outcome.err.find("\n  "), std::string::npos) << "and what to do: " << outcome.err;
  EXPECT_TRUE(outcome.out.empty());
}

TEST_F(Live, AnInterfaceThatIsDownIsSaidSo) {
  const OwnNetwork network;
  if (!network.why_not.empty()) GTEST_SKIP() << network.why_not;
  ASSERT_EQ(run_program({"ip", "link", "set", "mirror", "down"}).status, 0);
  const Outcome outcome = run_program({PROGRAM, "check", "-i", "mirror", "--for", "1s"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, "bulkhead: mirror: the interface is down\n  bring it up first: ip link set mirror up\n");
}

TEST_F(Live, WhoMayNotListenIsToldWhatToDo) {
  constexpr unsigned nobody = 65'534;
  const Outcome outcome = run_program({PROGRAM, "check", "-i", "lo", "--for", "1s"}, ::getuid() == 0 ? nobody : 0);
  if (outcome.status == 126 || outcome.status == 127) GTEST_SKIP() << "another user can't run the program here";
  if (outcome.status == 0) GTEST_SKIP() << "everyone may listen here";
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("lo: listening to the interface is not permitted\n"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("setcap cap_net_raw+ep"), std::string::npos) << outcome.err;
}

TEST_F(Live, TimesAndFilesThatDoNotBelongTogetherAreRefused) {
  const Outcome no_unit = run_program({PROGRAM, "check", "-i", "lo", "--for", "60"});
  EXPECT_EQ(no_unit.status, 2);
  EXPECT_NE(no_unit.err.find("--for: expected a time such as 60s, 5min or 2h, found '60'"), std::string::npos);
  EXPECT_EQ(run_program({PROGRAM, "check", "--for", "60s", "x.pcap"}).status, 2);
  EXPECT_EQ(run_program({PROGRAM, "check", "-i", "lo", "x.pcap"}).status, 2);
  EXPECT_EQ(run_program({PROGRAM, "check"}).status, 2);
}

}  // namespace bulkhead::test

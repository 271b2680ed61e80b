#include <algorithm>

#include "content/yaml.h"
#include "support.h"

namespace bulkhead::plant::test {

namespace {

/// The pump house, run once for all tests here.
class PumpHouse : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<Folder>("pump_house");
    write(pump_house);
    simulation_ = made((folder_->path() / "plant").string(), {1, folder_->path() / "one"});
  }
  static void TearDownTestSuite() { folder_.reset(); }
  static void write(std::string_view text) {
    std::filesystem::create_directories(folder_->path() / "plant");
    std::ofstream(folder_->path() / "plant" / "plant.yml") << text;
  }
  static std::vector<Frame> frames(const std::string& file) { return frames_of(folder_->path() / "one" / file); }

  static std::unique_ptr<Folder> folder_;
  static Simulation simulation_;
};
std::unique_ptr<Folder> PumpHouse::folder_;
Simulation PumpHouse::simulation_;

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string out(text);
  out.replace(out.find(what), what.size(), by);
  return out;
}

Error refused(const std::string& text) {
  const Folder folder("refused");
  std::ofstream(folder.path() / "plant.yml") << text;
  const Result<Plant> plant = read_plant(folder.path().string());
  if (!plant) return plant.error();
  const Result<Simulation> simulation = simulate(*plant, {1, folder.path() / "out"});
  EXPECT_FALSE(simulation);
  return simulation ? Error{} : simulation.error();
}

}  // namespace

TEST_F(PumpHouse, AFolderThatTheProgramHasNeverSeenGivesItsCaptures) {
  ASSERT_EQ(simulation_.captures.size(), 2U);
  EXPECT_EQ(simulation_.captures[0].file, "boundary.pcap");
  EXPECT_GT(simulation_.captures[0].frames, 100U);
  EXPECT_EQ(simulation_.captures[0].frames, frames("boundary.pcap").size());
}

TEST(Plant, ThatHasNothingInItsFileIsRefusedByItsName) {
  for (const char* nothing : {"", "# only a note\n"}) EXPECT_EQ(refused(nothing).place, "plant.yml");
}

TEST_F(PumpHouse, TheSameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  made((folder_->path() / "plant").string(), {1, folder_->path() / "again"});
  made((folder_->path() / "plant").string(), {2, folder_->path() / "other"});
  for (const char* file : {"boundary.pcap", "cell.pcap", "truth.json", "site.yml"})
    EXPECT_EQ(bytes_of(folder_->path() / "one" / file), bytes_of(folder_->path() / "again" / file)) << file;
  EXPECT_NE(bytes_of(folder_->path() / "one" / "cell.pcap"), bytes_of(folder_->path() / "other" / "cell.pcap"));
}

TEST_F(PumpHouse, TimesRiseAndStayWithinTheRun) {
  constexpr std::int64_t start_us = 1'773'134'040'000'000;  // 2026-03-10T09:14:00Z
  for (const char* file : {"boundary.pcap", "cell.pcap"}) {
    std::int64_t before = start_us;
    for (const Frame& frame : frames(file)) {
      EXPECT_GE(frame.time_us, before);
      before = frame.time_us;
    }
    EXPECT_LT(before, start_us + 40'000'000);
  }
}

TEST_F(PumpHouse, WhatIsWrittenIsReadFromThenOn) {
  const std::string before("\x00\x32", 2), after("\x12\x34");  // 50 and 4660 in register 10
  bool is_written = false;
  unsigned reads_before = 0, reads_after = 0;
  for (const Frame& frame : frames("cell.pcap")) {
    if (frame.contains(std::string("\x06\x00\x0a\x12\x34", 5))) is_written = true;
    const std::string answer("\x03\x18", 2);  // function 3, 24 octets of 12 registers
    const auto at = std::search(frame.bytes.begin(), frame.bytes.end(), answer.begin(), answer.end());
    if (frame.bytes.end() - at < 26 || at == frame.bytes.end()) continue;
    const std::string value(at + 22, at + 24);
    EXPECT_EQ(value, is_written ? after : before);
    ++(is_written ? reads_after : reads_before);
  }
  EXPECT_GE(reads_before, 19U);
  EXPECT_GE(reads_after, 19U);
}

TEST_F(PumpHouse, TheProcessMovesWhatIsRead) {
  std::vector<unsigned> levels;
  for (const Frame& frame : frames("cell.pcap")) {
    const std::string answer("\x03\x18", 2);
    const auto at = std::search(frame.bytes.begin(), frame.bytes.end(), answer.begin(), answer.end());
    if (at == frame.bytes.end() || frame.bytes.end() - at < 26) continue;
    levels.push_back(static_cast<unsigned>(at[2] << 8U | at[3]));
  }
  ASSERT_GT(levels.size(), 30U);
  EXPECT_GT(levels.front(), levels.back());
  EXPECT_NEAR(levels.front() - levels[20], 20, 3);  // a millimetre a second
}

TEST_F(PumpHouse, ARoutedFrameChangesItsMacAddressesAndHopLimitAndIsTaggedWhereTheMirrorSaysSo) {
  const auto with_write = [](const std::vector<Frame>& frames) {
    return *std::find_if(frames.begin(), frames.end(),
                         [](const Frame& frame) { return frame.contains(std::string("\x06\x00\x0a\x12\x34", 5)); });
  };
  const std::vector<Frame> at_boundary = frames("boundary.pcap"), at_cell = frames("cell.pcap");
  const Frame outer = with_write(at_boundary), inner = with_write(at_cell);
  ASSERT_EQ(outer.bytes[12], 0x81);
  EXPECT_EQ(outer.bytes[15], 11);
  EXPECT_EQ(inner.bytes[12], 0x08);
  EXPECT_NE(std::vector(outer.bytes.begin(), outer.bytes.begin() + 12),
            std::vector(inner.bytes.begin(), inner.bytes.begin() + 12));
  EXPECT_EQ(outer.bytes[18 + 8], 128);
  EXPECT_EQ(inner.bytes[14 + 8], 127);
  EXPECT_EQ(outer.bytes[18 + 4] << 8 | outer.bytes[18 + 5],
            inner.bytes[14 + 4] << 8 | inner.bytes[14 + 5]);  // identification
}

TEST_F(PumpHouse, EveryIpHeaderChecksumIsRight) {
  for (const Frame& frame : frames("boundary.pcap")) {
    if (frame.bytes[16] != 0x08 || frame.bytes[17] != 0x00) continue;
    std::uint32_t sum = 0;
    for (std::size_t i = 18; i < 38; i += 2)
      sum += static_cast<std::uint32_t>(frame.bytes[i]) << 8U | frame.bytes[i + 1];
    while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
    EXPECT_EQ(sum, 0xFFFFU);
  }
}

TEST_F(PumpHouse, TruthNamesTheFramesOfAFault) {
  const Result<Node> truth = read_yaml(simulation_.truth);
  ASSERT_TRUE(truth) << truth.error().place << truth.error().message;
  const Node& story = (*truth->list("stories"))[0];
  EXPECT_EQ(story.text("finding"), "unexpected_write");
  unsigned writes = 0;
  for (const Node& evidence : list(story, "evidence")) {
    const std::vector<Frame> all = frames(*evidence.text("capture"));
    const std::vector<double> numbers = *(*evidence.at("frames"))->as_numbers();
    for (const double number : numbers)
      writes += all.at(static_cast<std::size_t>(number) - 1).contains(std::string("\x06\x00\x0a\x12\x34", 5)) ? 1U : 0U;
  }
  EXPECT_EQ(writes, 4U);  // request and answer, in both captures
  for (const Node& device : list(*truth, "devices"))
    EXPECT_EQ(device.list("facts")->size(), device.text("name") == "PLC" ? 3U : 0U);
}

TEST_F(PumpHouse, SiteYamlNamesItsMirrors) {
  const Result<Node> site = read_yaml(simulation_.site);
  ASSERT_TRUE(site);
  EXPECT_EQ(site->list("capture_points")->size(), 2U);
}

TEST(PlantFile, AMistakeIsSaidWithItsPlace) {
  EXPECT_NE(refused(replaced(pump_house, "client: SCADA, server: PLC, period", "client: SCADA, server: PCL, period"))
                .place.find("plant.yml:27:5"),
            std::string::npos);
  EXPECT_EQ(
      refused(replaced(pump_house, "client: SCADA, server: PLC, period", "client: SCADA, server: PCL, period")).hint,
      "did you mean 'PLC'?");
  EXPECT_NE(refused(replaced(pump_house, "ip: 10.1.2.10", "ip: 10.1.3.10")).message.find("lies outside of network"),
            std::string::npos);
  EXPECT_EQ(refused(replaced(pump_house, "block: tank", "block: tnak")).hint, "did you mean 'tank'?");
  EXPECT_EQ(refused(replaced(pump_house, "period_ms: 1000", "perod_ms: 1000")).hint, "did you mean 'period_ms'?");
  EXPECT_EQ(refused(replaced(pump_house, "protocol: modbus", "protocol: modbos")).hint, "did you mean 'modbus'?");
  EXPECT_NE(refused(replaced(pump_house, "file: cell.pcap", "file: ../cell.pcap")).message.find("without a folder"),
            std::string::npos);
}

}  // namespace bulkhead::plant::test

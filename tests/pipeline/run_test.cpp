// Captures written here go in by the front door, through files.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <tuple>

#include <gtest/gtest.h>
#include <unistd.h>

#include "capture/writer.h"
#include "event/flow.h"
#include "event/json.h"
#include "pipeline/clock.h"
#include "pipeline/pipeline.h"
#include "plant/simulate.h"
#include "plant/support.h"
#include "support/frames.h"

namespace bulkhead::test {

namespace {

/// Every event as its line, with its place.
class Lines final : public Consumer {
 public:
  [[nodiscard]] bool wants(const Schema& schema) const override { return &schema != &FlowView::schema; }
  void on(const Event& event) override {
    std::string line;
    append_event_line(line, event, "c", 9);
    lines.emplace_back(event.origin.position, event.origin.pdu, std::move(line));
  }
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string>> lines;
};

std::vector<std::string> events_of(std::span<const CaptureInput> inputs, const RunOptions& options) {
  std::vector<std::unique_ptr<Lines>> shards;
  for (std::size_t i = 0; i < shard_count; ++i) shards.push_back(std::make_unique<Lines>());
  const auto summary =
      run(inputs, options, [&](std::size_t shard) { return std::vector<Consumer*>{shards[shard].get()}; });
  EXPECT_TRUE(summary);
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string>> all;
  for (const auto& shard : shards) all.insert(all.end(), shard->lines.begin(), shard->lines.end());
  std::stable_sort(all.begin(), all.end());
  std::vector<std::string> lines;
  for (auto& line : all) lines.push_back(std::get<2>(std::move(line)));
  return lines;
}

/// The captures of a small plant, made once for a test.
class SmallPlant {
 public:
  SmallPlant() : folder_("pipeline") {
    std::filesystem::create_directories(folder_.path() / "plant");
    std::ofstream{folder_.path() / "plant" / "plant.yml"} << plant::test::pump_house;
    const auto plant = plant::read_plant((folder_.path() / "plant").string());
    EXPECT_TRUE(plant) << (plant ? "" : plant.error().place + plant.error().message);
    const auto made = plant::simulate(*plant, {1, folder_.path() / "out"});
    EXPECT_TRUE(made);
    for (const auto& capture : made->captures) files.push_back(folder_.path() / "out" / capture.file);
  }
  std::vector<std::filesystem::path> files;

 private:
  plant::test::Folder folder_;
};

std::vector<CaptureInput> inputs_of(const SmallPlant& plant) {
  std::vector<CaptureInput> inputs;
  for (const auto& file : plant.files)
    inputs.push_back({file, file.filename().string(), static_cast<std::uint16_t>(inputs.size()), 0, 0});
  return inputs;
}

}  // namespace

TEST(Run, SaysTheSameWithOneWorkerAndWithThree) {
  const SmallPlant plant;
  const auto inputs = inputs_of(plant);
  RunOptions options;
  const auto alone = events_of(inputs, options);
  EXPECT_GT(alone.size(), 100U);
  options.workers = 3;
  EXPECT_EQ(events_of(inputs, options), alone);
}

TEST(Run, CountsAFrameOnceThatTwoFilesHold) {
  const SmallPlant plant;
  const CaptureInput one{plant.files[0], "a", 0, 0, 0};
  CaptureInput again = one;
  again.point = 1;
  const auto count = [&](std::span<const CaptureInput> inputs, bool keep) {
    RunOptions options;
    options.keep_duplicates = keep;
    std::size_t messages = 0;
    for (const std::string& line : events_of(inputs, options))
      messages += line.find("modbus.message") != std::string::npos ? 1U : 0U;
    return messages;
  };
  const std::vector<CaptureInput> alone{one};
  const std::vector<CaptureInput> twice{one, again};
  EXPECT_GT(count(alone, false), 50U);
  EXPECT_EQ(count(twice, false), count(alone, false));
}

// Between the same two stations, on the same EtherType, real-time frames and discovery take turns.
TEST(Run, ReadsTwoProtocolsOfOneEtherTypeBetweenTheSameStations) {
  const plant::test::Folder folder("ethertype");
  const auto path = folder.path() / "turns.pcap";
  auto writer = PcapWriter::create(path, 1);
  ASSERT_TRUE(writer);
  const Octets addresses = bytes_of(std::string_view{"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x88\x92", 14});
  const Octets real_time = bytes_of(std::string_view{"\x80\x01", 2});
  const Octets discovery = bytes_of(std::string_view{"\xfe\xfd\x03\0\0\0\0\x07\0\0\0\x02\x02\x02", 14});
  for (std::uint64_t number = 1; number <= 4; ++number) {
    Octets frame = addresses;
    const Octets& payload = number % 2 == 1 ? real_time : discovery;
    frame.insert(frame.end(), payload.begin(), payload.end());
    frame.resize(60);
    if (number % 2 == 1) frame[57] = 0x35;  // data status: valid, run
    ASSERT_TRUE(writer->write({number, 1'700'000'000'000'000'000 + static_cast<std::int64_t>(number) * 1'000'000, frame,
                               frame.size(), 1, 0, 0}));
  }
  ASSERT_TRUE(writer->close());
  const std::vector<CaptureInput> inputs{{path, "turns", 0, 0, 0}};
  std::size_t discovered = 0;
  for (const std::string& line : events_of(inputs, {}))
    discovered += line.find("\"pn_dcp.message\"") != std::string::npos ? 1U : 0U;
  EXPECT_EQ(discovered, 2U);
}

namespace {

/// A TCP segment between 10.0.0.1:40000 and 10.0.0.2:2404, to the latter or from it.
Octets segment_of_2404(bool to_port, std::uint32_t sequence, unsigned flags, Bytes payload) {
  const Octets tcp = Build{}
                         .u16be(to_port ? 40'000 : 2404)
                         .u16be(to_port ? 2404 : 40'000)
                         .u32be(sequence)
                         .u32be(1)
                         .u8(0x50)
                         .u8(flags)
                         .u32be(0x04000000)
                         .u16be(0)
                         .add(payload)
                         .bytes();
  Ip ip{.protocol = 6};
  if (!to_port) std::swap(ip.source, ip.destination);
  return ethernet(0x0800, ipv4(tcp, ip));
}

/// The port of the client as the flow's event names it, and why it is called so: "40000 port".
std::string client_of(const std::vector<Octets>& frames) {
  const plant::test::Folder folder("client");
  const auto path = folder.path() / "frames.pcap";
  auto writer = PcapWriter::create(path, 1);
  EXPECT_TRUE(writer);
  std::uint64_t number = 0;
  for (const Octets& frame : frames) {
    ++number;
    EXPECT_TRUE(writer->write({number, 1'700'000'000'000'000'000 + static_cast<std::int64_t>(number) * 1'000'000, frame,
                               frame.size(), 1, 0, 0}));
  }
  EXPECT_TRUE(writer->close());
  class Flows final : public Consumer {
   public:
    [[nodiscard]] bool wants(const Schema& schema) const override { return &schema == &Flow::schema; }
    void on(const Event& event) override {
      const Flow& flow = *event.as<Flow>();
      client = flow.client == ClientReason::unknown
                   ? "unknown"
                   : std::to_string(event.origin.source.port.value_or(0)) + ' ' + std::string{name(flow.client)};
    }
    std::string client;
  } flows;
  const std::vector<CaptureInput> inputs{{path, "frames", 0, 0, 0}};
  EXPECT_TRUE(run(inputs, {}, [&](std::size_t) { return std::vector<Consumer*>{&flows}; }));
  return flows.client;
}

}  // namespace

// Stations of IEC 60870-5-104 agree on who listens, so neither the port nor the opening tells who controls.
TEST(Run, ACommandTellsWhoControlsAStationWhoeverListens) {
  constexpr unsigned syn = 2, push = 0x18;
  const Octets acknowledgement = from_hex_text("6804 0100 0800");
  const Octets command = from_hex_text("6815 0200 0000 3a01 0600 0100 010000 81 4c4c0f0d3e0913");
  EXPECT_EQ(client_of({segment_of_2404(true, 1, push, acknowledgement)}), "unknown");
  EXPECT_EQ(client_of({segment_of_2404(true, 0, syn, {}), segment_of_2404(true, 1, push, acknowledgement)}), "unknown");
  EXPECT_EQ(client_of({segment_of_2404(true, 1, push, acknowledgement), segment_of_2404(false, 1, push, command)}),
            "2404 protocol");
  EXPECT_EQ(client_of({segment_of_2404(true, 1, push, command)}), "40000 protocol");
}

TEST(Run, AFileThatIsNotThereIsAnError) {
  const std::vector<CaptureInput> inputs{{"/nonexistent.pcap", "x", 0, 0, 0}};
  const auto summary = run(inputs, {}, [](std::size_t) { return std::vector<Consumer*>{}; });
  ASSERT_FALSE(summary);
  EXPECT_NE(summary.error().place.find("nonexistent.pcap"), std::string::npos);
}

TEST(Clocks, TwoCopiesOfOneCaptureShareTheirFrames) {
  const SmallPlant plant;
  const std::vector<CaptureInput> inputs{{plant.files[0], "a", 0, 0, 0}, {plant.files[0], "b", 1, 1, 0}};
  const auto shared = compare_clocks(inputs);
  ASSERT_TRUE(shared);
  EXPECT_GT((*shared)[1].frames, 8U);
  EXPECT_EQ((*shared)[1].offset_ns, 0);
  EXPECT_EQ((*shared)[1].reference, 0U);
}

}  // namespace bulkhead::test

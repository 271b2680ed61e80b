// Every capture of the collection against another program's count of its frames.

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "capture/reading.h"

namespace bulkhead::test {

TEST(Collection, EveryCaptureGivesTheFramesThatTsharkCounts) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  std::ifstream file{folder / "oracle.json"};
  if (!file) GTEST_SKIP() << folder << " is not there";
  const auto oracle = nlohmann::json::parse(file);
  std::size_t compared = 0;
  for (const auto& [path, seen] : oracle["captures"].items()) {
    const auto source = open_capture(folder / path);
    ASSERT_TRUE(source) << source.error().message;
    const Reading reading = read_all(**source);
    if (const auto format = seen["format"].get<std::string>();
        format.starts_with("other") && !format.ends_with("736e6f6f")) {  // "snoo": we read that
      EXPECT_EQ(reading.ending.kind, Ending::Kind::not_a_capture) << path;
      continue;
    }
    if (seen.contains("read_error")) {  // tshark stopped: so do we, or we know better
      EXPECT_GE(reading.frames.size() + 2, seen["packets"].get<std::size_t>()) << path;
      continue;
    }
    EXPECT_EQ(reading.frames.size(), seen["packets"].get<std::size_t>()) << path << ": " << reading.ending.detail;
    EXPECT_EQ(reading.ending.kind, Ending::Kind::read) << path << ": " << reading.ending.detail;
    ++compared;
    // Broken on purpose: lengths on the wire shorter than what was kept, fractions beyond a second, blocks without a
    // time.
    if (path.starts_with("formats/") || path.starts_with("malformed/")) continue;
    std::uint64_t on_wire = 0;
    for (const Frame& frame : reading.frames) on_wire += frame.on_wire;
    EXPECT_EQ(on_wire, seen["bytes"].get<std::uint64_t>()) << path;
    if (seen.contains("first") && !reading.frames.empty()) {
      const auto earliest = std::min_element(reading.frames.begin(), reading.frames.end(),
                                             [](const Frame& a, const Frame& b) { return a.time_ns < b.time_ns; });
      EXPECT_NEAR(static_cast<double>(earliest->time_ns) / 1e9, seen["first"].get<double>(), 2e-6) << path;
    }
  }
  EXPECT_GT(compared, 600U);
}

}  // namespace bulkhead::test

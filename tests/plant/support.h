#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/bytes.h"
#include "plant/simulate.h"

namespace bulkhead::plant::test {

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

struct Frame {
  std::int64_t time_us = 0;
  std::vector<std::uint8_t> bytes;
  [[nodiscard]] bool contains(std::string_view wanted) const {
    return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end(),
                       [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }) != bytes.end();
  }
};

/// The frames of a classic pcap file, read by its own few lines: this is a test of the writer.
inline std::vector<Frame> frames_of(const std::filesystem::path& path) {
  const std::string text = bytes_of(path);
  const std::vector<std::uint8_t> octets(text.begin(), text.end());
  Reader reader{octets};
  EXPECT_EQ(reader.u32le(), 0xA1B2C3D4U);
  reader.skip(20);
  std::vector<Frame> frames;
  while (reader.ok() && reader.left() > 0) {
    Frame frame;
    frame.time_us = static_cast<std::int64_t>(reader.u32le()) * 1'000'000;
    frame.time_us += reader.u32le();
    const std::uint32_t kept = reader.u32le();
    EXPECT_EQ(reader.u32le(), kept);
    const Bytes bytes = reader.take(kept);
    frame.bytes.assign(bytes.begin(), bytes.end());
    frames.push_back(std::move(frame));
  }
  EXPECT_TRUE(reader.ok());
  return frames;
}

/// The elements under a key, by value: a view into `node`, which outlives the loop over them.
inline std::span<const Node> list(const Node& node, std::string_view key) {
  return node.list(key).value_or(std::span<const Node>{});
}

/// A folder that is gone when the test is.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("bulkhead_plant_" + name + "_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A pump house of four devices that no program was built with.
inline constexpr std::string_view pump_house = R"(id: pump-house
name: Pump house
vendors: {Schneider: "00:00:54", Dell: "00:14:22", Cisco: "00:1b:54"}
networks:
  - {id: ops, subnet: 10.1.1.0/24, vlan: 11}
  - {id: cell, subnet: 10.1.2.0/24, vlan: 12}
devices:
  - {name: SCADA, role: scada_server, vendor: Dell, stack: windows, interfaces: [{network: ops, ip: 10.1.1.10}]}
  - {name: PLC, role: controller, vendor: Schneider, stack: schneider, interfaces: [{network: cell, ip: 10.1.2.10}], identity: {modbus: {vendor: Schneider Electric, product: BMX P34 2020, revision: v2.6}}}
  - {name: CORE, role: router, vendor: Cisco, stack: ios, forwards: true, interfaces: [{network: ops, ip: 10.1.1.1}, {network: cell, ip: 10.1.2.1}]}
mirrors:
  - {id: boundary, tagged: true, sees: [{network: ops}]}
  - {id: cell, sees: [{network: cell}]}
runs:
  - id: day
    start: 2026-03-10T09:14:00Z
    duration_s: 40
    captures: [{file: boundary.pcap, mirror: boundary}, {file: cell.pcap, mirror: cell}]
physics:
  signals: {pump: 1, valve: 50}
  blocks:
    - {name: level, block: tank, of: {pump: -0.001}, start: 2, least: 0, most: 4}
tags:
  - {device: PLC, signal: level, modbus: {table: holding, address: 0, type: uint, scale: 1000}}
  - {device: PLC, signal: valve, modbus: {table: holding, address: 10, type: uint}}
traffic:
  - {protocol: modbus, client: SCADA, server: PLC, period_ms: 1000, opens: true, first: [{do: identify}], requests: [{do: read, table: holding, address: 0, count: 12}]}
faults:
  - id: F1
    title: Somebody opens the valve
    finding: unexpected_write
    devices: [PLC]
    traffic:
      - {protocol: modbus, client: SCADA, server: PLC, at_s: 20, requests: [{do: write, table: holding, address: 10, value: 4660}]}
)";

inline Simulation made(const std::string& plant, const Options& options) {
  const Result<Plant> read = read_plant(plant);
  EXPECT_TRUE(read) << read.error().place << ": " << read.error().message;
  if (!read) return {};
  const Result<Simulation> simulation = simulate(*read, options);
  EXPECT_TRUE(simulation) << simulation.error().place << ": " << simulation.error().message;
  return simulation ? *simulation : Simulation{};
}

}  // namespace bulkhead::plant::test

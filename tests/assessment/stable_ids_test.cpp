// The same device keeps its id, whatever order the captures come in and whether there is one more or one less.

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <span>

#include <gtest/gtest.h>

#include "assessment/ids.h"
#include "assessment/observe.h"
#include "capture/writer.h"
#include "content/catalogue.h"
#include "inventory/roles.h"
#include "plant/support.h"
#include "support/frames.h"

namespace bulkhead::test {

namespace {

struct Host {
  std::uint8_t mac;
  std::uint32_t ip;
};

/// Hosts that ask each other in a ring, one after the other.
void write_capture(const std::filesystem::path& path, std::span<const Host> hosts) {
  auto writer = PcapWriter::create(path, 1);
  ASSERT_TRUE(writer);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const Host& from = hosts[i];
    const Host& to = hosts[(i + 1) % hosts.size()];
    const Octets packet = ipv4(udp(1000, 2000, bytes_of(path.filename().string())),
                               {.source = from.ip, .destination = to.ip, .identification = 0});
    const Octets frame =
        Build{}.u16be(0x0200).u32be(to.mac).u16be(0x0200).u32be(from.mac).u16be(0x0800).add(packet).bytes();
    ASSERT_TRUE(writer->write({++number, 1'700'000'000'000'000'000 + static_cast<std::int64_t>(number) * 1'000'000,
                               frame, frame.size(), 1, 0, 0}));
  }
  ASSERT_TRUE(writer->close());
}

/// Three machines with the same addresses each behind a translation of their own, seen through four captures; two of
/// those look at one network, in which a device has two cards.
class Site4 {
 public:
  Site4() : folder_("stable_ids") {
    const std::array<std::pair<const char*, std::vector<Host>>, 4> captures{{
        {"cell-1.pcap", {{1, 0xC0A80101}, {2, 0xC0A80102}, {3, 0xC0A80103}}},
        {"cell-2.pcap", {{4, 0xC0A80101}, {5, 0xC0A80102}}},
        {"core-a.pcap", {{6, 0x0A000001}, {7, 0x0A000002}, {8, 0x0A000003}}},
        {"core-b.pcap", {{9, 0x0A000009}, {7, 0x0A000002}, {10, 0x0A00000A}}},
    }};
    for (const auto& [name, hosts] : captures) {
      files.push_back(folder_.path() / name);
      write_capture(files.back(), hosts);
    }
    CapturePointDeclaration core;
    core.name = "core";
    core.space = "core";
    core.files = {"core-*.pcap"};
    declared = {core};
  }

  /// Id of every device by its MAC address.
  std::map<MacAddress, std::string> ids_of(const std::vector<std::filesystem::path>& of, Ids& ids) const {
    ObserveOptions options;
    options.workers = 1;
    const auto observations = observe(of, declared, options);
    const auto roles = read_roles(Catalogue{});
    if (!observations || !roles) return {};
    const Inventory inventory =
        take_inventory({observations->traffic, observations->facts, {}, {}, {}, {}, &*roles}, ids.assets);
    std::map<MacAddress, std::string> result;
    for (const Asset& asset : inventory.assets)
      for (const MacAddress& mac : asset.macs) result.emplace(mac, asset.id);
    return result;
  }
  std::vector<std::filesystem::path> files;
  std::vector<CapturePointDeclaration> declared;

 private:
  plant::test::Folder folder_;
};

}  // namespace

TEST(StableIds, AnyOrderOfTheCapturesGivesTheSameIds) {
  const Site4 site;
  std::vector<std::filesystem::path> files = site.files;
  Ids first;
  const auto expected = site.ids_of(files, first);
  ASSERT_EQ(expected.size(), 10U);
  while (std::ranges::next_permutation(files).found) {
    Ids fresh;
    ASSERT_EQ(site.ids_of(files, fresh), expected);
  }
}

TEST(StableIds, WhatRemainsKeepsItsIdWhateverComesAndGoes) {
  const Site4 site;
  for (unsigned start = 1; start < 16; ++start) {
    Ids ids;
    std::map<MacAddress, std::string> known;
    for (const unsigned next : {start, 15U, 15U ^ start, start}) {
      std::vector<std::filesystem::path> files;
      for (std::size_t i = 0; i < site.files.size(); ++i)
        if ((next >> i & 1U) != 0) files.push_back(site.files[i]);
      if (files.empty()) continue;
      for (const auto& [mac, id] : site.ids_of(files, ids)) {
        const auto [before, is_new] = known.emplace(mac, id);
        ASSERT_EQ(before->second, id) << to_text(mac) << ": captures " << start << " then " << next;
      }
    }
    std::set<std::string> different;
    for (const auto& [mac, id] : known) different.insert(id);
    ASSERT_EQ(different.size(), known.size());
  }
}

}  // namespace bulkhead::test

// The inventory of the simulated dairy against what is true of it: nothing merged that is two devices, hardly a device
// split, and roles and levels that are right where they are stated at all.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "assessment/assess.h"
#include "content/catalogue.h"
#include "plant/simulate.h"

namespace bulkhead::test {

namespace {

/// The words of the plant's description in those of the inventory; several where the description is coarser.
struct Same {
  std::string_view truth;
  std::vector<Role> roles;
};
const std::vector<Same>& same_roles() {
  static const std::vector<Same> all{
      {"access_point", {Role::wireless_access_point}},
      {"backup_server", {Role::it_server, Role::operations_server}},
      {"batch_server", {Role::operations_server}},
      {"broker", {Role::it_server, Role::operations_server}},
      {"camera", {Role::camera, Role::field_device}},
      {"checkweigher", {Role::field_device}},
      {"communication_module", {Role::gateway, Role::plc}},  // of the controller in its rack
      {"controller", {Role::plc, Role::rtu}},
      {"domain_controller", {Role::domain_controller}},
      {"drive", {Role::drive}},
      {"engineering_station", {Role::engineering_workstation}},
      {"erp_server", {Role::it_server}},
      {"external", {Role::external_host}},
      {"file_server", {Role::it_server}},
      {"firewall", {Role::router}},
      {"gas_detector", {Role::field_device}},
      {"gateway", {Role::gateway}},
      {"handheld", {Role::it_host}},
      {"historian", {Role::historian}},
      {"hmi", {Role::hmi}},
      {"jump_host", {Role::jump_host}},
      {"laptop", {Role::it_host}},
      {"mes_server", {Role::operations_server}},
      {"meter", {Role::field_device}},
      {"patch_server", {Role::it_server, Role::operations_server}},
      {"printer", {Role::it_host}},
      {"recorder", {Role::field_device}},
      {"remote_access", {Role::remote_access}},
      {"remote_io", {Role::remote_io}},
      {"robot", {Role::field_device}},
      {"safety_controller", {Role::safety_controller}},
      {"scada_server", {Role::scada_server}},
      {"switch", {Role::network_switch, Role::router}},  // some route
      {"time_server", {Role::time_server}},
      {"vehicle", {Role::field_device, Role::plc}},
      {"workstation", {Role::it_host}},
  };
  return all;
}

/// A device as the truth file describes it, and the assets at its addresses.
struct Device {
  std::string name, role, behind, station;
  std::optional<Level> level;
  std::set<std::size_t> assets;
};

/// Devices of which nothing on the wire tells that their addresses belong together, and why.
struct Untold {
  std::string_view name, reason;
};
constexpr std::array untold{
    Untold{"PANEL-FILL-1", "within and beyond the translation nobody asks it who it is"},
    Untold{"PANEL-FILL-2", "within and beyond the translation nobody asks it who it is"},
};

/// How many of those stated are right.
struct Tally {
  std::size_t stated = 0, right = 0, unknown = 0;
  [[nodiscard]] double share() const { return static_cast<double>(right) / static_cast<double>(stated); }
  [[nodiscard]] double unknown_share() const {
    return static_cast<double>(unknown) / static_cast<double>(stated + unknown);
  }
};

class Truth : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / ("bulkhead_truth_" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    const auto plant = plant::read_plant("alder-vale-dairy");
    ASSERT_TRUE(plant);
    const auto folder = SiteFolder::open(folder_);
    ASSERT_TRUE(folder);
    const auto made = plant::simulate(*plant, {1, folder_ / "plant"});
    ASSERT_TRUE(made);
    for (const auto& capture : made->captures) ASSERT_TRUE(folder->add_capture(folder_ / "plant" / capture.file));
    std::filesystem::copy_file(made->site, folder->site_file());
    std::ifstream file{made->truth};
    const auto truth = nlohmann::json::parse(file);
    auto assessed = assess(*folder, Catalogue{}, {});
    ASSERT_TRUE(assessed) << (assessed ? "" : assessed.error().message);
    inventory_ = std::move(assessed->inventory);
    std::map<std::string, std::uint16_t> spaces;
    for (const CaptureRecord& capture : assessed->traffic.captures) spaces.emplace(capture.space_name, capture.space);
    for (const auto& each : truth["devices"]) devices_.push_back(device_of(each, spaces));
    for (Device& device : devices_) stand_behind(device);
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static Device device_of(const nlohmann::json& each, const std::map<std::string, std::uint16_t>& spaces) {
    Device device;
    device.name = each["name"];
    device.role = each["role"];
    device.behind = each.value("behind", "");
    if (each.contains("unit")) device.station = fmt::format("unit {}", each["unit"].get<int>());
    if (each.contains("level")) device.level = Level{static_cast<std::uint8_t>(each["level"].get<double>() * 2)};
    for (const auto& interface : each["interfaces"]) {
      const auto look_up = [&](const std::string& space, const std::string& ip) {
        const auto number = spaces.find(space);
        const auto address = parse_ip(ip);
        if (number == spaces.end() || !address) return;
        const auto at = inventory_.by_ip.find({number->second, *address});
        if (at != inventory_.by_ip.end()) device.assets.insert(at->second);
      };
      const std::string space = interface["address_space"];
      look_up(space, interface.value("ip", ""));
      look_up("site", interface.value("outside_ip", ""));
      const auto number = spaces.find(space);
      const auto mac = parse_mac(interface.value("mac", ""));
      if (number == spaces.end() || !mac) continue;
      const auto at = inventory_.by_mac.find({number->second, *mac});
      if (at != inventory_.by_mac.end()) device.assets.insert(at->second);
    }
    return device;
  }

  /// A device behind another is found by its station there.
  static void stand_behind(Device& device) {
    if (device.behind.empty()) return;
    const auto front =
        std::find_if(devices_.begin(), devices_.end(), [&](const Device& d) { return d.name == device.behind; });
    if (front == devices_.end()) return;
    for (std::size_t i = 0; i < inventory_.assets.size(); ++i) {
      const Asset& asset = inventory_.assets[i];
      if (asset.station != device.station || asset.station.empty()) continue;
      for (const std::size_t at : front->assets)
        if (inventory_.assets[at].id == asset.behind) device.assets.insert(i);
    }
  }

  static std::filesystem::path folder_;
  static Inventory inventory_;
  static std::vector<Device> devices_;
};
std::filesystem::path Truth::folder_;
Inventory Truth::inventory_;
std::vector<Device> Truth::devices_;

}  // namespace

TEST_F(Truth, NoTwoDevicesAreOneAsset) {
  std::map<std::size_t, std::string> device_of;
  for (const Device& device : devices_)
    for (const std::size_t asset : device.assets) {
      const auto [known, is_new] = device_of.emplace(asset, device.name);
      EXPECT_TRUE(is_new) << device.name << " and " << known->second << " are " << inventory_.assets[asset].id << ": "
                          << fmt::format("{}", fmt::join(inventory_.assets[asset].merge_reasons, "; "));
    }
}

// At most 2 %, each listed by name with its reason.
TEST_F(Truth, OnlyDevicesAreSplitOfWhichNothingTellsThatTheyAreOne) {
  std::size_t seen = 0, split = 0;
  std::set<std::string_view> names;
  for (const Device& device : devices_) {
    if (device.assets.empty()) continue;
    ++seen;
    if (device.assets.size() == 1) continue;
    ++split;
    names.insert(device.name);
    std::string addresses;
    for (const std::size_t asset : device.assets) addresses += ' ' + inventory_.assets[asset].address_text();
    const auto known =
        std::find_if(untold.begin(), untold.end(), [&](const Untold& entry) { return entry.name == device.name; });
    fmt::print("split: {}{} ({})\n", device.name, addresses, known == untold.end() ? "" : known->reason);
    EXPECT_NE(known, untold.end()) << device.name << addresses;
  }
  fmt::print("{} of {} devices are seen, {} split: {:.1f} %\n", seen, devices_.size(), split,
             100.0 * static_cast<double>(split) / static_cast<double>(seen));
  EXPECT_GE(seen, 120U);
  EXPECT_LE(split * 100, seen * 2);
  for (const Untold& entry : untold) EXPECT_TRUE(names.contains(entry.name)) << entry.name << " is one asset now";
}

TEST_F(Truth, RolesAndLevelsAreRightWhereTheyAreStated) {
  Tally roles, levels;
  std::string wrong;
  for (const Device& device : devices_) {
    const auto same = std::find_if(same_roles().begin(), same_roles().end(),
                                   [&](const Same& row) { return row.truth == device.role; });
    ASSERT_NE(same, same_roles().end()) << device.role;
    for (const std::size_t at : device.assets) {
      const Asset& asset = inventory_.assets[at];
      if (!asset.role.value) {
        ++roles.unknown;
      } else {
        ++roles.stated;
        const bool right = std::find(same->roles.begin(), same->roles.end(), *asset.role.value) != same->roles.end();
        roles.right += right ? 1U : 0U;
        if (!right)
          wrong += fmt::format("\n  {} at {} is a {}, said to be a {}: {}", device.name, asset.address_text(),
                               device.role, name(*asset.role.value), fmt::join(asset.role.reasons, "; "));
      }
      if (!device.level) continue;
      if (!asset.level.value) {
        ++levels.unknown;
        continue;
      }
      ++levels.stated;
      levels.right += *asset.level.value == *device.level ? 1U : 0U;
      if (*asset.level.value != *device.level)
        wrong += fmt::format("\n  {} at {} is at level {}, said to be at {}: {}", device.name, asset.address_text(),
                             to_text(*device.level), to_text(*asset.level.value), fmt::join(asset.level.reasons, "; "));
    }
  }
  for (const auto& [what, tally] : {std::pair{"roles", roles}, std::pair{"levels", levels}})
    fmt::print("{}: {} stated, {:.1f} % right, {:.1f} % left unknown\n", what, tally.stated, 100 * tally.share(),
               100 * tally.unknown_share());
  EXPECT_GE(roles.share(), 0.98) << wrong;
  EXPECT_GE(levels.share(), 0.98) << wrong;
}

}  // namespace bulkhead::test

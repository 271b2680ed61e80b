// The built-in dairy, made once: its truth is held against its own frames, octet by octet.

#include <algorithm>
#include <map>
#include <set>

#include "content/yaml.h"
#include "support.h"

namespace bulkhead::plant::test {

namespace {

class Dairy : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<Folder>("dairy");
    simulation_ = made("alder-vale-dairy", {1, folder_->path()});
    truth_ = read_yaml(simulation_.truth).value_or(Node{});
  }
  static void TearDownTestSuite() {
    folder_.reset();
    captures_.clear();
  }
  static const std::vector<Frame>& frames(const std::string& file) {
    std::vector<Frame>& frames = captures_[file];
    if (frames.empty()) frames = frames_of(folder_->path() / file);
    return frames;
  }
  /// Whether one of the listed frames of a story holds the octets.
  static bool shows(const std::string& finding, std::string_view octets) {
    for (const Node& story : list(truth_, "stories")) {
      if (story.text("finding") != finding) continue;
      for (const Node& evidence : list(story, "evidence"))
        for (const Node& number : list(evidence, "frames"))
          if (frames(*evidence.text("capture")).at(static_cast<std::size_t>(*number.as_integer()) - 1).contains(octets))
            return true;
    }
    return false;
  }

  static std::unique_ptr<Folder> folder_;
  static Simulation simulation_;
  static Node truth_;
  static std::map<std::string, std::vector<Frame>> captures_;
};
std::unique_ptr<Folder> Dairy::folder_;
Simulation Dairy::simulation_;
Node Dairy::truth_;
std::map<std::string, std::vector<Frame>> Dairy::captures_;

}  // namespace

TEST_F(Dairy, HasAtLeast117DevicesAndAFewHundredThousandFrames) {
  std::size_t inside = 0;
  for (const Node& device : list(truth_, "devices")) inside += device.text("role") == "external" ? 0U : 1U;
  EXPECT_GE(inside, 117U);
  EXPECT_GE(simulation_.frames, 200'000U);
  EXPECT_LE(simulation_.frames, 400'000U);
}

TEST_F(Dairy, EveryFaultAndEveryStepOfTheAttackCanBeSeen) {
  ASSERT_GE(truth_.list("stories")->size(), 20U);
  for (const Node& story : list(truth_, "stories")) EXPECT_FALSE(story.list("evidence")->empty()) << *story.text("id");
}

TEST_F(Dairy, TheFramesOfAStoryHoldWhatItClaims) {
  using namespace std::string_literals;
  EXPECT_TRUE(shows("remote_access_tool", "eWON"));
  EXPECT_TRUE(shows("remote_access_tool", "talk2m"));
  EXPECT_TRUE(shows("smb1_ntlm1", "\xffSMBr"));
  EXPECT_TRUE(shows("smb1_ntlm1", "NT LM 0.12"));
  EXPECT_TRUE(shows("enterprise_to_control", "RFB 003.008\n"));
  EXPECT_TRUE(shows("enterprise_to_control", "mstshash=p.larsen"));
  EXPECT_TRUE(shows("plaintext_administration", "Authorization: Basic YWRtaW46YWRtaW4="));
  EXPECT_TRUE(shows("default_community", "public"));
  EXPECT_TRUE(shows("direct_internet_contact", "\x08\x08\x08\x08"));
  EXPECT_TRUE(shows("opcua_without_security", "SecurityPolicy#None"));
  EXPECT_TRUE(shows("safety_on_control_network", "\x88\x92\x83\x01"));
  EXPECT_TRUE(shows("program_upload", "_0800001A"));
  EXPECT_TRUE(shows("program_download", "_INSE"));
  EXPECT_TRUE(shows("write_from_unexpected_role", "\x05\x01\x12\x0a\x10\x02\x00\x04\x00\x64\x84"s));
  EXPECT_TRUE(shows("plc_stop", "\x29\x00\x00\x00\x00\x00\tP_PROGRAM"s));
  EXPECT_TRUE(shows("mass_file_encryption", "e\0k\0a\0n\0s"s));
  EXPECT_TRUE(shows("control_network_discovery", "\x01\x0e\xcf\0\0\0"s));
}

TEST_F(Dairy, DevicesThatTheTruthCallsVisibleSendFromTheirMacAddress) {
  std::map<std::string, std::set<std::string>> sources;
  for (const Node& device : list(truth_, "devices"))
    for (const Node& visible : list(device, "visible")) {
      const std::string file = *visible.text("capture");
      std::set<std::string>& seen = sources[file];
      if (seen.empty())
        for (const Frame& frame : frames(file)) seen.emplace(frame.bytes.begin() + 6, frame.bytes.begin() + 12);
      const std::vector<std::string> by = *visible.texts("by");
      if (std::find(by.begin(), by.end(), "mac") == by.end()) continue;
      bool found = false;
      for (const Node& interface : list(device, "interfaces"))
        if (const auto mac = parse_mac(interface.text("mac").value_or("")))
          found = found || seen.contains(std::string(mac->octets.begin(), mac->octets.end()));
      EXPECT_TRUE(found) << *device.text("name") << " in " << file;
    }
}

TEST_F(Dairy, TwoFillersShareAddressesInDifferentSpaces) {
  std::map<std::string, std::set<std::string>> spaces;
  for (const Node& device : list(truth_, "devices"))
    for (const Node& interface : list(device, "interfaces"))
      if (const auto ip = interface.text("ip")) spaces[*ip].insert(*interface.text("address_space"));
  EXPECT_EQ(spaces["192.168.1.10"], (std::set<std::string>{"filler-1", "filler-2", "filler-3"}));
}

TEST_F(Dairy, SiteYamlIsWellFormed) {
  const Result<Node> site = read_yaml(simulation_.site);
  ASSERT_TRUE(site) << site.error().place << site.error().message;
  EXPECT_EQ(site->list("zones")->size(), 9U);
  EXPECT_GE(site->list("conduits")->size(), 10U);
}

}  // namespace bulkhead::plant::test

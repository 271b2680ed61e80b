#include <set>

#include <gtest/gtest.h>

#include "base/numbered_ids.h"
#include "content/catalogue.h"
#include "finding/review.h"

namespace bulkhead::test {

namespace {

struct World {
  Site site;
  Inventory inventory;
  Traffic traffic;
  std::vector<Fact> facts;
  std::vector<Crossing> crossings;
  FindingCatalogue catalogue = *read_findings(Catalogue{});

  std::size_t add(const char* ip, std::optional<Role> role, std::optional<Level> level, bool external = false) {
    Asset asset;
    asset.id = "A-" + std::to_string(inventory.assets.size() + 1);
    asset.name = ip;
    asset.ips = {*parse_ip(ip)};
    asset.role.value = role;
    asset.role.confidence = role ? Confidence::likely : Confidence::unknown;
    asset.level.value = level;
    asset.level.confidence = level ? Confidence::likely : Confidence::unknown;
    asset.external = external;
    inventory.by_ip[{0, asset.ips[0]}] = inventory.assets.size();
    inventory.assets.push_back(asset);
    return inventory.assets.size() - 1;
  }
  Conversation& talk(const char* client, const char* server, Operation operation) {
    Conversation made;
    made.id = traffic.conversations.size() + 1;
    made.client.ip = *parse_ip(client);
    made.server.ip = *parse_ip(server);
    made.client_reason = "protocol";
    made.transport = "tcp";
    made.port = std::uint16_t{502};
    made.service = "modbus";
    made.operations_known = true;
    made.answered = true;
    made.frames_out = made.frames_in = 10;
    made.first = {1, 5, 1, 1'000};
    made.operations.push_back({operation, {}, 2, 2, 0, {1, 7, 1, 2'000}, 0});
    return traffic.conversations.emplace_back(made);
  }
  std::vector<Finding> review() {
    NumberedIds ids{"F-", 4, {}};
    return bulkhead::review({site, inventory, traffic, facts, crossings, catalogue}, ids);
  }
  std::set<std::string> rules() {
    std::set<std::string> found;
    for (const Finding& finding : review()) found.insert(finding.rule);
    return found;
  }
};

}  // namespace

TEST(Findings, PollingByAScadaServerIsNone) {
  World world;
  world.add("10.0.0.1", Role::scada_server, Level{4});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::read);
  world.talk("10.0.0.1", "10.0.0.2", Operation::write);
  EXPECT_TRUE(world.rules().empty());
}

TEST(Findings, AProgramThatAnHmiDownloadsIsOne) {
  World world;
  world.add("10.0.0.1", Role::hmi, Level{4});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::program_download);
  const auto findings = world.review();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "program_transfer");
  ASSERT_FALSE(findings[0].evidence.empty());
  EXPECT_EQ(findings[0].evidence[0].citation.frame, 7U);
}

TEST(Findings, ARequestThatWasRefusedEveryTimeIsNone) {
  World world;
  world.add("10.0.0.1", Role::hmi, Level{4});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::program_download).operations[0].refused = 2;
  EXPECT_TRUE(world.rules().empty());
}

TEST(Findings, ALevelThatIsOnlyGuessedAccusesNobody) {
  World world;
  world.add("10.0.0.1", Role::it_host, Level{8});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::read);
  EXPECT_TRUE(world.rules().contains("enterprise_to_control"));
  world.inventory.assets[0].level.confidence = Confidence::possible;
  EXPECT_FALSE(world.rules().contains("enterprise_to_control"));
}

TEST(Findings, OneCauseIsOneFindingHoweverManyFramesShowIt) {
  World world;
  world.add("10.0.0.1", Role::plc, Level{2});
  for (int i = 0; i < 5; ++i) {
    const std::string outside = "8.8.8." + std::to_string(i + 1);
    world.add(outside.c_str(), Role::external_host, std::nullopt, true);
    world.talk("10.0.0.1", outside.c_str(), Operation::read);
  }
  EXPECT_EQ(world.review().size(), 1U);
}

TEST(Findings, IdsAreTheSameInAnotherOrder) {
  World world;
  world.add("10.0.0.1", Role::hmi, Level{4});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.add("10.0.0.3", Role::plc, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::mode_stop);
  world.talk("10.0.0.1", "10.0.0.3", Operation::program_download);
  NumberedIds ids{"F-", 4, {}};
  const ReviewInput input{world.site, world.inventory, world.traffic, world.facts, world.crossings, world.catalogue};
  const auto before = review(input, ids);
  std::swap(world.traffic.conversations[0], world.traffic.conversations[1]);
  const auto after = review(input, ids);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].id, after[i].id);
}

TEST(Rules, NameARequirementATechniqueAndWhatWouldCloseThem) {
  const FindingCatalogue catalogue = *read_findings(Catalogue{});
  for (const auto& [id, rule] : catalogue.rules) {
    EXPECT_FALSE(rule.requirements.empty()) << id;
    EXPECT_FALSE(rule.techniques.empty()) << id;
    for (const std::string& requirement : rule.requirements) EXPECT_EQ(requirement.substr(0, 3), "SR ") << id;
    for (const std::string& technique : rule.techniques) EXPECT_EQ(technique.front(), 'T') << id;
    EXPECT_FALSE(rule.closed_when.empty()) << id;
  }
}

}  // namespace bulkhead::test

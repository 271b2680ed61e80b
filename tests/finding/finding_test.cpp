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
    made.client_reason = ClientReason::protocol;
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

TEST(Findings, AMasterThatWantsNoReportsUnaskedSilencesNobody) {
  World world;
  world.add("10.0.0.1", Role::scada_server, Level{4});
  world.add("10.0.0.2", Role::rtu, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::comm_disable).service = "dnp3";
  EXPECT_TRUE(world.rules().empty());
  world.traffic.conversations[0].service = "bacnet";
  EXPECT_EQ(world.rules(), std::set<std::string>{"mode_change"});
}

TEST(Findings, ASiteWithPublicAddressesIsNotAccusedOfTheInternetUntilItSaysWhatIsItsOwn) {
  World world;
  world.add("134.249.61.182", Role::plc, Level{2});
  world.add("134.249.53.130", Role::external_host, std::nullopt, true);
  world.talk("134.249.61.182", "134.249.53.130", Operation::read);
  EXPECT_FALSE(world.rules().contains("internet_contact"));
  world.site.inside.push_back(*parse_prefix("134.249.61.0/24"));
  EXPECT_TRUE(world.rules().contains("internet_contact"));
}

TEST(Findings, ADeviceThatLooksForOthersIsNoScannerAndAComputerIs) {
  World world;
  world.add("10.0.0.1", std::nullopt, std::nullopt);
  world.add("10.0.0.9", std::nullopt, std::nullopt);
  world.talk("10.0.0.1", "10.0.0.255", Operation::discover).service = "bacnet";
  world.traffic.conversations[0].server.mac = MacAddress{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
  EXPECT_TRUE(world.rules().empty());
  world.talk("10.0.0.1", "10.0.0.9", Operation::session_open).service = "tls";
  EXPECT_EQ(world.rules(), std::set<std::string>{"network_scan"});
}

Asset& say(World& world, std::size_t at, Meaning meaning, const std::string& value) {
  Attribute attribute;
  attribute.meaning = meaning;
  attribute.candidates.push_back({value, "test.schema", {1, 3, 1, 1'000}, 1, 0});
  world.inventory.assets[at].attributes.push_back(attribute);
  return world.inventory.assets[at];
}

TEST(Findings, ASwitchMayStandInTwoNetworksAndAServerMayNot) {
  World world;
  world.add("10.0.1.1", Role::network_switch, Level{4});
  world.add("10.0.2.1", Role::network_switch, Level{4});
  say(world, 0, Meaning::host_name, "core").macs = {MacAddress{{2, 0, 0, 0, 0, 1}}};
  say(world, 1, Meaning::host_name, "core").macs = {MacAddress{{2, 0, 0, 0, 0, 2}}};
  EXPECT_TRUE(world.rules().empty());
  for (Asset& asset : world.inventory.assets) asset.role.value = Role::scada_server;
  EXPECT_EQ(world.rules(), std::set<std::string>{"dual_homed_host"});
}

Fact fact_of(const char* ip, Meaning meaning, const std::string& schema, const std::string& value) {
  Fact fact;
  fact.subject.ip = *parse_ip(ip);
  fact.meaning = meaning;
  fact.schema = schema;
  fact.value = value;
  fact.first = {1, 9, 1, 1'000};
  return fact;
}

TEST(Findings, AskingForEndpointsWithoutSecurityIsNoneAndReadingSoIsOne) {
  World world;
  world.add("10.0.0.1", Role::scada_server, Level{4});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.talk("10.0.0.1", "10.0.0.2", Operation::discover).service = "opcua";
  world.facts.push_back(fact_of("10.0.0.1", Meaning::weakness, "opcua.message", "opcua_without_security"));
  EXPECT_TRUE(world.rules().empty());
  world.talk("10.0.0.1", "10.0.0.2", Operation::read).service = "opcua";
  EXPECT_EQ(world.rules(), std::set<std::string>{"opcua_without_security"});
}

TEST(Findings, ATelnetSessionIsOneFindingAboutTheServerWhoeverNegotiates) {
  World world;
  world.add("10.0.0.1", Role::engineering_workstation, Level{4});
  world.add("10.0.0.2", Role::network_switch, Level{4});
  world.talk("10.0.0.1", "10.0.0.2", Operation::session_open).service = "telnet";
  world.traffic.conversations[0].bytes_in = 500;
  for (const char* ip : {"10.0.0.1", "10.0.0.2"})
    world.facts.push_back(fact_of(ip, Meaning::weakness, "telnet.negotiation", "plaintext_administration"));
  const auto findings = world.review();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].what, "10.0.0.1 reaches 10.0.0.2 with telnet.");
}

TEST(Findings, AnEmptyPasswordIsNoDefaultOne) {
  World world;
  world.add("10.0.0.2", Role::building_controller, Level{2});
  world.facts.push_back(fact_of("10.0.0.2", Meaning::secret, "bacnet.message", "known default, 0 bytes"));
  EXPECT_TRUE(world.rules().empty());
  world.facts[0].value = "known default, 5 bytes";
  EXPECT_EQ(world.rules(), std::set<std::string>{"default_credentials"});
}

TEST(Findings, WhatSambaCallsItselfIsNoWindows) {
  World world;
  world.add("10.0.0.2", std::nullopt, std::nullopt);
  for (const char* version : {"Windows 6.1", "Windows 6.1 build 0"})
    world.facts.push_back(fact_of("10.0.0.2", Meaning::operating_system, "netbios.announcement", version));
  EXPECT_TRUE(world.rules().empty());
  world.facts.push_back(fact_of("10.0.0.2", Meaning::operating_system, "smb.ntlm", "Windows 6.1 build 7601"));
  EXPECT_EQ(world.rules(), std::set<std::string>{"unsupported_system"});
}

TEST(Findings, EvidenceNamesTheAddressAtWhichAHostWasMet) {
  World world;
  world.add("10.0.0.1", Role::hmi, Level{4});
  world.add("10.0.0.2", Role::plc, Level{2});
  world.inventory.assets[0].ips.push_back(*parse_ip("10.0.9.1"));
  world.inventory.by_ip[{0, *parse_ip("10.0.9.1")}] = 0;
  world.talk("10.0.9.1", "10.0.0.2", Operation::mode_stop);
  const auto findings = world.review();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_TRUE(findings[0].evidence.at(0).sentence.starts_with("10.0.9.1 to 10.0.0.2: mode_stop"))
      << findings[0].evidence.at(0).sentence;
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

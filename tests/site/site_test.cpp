#include "site/site.h"

#include <gtest/gtest.h>

namespace bulkhead::test {

namespace {

constexpr const char* two_zones = R"(name: "Plant"
sector: manufacturing
zones:
  - id: office
    kind: business
    level: "4"
    approved: { by: "A. Engineer", on: "2026-01-02" }
    subnets: ["10.1.0.0/24"]
  - id: cell
    kind: control
    level: "1"
    approved: true
    subnets: ["10.2.0.0/24"]
conduits:
  - id: C-01
    from: office
    to: cell
    approved: true
    allow:
      - { protocol: modbus, operations: [observe] }
)";

Asset asset(const char* ip, const char* id) {
  Asset made;
  made.id = id;
  made.ips = {*parse_ip(ip)};
  return made;
}

Inventory inventory_of(std::vector<Asset> assets) {
  Inventory inventory;
  inventory.assets = std::move(assets);
  for (std::size_t i = 0; i < inventory.assets.size(); ++i)
    for (const IpAddress& ip : inventory.assets[i].ips) inventory.by_ip[{0, ip}] = i;
  return inventory;
}

Conversation talk(const char* client, const char* server, Operation operation) {
  Conversation made;
  made.client.ip = *parse_ip(client);
  made.server.ip = *parse_ip(server);
  made.client_reason = ClientReason::protocol;
  made.transport = "tcp";
  made.port = std::uint16_t{502};
  made.service = "modbus";
  made.operations_known = true;
  made.operations.push_back({operation, {}, 3, 3, 0, {}, 0});
  return made;
}

}  // namespace

TEST(SiteFile, ErrorsNameTheLineTheKeyAndWhatWasExpected) {
  const auto site = parse_site("zones:\n  - id: a\n    kind: contorl\n", "site.yml");
  ASSERT_FALSE(site);
  EXPECT_EQ(site.error().place, "site.yml:3:11");
  EXPECT_NE(site.error().message.find("contorl"), std::string::npos);
  EXPECT_EQ(site.error().hint, "did you mean 'control'?");
}

TEST(SiteFile, AConduitToAZoneThatIsNotThereIsRefused) {
  const auto site = parse_site(
      "zones:\n  - { id: cell-3, kind: control }\nconduits:\n  - { id: C, from: cell-3, to: cel-3 }\n", "site.yml");
  ASSERT_FALSE(site);
  EXPECT_EQ(site.error().message, "zone 'cel-3' is not defined");
  EXPECT_EQ(site.error().hint, "did you mean 'cell-3'?");
}

TEST(SiteFile, ReadsBackWhatItWrote) {
  const auto site = parse_site(two_zones, "site.yml");
  ASSERT_TRUE(site);
  const std::string written = write_site(*site);
  const auto again = parse_site(written, "written.yml");
  ASSERT_TRUE(again) << again.error().place << ' ' << again.error().message << '\n' << written;
  EXPECT_EQ(write_site(*again), written);
  EXPECT_EQ(again->zones[0].approval.by, "A. Engineer");
}

TEST(SiteFile, AnEmptyFileIsAnEmptyModel) {
  const auto site = parse_site("", "site.yml");
  ASSERT_TRUE(site);
  EXPECT_TRUE(site->zones.empty());
  EXPECT_FALSE(site->approved());
}

TEST(Crossings, AnApprovedConduitAllowsOnlyItsOperations) {
  const auto site = parse_site(two_zones, "site.yml");
  ASSERT_TRUE(site);
  Inventory inventory = inventory_of({asset("10.1.0.5", "A-1"), asset("10.2.0.9", "A-2")});
  assign_zones(*site, inventory);
  EXPECT_EQ(inventory.assets[0].zone, "office");
  Traffic traffic;
  traffic.conversations = {talk("10.1.0.5", "10.2.0.9", Operation::read)};
  EXPECT_EQ(cross(*site, inventory, traffic).at(0).verdict, Crossing::Verdict::conforming);
  traffic.conversations.push_back(talk("10.1.0.5", "10.2.0.9", Operation::write));
  const auto crossings = cross(*site, inventory, traffic);
  EXPECT_EQ(crossings.at(0).verdict, Crossing::Verdict::partly_designed);
  EXPECT_EQ(crossings.at(0).forbidden, std::vector<std::size_t>{1});
}

TEST(Crossings, AgainstTheConduitsDirectionNothingIsAllowed) {
  const auto site = parse_site(two_zones, "site.yml");
  ASSERT_TRUE(site);
  Inventory inventory = inventory_of({asset("10.1.0.5", "A-1"), asset("10.2.0.9", "A-2")});
  assign_zones(*site, inventory);
  Traffic traffic;
  traffic.conversations = {talk("10.2.0.9", "10.1.0.5", Operation::read)};
  EXPECT_EQ(cross(*site, inventory, traffic).at(0).verdict, Crossing::Verdict::not_designed);
}

TEST(Proposal, JudgesNothingByTheTrafficItWasMadeFrom) {
  Inventory inventory = inventory_of({asset("10.1.0.5", "A-1"), asset("10.2.0.9", "A-2")});
  inventory.assets[0].level.value = Level{8};
  inventory.assets[1].level.value = Level{2};
  Traffic traffic;
  traffic.conversations = {talk("10.1.0.5", "10.2.0.9", Operation::write)};
  const Site site = propose_site({}, inventory, traffic);
  EXPECT_EQ(site.zones.size(), 2U);
  EXPECT_FALSE(site.approved());
  assign_zones(site, inventory);
  for (const Crossing& crossing : cross(site, inventory, traffic)) {
    EXPECT_EQ(crossing.verdict, Crossing::Verdict::proposed);
    EXPECT_TRUE(crossing.forbidden.empty());
  }
}

TEST(Proposal, KeepsSafetyApartFromControl) {
  Inventory inventory = inventory_of({asset("10.2.0.9", "A-1"), asset("10.2.0.10", "A-2")});
  inventory.assets[0].role.value = Role::safety_controller;
  inventory.assets[1].role.value = Role::plc;
  const Site site = propose_site({}, inventory, {});
  assign_zones(site, inventory);
  EXPECT_NE(inventory.assets[0].zone, inventory.assets[1].zone);
}

TEST(Proposal, KeepsWhatAPersonDecided) {
  const auto known = parse_site(two_zones, "site.yml");
  ASSERT_TRUE(known);
  Inventory inventory = inventory_of({asset("10.1.0.5", "A-1"), asset("10.2.0.9", "A-2"), asset("10.3.0.1", "A-3")});
  const Site site = propose_site(*known, inventory, {});
  ASSERT_GE(site.zones.size(), 3U);
  EXPECT_EQ(site.zones[0].id, "office");
  EXPECT_TRUE(site.zones[0].approval.approved);
  EXPECT_FALSE(site.zones[2].approval.approved);
}

}  // namespace bulkhead::test

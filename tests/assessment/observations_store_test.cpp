#include "assessment/observations_store.h"

#include <gtest/gtest.h>

#include "plant/support.h"

namespace bulkhead::test {

namespace {

Observations everything() {
  Observations observations;
  CaptureRecord capture;
  capture.id = 1;
  capture.name = "day.pcap";
  capture.sha256 = std::string(64, 'a');
  capture.point_name = "core";
  capture.first_ns = 5;
  observations.traffic.captures.push_back(capture);
  Conversation conversation;
  conversation.id = 77;
  conversation.client = {0, IpAddress::v4(0x0A000001), MacAddress{{2, 0, 0, 0, 0, 1}}};
  conversation.server = {0, IpAddress::v4(0x0A000002), {}};
  conversation.client_reason = ClientReason::protocol;
  conversation.transport = "tcp";
  conversation.port = 502;
  conversation.service = "modbus";
  conversation.operations_known = true;
  conversation.period_ns = 1'000'000'000;
  conversation.first = {1, 12, 1, 5};
  for (std::size_t i = 0; i < operation_count; ++i)
    conversation.operations.push_back({static_cast<Operation>(i), "unit 5", i + 1, i, 0, {1, 12, 1, 5}, 9});
  conversation.sightings.push_back({1, 0, 12, 3, 4, std::uint16_t{20}});
  observations.traffic.conversations.push_back(conversation);
  for (int meaning = 0; meaning <= static_cast<int>(Meaning::weakness); ++meaning) {
    Fact fact;
    fact.subject = {0, IpAddress::v4(0x0A000002), {}, "slot 1"};
    fact.meaning = static_cast<Meaning>(meaning);
    fact.value = "said";
    fact.schema = "modbus.identity";
    fact.field = "vendor";
    fact.count = 2;
    fact.first = {1, 13, 1, 6};
    observations.facts.push_back(fact);
  }
  observations.traffic.frames = 40;
  observations.traffic.faults = {{"modbus", 3}};
  return observations;
}

}  // namespace

TEST(ObservationsStore, GivesBackWhatWasPutIn) {
  const plant::test::Folder folder("store");
  const Observations put = everything();
  auto store = ObservationsStore::open(folder.path() / "bulkhead.db");
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->add(put));
  const auto got = store->all();
  ASSERT_TRUE(got);
  ASSERT_EQ(got->traffic.captures.size(), 1U);
  EXPECT_EQ(got->traffic.captures[0].name, "day.pcap");
  EXPECT_EQ(got->traffic.captures[0].first_ns, std::optional<std::int64_t>{5});
  EXPECT_FALSE(got->traffic.captures[0].last_ns);
  ASSERT_EQ(got->traffic.conversations.size(), 1U);
  const Conversation& before = put.traffic.conversations[0];
  const Conversation& after = got->traffic.conversations[0];
  EXPECT_TRUE(after.client.same_address(before.client));
  EXPECT_EQ(after.client.mac, before.client.mac);
  EXPECT_EQ(after.port, before.port);
  EXPECT_EQ(after.period_ns, before.period_ns);
  EXPECT_EQ(after.first, before.first);
  ASSERT_EQ(after.operations.size(), before.operations.size());
  for (std::size_t i = 0; i < operation_count; ++i) {
    EXPECT_EQ(after.operations[i].operation, before.operations[i].operation);
    EXPECT_EQ(after.operations[i].asked, before.operations[i].asked);
  }
  ASSERT_EQ(after.sightings.size(), 1U);
  EXPECT_EQ(after.sightings[0].vlan, std::optional<std::uint16_t>{20});
  ASSERT_EQ(got->facts.size(), put.facts.size());
  for (std::size_t i = 0; i < put.facts.size(); ++i) {
    EXPECT_EQ(got->facts[i].meaning, put.facts[i].meaning);
    EXPECT_EQ(got->facts[i].subject.station, "slot 1");
  }
  EXPECT_EQ(got->traffic.frames, 40U);
  EXPECT_EQ(got->traffic.faults, put.traffic.faults);
}

// A word of the vocabulary may be added between others: rows that are stored already must go on meaning the same.
TEST(ObservationsStore, WritesWordsAndNotTheirNumbers) {
  const plant::test::Folder folder("words");
  {
    auto store = ObservationsStore::open(folder.path() / "bulkhead.db");
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->add(everything()));
  }
  auto database = Database::open(folder.path() / "bulkhead.db", {});
  ASSERT_TRUE(database) << database.error().message;
  for (const char* const sql : {"SELECT record FROM conversation WHERE record LIKE '%\"program_download\"%'",
                                "SELECT record FROM conversation WHERE record LIKE '%\"reason\":\"protocol\"%'",
                                "SELECT record FROM fact WHERE record LIKE '%\"meaning\":\"serial_number\"%'"}) {
    auto statement = database->prepare(sql);
    ASSERT_TRUE(statement);
    const auto row = statement->step();
    EXPECT_TRUE(row && *row) << sql;
  }
}

}  // namespace bulkhead::test

#include <gtest/gtest.h>

#include "traffic/traffic.h"

namespace bulkhead::test {

namespace {

OperationUse use(Operation operation, std::uint64_t asked, std::uint64_t frame, std::uint64_t refused = 0) {
  OperationUse made;
  made.operation = operation;
  made.asked = asked;
  made.refused = refused;
  made.first = {1, frame, 1, static_cast<std::int64_t>(frame) * 1000};
  return made;
}

Conversation part(std::int64_t first_ns, std::vector<OperationUse> operations) {
  Conversation made;
  made.id = 7;
  made.first = {1, 1, 1, first_ns};
  made.first_ns = made.last_ns = first_ns;
  made.flows = 1;
  made.frames_out = 10;
  made.operations = std::move(operations);
  return made;
}

}  // namespace

TEST(Witness, IsTheMessageThatTellsMost) {
  const Conversation conversation = part(0, {use(Operation::session_open, 1, 4), use(Operation::read, 900, 6),
                                             use(Operation::write, 2, 70), use(Operation::program_download, 1, 90)});
  EXPECT_EQ(conversation.telling_use()->operation, Operation::program_download);
  EXPECT_EQ(conversation.witness().frame, 90U);
}

TEST(Witness, OfWhatWasRefusedOrOnlyReportedComesLast) {
  const Conversation conversation =
      part(0, {use(Operation::read, 3, 6), use(Operation::mode_stop, 2, 8, 2), use(Operation::report, 0, 9)});
  EXPECT_EQ(conversation.telling_use()->operation, Operation::read);
}

TEST(Witness, WithoutAMessageIsTheFirstFrame) {
  const Conversation conversation = part(0, {});
  EXPECT_EQ(conversation.telling_use(), nullptr);
  EXPECT_EQ(conversation.witness(), conversation.first);
}

TEST(Unite, MakesOneOfPartsWithTheEarliestWitnesses) {
  std::vector<Conversation> conversations{part(5'000, {use(Operation::read, 3, 60), use(Operation::write, 1, 61)}),
                                          part(1'000, {use(Operation::read, 4, 12)})};
  unite(conversations);
  ASSERT_EQ(conversations.size(), 1U);
  const Conversation& sum = conversations[0];
  EXPECT_EQ(sum.first_ns, 1'000);
  EXPECT_EQ(sum.last_ns, 5'000);
  EXPECT_EQ(sum.flows, 2U);
  EXPECT_EQ(sum.frames_out, 20U);
  EXPECT_EQ(sum.use_of(Operation::read)->asked, 7U);
  EXPECT_EQ(sum.use_of(Operation::read)->first.frame, 12U);
  EXPECT_EQ(sum.use_of(Operation::write)->first.frame, 61U);
}

TEST(Party, OfAGroupIsNoAsset) {
  const auto party = [](const char* ip) { return Party{0, *parse_ip(ip), {}}; };
  EXPECT_TRUE(party("224.0.0.251").is_group());
  EXPECT_TRUE(party("ff02::1").is_group());
  EXPECT_TRUE(party("0.0.0.0").is_group());
  EXPECT_FALSE(party("10.0.0.255").is_group()) << "whether it is a broadcast its MAC tells";
  Party broadcast = party("10.0.0.255");
  broadcast.mac = MacAddress{{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}};
  EXPECT_TRUE(broadcast.is_group());
}

}  // namespace bulkhead::test

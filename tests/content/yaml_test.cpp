#include "content/yaml.h"

#include <gtest/gtest.h>

namespace bulkhead::test {

namespace {

Node parsed(std::string_view text) {
  Result<Node> node = parse_yaml(text, "site.yml");
  EXPECT_TRUE(node) << node.error().message << " at " << node.error().place;
  return node ? *std::move(node) : Node{};
}

Error refused(std::string_view text) {
  const Result<Node> node = parse_yaml(text, "site.yml");
  EXPECT_FALSE(node);
  return node ? Error{} : node.error();
}

}  // namespace

TEST(Yaml, KeepsTheOrderOfKeysAndThePlaceOfEachValue) {
  const Node node = parsed("name: Alder Vale\nzones:\n  - id: cell\n    level: 1.5\n");
  ASSERT_EQ(node.entries().size(), 2U);
  EXPECT_EQ(node.entries()[1].key.text, "zones");
  EXPECT_EQ(node.text("name"), "Alder Vale");
  const std::span<const Node> zones = *node.list("zones");
  EXPECT_EQ(zones[0].number("level"), 1.5);
  EXPECT_EQ((*zones[0].at("level"))->place(), "site.yml:4:12");
}

TEST(Yaml, AMissingKeyIsNamedWithThePlaceOfItsMap) {
  const Result<std::string> text = parsed("zones:\n  - id: cell\n").list("zones")->front().text("name");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().place, "site.yml:2:5");
  EXPECT_NE(text.error().message.find("'name' is missing"), std::string::npos);
}

TEST(Yaml, AnUnknownKeyIsRefusedWithTheNearestKnownOne) {
  const Result<void> keys = parsed("name: a\nlevle: 2\n").only_keys({"name", "level"});
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().place, "site.yml:2:1");
  EXPECT_EQ(keys.error().hint, "did you mean 'level'?");
}

TEST(Yaml, AWrongTypeSaysWhatWasExpectedAndWhatWasFound) {
  const Node node = parsed("port: many\nvlan: 5000\non: \"true\"\nlist: {a: 1}\n");
  EXPECT_EQ(node.integer("port").error().message, "expected a whole number, found 'many'");
  EXPECT_EQ(node.integer("vlan", 1, 4094).error().message, "expected a whole number from 1 to 4094, found '5000'");
  EXPECT_EQ(node.truth("on").error().message, "expected true or false, found 'true'");
  EXPECT_EQ(node.list("list").error().message, "expected a list, found a map");
}

TEST(Yaml, WhatIsNotThereStaysUnknown) {
  const Node node = parsed("a:\nb: ~\nc: \"\"\n");
  EXPECT_EQ(*node.optional_text("a"), std::nullopt);
  EXPECT_EQ(*node.optional_text("b"), std::nullopt);
  EXPECT_EQ(*node.optional_text("c"), "");
  EXPECT_EQ(*node.optional_number("d"), std::nullopt);
}

TEST(Yaml, ADuplicateKeyIsRefusedInSmallAndInLargeMaps) {
  EXPECT_EQ(refused("a: 1\na: 2\n").place, "site.yml:2:1");
  std::string large;
  for (int i = 0; i < 40; ++i) large += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(parsed(large).entries().size(), 40U);
  EXPECT_EQ(refused(large + "k7: 2\n").place, "site.yml:41:1");
}

TEST(Yaml, AliasesAndMergeKeysAreExpanded) {
  const Node node = parsed("base: &b {vendor: Siemens, level: 1}\none:\n  <<: *b\n  level: 2\ntwo: *b\n");
  const Node& one = **node.at("one");
  EXPECT_EQ(one.text("vendor"), "Siemens");
  EXPECT_EQ(one.integer("level"), 2);
  EXPECT_EQ((*node.at("two"))->integer("level"), 1);
}

TEST(Yaml, AliasesThatGrowWithoutBoundAreRefused) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "*a" : ",*a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  EXPECT_NE(refused(bomb).message.find("grows beyond its bound"), std::string::npos);
}

TEST(Yaml, AnAliasInsideOfItselfIsRefused) {
  EXPECT_NE(refused("a: &a [1, *a]\n").message.find("inside of what it refers to"), std::string::npos);
}

TEST(Yaml, DepthIsBounded) {
  EXPECT_EQ(refused(std::string(33, '[') + std::string(33, ']')).place, "site.yml:1:33");
  EXPECT_FALSE(parse_yaml(std::string(100'000, '['), "site.yml"));
}

TEST(Yaml, ASecondDocumentIsRefused) {
  EXPECT_EQ(refused("a: 1\n---\nb: 2\n").message.find("expected one document"), 0U);
}

TEST(Yaml, BrokenTextSaysWhere) {
  EXPECT_EQ(refused("a: [1, 2\nb: 3\n").place.find("site.yml:2:"), 0U);
  EXPECT_EQ(refused("a: \xff\n").message, "expected UTF-8 text");
}

TEST(Fields, ReadsInStraightLinesAndKeepsTheFirstError) {
  const Node node = parsed("name: pump\nlevel: high\nport: x\n");
  Fields fields{node};
  EXPECT_EQ(fields.text("name"), "pump");
  EXPECT_EQ(fields.number("level"), 0);
  EXPECT_EQ(fields.integer("port"), 0);
  const Result<void> done = fields.done();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().place, "site.yml:2:8");
}

TEST(Fields, AMisspeltKeyIsSaidBeforeTheMissingOne) {
  const Node node = parsed("nmae: pump\n");
  Fields fields{node};
  fields.text("name");
  EXPECT_EQ(fields.done().error().hint, "did you mean 'name'?");
}

TEST(Fields, AChoiceNamesItsAlternatives) {
  const Node node = parsed("kind: vavle\n");
  Fields fields{node};
  fields.choice("kind", {"pump", "valve"});
  EXPECT_EQ(fields.done().error().message, "expected one of pump, valve, found 'vavle'");
  EXPECT_EQ(fields.done().error().hint, "did you mean 'valve'?");
}

}  // namespace bulkhead::test

#include "assessment/ids.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace bulkhead::test {

namespace {

struct Journal : testing::Test {
  std::filesystem::path path =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"ids_"} + testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl");

  void TearDown() override { std::filesystem::remove(path); }
  void hold(std::string_view text) const { std::ofstream{path, std::ios::binary} << text; }
  void append(const std::string& key, const std::string& id) const {
    Ids now;
    now.assets.known.emplace(key, id);
    ASSERT_TRUE(append_ids(path, Ids{}, now));
  }
};

}  // namespace

TEST_F(Journal, RemembersWhatWasAppended) {
  append("mac 02:00:00:00:00:01", "A-1");
  const auto ids = read_ids(path);
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->assets.known.at("mac 02:00:00:00:00:01"), "A-1");
}

TEST_F(Journal, AppendsAfterAKilledRunLeftHalfALine) {
  hold("{\"kind\":\"asset\",\"id\":\"A-1\",\"key\":\"one\"}\n{\"kind\":\"asset\",\"id\":\"A-");
  append("two", "A-2");
  append("three", "A-3");
  const auto ids = read_ids(path);
  ASSERT_TRUE(ids) << "half a line must not join the next";
  EXPECT_EQ(ids->assets.known.size(), 3U);
}

TEST_F(Journal, KeepsAWholeLastLineWithoutNewline) {
  hold(R"({"kind":"asset","id":"A-1","key":"one"})");
  append("two", "A-2");
  const auto ids = read_ids(path);
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->assets.known.at("one"), "A-1");
  EXPECT_EQ(ids->assets.known.at("two"), "A-2");
}

TEST_F(Journal, ALastLineThatIsNoEntryDoesNotStay) {
  hold("{\"kind\":\"asset\",\"id\":\"A-1\",\"key\":\"one\"}\n\"\"");
  append("two", "A-2");
  const auto ids = read_ids(path);
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->assets.known.size(), 2U);
}

TEST_F(Journal, RefusesABrokenLineInTheMiddleByItsNumber) {
  hold(
      "{\"kind\":\"asset\",\"id\":\"A-1\",\"key\":\"one\"}\nbroken\n{\"kind\":\"asset\",\"id\":\"A-2\",\"key\":\"two\"}"
      "\n");
  const auto ids = read_ids(path);
  ASSERT_FALSE(ids);
  EXPECT_NE(ids.error().place.find(":2"), std::string::npos);
}

TEST_F(Journal, RefusesAnEntryWhoseIdIsNoText) {
  hold("{\"kind\":\"asset\",\"id\":7,\"key\":\"one\"}\n{\"kind\":\"asset\",\"id\":\"A-2\",\"key\":\"two\"}\n");
  const auto ids = read_ids(path);
  ASSERT_FALSE(ids);
  EXPECT_NE(ids.error().place.find(":1"), std::string::npos);
}

}  // namespace bulkhead::test

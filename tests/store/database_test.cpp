#include "store/database.h"

#include <array>
#include <filesystem>

#include <gtest/gtest.h>
#include <unistd.h>

namespace bulkhead::test {

namespace {

constexpr std::array first{Migration{1, "CREATE TABLE t (a INTEGER, b TEXT)"}};
constexpr std::array both{Migration{1, "CREATE TABLE t (a INTEGER, b TEXT)"},
                          Migration{2, "ALTER TABLE t ADD COLUMN c TEXT DEFAULT 'x'"}};

class Store : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("bulkhead_store_" + std::to_string(::getpid()) + ".db");
    remove();
  }
  void TearDown() override { remove(); }
  void remove() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + suffix);
  }
  std::filesystem::path path_;
};

}  // namespace

TEST_F(Store, KeepsRowsAcrossAMigration) {
  {
    auto database = Database::open(path_, first);
    ASSERT_TRUE(database);
    auto insert = database->prepare("INSERT INTO t VALUES (?, ?)");
    ASSERT_TRUE(insert);
    ASSERT_TRUE(insert->bind(7).bind("seven\n'quoted'").run());
  }
  auto database = Database::open(path_, both);
  ASSERT_TRUE(database);
  auto select = database->prepare("SELECT a, b, c FROM t");
  ASSERT_TRUE(select);
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->integer(0), 7);
  EXPECT_EQ(select->text(1), "seven\n'quoted'");
  EXPECT_EQ(select->text(2), "x");
}

TEST_F(Store, AFileOfALaterVersionIsRefusedAndLeftAlone) {
  ASSERT_TRUE(Database::open(path_, both));
  const auto database = Database::open(path_, first);
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().message.find("later version"), std::string::npos);
  EXPECT_TRUE(Database::open(path_, both));
}

TEST_F(Store, ATransactionThatFailsLeavesNothing) {
  auto database = Database::open(path_, first);
  ASSERT_TRUE(database);
  EXPECT_FALSE(database->transaction([&]() -> Result<void> {
    if (auto done = database->execute("INSERT INTO t VALUES (1, 'a')"); !done) return done;
    return failure("stopped");
  }));
  auto count = database->prepare("SELECT COUNT(*) FROM t");
  ASSERT_TRUE(*count->step());
  EXPECT_EQ(count->integer(0), 0);
}

TEST_F(Store, IsReadableByItsOwnerAlone) {
  ASSERT_TRUE(Database::open(path_, first));
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  EXPECT_EQ(std::filesystem::status(path_).permissions() & others, std::filesystem::perms::none);
}

TEST_F(Store, AFileThatIsNoStoreIsAnErrorWithItsName) {
  const auto database = Database::open("/nonexistent/folder/x.db", first);
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().place, "/nonexistent/folder/x.db");
}

}  // namespace bulkhead::test

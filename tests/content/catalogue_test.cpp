#include "content/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace bulkhead::test {

namespace {

class CatalogueOfAFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("bulkhead_catalogue_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_ / "mine");
    std::ofstream(folder_ / "README.md") << "hides the built-in one";
    std::ofstream(folder_ / "mine" / "a.yml") << "name: a\n";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

}  // namespace

TEST(Catalogue, BuiltInFilesAreByteForByteThoseOfTheSource) {
  const Catalogue catalogue;
  const std::vector<std::string> paths = catalogue.list("");
  ASSERT_FALSE(paths.empty());
  for (const std::string& path : paths) {
    std::ifstream stream(std::filesystem::path(SOURCE) / "content" / path, std::ios::binary);
    std::stringstream expected;
    expected << stream.rdbuf();
    EXPECT_EQ(catalogue.text(path), expected.str()) << path;
  }
}

TEST(Catalogue, EveryBuiltInYamlFileIsWellFormed) {
  const Catalogue catalogue;
  for (const std::string& path : catalogue.list("")) {
    if (!path.ends_with(".yml")) continue;
    const Result<Node> node = catalogue.read(path);
    EXPECT_TRUE(node) << node.error().place << ": " << node.error().message;
  }
}

TEST(Catalogue, APathThatLeavesTheFolderIsNotRead) {
  const Catalogue catalogue{std::filesystem::temp_directory_path()};
  EXPECT_FALSE(catalogue.text("../etc/passwd"));
  EXPECT_FALSE(catalogue.text("/etc/passwd"));
}

TEST_F(CatalogueOfAFolder, TheUsersFileHidesTheBuiltInOneAndOthersAreAdded) {
  const Catalogue catalogue{folder_};
  EXPECT_EQ(catalogue.text("README.md"), "hides the built-in one");
  const std::vector<std::string> paths = catalogue.list("");
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "README.md"), 1);
  EXPECT_EQ(catalogue.list("mine"), std::vector<std::string>{"mine/a.yml"});
  EXPECT_EQ(catalogue.read("mine/a.yml")->text("name"), "a");
}

}  // namespace bulkhead::test

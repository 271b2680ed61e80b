// Every real capture that lies beside the checkout, through the program: one by one, and all as one site. Nothing
// crashes, nothing hangs, each is done, and a file that is damaged is named with how far it was read.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "capture/source.h"
#include "support/program.h"
#include "support/real_captures.h"

namespace bulkhead::test {

namespace {

using Clock = std::chrono::steady_clock;

/// Longer than the slowest takes under the sanitizers.
const std::string seconds_max = "60";
constexpr std::size_t at_once = 2;
const std::string seconds_max_together = "170";

class Corpus : public testing::Test {
 protected:
  void SetUp() override {
    captures_ = real_captures();
    if (captures_.empty()) GTEST_SKIP() << "no captures beside the checkout";
    folder_ = std::filesystem::temp_directory_path() / ("bulkhead_corpus_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  std::vector<RealCapture> captures_;
  std::filesystem::path folder_;
};

/// How a file ends for who only reads it.
Ending ending_of(const std::filesystem::path& path) {
  const auto source = open_capture(path);
  if (!source) return {};
  Batch batch;
  while ((*source)->next(batch)) continue;
  return (*source)->ending();
}

/// The row that the table of captures has of each file, by its name.
std::map<std::string, nlohmann::json> rows_of(const std::string& text) {
  std::map<std::string, nlohmann::json> rows;
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  EXPECT_TRUE(parsed.is_array()) << text.substr(0, 300);
  if (parsed.is_array())
    for (const auto& row : parsed) rows[row.at("name").get<std::string>()] = row;
  return rows;
}

struct Tally {
  std::size_t damaged = 0;
  double slowest_s = 0;
  std::string slowest;
};

/// One capture on its way through the program, in a site of its own.
class Assessing {
 public:
  Assessing(std::string path, std::filesystem::path site)
      : path_(std::move(path)), site_(std::move(site)), capture_(real_captures_folder() / path_) {
    std::filesystem::create_directory(site_);
    program_ = std::make_unique<Program>(std::vector<std::string>{
        "timeout", seconds_max, PROGRAM, "captures", site_.string(), capture_.string(), "--format", "json"});
  }

  void hold(Tally& tally) {
    const Ending ending = ending_of(capture_);
    const Outcome outcome = program_->finish();
    const double took_s = std::chrono::duration<double>(Clock::now() - started_).count();
    std::filesystem::remove_all(site_);
    if (took_s > tally.slowest_s) {
      tally.slowest_s = took_s;
      tally.slowest = path_;
    }
    tally.damaged += ending.kind == Ending::Kind::read ? 0 : 1;
    if (ending.kind == Ending::Kind::not_a_capture) {
      EXPECT_EQ(outcome.status, 2) << path_;
      EXPECT_NE(outcome.err.find(path_ + ": is no capture: "), std::string::npos) << outcome.err;
      return;
    }
    EXPECT_EQ(outcome.status, 0) << path_ << ": " << outcome.err;
    const auto rows = rows_of(outcome.out);
    ASSERT_EQ(rows.size(), 1U) << path_;
    const nlohmann::json& row = rows.begin()->second;
    EXPECT_EQ(row.at("frames"), ending.frame) << path_;
    if (ending.kind == Ending::Kind::read) return;  // or of a link type that is not supported, as is said then
    EXPECT_EQ(row.at("ending"), std::string{name(ending.kind)}) << path_;
    EXPECT_EQ(row.at("detail"), ending.detail) << path_;
  }

 private:
  std::string path_;
  std::filesystem::path site_, capture_;
  Clock::time_point started_ = Clock::now();
  std::unique_ptr<Program> program_;
};

}  // namespace

TEST_F(Corpus, IsAssessedOneByOne) {
  Tally tally;
  for (std::size_t i = 0; i < captures_.size(); i += at_once) {
    std::vector<std::unique_ptr<Assessing>> runs;
    for (std::size_t k = i; k < std::min(i + at_once, captures_.size()); ++k)
      runs.push_back(std::make_unique<Assessing>(captures_[k].path, folder_ / std::to_string(k)));
    for (const auto& run : runs) run->hold(tally);
  }
  fmt::print("{} captures, {} of them named as not read to their end; the slowest took {:.1f} s: {}\n",
             captures_.size(), tally.damaged, tally.slowest_s, tally.slowest);
  EXPECT_GT(tally.damaged, 0U);
}

TEST_F(Corpus, IsAssessedAsOneSite) {
  std::vector<std::string> command{"timeout", seconds_max_together, PROGRAM, "captures", folder_.string()};
  std::set<std::string> names;
  for (const RealCapture& capture : captures_) {
    const std::filesystem::path path = real_captures_folder() / capture.path;
    if (ending_of(path).kind == Ending::Kind::not_a_capture) continue;
    if (names.insert(path.filename().string()).second) command.push_back(path.string());
  }
  command.insert(command.end(), {"--format", "json"});
  const Outcome outcome = run_program(command);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto rows = rows_of(outcome.out);
  EXPECT_EQ(rows.size(), names.size());
  for (const auto& [name, row] : rows) EXPECT_FALSE(row.at("ending").get<std::string>().empty()) << name;

  const Outcome again = run_program({PROGRAM, "assess", folder_.string()});  // from its store
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.err.find("Reading"), std::string::npos) << again.err;
}

}  // namespace bulkhead::test

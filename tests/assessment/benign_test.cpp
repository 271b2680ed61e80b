// Real captures that nobody calls an attack: what is found in them stands, with its reason, in benign_findings.tsv.

#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "assessment/assess.h"
#include "assessment/ids.h"
#include "content/catalogue.h"
#include "support/real_captures.h"

namespace bulkhead::test {

namespace {

using Counts = std::map<std::pair<std::string, std::string>, std::size_t>;  // capture, rule -> findings

Counts reviewed() {
  Counts counts;
  std::ifstream list{std::filesystem::path{SOURCE} / "tests/assessment/benign_findings.tsv"};
  for (std::string line; std::getline(list, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream cells{line};
    std::string capture, rule, count, reason;
    std::getline(cells, capture, '\t');
    std::getline(cells, rule, '\t');
    std::getline(cells, count, '\t');
    std::getline(cells, reason, '\t');
    EXPECT_FALSE(reason.empty()) << line;
    counts[{capture, rule}] = std::stoul(count);
  }
  return counts;
}

std::vector<Finding> found_in(const std::string& capture) {
  ObserveOptions options;
  options.hash_files = false;
  const auto observations = observe({real_captures_folder() / capture}, {}, options);
  EXPECT_TRUE(observations) << capture;
  if (!observations) return {};
  Ids ids;
  const auto assessment = assess(*observations, nullptr, Catalogue{}, ids);
  EXPECT_TRUE(assessment) << capture;
  return assessment ? assessment->findings : std::vector<Finding>{};
}

}  // namespace

TEST(BenignCaptures, GiveTheFindingsThatWereReviewedAndNoOther) {
  const std::vector<RealCapture> captures = real_captures();
  if (captures.empty()) GTEST_SKIP() << "no captures beside the checkout";
  const Counts expected = reviewed();
  Counts found;
  std::map<std::pair<std::string, std::string>, std::string> what;
  std::size_t read = 0;
  for (const RealCapture& capture : captures) {
    if (capture.label != "unlabelled") continue;
    ++read;
    for (const Finding& finding : found_in(capture.path)) {
      ++found[{capture.path, finding.rule}];
      what[{capture.path, finding.rule}] += "\n  " + finding.what;
    }
  }
  for (const auto& [key, count] : found) {
    const auto known = expected.find(key);
    EXPECT_EQ(known == expected.end() ? 0U : known->second, count)
        << key.first << ' ' << key.second << ": is it true of the capture?" << what[key];
  }
  for (const auto& [key, count] : expected)
    EXPECT_TRUE(found.contains(key)) << key.first << ' ' << key.second << " is not found any more";
  fmt::print("{} captures, {} findings of {} kinds reviewed\n", read, found.size(), expected.size());
}

}  // namespace bulkhead::test

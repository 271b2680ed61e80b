#include <gtest/gtest.h>

#include "base/numbered_ids.h"
#include "content/catalogue.h"
#include "risk/assess.h"

namespace bulkhead::test {

namespace {

struct World {
  Site site;
  Inventory inventory;
  Traffic traffic;
  std::vector<Finding> findings;
  RiskCatalogue catalogue = *read_risk(Catalogue{});

  World() {
    site.zones.push_back({});
    site.zones[0].id = "cell";
    Asset plc;
    plc.id = "A-1";
    plc.zone = "cell";
    plc.role.value = Role::plc;
    inventory.assets.push_back(plc);
    Finding finding;
    finding.id = "F-1";
    finding.key = "rule cause";
    finding.severity = Severity::high;
    finding.assets = {"A-1"};
    findings.push_back(finding);
  }
  RiskRegister assess() {
    NumberedIds ids{"R-", 2, {}};
    return assess_risk({site, inventory, traffic, findings, catalogue}, ids);
  }
};

}  // namespace

TEST(Risk, AnAssumedConsequenceMakesTheRankARange) {
  World world;
  world.inventory.assets[0].role.value = Role::safety_controller;
  const RiskRegister found = world.assess();
  ASSERT_EQ(found.risks.size(), 1U);
  EXPECT_TRUE(found.risks[0].consequence_assumed);
  EXPECT_LT(found.risks[0].consequence_low, found.risks[0].consequence_high);
  EXPECT_NE(found.risks[0].rank_low, found.risks[0].rank_high);
  ASSERT_FALSE(found.questions.empty());
  EXPECT_NE(found.questions[0].where.find("target: cell"), std::string::npos);
}

TEST(Risk, AStatedConsequenceSettlesIt) {
  World world;
  world.site.consequences.push_back({"cell", "catastrophic", "", "minor", "", "ammonia"});
  const RiskRegister found = world.assess();
  EXPECT_FALSE(found.risks[0].consequence_assumed);
  EXPECT_EQ(found.risks[0].rank_low, found.risks[0].rank_high);
  EXPECT_EQ(found.matrix.consequence_levels[found.risks[0].consequence_high], "catastrophic");
  EXPECT_TRUE(found.questions.empty());
}

TEST(Risk, ARankIsTheSumItOpensTo) {
  World world;
  const RiskRegister found = world.assess();
  int sum = 0;
  for (const LikelihoodTerm& term : found.risks[0].terms) {
    EXPECT_FALSE(term.reason.empty());
    sum += term.points;
  }
  std::size_t level = 0;
  for (std::size_t i = 0; i < world.catalogue.likelihood_bounds.size(); ++i)
    if (sum >= world.catalogue.likelihood_bounds[i]) level = i;
  EXPECT_EQ(found.risks[0].likelihood, level);
}

TEST(Matrix, NeverRanksAWorseConsequenceOrLikelihoodLower) {
  const RiskMatrix matrix = read_risk(Catalogue{})->matrix;
  for (std::size_t c = 0; c < matrix.consequence_levels.size(); ++c)
    for (std::size_t l = 0; l < matrix.likelihood_levels.size(); ++l) {
      EXPECT_TRUE(c == 0 || matrix.cells[c][l] >= matrix.cells[c - 1][l]);
      EXPECT_TRUE(l == 0 || matrix.cells[c][l] >= matrix.cells[c][l - 1]);
    }
}

TEST(Matrix, ARowThatIsTooShortIsNamedByItsLine) {
  const auto matrix = read_matrix(
      "name: m\nsource: s\nconsequences: [a, b]\nlikelihoods: [x, y]\nranks: [r]\ncells:\n  - [r, r]\n  - [r]\n",
      "matrix.yml");
  ASSERT_FALSE(matrix);
  EXPECT_EQ(matrix.error().place, "matrix.yml:8:5");
}

}  // namespace bulkhead::test

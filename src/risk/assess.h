#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "risk/risk.h"

namespace bulkhead {

struct NumberedIds;

class Catalogue;

/// What is at stake where nobody stated it, by sector and role; levels as in the matrix.
struct AssumedConsequence {
  std::size_t low = 0, high = 0;
  std::string text;
};

struct RiskCatalogue {
  RiskMatrix matrix;
  std::vector<int> likelihood_bounds;  ///< Least points of each likelihood level.
  std::map<std::string, int> points;
  std::map<std::string, std::map<std::string, AssumedConsequence>> consequences;  ///< Sector ("default"), then role.
};
Result<RiskCatalogue> read_risk(const Catalogue& catalogue);

struct RiskInput {
  const Site& site;
  const Inventory& inventory;
  const Traffic& traffic;
  const std::vector<Finding>& findings;
  const RiskCatalogue& catalogue;
};

/// The register: one risk for each finding and zone that it endangers, ranked; and the questions whose answers would
/// move most.
RiskRegister assess_risk(const RiskInput& input, NumberedIds& ids);

}  // namespace bulkhead

#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "finding/finding.h"
#include "site/site.h"
#include "traffic/coverage.h"

namespace bulkhead {

struct NumberedIds;

class Catalogue;

/// What an expert says of a kind of finding: `content/findings/rules.yml`.
struct FindingRule {
  std::string id;
  Severity severity = Severity::info;
  bool needs_model = false;
  std::string title, why, action, closed_when, would_change;
  std::vector<std::string> requirements, techniques;
};

struct UnsupportedSystem {
  std::string text;  ///< Lower case; a part of what the host says of its operating system.
  std::string name, ended;
};

struct FindingCatalogue {
  std::map<std::string, FindingRule> rules;
  std::vector<UnsupportedSystem> unsupported_systems;
  std::vector<std::string> remote_tools, tunnels;  ///< Lower case.
};
Result<FindingCatalogue> read_findings(const Catalogue& catalogue);

struct ReviewInput {
  const Site& site;
  const Inventory& inventory;
  const Traffic& traffic;
  const std::vector<Fact>& facts;
  const std::vector<Crossing>& crossings;
  const FindingCatalogue& catalogue;
};

/// Everything that is wrong: against an approved model what it forbids; against a proposed one only what needs no
/// model. Worst first; one cause is one finding; evidence is numbered through the list.
std::vector<Finding> review(const ReviewInput& input, NumberedIds& ids);

}  // namespace bulkhead

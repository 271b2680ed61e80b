// What is wrong.
//
// Each rule looks at conversations, facts or crossings and gathers what it finds by cause: the same rule, and what a
// person would mend in one go (a host, a server, a pair of zones). A cause is one finding, however many frames show it.
// What a rule says of levels it says only where both are known well enough: a level that was guessed from one kind of
// evidence accuses nobody.

#include "finding/review.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/numbered_ids.h"
#include "finding/causes.h"
#include "finding/rules.h"

namespace bulkhead {

namespace {

std::string what_of(const Cause& cause) {
  if (!cause.what.empty()) return cause.what;
  const std::string by = cause.services.empty() ? std::string{} : fmt::format(" ({})", listed(cause.services));
  if (cause.servers.empty()) return fmt::format("Seen at {}{}.", listed(cause.clients), by);
  if (cause.clients.empty()) return fmt::format("Seen at {}{}.", listed(cause.servers), by);
  return fmt::format("{} reach{} {} with {}.", listed(cause.clients), cause.clients.size() == 1 ? "es" : "",
                     listed(cause.servers), listed(cause.services));
}

/// An address space is known by the names of what was captured in it, whatever its number in this run.
std::vector<std::string> keys_of(const Cause& cause, const Traffic& traffic) {
  const std::string key = fmt::format("{} {}", cause.rule, cause.key);
  if (!cause.space) return {key};
  std::vector<std::string> keys;
  for (const std::string& name : traffic.names_of_space(*cause.space))
    keys.push_back(fmt::format("{} in {}", key, name));
  return keys.empty() ? std::vector{key} : keys;
}

Finding finding_of(const Cause& cause, const FindingRule& rule) {
  Finding finding;
  finding.rule = cause.rule;
  finding.severity = rule.severity;
  finding.confidence = cause.confidence;
  finding.title = rule.title;
  finding.what = what_of(cause);
  finding.why = rule.why;
  finding.action = rule.action;
  finding.closed_when = rule.closed_when;
  finding.would_change = rule.would_change;
  finding.against_approved = cause.against_approved;
  finding.requirements = rule.requirements;
  finding.techniques = rule.techniques;
  finding.assets.assign(cause.asset_ids.begin(), cause.asset_ids.end());
  finding.zones.assign(cause.zones.begin(), cause.zones.end());
  std::erase(finding.zones, std::string{});
  finding.conduit = cause.conduit;
  finding.conversations.assign(cause.conversations.begin(), cause.conversations.end());
  finding.evidence = cause.evidence;
  std::stable_sort(finding.evidence.begin(), finding.evidence.end(),
                   [](const Evidence& a, const Evidence& b) { return a.citation.time_ns < b.citation.time_ns; });
  return finding;
}

bool is_worse(const Finding& a, const Finding& b) {
  return std::tuple{-static_cast<int>(a.severity), -static_cast<int>(a.confidence), a.key} <
         std::tuple{-static_cast<int>(b.severity), -static_cast<int>(b.confidence), b.key};
}

std::vector<Finding> findings_of(const Causes& causes, const ReviewInput& input, NumberedIds& known_ids) {
  std::vector<Finding> findings;
  std::map<std::string, std::vector<std::string>> keys;
  for (const auto& [order, cause] : causes.all()) {
    Finding& finding = findings.emplace_back(finding_of(cause, input.catalogue.rules.at(cause.rule)));
    std::vector<std::string> known_by = keys_of(cause, input.traffic);
    finding.key = known_by.front();
    keys.emplace(finding.key, std::move(known_by));
  }
  std::sort(findings.begin(), findings.end(), is_worse);
  std::size_t number = 0;
  IdGiver ids{known_ids};
  for (Finding& finding : findings) {
    finding.id = ids.give(keys.at(finding.key));
    for (Evidence& evidence : finding.evidence) evidence.tag = fmt::format("E{}", ++number);
  }
  return findings;
}

}  // namespace

std::vector<Finding> review(const ReviewInput& input, NumberedIds& ids) {
  Causes causes;
  review_conversations(input, causes);
  review_facts(input, causes);
  review_behaviour(input, causes);
  review_hosts(input, causes);
  review_crossings(input, causes);  // last: what a rule has named already is not named again
  return findings_of(causes, input, ids);
}

}  // namespace bulkhead

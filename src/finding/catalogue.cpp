#include "content/catalogue.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "finding/review.h"

namespace bulkhead {

namespace {

constexpr std::array<std::string_view, 5> severities{"info", "low", "medium", "high", "critical"};

Result<FindingRule> read_rule(const Node& node) {
  Fields fields{node};
  FindingRule rule;
  rule.id = fields.text("id");
  rule.severity = static_cast<Severity>(fields.choice("severity", {"info", "low", "medium", "high", "critical"}));
  rule.needs_model = fields.optional_truth("needs_model").value_or(false);
  rule.title = fields.text("title");
  rule.why = fields.text("why");
  rule.action = fields.text("action");
  rule.closed_when = fields.text("closed_when");
  rule.would_change = fields.text("would_change");
  rule.requirements = fields.texts("requirements");
  rule.techniques = fields.texts("techniques");
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return rule;
}

Result<std::vector<std::string>> lower_texts(const Node& root, std::string_view key) {
  TRY(std::vector<std::string> texts, root.texts(key));
  for (std::string& text : texts) text = lower(text);
  return texts;
}

}  // namespace

std::string_view name(Severity severity) noexcept {
  return severities.at(static_cast<std::size_t>(severity));
}

Result<FindingCatalogue> read_findings(const Catalogue& catalogue) {
  TRY(const Node root, catalogue.read("findings/rules.yml"));
  FindingCatalogue findings;
  TRY(const auto rules, root.list("rules"));
  for (const Node& node : rules) {
    TRY(FindingRule rule, read_rule(node));
    if (!findings.rules.emplace(rule.id, rule).second) return node.error("rule '" + rule.id + "' is there twice");
  }
  TRY(const auto systems, root.list("unsupported_systems"));
  for (const Node& node : systems) {
    UnsupportedSystem system;
    TRY(system.text, node.text("has"));
    system.text = lower(system.text);
    TRY(system.name, node.text("name"));
    TRY(system.ended, node.text("ended"));
    findings.unsupported_systems.push_back(std::move(system));
  }
  TRY(findings.remote_tools, lower_texts(root, "remote_tools"));
  TRY(findings.tunnels, lower_texts(root, "tunnels"));
  return findings;
}

}  // namespace bulkhead

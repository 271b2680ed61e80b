#include "assessment/assess.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/result.h"
#include "content/catalogue.h"

namespace bulkhead {

namespace {

Exit run_assess(const AssessCommand& command) {
  const auto folder = open_site(command);
  if (!folder) return say(folder.error());
  const auto assessment = assess_site(*folder, command);
  if (!assessment) return say(assessment.error());
  print_summary(*assessment, *folder);
  const bool above = std::any_of(assessment->findings.begin(), assessment->findings.end(), [&](const Finding& finding) {
    return command.threshold && finding.severity >= *command.threshold;
  });
  return above ? Exit::findings : Exit::done;
}

}  // namespace

void add_assess(CLI::App& app, Outcome& outcome) {
  auto command = std::make_shared<AssessCommand>();
  CLI::App* sub = app.add_subcommand("assess", "The main job: captures to inventory, zones, findings and register");
  add_site_options(*sub, *command);
  auto threshold = std::make_shared<std::string>();
  sub->add_option("--fail-on", *threshold, "Exit with status 1 where a finding is at least this severe")
      ->check(CLI::IsMember({"info", "low", "medium", "high", "critical"}));
  sub->callback([command, threshold, &outcome] {
    for (const Severity severity :
         {Severity::info, Severity::low, Severity::medium, Severity::high, Severity::critical})
      if (name(severity) == *threshold) command->threshold = severity;
    outcome.exit = run_assess(*command);
  });
}

}  // namespace bulkhead

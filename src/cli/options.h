#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assessment/assess.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace bulkhead {

/// What every command that works on a site asks for.
struct AssessCommand {
  std::vector<std::string> paths;  ///< A site folder, captures, or both.
  std::string content;             ///< Folder whose files replace built-in content; empty for none.
  unsigned workers = 2;
  bool keep_duplicates = false;
  std::optional<Severity> threshold;
};

void add_site_options(CLI::App& app, AssessCommand& command);
/// The site folder among the paths; where there are only captures, one beside the first of them, named after it.
Result<SiteFolder> open_site(const AssessCommand& command);
/// Assesses, with progress on a terminal and none in a pipe.
Result<Assessment> assess_site(const SiteFolder& folder, const AssessCommand& command);

}  // namespace bulkhead

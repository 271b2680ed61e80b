#pragma once

#include <filesystem>
#include <vector>

#include "assessment/assess.h"
#include "cli/commands.h"
#include "server/serve.h"

namespace bulkhead {

/// What an assessment says, on the terminal.
void print_summary(const Assessment& assessment, const SiteFolder& folder);

/// Writes every deliverable into the site's out folder; gives their paths.
Result<std::vector<std::filesystem::path>> write_deliverables(const Assessment& assessment, const SiteFolder& folder);

/// Serves an assessment until interrupted; says where, and opens a browser where there is a display.
Exit serve_site(const Assessment& assessment, const ServeOptions& options);

}  // namespace bulkhead

#pragma once

#include "assessment/assess.h"

namespace bulkhead {

/// What an assessment says, on the terminal.
void print_summary(const Assessment& assessment, const SiteFolder& folder);

}  // namespace bulkhead

#pragma once

#include <filesystem>

#include "assessment/assessment.h"
#include "base/result.h"

namespace bulkhead {

/// A workbook with the sheets Summary, Assets, Flows, Zones, Conduits, Findings, Risks and Captures: header frozen,
/// filters on. Text from packets is written as strings and never as formulas or links.
Result<void> write_xlsx(const Assessment& assessment, const std::filesystem::path& path);

}  // namespace bulkhead

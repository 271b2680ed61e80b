#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "assessment/assessment.h"
#include "report/table.h"
#include "report/view.h"

namespace bulkhead {

/// The tables of an assessment: for the terminal, CSV, XLSX, JSON and the report alike.
Table asset_table(const View& view);
Table flow_table(const View& view);  ///< One row a conversation.
Table zone_table(const View& view);
Table conduit_table(const View& view);  ///< Conduits of the model, then crossings that it has no conduit for.
Table finding_table(const View& view);
Table risk_table(const View& view);
Table capture_table(const View& view);
Table evidence_table(const View& view);  ///< One row a citation of a finding.

inline constexpr std::array<std::string_view, 8> table_names{"assets",   "flows", "zones",    "conduits",
                                                             "findings", "risks", "captures", "evidence"};
/// Nothing for a name that is not in `table_names`.
std::optional<Table> table_named(std::string_view name, const View& view);

}  // namespace bulkhead

#include "report/tables.h"

#include <algorithm>

namespace bulkhead {

std::optional<Table> table_named(std::string_view name, const View& view) {
  constexpr std::array makers{asset_table,   flow_table, zone_table,    conduit_table,
                              finding_table, risk_table, capture_table, evidence_table};
  const auto* const found = std::find(table_names.begin(), table_names.end(), name);
  if (found == table_names.end()) return std::nullopt;
  return makers.at(static_cast<std::size_t>(found - table_names.begin()))(view);
}

}  // namespace bulkhead

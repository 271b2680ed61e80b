#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/table.h"
#include "report/view.h"

namespace bulkhead {

/// Rows as a JSON array of objects, keyed as the columns: numbers as numbers, times as RFC 3339 in UTC, unknown as
/// null; what does not apply is left out.
std::string json_rows(const Table& table, const std::vector<std::size_t>& rows);
/// One answer of the API: `{"table":"assets","query":"...","total":60,"matching":3,"offset":0,"rows":[...]}`.
struct Page {
  std::size_t offset = 0, limit = 500;
};
std::string json_page(const Table& table, std::string_view query, const std::vector<std::size_t>& matching, Page page);
/// Site, time, versions, model state, capture quality with its gaps and advice, counts, questions, model changes.
std::string json_summary(const View& view);
/// A kept PDU: messages with fields and their places, bytes in hexadecimal, masked ranges. "null" where nothing was
/// kept.
std::string json_pdu(const View& view, const Citation& citation);
/// Everything: summary, all tables, evidence with what was kept of it.
std::string json_report(const Assessment& assessment);

}  // namespace bulkhead

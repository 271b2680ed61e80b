#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/html.h"
#include "report/table.h"
#include "report/view.h"

namespace bulkhead {

/// Pieces of the report. Every parameter that is text is raw, and every result is markup: escaping happens here and
/// nowhere else.

/// A section's place in the report.
struct Section {
  std::string_view id, title;
};

std::string section_head(std::string_view number, std::string_view kicker, std::string_view heading);
/// Shape, letter and word; for screen readers the word alone.
std::string severity_mark(Severity severity);
std::string severity_sign(std::string_view severity);  ///< The shape alone, with its word for screen readers.
std::string verdict_mark(std::string_view verdict);
std::string verdict_sign(std::string_view verdict);
/// A severity's shape inside another drawing, 16 by 16 at x, y.
std::string severity_shape(std::string_view severity, double x, double y, double scale);

/// Links.
std::string asset_link(const View& view, std::string_view id);
std::string finding_link(std::string_view id);
std::string conduit_anchor(const View& view, const Crossing& crossing);
std::string zone_anchor(const View& view, std::string_view id);
/// To the evidence a finding cites.
std::string tag_link(const Evidence& evidence);
/// To a kept PDU by its frame; plain text where nothing was kept of it.
std::string citation_link(const View& view, const Citation& citation);
std::string pdu_id(const Citation& citation);  ///< "v-1-48211-1".

/// `<td>` of a cell: `?` and `–` marked, numbers to the right, what it is sorted by beside it.
std::string cell_markup(const Column& column, const Cell& cell, std::string_view classes = {});
/// A whole table: caption, headers with scope, rows.
std::string table_markup(const Table& table, const std::vector<std::string_view>& columns, std::string_view caption);
std::string list_markup(const std::vector<std::string>& items, std::size_t most, std::string_view more_in = {});
/// A sentence or two, cut at a word.
std::string shortened(std::string_view text, std::size_t characters);
/// "1 asset", "48 211 frames".
std::string plural(std::uint64_t count, std::string_view one);
std::string head_row(const std::vector<std::string_view>& titles);
/// "40 of 230 shown, the rest in the workbook"; empty where all are.
std::string of_note(std::size_t shown, std::size_t all, std::string_view where);

/// Sections, in order.
std::string summary_section(const View& view, const ReportOptions& options);
std::string scope_section(const View& view);
std::string quality_section(const View& view);
std::string zones_section(const View& view);
std::string assets_section(const View& view);
std::string flows_section(const View& view);
std::string findings_section(const View& view);
std::string risk_section(const View& view);
std::string evidence_section(const View& view);
std::string changes_section(const View& view);
std::string files_section(const View& view);
/// Details of assets and of evidence that no finding cites, as inert templates for the drawer.
std::string asset_templates(const View& view);
std::string evidence_templates(const View& view);
/// One kept PDU: fields, bytes, what was masked. `heading` is markup.
std::string pdu_markup(const View& view, const KeptPdu& pdu, std::string_view heading);

/// Rows that the page holds at most, and at once.
inline constexpr std::size_t assets_in_page = 5000, assets_at_once = 500, evidence_in_page = 4000, bytes_in_page = 512;

}  // namespace bulkhead

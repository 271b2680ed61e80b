#include "report/xlsx.h"

#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>
#include <xlsxwriter.h>

#include "base/text.h"
#include "base/time.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

constexpr std::size_t rows_max = 1'048'575;  // of a sheet, below its header
constexpr std::size_t cell_text_max = 8000;  // bytes; a cell holds 32,767 characters

struct Formats {
  lxw_format* head = nullptr;
  lxw_format* wrapped = nullptr;
};

double width_of(const Column& column) noexcept {
  switch (column.kind) {
    case Column::Kind::number:
    case Column::Kind::level:
    case Column::Kind::severity:
    case Column::Kind::confidence: return 12;
    case Column::Kind::time: return 24;
    case Column::Kind::text:
    case Column::Kind::address: break;
  }
  return column.key == "title" || column.key == "scenario" || column.key == "what" || column.key == "action" ? 60 : 20;
}

bool is_number(const Column& column, const Cell& cell) noexcept {
  return (column.kind == Column::Kind::number || column.kind == Column::Kind::level) && cell.number.has_value();
}

void write_cell(lxw_worksheet* sheet, std::size_t row, std::size_t column_at, const Column& column, const Cell& cell) {
  const auto line = static_cast<lxw_row_t>(row);
  const auto at = static_cast<lxw_col_t>(column_at);
  if (is_number(column, cell)) worksheet_write_number(sheet, line, at, cell.number.value_or(0), nullptr);
  else worksheet_write_string(sheet, line, at, plain_text(shown(cell), cell_text_max).c_str(), nullptr);
}

void write_table(lxw_workbook* book, const Table& table, const Formats& formats) {
  lxw_worksheet* sheet = workbook_add_worksheet(book, std::string{table.title}.c_str());
  if (sheet == nullptr) return;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto at = static_cast<lxw_col_t>(i);
    worksheet_set_column(sheet, at, at, width_of(table.columns[i]), nullptr);
    worksheet_write_string(sheet, 0, at, std::string{table.columns[i].title}.c_str(), formats.head);
  }
  const std::size_t rows = std::min(table.rows.size(), rows_max);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      write_cell(sheet, row + 1, i, table.columns[i], table.rows[row][i]);
  worksheet_freeze_panes(sheet, 1, 0);
  worksheet_autofilter(sheet, 0, 0, static_cast<lxw_row_t>(rows), static_cast<lxw_col_t>(table.columns.size() - 1));
}

void write_summary(lxw_workbook* book, const View& view, const Formats& formats) {
  const Assessment& all = view.all;
  lxw_worksheet* sheet = workbook_add_worksheet(book, "Summary");
  if (sheet == nullptr) return;
  worksheet_set_column(sheet, 0, 0, 28, nullptr);
  worksheet_set_column(sheet, 1, 1, 100, nullptr);
  lxw_row_t row = 0;
  const auto line = [&](const std::string& key, const std::string& value) {
    worksheet_write_string(sheet, row, 0, key.c_str(), formats.head);
    worksheet_write_string(sheet, row, 1, plain_text(value, cell_text_max).c_str(), formats.wrapped);
    ++row;
  };
  line("Site", all.site.name.empty() ? "not named" : all.site.name);
  if (all.site.simulated) line("Simulated", "Simulated plant. Every figure is demonstration data.");
  line("Made", to_text_people(all.made_ns));
  line("Program", "bulkhead " + all.program_version + ", content " + all.content_hash);
  line("Zone model", all.model_approved ? "approved" : "proposed by the program, not approved: it judges nothing");
  line("Capture quality", all.quality.sentence);
  for (const std::string& gap : all.quality.gaps) line("Could not be seen", gap);
  for (const std::string& advice : all.quality.advice) line("Advice", advice);
  line("Assets", std::to_string(all.inventory.assets.size()));
  line("Conversations", std::to_string(all.traffic.conversations.size()));
  line("Findings", std::to_string(all.findings.size()));
  line("Risks", std::to_string(all.risks.risks.size()));
  for (const Question& question : all.risks.questions) line("Question", question.text);
  worksheet_freeze_panes(sheet, 0, 1);
}

}  // namespace

Result<void> write_xlsx(const Assessment& assessment, const std::filesystem::path& path) {
  if (!std::ofstream{path, std::ios::binary | std::ios::app})  // the library would say so on standard error
    return failure("can't be written", path.string(), "check the path and its permissions");
  const View view{assessment};
  lxw_workbook_options options{};
  options.constant_memory = LXW_FALSE;
  lxw_workbook* book = workbook_new_opt(path.c_str(), &options);
  if (book == nullptr) return failure("the workbook can't be made", path.string());
  Formats formats{workbook_add_format(book), workbook_add_format(book)};
  if (formats.head != nullptr) format_set_bold(formats.head);
  if (formats.wrapped != nullptr) format_set_text_wrap(formats.wrapped);
  write_summary(book, view, formats);
  for (const std::string_view name : table_names) {
    if (name == "evidence") continue;
    if (const auto table = table_named(name, view)) write_table(book, *table, formats);
  }
  const lxw_error error = workbook_close(book);
  if (error != LXW_NO_ERROR)
    return failure(fmt::format("can't be written: {}", lxw_strerror(error)), path.string(),
                   "check the path and the space left");
  std::error_code ignored;  // the folder is its owner's alone in any case
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
  return {};
}

}  // namespace bulkhead

#include "report/table.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"

namespace bulkhead {

namespace {

constexpr std::size_t column_least = 4, gap = 2;

/// Columns that a text takes on a terminal: one for each code point. Wide and combining characters are counted as one;
/// a line may then be a little ragged, never longer than twice its due.
std::size_t width_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string fitted(std::string_view text, std::size_t width) {
  const std::size_t has = width_of(text);
  if (has <= width) return std::string{text} + std::string(width - has, ' ');
  std::string cut;
  std::size_t taken = 0;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    if (starts && taken + 1 >= width) break;
    taken += starts ? 1 : 0;
    cut += c;
  }
  return cut + "…";
}

bool is_numeric(Column::Kind kind) noexcept {
  return kind == Column::Kind::number || kind == Column::Kind::level;
}

/// Narrows the widest columns until all fit.
void squeeze(std::vector<std::size_t>& widths, std::size_t room) {
  const auto total = [&] {
    std::size_t sum = 0;
    for (const std::size_t width : widths) sum += width + gap;
    return sum;
  };
  while (total() > room + gap) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (widest == widths.end() || *widest <= column_least) return;
    --*widest;
  }
}

void append_line(std::string& out, std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out += line + '\n';
}

}  // namespace

Cell Cell::of(std::string text) {
  if (text.empty()) return unknown();
  return {std::move(text), std::nullopt, State::known};
}

Cell Cell::count(std::uint64_t number) {
  return {std::to_string(number), static_cast<double>(number), State::known};
}

Cell Cell::time(std::int64_t time_ns) {
  return {to_text_people(time_ns), static_cast<double>(time_ns), State::known};
}

std::optional<std::size_t> Table::column(std::string_view key) const noexcept {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].key == key) return i;
  return std::nullopt;
}

std::string_view shown(const Cell& cell) noexcept {
  switch (cell.state) {
    case Cell::State::unknown: return "?";
    case Cell::State::not_applicable: return "–";
    case Cell::State::known: break;
  }
  return cell.text;
}

std::string table(const Table& table, const std::vector<std::size_t>& rows, std::size_t width) {
  std::vector<std::size_t> columns;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].narrow_view) continue;
    columns.push_back(i);
    widths.push_back(width_of(table.columns[i].title));
  }
  std::vector<std::vector<std::string>> texts;
  for (const std::size_t row : rows) {
    auto& line = texts.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line.push_back(plain_text(shown(table.rows[row][columns[i]]), 256));
      widths[i] = std::max(widths[i], width_of(line.back()));
    }
  }
  squeeze(widths, std::max<std::size_t>(width, 40));
  std::string out;
  std::string head;
  std::string rule;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    head += fitted(table.columns[columns[i]].title, widths[i]) + std::string(gap, ' ');
    for (std::size_t n = 0; n < widths[i]; ++n) rule += "─";
    rule += std::string(gap, ' ');
  }
  append_line(out, head);
  append_line(out, rule);
  for (const auto& texts_of_row : texts) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& text = texts_of_row[i];
      const std::size_t has = width_of(text);
      if (is_numeric(table.columns[columns[i]].kind) && has < widths[i])
        line += std::string(widths[i] - has, ' ') + text;
      else line += fitted(text, widths[i]);
      line += std::string(gap, ' ');
    }
    append_line(out, line);
  }
  return out;
}

std::string csv(const Table& table, const std::vector<std::size_t>& rows) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) (out += i == 0 ? "" : ",") += csv_cell(table.columns[i].key);
  out += "\r\n";
  for (const std::size_t row : rows) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Cell& cell = table.rows[row][i];
      const bool is_time = table.columns[i].kind == Column::Kind::time && cell.number;
      if (i > 0) out += ',';
      out += is_time ? to_text_utc(static_cast<std::int64_t>(*cell.number), 0) : csv_cell(shown(cell));
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace bulkhead

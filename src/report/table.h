#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead {

/// One value of a table. Unknown (`?`) and not applicable (`–`) are values of their own: never a blank, never a zero.
struct Cell {
  enum class State : std::uint8_t { known, unknown, not_applicable };
  std::string text;  ///< As it was observed or said, raw; whoever shows it picks the way out (base/text.h).
  std::optional<double>
      number;  ///< What it is compared and sorted by, where it can be: counts, levels, severities, nanoseconds.
  State state = State::known;

  static Cell of(std::string text);  ///< Unknown where it is empty.
  static Cell of(std::string text, double number) { return {std::move(text), number, State::known}; }
  static Cell count(std::uint64_t number);
  static Cell time(std::int64_t time_ns);
  static Cell unknown() { return {{}, std::nullopt, State::unknown}; }
  static Cell none() { return {{}, std::nullopt, State::not_applicable}; }
};

struct Column {
  enum class Kind : std::uint8_t { text, number, time, severity, confidence, level, address };
  std::string_view key;    ///< "firmware": the field of filters, JSON and CSV.
  std::string_view title;  ///< "Firmware".
  Kind kind = Kind::text;
  bool narrow_view = true;  ///< Shown where there is little room: on a terminal.
};

/// Rows of one kind of thing, with the columns that filters, terminal, CSV, XLSX, JSON and HTML share.
struct Table {
  std::string_view name;   ///< "assets".
  std::string_view title;  ///< "Assets".
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;

  [[nodiscard]] std::optional<std::size_t> column(std::string_view key) const noexcept;
};

/// For a terminal `width` columns wide: header, rule, rows; the columns of the narrow view, cells cut with an ellipsis.
/// Holds no escape sequence. `rows` are indexes into the table's, in the order wanted.
std::string table(const Table& table, const std::vector<std::size_t>& rows, std::size_t width);
/// All columns, RFC 4180, times as RFC 3339, `?` and `–` as in tables.
std::string csv(const Table& table, const std::vector<std::size_t>& rows);
/// The cell for people, not yet sanitised: the text, `?` or `–`.
std::string_view shown(const Cell& cell) noexcept;

}  // namespace bulkhead

#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace bulkhead {

/// The row of a table whose `code` that is; null where there is none. Tables are short and read in their
/// specification's order.
template <class Table, class Code>
constexpr auto row_of(const Table& table, const Code& code) noexcept -> decltype(&*table.begin()) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.code == code; });
  return found == table.end() ? nullptr : &*found;
}

/// Its name, or nothing.
template <class Table, class Code>
constexpr std::optional<std::string_view> name_in(const Table& table, const Code& code) noexcept {
  const auto* row = row_of(table, code);
  return row == nullptr ? std::nullopt : std::optional<std::string_view>{row->name};
}

/// A code and its word.
template <class Code>
struct Named {
  Code code;
  std::string_view name;
};

/// Text of a fixed size: up to its first NUL, without the blanks around it. Nothing where none is left.
constexpr std::optional<std::string_view> fixed_text(std::string_view text) noexcept {
  text = text.substr(0, text.find('\0'));
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Whether there is text, and all of it is printable ASCII.
constexpr bool is_printable(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace bulkhead

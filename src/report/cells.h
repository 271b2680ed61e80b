#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/table.h"
#include "report/view.h"

namespace bulkhead {

// What several tables hold.

inline Table empty_table(std::string_view name, std::string_view title, std::span<const Column> columns) {
  return {name, title, {columns.begin(), columns.end()}, {}};
}

inline constexpr std::size_t listed_max = 12;  ///< Of one cell.

template <class Items, class Text>
std::string joined(const Items& items, Text text_of) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const auto& item : items) texts.push_back(text_of(item));
  return listed(texts, listed_max);
}
inline std::string joined(const std::vector<std::string>& items) {
  return listed(items, listed_max);
}

/// A text that does not apply to every row.
inline Cell applies(std::string text) {
  return text.empty() ? Cell::none() : Cell::of(std::move(text));
}
/// The zone of what should have one.
inline Cell zone_cell(const View& view, const std::string& id) {
  return id.empty() ? Cell::unknown() : Cell::of(view.zone_name(id));
}
inline Cell severity_cell(std::optional<Severity> severity) {
  return severity ? Cell::of(std::string{name(*severity)}, static_cast<double>(*severity)) : Cell::none();
}
inline Cell confidence_cell(Confidence confidence) {
  return Cell::of(std::string{name(confidence)}, static_cast<double>(confidence));
}
inline Cell level_cell(const std::optional<Level>& level) {
  return level ? Cell::of(to_text(*level), static_cast<double>(level->doubled) / 2) : Cell::unknown();
}
inline Cell seen_cell(std::int64_t time_ns) {
  return time_ns == 0 ? Cell::unknown() : Cell::time(time_ns);
}

}  // namespace bulkhead

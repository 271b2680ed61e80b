#include "report/filter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "content/yaml.h"

namespace bulkhead {

namespace {

constexpr std::size_t terms_max = 32, line_max = 1000;

/// Words for what people type most.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> short_names{{
    {"sev", "severity"},
    {"seen", "last_seen"},
    {"first", "first_seen"},
    {"last", "last_seen"},
    {"product", "model"},
    {"fw", "firmware"},
    {"order", "order_number"},
    {"protocol", "service"},
    {"proto", "service"},
    {"op", "operations"},
}};

constexpr std::array<std::string_view, 5> severities{"info", "low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 4> confidences{"unknown", "possible", "likely", "certain"};

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_field(char c) noexcept {
  return is_word(c) || c == '_';
}

/// The next term of the line, its quotes still in it.
std::string_view next_term(std::string_view& line) {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  std::size_t end = 0;
  bool quoted = false;
  while (end < line.size() && (quoted || line[end] != ' ')) {
    if (line[end] == '"') quoted = !quoted;
    ++end;
  }
  const std::string_view term = line.substr(0, end);
  line.remove_prefix(end);
  return term;
}

std::vector<std::string> values_of(std::string_view text) {
  std::vector<std::string> values;
  std::string value;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) values.push_back(std::exchange(value, {}));
    else value += c;
  }
  values.push_back(value);
  std::erase(values, std::string{});
  for (std::string& one : values) one = lower(one);
  return values;
}

template <std::size_t Count>
std::optional<double> place_in(const std::array<std::string_view, Count>& words, std::string_view text) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) return std::nullopt;
  return static_cast<double>(found - words.begin());
}

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// `2026-11-01`, `2026-11-01 06:00`, or RFC 3339.
std::optional<double> time_of(std::string text) {
  std::replace(text.begin(), text.end(), ' ', 'T');
  for (char& c : text) c = c == 't' ? 'T' : c == 'z' ? 'Z' : c;
  if (!text.empty() && text.back() != 'Z') {
    if (text.size() == 10) text += "T00:00:00";
    if (text.size() == 16) text += ":00";
    text += 'Z';
  }
  const auto time_ns = parse_utc(text);
  if (!time_ns) return std::nullopt;
  return static_cast<double>(*time_ns);
}

Result<double> comparable(const Column& column, const std::string& value) {
  std::optional<double> number;
  std::string_view wanted = "a number";
  switch (column.kind) {
    case Column::Kind::severity:
      number = place_in(severities, value);
      wanted = "info, low, medium, high or critical";
      break;
    case Column::Kind::confidence:
      number = place_in(confidences, value);
      wanted = "unknown, possible, likely or certain";
      break;
    case Column::Kind::time:
      number = time_of(value);
      wanted = "a date such as 2026-11-01";
      break;
    case Column::Kind::number:
    case Column::Kind::level: number = number_of(value); break;
    case Column::Kind::text:
    case Column::Kind::address:
      return failure(fmt::format("\"{}\" can't be compared with < or >", column.key), {}, "use ':' or '='");
  }
  if (!number)
    return failure(fmt::format(R"("{}" is compared with {}, not with "{}")", column.key, wanted, plain_text(value)));
  return *number;
}

Result<std::size_t> column_named(std::string_view key, const Table& table) {
  const std::string wanted = lower(key);
  if (const auto column = table.column(wanted)) return *column;
  for (const auto& [shorter, full] : short_names) {
    if (shorter != wanted) continue;
    if (const auto column = table.column(full)) return *column;
    if (const auto column = table.column(std::string{full} + "s")) return *column;
  }
  if (const auto column = table.column(wanted + "s")) return *column;
  std::vector<std::string_view> keys;
  keys.reserve(table.columns.size());
  for (const Column& column : table.columns) keys.push_back(column.key);
  const std::string near = nearest(wanted, keys);
  return failure(
      fmt::format("\"{}\" is not a field here", plain_text(key, 64)), {},
      near.empty() ? fmt::format("fields: {}", fmt::join(keys, ", ")) : fmt::format("Did you mean \"{}\"?", near));
}

struct Sign {
  std::string_view text;
  Filter::Match match;
};
constexpr std::array signs{Sign{">=", Filter::Match::at_least}, Sign{"<=", Filter::Match::at_most},
                           Sign{">", Filter::Match::more},      Sign{"<", Filter::Match::less},
                           Sign{":", Filter::Match::has},       Sign{"=", Filter::Match::is}};

Result<Filter::Term> parse_term(std::string_view text, const Table& table) {
  Filter::Term term;
  if (text.size() > 1 && text.front() == '-') {
    term.negated = true;
    text.remove_prefix(1);
  }
  const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_field) - text.begin());
  const std::string_view rest = text.substr(end);
  const auto* const sign =
      std::find_if(signs.begin(), signs.end(), [&](const Sign& known) { return rest.starts_with(known.text); });
  if (end == 0 || sign == signs.end()) {
    term.values = values_of(text);
    if (term.values.size() > 1) term.values = {lower(text)};
    return term;
  }
  // a MAC or IPv6 address is no field with a value
  if (sign->match == Filter::Match::has && !table.column(lower(text.substr(0, end))) &&
      (parse_mac(text) || parse_ip(text))) {
    term.values = {lower(text)};
    return term;
  }
  TRY(term.column, column_named(text.substr(0, end), table));
  term.match = sign->match;
  term.values = values_of(rest.substr(sign->text.size()));
  if (term.values.empty())
    return failure(fmt::format("\"{}\" has no value after '{}'", text.substr(0, end), sign->text), {},
                   "leave no blank after the sign");
  const Column& column = table.columns[*term.column];
  if (term.match == Filter::Match::has || term.match == Filter::Match::is) {
    for (const std::string& value : term.values) {
      const bool is_prefix = column.kind == Column::Kind::address && value.find('/') != std::string::npos;
      term.prefixes.push_back(is_prefix ? parse_prefix(value) : std::nullopt);
    }
    return term;
  }
  TRY(term.number, comparable(column, term.values.front()));
  return term;
}

/// Whether a word of `text` starts with `value`. Both in lower case.
bool has_word(std::string_view text, std::string_view value) {
  for (std::size_t at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1))
    if (at == 0 || !is_word(text[at - 1]) || !is_word(value.front())) return true;
  return false;
}

bool any_within(const IpPrefix& prefix, std::string_view addresses) {
  while (!addresses.empty()) {
    const std::size_t end = std::min(addresses.find_first_of(", "), addresses.size());
    if (const auto address = parse_ip(addresses.substr(0, end)); address && prefix.contains(*address)) return true;
    addresses.remove_prefix(std::min(end + 1, addresses.size()));
  }
  return false;
}

bool has_value(const Filter::Term& term, std::size_t which, const Column& column, const Cell& cell) {
  const std::string& value = term.values[which];
  if (value == "?") return cell.state == Cell::State::unknown;
  if (value == "–" || value == "none") return cell.state == Cell::State::not_applicable;
  if (cell.state != Cell::State::known) return false;
  if (const auto& prefix = term.prefixes[which]) return any_within(*prefix, cell.text);
  const std::string text = lower(cell.text);
  if (term.match == Filter::Match::is) return text == value;
  const bool by_number = column.kind == Column::Kind::number || column.kind == Column::Kind::level;
  if (by_number && cell.number)
    if (const auto number = number_of(value)) return *number == *cell.number;
  return has_word(text, value);
}

bool matches(const Filter::Term& term, const Table& table, const std::vector<Cell>& row) {
  if (!term.column) {
    return std::any_of(row.begin(), row.end(), [&](const Cell& cell) {
      return std::any_of(term.values.begin(), term.values.end(),
                         [&](const std::string& value) { return lower(shown(cell)).find(value) != std::string::npos; });
    });
  }
  const Cell& cell = row[*term.column];
  switch (term.match) {
    case Filter::Match::less: return cell.number && *cell.number < term.number;
    case Filter::Match::at_most: return cell.number && *cell.number <= term.number;
    case Filter::Match::more: return cell.number && *cell.number > term.number;
    case Filter::Match::at_least: return cell.number && *cell.number >= term.number;
    case Filter::Match::has:
    case Filter::Match::is: break;
  }
  for (std::size_t i = 0; i < term.values.size(); ++i)
    if (has_value(term, i, table.columns[*term.column], cell)) return true;
  return false;
}

}  // namespace

Result<Filter> parse_filter(std::string_view line, const Table& table) {
  if (line.size() > line_max) return failure(fmt::format("a filter has at most {} characters", line_max));
  Filter filter;
  for (std::string_view text = next_term(line); !text.empty(); text = next_term(line)) {
    if (std::count(text.begin(), text.end(), '"') % 2 != 0) return failure("a quotation mark is not closed");
    if (filter.terms.size() == terms_max) return failure(fmt::format("a filter has at most {} terms", terms_max));
    TRY(Filter::Term term, parse_term(text, table));
    if (!term.values.empty()) filter.terms.push_back(std::move(term));
  }
  return filter;
}

bool matches(const Filter& filter, const Table& table, const std::vector<Cell>& row) {
  return std::all_of(filter.terms.begin(), filter.terms.end(),
                     [&](const Filter::Term& term) { return matches(term, table, row) != term.negated; });
}

std::vector<std::size_t> matching(const Filter& filter, const Table& table) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (matches(filter, table, table.rows[i])) rows.push_back(i);
  return rows;
}

Result<std::vector<std::size_t>> filtered(std::string_view line, const Table& table) {
  TRY(const Filter filter, parse_filter(line, table));
  return matching(filter, table);
}

}  // namespace bulkhead

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "report/table.h"

namespace bulkhead {

/// A filter line: `zone:CHE role:plc,rtu severity>=high -state:accepted seen<2026-11-01 "EWS"`. Terms are joined by
/// *and*.
///
///   field:value     contains a word that starts so, in any case; several values by comma, any of them; `?` unknown,
///   `–` or `none` not applicable;
///                   an address field also takes 10.20.0.0/16
///   field=value     is exactly that
///   field>value     also >= < <= : numbers, levels, severities (info low medium high critical), confidences, dates and
///   times in UTC word, "words"   in any column -term           not
struct Filter {
  enum class Match : std::uint8_t { has, is, less, at_most, more, at_least };
  struct Term {
    bool negated = false;
    std::optional<std::size_t> column;  ///< None: any.
    Match match = Match::has;
    std::vector<std::string> values;                ///< Lower case; one for comparisons.
    std::vector<std::optional<IpPrefix>> prefixes;  ///< Of address fields, where a value is one.
    double number = 0;                              ///< Of comparisons.
  };
  std::vector<Term> terms;
};

/// Fails in words: `"lvl" is not a field here`, hint `did you mean "level"?`.
Result<Filter> parse_filter(std::string_view line, const Table& table);
bool matches(const Filter& filter, const Table& table, const std::vector<Cell>& row);
/// Indexes of the rows that match, in the table's order.
std::vector<std::size_t> matching(const Filter& filter, const Table& table);
/// All rows where the line is empty.
Result<std::vector<std::size_t>> filtered(std::string_view line, const Table& table);

}  // namespace bulkhead

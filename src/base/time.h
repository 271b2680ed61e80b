#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bulkhead {

/// Times are nanoseconds since 1970-01-01 UTC, unless a name says otherwise.
inline constexpr std::int64_t second_ns = 1'000'000'000;

/// `2026-01-02T03:04:05.000006Z` with `digits` (0 to 9) after the point.
std::string to_text_utc(std::int64_t time_ns, unsigned digits = 6);
/// `2026-01-02 03:04:05 UTC`, for people.
std::string to_text_people(std::int64_t time_ns);
/// `2 d 4 h`, `3 min 20 s`, `1.02 s`, `250 ms`: two figures, rounded.
std::string to_text_duration(std::int64_t duration_ns);
/// `500ms`, `60s`, `5min`, `2h`, `1d`: a whole number and a unit, more than nothing and at most a year.
std::optional<std::int64_t> parse_duration(std::string_view text);
/// RFC 3339 in UTC, as `to_text_utc` writes it.
std::optional<std::int64_t> parse_utc(std::string_view text);

}  // namespace bulkhead

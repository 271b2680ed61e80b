#include "base/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <memory>

#include <fmt/format.h>

namespace bulkhead {

namespace {

constexpr std::int64_t day_s = 86'400;

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

/// Days since 1970-01-01 to a date of the proleptic Gregorian calendar, and back.
constexpr Civil civil_of(std::int64_t days) noexcept {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

constexpr std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) noexcept {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}
static_assert(days_of(1970, 1, 1) == 0 && days_of(2000, 3, 1) == 11'017);

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

std::string date_and_time(std::int64_t time_ns, char between) {
  const std::int64_t seconds = floor_divide(time_ns, second_ns);
  const std::int64_t days = floor_divide(seconds, day_s);
  const std::int64_t in_day = seconds - days * day_s;
  const Civil date = civil_of(days);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", date.year, date.month, date.day, between, in_day / 3600,
                     in_day / 60 % 60, in_day % 60);
}

}  // namespace

std::string to_text_utc(std::int64_t time_ns, unsigned digits) {
  std::string text = date_and_time(time_ns, 'T');
  if (digits > 0) {
    const std::int64_t nanoseconds = time_ns - floor_divide(time_ns, second_ns) * second_ns;
    text += '.' + fmt::format("{:09}", nanoseconds).substr(0, digits);
  }
  return text + 'Z';
}

std::string to_text_people(std::int64_t time_ns) {
  return date_and_time(time_ns, ' ') + " UTC";
}

std::string to_text_duration(std::int64_t duration_ns) {
  const std::int64_t ns = std::llabs(duration_ns);
  const char* sign = duration_ns < 0 ? "-" : "";
  const std::int64_t seconds = ns / second_ns;
  if (seconds >= day_s) return fmt::format("{}{} d {} h", sign, seconds / day_s, seconds % day_s / 3600);
  if (seconds >= 3600) return fmt::format("{}{} h {} min", sign, seconds / 3600, seconds % 3600 / 60);
  if (seconds >= 60) return fmt::format("{}{} min {} s", sign, seconds / 60, seconds % 60);
  if (seconds >= 10) return fmt::format("{}{} s", sign, seconds);
  if (seconds >= 1) return fmt::format("{}{:.2f} s", sign, static_cast<double>(ns) / 1e9);
  if (ns >= 1'000'000) return fmt::format("{}{} ms", sign, ns / 1'000'000);
  if (ns >= 1'000) return fmt::format("{}{} µs", sign, ns / 1'000);
  return fmt::format("{}{} ns", sign, ns);
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ns;
  };
  constexpr std::array units{Unit{"ms", second_ns / 1000}, Unit{"s", second_ns}, Unit{"min", 60 * second_ns},
                             Unit{"h", 3600 * second_ns}, Unit{"d", day_s * second_ns}};
  constexpr std::int64_t duration_max = 366 * day_s * second_ns;
  std::int64_t number = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::string_view name{stop, static_cast<std::size_t>(end - stop)};
  const auto* const unit = std::find_if(units.begin(), units.end(), [&](const Unit& one) { return one.name == name; });
  if (error != std::errc{} || unit == units.end() || number <= 0 || number > duration_max / unit->ns)
    return std::nullopt;
  return number * unit->ns;
}

std::optional<std::int64_t> parse_utc(std::string_view text) {
  // 2026-01-02T03:04:05[.fraction]Z
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < shape.size() + 1 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t length) {
    unsigned value = 0;
    for (const char c : text.substr(at, length)) value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
  };
  const unsigned month = number(5, 2);
  const unsigned day = number(8, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31 || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 60)
    return std::nullopt;
  const std::int64_t seconds = days_of(number(0, 4), month, day) * day_s + std::int64_t{number(11, 2)} * 3600 +
                               std::int64_t{number(14, 2)} * 60 + number(17, 2);
  constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / second_ns - 1;  // in the year 2262
  if (seconds > seconds_max || seconds < -seconds_max) return std::nullopt;
  const std::string_view fraction = text.substr(shape.size(), text.size() - shape.size() - 1);
  if (fraction.empty()) return seconds * second_ns;
  if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 10) return std::nullopt;
  std::int64_t nanoseconds = 0;
  for (std::size_t i = 1; i < 10; ++i) {
    const char c = i < fraction.size() ? fraction[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    nanoseconds = nanoseconds * 10 + (c - '0');
  }
  return seconds * second_ns + nanoseconds;
}

}  // namespace bulkhead

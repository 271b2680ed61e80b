#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traffic/traffic.h"

namespace bulkhead {

/// How well one host was heard at one capture point.
enum class Heard : std::uint8_t {
  both_ways,
  only_sending,    ///< Never what was sent to it.
  only_receiving,  ///< Spoken to, never heard.
  only_broadcast,  ///< Its broadcasts and multicasts alone: the point is not on its path.
};
std::string_view name(Heard heard) noexcept;

/// What one capture point could hear.
struct PointCoverage {
  std::uint16_t point = 0;
  std::string name;
  std::vector<std::string> files;
  std::optional<std::int64_t> first_ns, last_ns;
  std::uint64_t frames = 0, copies = 0, cut = 0, clock_steps = 0, times_not_believed = 0, interface_drops = 0;
  std::uint64_t hosts_both_ways = 0, hosts_only_sending = 0, hosts_only_receiving = 0, hosts_only_broadcast = 0;
  std::uint64_t conversations_judged = 0, conversations_one_way = 0;  ///< TCP, of more than a few frames.
  std::vector<std::string> spoken_about;  ///< Servers that are asked in OT protocols and never heard.
  std::vector<std::uint16_t> vlans;
  std::uint64_t lost_bytes = 0, payload_bytes = 0;  ///< TCP: acknowledged but never seen, of all.
  double loss = 0;                                  ///< Share of TCP payload that was lost to the capture, 0 to 1.
  std::optional<std::int64_t> slowest_period_ns;
  std::int64_t clock_offset_ns = 0;
  std::uint64_t clock_offset_frames = 0;
};

/// The answer to "is the capture any good?".
struct CaptureQuality {
  enum class Verdict : std::uint8_t { good, usable_with_gaps, poor, nothing_read };
  Verdict verdict = Verdict::nothing_read;
  std::string sentence;             ///< For people: the verdict with its main reason.
  std::vector<std::string> gaps;    ///< Each a sentence: what is missing, and what can therefore not be said.
  std::vector<std::string> advice;  ///< Which port to mirror next, in order of gain.
  std::vector<PointCoverage> points;
  bool absences_unknown = false;  ///< "Not seen" may not be said of this traffic as a whole.
};
std::string_view name(CaptureQuality::Verdict verdict) noexcept;

CaptureQuality judge(const Traffic& traffic);

}  // namespace bulkhead

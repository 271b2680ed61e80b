// Is the capture any good?
//
// A mirror port shows what passes it, and an absence means something only where the thing would have been seen. So each
// host is sorted, per capture point, by how it was heard; TCP tells what was acknowledged and never seen; and every gap
// is turned into the sentence of what can't be said because of it.

#include "traffic/coverage.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace bulkhead {

namespace {

constexpr double loss_of_note = 0.001, loss_that_spoils = 0.02;
constexpr std::size_t cut_of_note = 1;                  // per thousand frames
constexpr double one_way_of_note = 0.2;                 // of the hosts that take part in conversations
constexpr std::int64_t cycles_to_hear = 5;              // of the slowest cycle, before its absence means something
constexpr std::uint64_t tcp_payload_to_judge = 10'000;  // bytes
constexpr std::uint64_t header_bytes = 58;              // Ethernet, a tag or padding, IPv4, TCP
constexpr std::uint64_t frames_to_judge = 8;            // of a TCP conversation, a flow: fewer may be a call unanswered
constexpr std::size_t named_max = 5;

/// One host at one point.
struct HostCounts {
  std::uint64_t sent = 0, sent_to_groups = 0, received = 0;
};

using HostKey = std::pair<std::uint16_t, std::string>;  // point, address

Heard heard(const HostCounts& counts) noexcept {
  if (counts.sent > 0 && counts.received > 0) return Heard::both_ways;
  if (counts.sent > 0) return Heard::only_sending;
  return counts.sent_to_groups > 0 ? Heard::only_broadcast : Heard::only_receiving;
}

std::map<HostKey, HostCounts> hosts_of(const Traffic& traffic) {
  std::map<HostKey, HostCounts> hosts;
  for (const Conversation& conversation : traffic.conversations) {
    const bool to_group = conversation.server.is_group();
    const bool from_group = conversation.client.is_group();  // an answer to all: DHCP
    for (const Sighting& sighting : conversation.sightings) {
      if (from_group || to_group) {
        const Party& speaker = to_group ? conversation.client : conversation.server;
        if (speaker.is_group()) continue;
        hosts[{sighting.point, to_text(speaker)}].sent_to_groups += sighting.frames_out + sighting.frames_in;
        continue;
      }
      HostCounts& client = hosts[{sighting.point, to_text(conversation.client)}];
      client.sent += sighting.frames_out;
      client.received += sighting.frames_in;
      HostCounts& server = hosts[{sighting.point, to_text(conversation.server)}];
      server.sent += sighting.frames_in;
      server.received += sighting.frames_out;
    }
  }
  return hosts;
}

bool is_at(const Conversation& conversation, std::uint16_t point) noexcept {
  return std::any_of(conversation.sightings.begin(), conversation.sightings.end(),
                     [&](const Sighting& sighting) { return sighting.point == point; });
}

void add_files(const Traffic& traffic, std::map<std::uint16_t, PointCoverage>& points) {
  for (const CaptureRecord& capture : traffic.captures) {
    PointCoverage& point = points[capture.point];
    point.point = capture.point;
    point.name = capture.point_name;
    point.files.push_back(capture.name);
    if (capture.first_ns) point.first_ns = std::min(point.first_ns.value_or(*capture.first_ns), *capture.first_ns);
    if (capture.last_ns) point.last_ns = std::max(point.last_ns.value_or(*capture.last_ns), *capture.last_ns);
    point.frames += capture.frames;
    point.copies += capture.copies;
    point.cut += capture.cut;
    point.clock_steps += capture.clock_steps;
    point.times_not_believed += capture.times_not_believed;
    point.interface_drops += capture.interface_drops;
    point.clock_offset_ns = capture.clock_offset_ns;
    point.clock_offset_frames += capture.clock_offset_frames;
  }
}

void add_hosts(const std::map<HostKey, HostCounts>& hosts, std::map<std::uint16_t, PointCoverage>& points) {
  for (const auto& [key, counts] : hosts) {
    PointCoverage& point = points[key.first];
    switch (heard(counts)) {
      case Heard::both_ways: ++point.hosts_both_ways; break;
      case Heard::only_sending: ++point.hosts_only_sending; break;
      case Heard::only_receiving: ++point.hosts_only_receiving; break;
      case Heard::only_broadcast: ++point.hosts_only_broadcast; break;
    }
  }
}

void add_conversations(const Traffic& traffic, const std::map<HostKey, HostCounts>& hosts, PointCoverage& point) {
  std::set<std::uint16_t> vlans;
  std::set<std::string> spoken_about;
  for (const Conversation& conversation : traffic.conversations) {
    if (!is_at(conversation, point.point)) continue;
    for (const Sighting& sighting : conversation.sightings)
      if (sighting.point == point.point && sighting.vlan) vlans.insert(*sighting.vlan);
    for (const Sighting& sighting : conversation.sightings) {
      if (sighting.point != point.point || conversation.transport != "tcp") continue;
      if (sighting.frames_out + sighting.frames_in <= frames_to_judge * conversation.flows) continue;
      ++point.conversations_judged;
      if (sighting.frames_out == 0 || sighting.frames_in == 0) ++point.conversations_one_way;
    }
    if (conversation.transport == "tcp") {
      point.lost_bytes += conversation.lost_bytes;
      const std::uint64_t bytes = conversation.bytes_in + conversation.bytes_out;
      point.payload_bytes += bytes - std::min(bytes, header_bytes * (conversation.frames_in + conversation.frames_out));
    }
    if (conversation.period_ns)
      point.slowest_period_ns = std::max(point.slowest_period_ns.value_or(0), *conversation.period_ns);
    const auto server = hosts.find({point.point, to_text(conversation.server)});
    const bool asked = conversation.operations_known && conversation.frames_out > 0 && !conversation.server.is_group();
    if (asked && server != hosts.end() && server->second.sent == 0 && server->second.sent_to_groups == 0)
      spoken_about.insert(to_text(conversation.server));
  }
  point.vlans.assign(vlans.begin(), vlans.end());
  point.spoken_about.assign(spoken_about.begin(), spoken_about.end());
  if (point.payload_bytes > 0)
    point.loss = static_cast<double>(point.lost_bytes) / static_cast<double>(point.payload_bytes + point.lost_bytes);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < named_max; ++i) text += (i == 0 ? "" : ", ") + plain_text(names[i]);
  if (names.size() > named_max) text += fmt::format(" and {} more", names.size() - named_max);
  return text;
}

/// The gaps of one point in words; returns how many of them spoil absences.
unsigned add_gaps(const PointCoverage& point, CaptureQuality& quality) {
  unsigned spoiling = 0;
  const auto gap = [&](std::string sentence, bool spoils) {
    quality.gaps.push_back(plain_text(point.name) + ": " + std::move(sentence));
    if (spoils) ++spoiling;
  };
  const std::uint64_t one_way = point.hosts_only_sending + point.hosts_only_receiving;
  const std::uint64_t unicast = point.hosts_both_ways + one_way;
  if (point.frames == 0) {
    gap("nothing was read.", true);
    return spoiling;
  }
  if (unicast == 0 && point.hosts_only_broadcast > 0) {
    gap(fmt::format(
            "{} hosts are heard only in broadcast: the port mirrors nothing, it only takes part. No conversation "
            "can be seen here, and none may be called absent.",
            point.hosts_only_broadcast),
        true);
    quality.advice.push_back(plain_text(point.name) +
                             ": configure the switch to mirror the uplink and the controllers' ports to this port.");
  } else if (2 * point.conversations_one_way > point.conversations_judged) {
    gap(fmt::format(
            "{} of {} TCP conversations are heard in one direction only: the mirror shows one direction. Answers, "
            "refusals and operations of the other direction are unknown.",
            point.conversations_one_way, point.conversations_judged),
        true);
    quality.advice.push_back(plain_text(point.name) +
                             ": mirror both directions (ingress and egress) of the same ports.");
  } else if (unicast > 0 && static_cast<double>(one_way) > one_way_of_note * static_cast<double>(unicast)) {
    gap(fmt::format(
            "{} of {} hosts are heard in one direction only: the mirror shows one direction. Answers, refusals and "
            "operations of the other direction are unknown.",
            one_way, unicast),
        point.hosts_both_ways == 0 || one_way > point.hosts_both_ways);
    quality.advice.push_back(plain_text(point.name) +
                             ": mirror both directions (ingress and egress) of the same ports.");
  }
  if (point.payload_bytes > tcp_payload_to_judge && point.loss > loss_of_note) {
    gap(fmt::format(
            "{:.1f} % of the TCP payload was acknowledged but never seen: frames were lost between the plant and the "
            "file. Operations may be missing; counts are lower bounds.",
            point.loss * 100),
        point.loss > loss_that_spoils);
    quality.advice.push_back(plain_text(point.name) +
                             ": mirror fewer ports, or use a faster capture port: the mirror drops frames.");
  }
  if (point.cut * 1000 >= cut_of_note * point.frames && point.cut > 0) {
    gap(fmt::format("{} of {} frames were cut by the capture (snap length). What lay beyond is unknown.",
                    grouped(point.cut), grouped(point.frames)),
        point.cut * 10 > point.frames);
    quality.advice.push_back(plain_text(point.name) + ": capture whole frames (tcpdump -s 0).");
  }
  if (point.interface_drops > 0)
    gap(fmt::format("the capturing interface dropped {} frames.", grouped(point.interface_drops)), true);
  if (point.clock_steps > 0)
    gap(fmt::format("the clock stepped {} times. Times and periods around a step are not to be relied on.",
                    point.clock_steps),
        false);
  if (point.times_not_believed > 0)
    gap(fmt::format("{} frames carry a time before 1990 or in the future; they are left out of periods.",
                    grouped(point.times_not_believed)),
        false);
  if (!point.spoken_about.empty()) {
    gap(fmt::format("{} devices are asked and never heard: {}.", point.spoken_about.size(), listed(point.spoken_about)),
        false);
    quality.advice.push_back(fmt::format("Mirror next the switch port of {}.", listed(point.spoken_about)));
  }
  if (point.first_ns && point.last_ns && point.slowest_period_ns &&
      *point.last_ns - *point.first_ns < cycles_to_hear * *point.slowest_period_ns)
    gap(fmt::format("listened for {}, and the slowest cycle seen takes {}: slower cycles can't have been seen.",
                    to_text_duration(*point.last_ns - *point.first_ns), to_text_duration(*point.slowest_period_ns)),
        false);
  return spoiling;
}

}  // namespace

std::string_view name(Heard heard) noexcept {
  switch (heard) {
    case Heard::both_ways: return "both_ways";
    case Heard::only_sending: return "only_sending";
    case Heard::only_receiving: return "only_receiving";
    case Heard::only_broadcast: return "only_broadcast";
  }
  return {};
}

std::string_view name(CaptureQuality::Verdict verdict) noexcept {
  switch (verdict) {
    case CaptureQuality::Verdict::good: return "good";
    case CaptureQuality::Verdict::usable_with_gaps: return "usable_with_gaps";
    case CaptureQuality::Verdict::poor: return "poor";
    case CaptureQuality::Verdict::nothing_read: return "nothing_read";
  }
  return {};
}

CaptureQuality judge(const Traffic& traffic) {
  CaptureQuality quality;
  std::map<std::uint16_t, PointCoverage> points;
  add_files(traffic, points);
  const auto hosts = hosts_of(traffic);
  add_hosts(hosts, points);
  unsigned spoiling = 0;
  std::uint64_t frames = 0;
  for (auto& [number, point] : points) {
    add_conversations(traffic, hosts, point);
    spoiling += add_gaps(point, quality);
    frames += point.frames;
    quality.points.push_back(point);
  }
  for (const CaptureRecord& capture : traffic.captures) {
    if (capture.ending == "read") continue;
    quality.gaps.push_back(plain_text(capture.name) + ": " + capture.ending + " after frame " +
                           std::to_string(capture.ending_frame) + ", byte " + std::to_string(capture.ending_offset) +
                           (capture.ending_detail.empty() ? "." : ": " + plain_text(capture.ending_detail) + "."));
  }
  quality.absences_unknown = spoiling > 0 || frames == 0;
  using enum CaptureQuality::Verdict;
  if (frames == 0) quality.verdict = nothing_read;
  else if (spoiling > 0 && spoiling >= points.size()) quality.verdict = poor;
  else quality.verdict = quality.gaps.empty() ? good : usable_with_gaps;
  switch (quality.verdict) {
    case good: quality.sentence = "Good: both directions were heard, without loss that shows."; break;
    case usable_with_gaps: quality.sentence = "Usable, with gaps: " + quality.gaps.front(); break;
    case poor: quality.sentence = "Poor: " + quality.gaps.front(); break;
    case nothing_read: quality.sentence = "Nothing was read: no frame of a supported link type."; break;
  }
  return quality;
}

}  // namespace bulkhead

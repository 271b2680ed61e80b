#include "pipeline/copies.h"

#include <algorithm>
#include <cstdlib>

namespace bulkhead {

namespace {

constexpr std::size_t entry_count = 4096;  // per shard: at a million frames a second, a quarter of a second
constexpr std::size_t places = 4;          // for the frames of one bucket
constexpr std::size_t bucket_count = entry_count / places;
constexpr std::int64_t elsewhere_ns = 100'000'000;  // mirrors, tags and hops: switches and clocks between them
constexpr std::int64_t same_place_ns = 5'000'000;   // both directions of one mirror: the same switch, at once

}  // namespace

Copies::Copies() : tags_(entry_count), next_(bucket_count), entries_(entry_count) {}

void Copies::prefetch(std::uint64_t fingerprint) const noexcept {
  const std::size_t bucket = fingerprint % bucket_count;
  __builtin_prefetch(&tags_[bucket * places]);
  __builtin_prefetch(&next_[bucket], 1);
}

std::optional<std::string_view> Copies::reason(const Entry& entry, const Context& context, bool counted,
                                               std::int64_t delay_ns) {
  const auto* const seen_end = entry.others.begin() + entry.other_count;
  if (std::find(entry.others.begin(), seen_end, context) != seen_end) return std::nullopt;
  if (std::llabs(delay_ns) > elsewhere_ns) return std::nullopt;
  const Context& first = entry.first;
  if (context.point != first.point) return "capture_point";
  if (context.tunnel_count != first.tunnel_count) return "tunnel";
  if (context.hop_limit != first.hop_limit) return "router";
  if (context.vlan_count != first.vlan_count || context.vlan != first.vlan) return "vlan";
  if (context.prp || first.prp) return "redundant_network";
  if (counted && std::llabs(delay_ns) <= same_place_ns) return "mirror_both_directions";
  return std::nullopt;
}

std::optional<Copies::Copy> Copies::see(const Packet& packet, std::uint64_t fingerprint, std::uint16_t point,
                                        std::uint32_t capture, std::uint64_t frame, std::int64_t time_ns) {
  Context context;
  context.point = point;
  context.vlan_count = packet.vlan_count;
  if (packet.vlan_count > 0) context.vlan = packet.vlans.at(packet.vlan_count - 1U);
  context.tunnel_count = packet.tunnel_count;
  context.hop_limit = packet.hop_limit;
  context.prp = packet.prp;
  const bool counted = packet.ip_identification.value_or(0) != 0;

  const std::size_t bucket = fingerprint % bucket_count;
  const std::uint32_t tag = std::max(1U, static_cast<std::uint32_t>(fingerprint >> 32U));  // 0: an empty place
  const std::size_t first = bucket * places;
  for (std::size_t place = first; place < first + places; ++place) {
    if (tags_[place] != tag || entries_[place].fingerprint != fingerprint) continue;
    Entry& entry = entries_[place];
    const std::int64_t delay_ns = time_ns - entry.time_ns;
    if (const auto why = reason(entry, context, counted, delay_ns)) {
      if (entry.other_count < entry.others.size()) entry.others.at(entry.other_count++) = context;
      return Copy{*why, entry.capture, entry.frame, delay_ns};
    }
  }
  const std::size_t place = first + next_[bucket];
  next_[bucket] = static_cast<std::uint8_t>((next_[bucket] + 1U) % places);
  tags_[place] = tag;
  entries_[place] = {fingerprint, time_ns, frame, capture, context, {}, 0};
  return std::nullopt;
}

}  // namespace bulkhead

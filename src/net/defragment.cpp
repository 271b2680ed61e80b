#include "net/defragment.h"

#include <algorithm>

#include "base/hash.h"

namespace bulkhead {

namespace {

constexpr std::size_t datagram_max = 65'535;
constexpr std::size_t ranges_max = 512;  // a datagram in the smallest useful pieces, out of order; more is an attack

}  // namespace

std::size_t Defragmenter::KeyHash::operator()(const Key& key) const noexcept {
  const std::uint64_t ends = mix(hash(key.source) + 0x9E3779B97F4A7C15ULL) ^ hash(key.destination);
  return mix(ends ^ (std::uint64_t{key.identification} << 8U | key.protocol));
}

void Defragmenter::give_up(Waiting::iterator assembly) {
  held_ -= assembly->bytes.size();
  index_.erase(assembly->key);
  waiting_.erase(assembly);
}

void Defragmenter::expire(std::int64_t time_ns) {
  const auto too_old = [&](const Assembly& assembly) {
    const std::uint64_t age = static_cast<std::uint64_t>(time_ns) - static_cast<std::uint64_t>(assembly.started_ns);
    return time_ns > assembly.started_ns && age > static_cast<std::uint64_t>(bounds_.wait_ns);
  };
  while (!waiting_.empty() && too_old(waiting_.front())) {
    give_up(waiting_.begin());
    ++counters_.expired;
  }
}

void Defragmenter::make_room(std::size_t bytes, const Assembly& keep) {
  while (held_ + bytes > bounds_.bytes && !waiting_.empty()) {
    auto oldest = waiting_.begin();
    if (&*oldest == &keep) ++oldest;
    if (oldest == waiting_.end()) return;
    give_up(oldest);
    ++counters_.evicted;
  }
}

Defragmenter::Assembly& Defragmenter::find(const Packet& packet, std::int64_t time_ns) {
  Key key{packet.source, packet.destination, packet.fragment_id, 0};
  if (packet.source.family == IpAddress::Family::v4) key.protocol = packet.ip_protocol;
  if (const auto found = index_.find(key); found != index_.end()) return *found->second;
  if (waiting_.size() >= bounds_.datagrams) {
    give_up(waiting_.begin());
    ++counters_.evicted;
  }
  Assembly& assembly = waiting_.emplace_back();
  assembly.key = key;
  assembly.started_ns = time_ns;
  assembly.ip_protocol = packet.ip_protocol;
  index_.emplace(key, std::prev(waiting_.end()));
  return assembly;
}

bool Defragmenter::is_whole(const Assembly& assembly) noexcept {
  return assembly.total && assembly.ranges.size() == 1 && assembly.ranges.front().begin == 0 &&
         assembly.ranges.front().end >= *assembly.total;
}

/// Copies what is new of the fragment between the ranges that have come, then merges the ranges.
void Defragmenter::insert(Assembly& assembly, const Packet& packet) {
  const Range fragment{packet.fragment_offset, packet.fragment_offset + packet.payload_on_wire};
  const Bytes bytes = packet.payload;
  bool fresh = false;
  bool overlaps = false;
  bool differs = false;
  const auto part = [&](std::size_t begin, std::size_t end) {
    const std::size_t kept_end = std::min(end, fragment.begin + bytes.size());
    return begin < kept_end ? bytes.subspan(begin - fragment.begin, kept_end - begin) : Bytes{};
  };
  const auto copy = [&](std::size_t begin, std::size_t end) {
    const Bytes kept = part(begin, end);
    fresh = true;
    std::copy(kept.begin(), kept.end(), assembly.bytes.begin() + static_cast<std::ptrdiff_t>(begin));
    if (kept.size() < end - begin)
      assembly.cut_at = std::min(assembly.cut_at.value_or(datagram_max), begin + kept.size());
  };

  Range merged = fragment;
  std::vector<Range> ranges;
  ranges.reserve(assembly.ranges.size() + 1);
  std::size_t at = fragment.begin;
  for (const Range& range : assembly.ranges) {
    if (range.end < fragment.begin || range.begin > fragment.end) {
      ranges.push_back(range);
      continue;
    }
    const std::size_t begin = std::max(range.begin, fragment.begin);
    const std::size_t end = std::min(range.end, fragment.end);
    if (begin < end) {
      const Bytes again = part(begin, std::min(end, std::max(begin, assembly.cut_at.value_or(end))));
      overlaps = true;
      differs = differs ||
                !std::equal(again.begin(), again.end(), assembly.bytes.begin() + static_cast<std::ptrdiff_t>(begin));
    }
    if (at < begin) copy(at, begin);
    at = std::max(at, end);
    merged = {std::min(merged.begin, range.begin), std::max(merged.end, range.end)};
  }
  if (at < fragment.end) copy(at, fragment.end);
  const auto place = std::find_if(ranges.begin(), ranges.end(), [&](const Range& r) { return r.begin > merged.begin; });
  ranges.insert(place, merged);
  counters_.duplicates += fresh ? 0 : 1;
  counters_.overlaps += overlaps && fresh ? 1 : 0;
  counters_.conflicts += differs ? 1 : 0;
  assembly.ranges = std::move(ranges);
}

std::optional<Datagram> Defragmenter::add(const Packet& packet, std::int64_t time_ns) {
  ++counters_.fragments;
  expire(time_ns);
  const std::size_t end = packet.fragment_offset + packet.payload_on_wire;
  const bool whole_units = !packet.more_fragments || packet.payload_on_wire % 8 == 0;
  if (packet.payload_on_wire == 0 || end > datagram_max || !whole_units) {
    ++counters_.malformed;
    return std::nullopt;
  }
  Assembly& assembly = find(packet, time_ns);
  const bool contradicts =
      assembly.total && (end > *assembly.total || (!packet.more_fragments && end != *assembly.total));
  const bool too_late = !packet.more_fragments && !assembly.ranges.empty() && assembly.ranges.back().end > end;
  if (contradicts || too_late || assembly.ranges.size() >= ranges_max) {
    ++counters_.malformed;
    return std::nullopt;
  }
  if (!packet.more_fragments) assembly.total = end;
  if (packet.fragment_offset == 0) assembly.ip_protocol = packet.ip_protocol;
  if (end > assembly.bytes.size()) {
    const std::size_t more = end - assembly.bytes.size();
    make_room(more, assembly);
    assembly.bytes.resize(end);
    held_ += more;
  }
  insert(assembly, packet);
  const std::optional<std::size_t> total = assembly.total;
  if (!total || !is_whole(assembly)) return std::nullopt;

  ++counters_.whole;
  Datagram datagram;
  datagram.on_wire = *total;
  datagram.ip_protocol = assembly.ip_protocol;
  const std::size_t kept = assembly.cut_at.value_or(*total);
  const Waiting::iterator place = index_.at(assembly.key);
  held_ -= assembly.bytes.size();
  finished_ = std::move(assembly.bytes);
  place->bytes.clear();
  give_up(place);
  datagram.data = Bytes{finished_}.first(kept);
  return datagram;
}

}  // namespace bulkhead

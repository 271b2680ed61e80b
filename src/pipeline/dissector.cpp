// From payload to PDUs.
//
// A conversation is claimed by content: a protocol that is sure takes it on any port, one that only could be it takes
// it on a port of its own. Whoever claims keeps it. Framing is then asked once per PDU, and again only when what it
// wanted has come, so the work is constant per byte. After a loss the next segment is the likeliest place for a PDU to
// start, so that is where the search begins; it looks at a bounded number of places in each segment and never holds
// more than one PDU.

#include "pipeline/dissector.h"

#include <algorithm>

namespace bulkhead {

namespace {

constexpr unsigned chunks_before_giving_up = 4;     // per direction; protocols greet in their first message
constexpr std::size_t unclaimed_bytes_max = 8192;   // kept per direction while nobody has claimed
constexpr std::size_t search_places_max = 512;      // looked at per segment after a loss
constexpr std::size_t pdus_per_chunk_max = 65'536;  // a segment has fewer; a stored run of segments may have many

}  // namespace

Candidates::Candidates(std::span<const Protocol* const> protocols) {
  for (const Protocol* protocol : protocols) {
    for (const Carrier& carrier : protocol->carriers) {
      if (carrier.kind == Carrier::Kind::protocol) continue;
      auto& entries = by_kind_.at(static_cast<std::size_t>(carrier.kind));
      auto entry =
          std::find_if(entries.begin(), entries.end(), [&](const Entry& known) { return known.protocol == protocol; });
      if (entry == entries.end()) entry = entries.insert(entry, Entry{protocol, {}});
      if (carrier.number != 0) entry->numbers.push_back(carrier.number);
    }
  }
}

bool Candidates::Entry::has(std::uint16_t number) const noexcept {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

bool Candidates::is_own(const Protocol& protocol, Carrier::Kind kind, std::uint16_t number) const noexcept {
  const auto entries = of(kind);
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& entry) { return entry.protocol == &protocol && entry.has(number); });
}

Direction Dissector::direction_of(Side from) const noexcept {
  if (reason_ == ClientReason::unknown) return Direction::unknown;
  return from == client_ ? Direction::to_server : Direction::to_client;
}

void Dissector::opened_by(Side side) noexcept {
  if (reason_ == ClientReason::protocol) return;
  if (protocol_ != nullptr && !protocol_->connection_tells_client) return;
  reason_ = ClientReason::syn;
  client_ = side;
}

void Dissector::claim(const Protocol& protocol, const Context& context, const Candidates& candidates) {
  protocol_ = &protocol;
  session_ = protocol.start();
  state_ = State::claimed;
  if (!protocol.connection_tells_client) {
    reason_ = ClientReason::unknown;
    return;
  }
  if (reason_ != ClientReason::unknown || context.kind == Carrier::Kind::ethertype ||
      context.kind == Carrier::Kind::llc)
    return;
  const bool first_is_own = candidates.is_own(protocol, context.kind, context.number_first);
  const bool second_is_own = candidates.is_own(protocol, context.kind, context.number_second);
  if (first_is_own == second_is_own) return;
  reason_ = ClientReason::port;
  client_ = first_is_own ? Side::second : Side::first;
}

void Dissector::try_to_claim(const Shared& shared, const Context& context, Bytes bytes, bool last_chance) {
  const Protocol* possible = nullptr;
  const Protocol* sure = nullptr;
  shared.candidates.visit(context.kind, context.number_first, context.number_second,
                          [&](const Candidates::Candidate& candidate) {
                            const Match match = candidate.protocol->recognise(bytes);
                            if (match == Match::yes) sure = candidate.protocol;
                            if (match == Match::maybe && candidate.own_number && possible == nullptr)
                              possible = candidate.protocol;
                            return sure != nullptr;
                          });
  if (sure != nullptr) return claim(*sure, context, shared.candidates);
  if (possible == nullptr) return;
  const bool whole =
      possible->frame == nullptr || possible->frame(bytes, Direction::unknown, nullptr).kind == Framing::Kind::pdu;
  if (whole || last_chance) claim(*possible, context, shared.candidates);
}

void Dissector::stream(const Shared& shared, const Context& context, Side from, Bytes bytes, Origin& origin) {
  if (state_ == State::unclaimed || bytes.empty()) return;
  Half& half = halves_.at(static_cast<std::size_t>(from));
  if (half.buffer.empty()) half.first_frame = origin.frame;

  if (state_ == State::new_conversation) {
    Bytes seen = bytes;
    if (!half.buffer.empty()) {
      half.buffer.insert(half.buffer.end(), bytes.begin(), bytes.end());
      seen = half.buffer;
    }
    ++half.chunks;
    const bool last_chance = half.chunks >= chunks_before_giving_up || seen.size() > unclaimed_bytes_max;
    try_to_claim(shared, context, seen, last_chance);
    if (state_ == State::new_conversation) {
      if (last_chance) {
        state_ = State::unclaimed;
        halves_ = {};
      } else if (half.buffer.empty()) {
        half.buffer.assign(bytes.begin(), bytes.end());
      }
      half.last_frame = origin.frame;
      half.last_time_ns = origin.time_ns;
      return;
    }
    // Claimed by this side; what the other side said before comes first, as far as it is whole.
    Half& before = halves_.at(static_cast<std::size_t>(other(from)));
    if (!before.buffer.empty()) {
      const std::vector<std::uint8_t> kept = std::move(before.buffer);
      before.buffer.clear();
      Origin earlier = origin;
      std::swap(earlier.source, earlier.destination);
      earlier.frame = before.last_frame;
      earlier.time_ns = before.last_time_ns;
      const std::size_t taken = cut(shared, other(from), kept, earlier);
      before.buffer.assign(kept.begin() + static_cast<std::ptrdiff_t>(taken), kept.end());
    }
    if (!half.buffer.empty()) {
      const std::vector<std::uint8_t> kept = std::move(half.buffer);
      half.buffer.clear();
      const std::size_t taken = cut(shared, from, kept, origin);
      half.buffer.assign(kept.begin() + static_cast<std::ptrdiff_t>(taken), kept.end());
      return;
    }
  }

  if (half.buffer.empty()) {
    const std::size_t taken = cut(shared, from, bytes, origin);
    if (taken < bytes.size()) {
      half.buffer.assign(bytes.begin() + static_cast<std::ptrdiff_t>(taken), bytes.end());
      half.first_frame = origin.frame;
    }
    return;
  }
  half.buffer.insert(half.buffer.end(), bytes.begin(), bytes.end());
  if (half.buffer.size() < half.wanted) return;
  const std::size_t taken = cut(shared, from, half.buffer, origin);
  half.buffer.erase(half.buffer.begin(), half.buffer.begin() + static_cast<std::ptrdiff_t>(taken));
  if (taken > 0) half.first_frame = origin.frame;
}

std::size_t Dissector::cut(const Shared& shared, Side from, Bytes bytes, Origin& origin) {
  Half& half = halves_.at(static_cast<std::size_t>(from));
  std::size_t at = 0;
  for (std::size_t count = 0; at < bytes.size() && count < pdus_per_chunk_max; ++count) {
    if (half.lost && at == 0 && half.buffer.empty() && is_filled(from, bytes)) half.lost = false;
    if (half.lost) {
      const std::size_t skipped = search(shared, half, bytes.subspan(at));
      at += skipped;
      if (half.lost || at >= bytes.size()) return at;
    }
    const Bytes rest = bytes.subspan(at);
    const Framing framing = protocol_->frame == nullptr ? Framing{Framing::Kind::pdu, rest.size()}
                                                        : protocol_->frame(rest, direction_of(from), session_.get());
    if (framing.kind == Framing::Kind::need_more && framing.size <= protocol_->max_pdu) {
      half.wanted = framing.size;
      return at;
    }
    if (framing.kind == Framing::Kind::pdu && framing.size > 0 && framing.size <= rest.size()) {
      deliver(shared, from, rest.first(framing.size), framing.size, origin);
      at += framing.size;
      half.first_frame = origin.frame;
      half.wanted = 0;
      continue;
    }
    if (framing.kind == Framing::Kind::need_more) ++shared.counters.oversized;
    Emitter out{origin, protocol_->name, shared.subscriptions};
    origin.direction = direction_of(from);
    origin.bytes = rest.first(std::min<std::size_t>(rest.size(), 64));
    out.fault(ParseFault::Kind::lost, 0, "the start of a PDU");
    session_->gap(direction_of(from));
    half.lost = true;
    ++at;  // not here
    ++shared.counters.resynchronised_bytes;
  }
  return at;
}

/// Bytes to skip until a PDU may start; all of them where none does.
std::size_t Dissector::search(const Shared& shared, Half& half, Bytes bytes) {
  const std::size_t places = std::min(bytes.size(), search_places_max);
  for (std::size_t at = 0; at < places; ++at) {
    if (protocol_->recognise(bytes.subspan(at)) != Match::yes) continue;
    half.lost = false;
    shared.counters.resynchronised_bytes += at;
    return at;
  }
  shared.counters.resynchronised_bytes += bytes.size();
  return bytes.size();
}

/// Whether PDUs fill a segment from its first byte to its last: then `maybe` is enough to start again with it.
bool Dissector::is_filled(Side from, Bytes bytes) const {
  if (protocol_->frame == nullptr || protocol_->recognise(bytes) == Match::no) return false;
  while (!bytes.empty()) {
    const Framing framing = protocol_->frame(bytes, direction_of(from), session_.get());
    if (framing.kind != Framing::Kind::pdu || framing.size == 0 || framing.size > bytes.size()) return false;
    bytes = bytes.subspan(framing.size);
  }
  return true;
}

void Dissector::gap(const Shared& shared, Side from, std::uint64_t lost) {
  (void)lost;
  (void)shared;
  Half& half = halves_.at(static_cast<std::size_t>(from));
  half.buffer.clear();
  half.wanted = 0;
  if (state_ != State::claimed) return;
  half.lost = true;
  session_->gap(direction_of(from));
}

void Dissector::take_turns(const Shared& shared, const Context& context, Bytes bytes) {
  if (protocol_->recognise(bytes) != Match::no) return;
  const auto waiting = std::find_if(parked_.begin(), parked_.end(),
                                    [&](const auto& parked) { return parked.first->recognise(bytes) != Match::no; });
  if (waiting != parked_.end()) {
    std::swap(waiting->first, protocol_);
    std::swap(waiting->second, session_);
    return;
  }
  const Protocol* other = nullptr;
  shared.candidates.visit(context.kind, context.number_first, context.number_second,
                          [&](const Candidates::Candidate& candidate) {
                            if (candidate.own_number && candidate.protocol->recognise(bytes) != Match::no)
                              other = candidate.protocol;
                            return other != nullptr;
                          });
  if (other == nullptr || other == protocol_) return;
  parked_.emplace_back(protocol_, std::move(session_));
  protocol_ = other;
  session_ = other->start();
}

void Dissector::datagram(const Shared& shared, const Context& context, Side from, Bytes bytes, std::size_t on_wire,
                         Origin& origin) {
  if (state_ == State::unclaimed || bytes.empty()) return;
  if (state_ == State::new_conversation) {
    Half& half = halves_.at(static_cast<std::size_t>(from));
    try_to_claim(shared, context, bytes, true);
    if (state_ == State::new_conversation) {
      if (++half.chunks >= chunks_before_giving_up) state_ = State::unclaimed;
      return;
    }
  }
  // One EtherType may carry several protocols: PROFINET's does.
  const bool shared_number = context.kind == Carrier::Kind::ethertype || context.kind == Carrier::Kind::llc;
  if (shared_number) take_turns(shared, context, bytes);
  if (shared_number && protocol_->recognise(bytes) == Match::no) return;
  origin.first_frame = origin.frame;
  if (protocol_->frame == nullptr) return deliver(shared, from, bytes, on_wire, origin);
  std::size_t lost = on_wire - bytes.size();
  while (!bytes.empty()) {
    const Framing framing = protocol_->frame(bytes, direction_of(from), session_.get());
    if (framing.kind == Framing::Kind::pdu && framing.size > 0 && framing.size <= bytes.size()) {
      deliver(shared, from, bytes.first(framing.size), framing.size, origin);
      bytes = bytes.subspan(framing.size);
      continue;
    }
    // The rest of the datagram will not come: give what there is, and the parser says what is missing.
    return deliver(shared, from, bytes, bytes.size() + lost, origin);
  }
}

void Dissector::deliver(const Shared& shared, Side from, Bytes pdu, std::size_t on_wire, Origin& origin) {
  if (reason_ != ClientReason::protocol && protocol_->says != nullptr) {
    const Says says = protocol_->says(pdu);
    if (says != Says::nothing) {
      reason_ = ClientReason::protocol;
      client_ = says == Says::request ? from : other(from);
    }
  }
  ++shared.counters.pdus;
  ++origin.pdu;
  origin.direction = direction_of(from);
  const Half& half = halves_.at(static_cast<std::size_t>(from));
  origin.first_frame = half.first_frame == 0 ? origin.frame : half.first_frame;
  origin.protocol = protocol_->name;
  origin.bytes = pdu;
  origin.on_wire = on_wire;
  Emitter out{origin, protocol_->name, shared.subscriptions};
  session_->pdu(Reader{pdu, on_wire}, out);
}

void Dissector::end(const Shared& shared, Origin& origin) {
  if (state_ != State::claimed) return;
  origin.direction = Direction::unknown;
  origin.bytes = {};
  for (const Half& half : halves_) {
    if (half.buffer.empty()) continue;
    Emitter out{origin, protocol_->name, shared.subscriptions};
    out.fault(ParseFault::Kind::truncated, half.buffer.size(), "the rest of a PDU, before the conversation ended");
  }
  Emitter out{origin, protocol_->name, shared.subscriptions};
  session_->end(out);
}

}  // namespace bulkhead

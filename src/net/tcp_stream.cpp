// TCP reassembly for a listener. A listener differs from a receiver: it may come late, it may miss packets that the
// receiver got, and nobody sends them again for it. So it waits for missing bytes only while they may still come: until
// the receiver acknowledges them (then the capture lost them), until what waits behind them fills its bound, or until
// the stream ends.
//
// Acknowledgements alone move nothing: two mirror ports merged by clocks that differ show them before the data they
// acknowledge. Bytes are given up only once something behind them has been seen.
//
// Positions are 64-bit numbers whose low half is the sequence number, so that wrapping needs no thought beyond
// `position`.
//
// Overlaps: what came first stands, as for most receivers, and what differs is reported, because a forger who guesses
// the receiver's choice could otherwise show the listener another conversation. Bytes that wait are compared one by
// one. Bytes already handed on are gone; of the last eight segments a hash remains, which catches the plain second
// copy.

#include "net/tcp_stream.h"

#include <algorithm>
#include <memory>

#include "base/hash.h"

namespace bulkhead {

namespace {

// What a sender may have under way or may send again, generously. Sequence numbers farther off are a forgery, another
// connection, or a loss so long that its size would be a guess.
constexpr std::int64_t reach_max = std::int64_t{1} << 24U;
constexpr std::uint8_t far_max = 3;
constexpr std::int64_t reset_window = std::int64_t{1} << 20U;
constexpr std::size_t piece_overhead = 96;  // of a piece, in the budget, beside its bytes

std::int64_t distance(std::uint64_t from, std::uint64_t to) noexcept {
  return static_cast<std::int64_t>(to - from);
}

}  // namespace

std::string_view name(StreamGap::Kind kind) noexcept {
  constexpr std::array<std::string_view, 5> names{"lost", "cut", "skipped", "ended", "restarted"};
  return names.at(static_cast<std::size_t>(kind));
}

TcpStream::~TcpStream() {
  release();
}

TcpStream& TcpStream::operator=(TcpStream&& other) noexcept {
  if (this == &other) return *this;
  std::destroy_at(this);
  std::construct_at(this, std::move(other));
  return *this;
}

void TcpStream::release() noexcept {
  for (const Piece& piece : pieces_) budget_->used -= piece.bytes.size() + piece_overhead;
  pieces_.clear();
  stored_ = 0;
}

TcpStream::Position TcpStream::position(std::uint32_t sequence) const noexcept {
  const auto ahead = static_cast<std::int32_t>(sequence - static_cast<std::uint32_t>(next_));
  return next_ + static_cast<std::uint64_t>(std::int64_t{ahead});
}

TcpStream::Pieces::iterator TcpStream::behind(Position begin) noexcept {
  return std::partition_point(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.end <= begin; });
}

void TcpStream::start_at(std::uint32_t sequence) noexcept {
  next_ = (Position{1} << 32U) | sequence;
  first_ = next_;
  acknowledged_ = next_;
  started_ = true;
  tentative_ = false;
  end_.reset();
  far_ = 0;
  handed_ = {};
}

bool TcpStream::starts_anew(const TcpSegment& segment) const noexcept {
  return started_ && tcp_flag::opens(segment.flags) && (from_start_ || counters_.bytes > 0 || !pieces_.empty()) &&
         position(segment.sequence + 1) != first_;
}

void TcpStream::restart(std::uint32_t sequence, const SegmentOrigin& origin, StreamSink& sink) {
  finish(origin, sink);
  report_gap(StreamGap::Kind::restarted, 0, origin, sink);
  start_at(sequence);
  reset_ = false;
}

void TcpStream::open(const TcpSegment& segment, StreamSink& sink) {
  const std::uint32_t first = segment.sequence + 1;
  if (starts_anew(segment)) restart(first, segment.origin, sink);
  else if (!started_ || position(first) != first_) start_at(first);
  from_start_ = true;
}

/// The first packet seen of a conversation that was already running.
void TcpStream::pick_up(const TcpSegment& segment) noexcept {
  start_at(segment.sequence);
  tentative_ = segment.payload_on_wire == 0;
  const bool one_zero = segment.payload_on_wire == 1 && segment.payload.size() == 1 && segment.payload[0] == 0;
  if (early_acknowledgement_) {
    // What the receiver had before is history; what lies between there and here was missed.
    const Position had = position(*early_acknowledgement_);
    const std::int64_t behind = distance(had, next_);
    const bool keep_alive = behind == -1 && segment.payload_on_wire <= 1;
    if (keep_alive || (behind > 0 && behind < reset_window)) start_at(*early_acknowledgement_);
  } else if (one_zero && (segment.flags & tcp_flag::psh) == 0) {
    start_at(segment.sequence + 1);  // a keep-alive, by its looks: segment() will see it as one
  }
}

/// A few segments far away, one after another and none near, are where the conversation is now.
bool TcpStream::is_far(std::uint32_t first, const SegmentOrigin& origin, StreamSink& sink) {
  const std::int64_t ahead = distance(next_, position(first));
  if (ahead <= reach_max && ahead >= -reach_max) {
    far_ = 0;
    return false;
  }
  ++counters_.out_of_window;
  if (++far_ < far_max) return true;
  restart(first, origin, sink);
  return false;
}

void TcpStream::segment(const TcpSegment& segment, StreamSink& sink) {
  const bool opens = tcp_flag::opens(segment.flags);
  if (opens) open(segment, sink);
  else if (!started_) pick_up(segment);
  const std::uint32_t first = segment.sequence + (opens ? 1U : 0U);
  const std::size_t on_wire = std::max(segment.payload_on_wire, segment.payload.size());

  if ((segment.flags & tcp_flag::rst) != 0) {  // what it may carry is no data (RFC 9293, 3.5.3)
    const std::int64_t ahead = distance(next_, position(first));
    if (ahead < -1 || ahead > reset_window) {
      ++counters_.out_of_window;
      return;
    }
    finish(segment.origin, sink);
    reset_ = true;
    return;
  }
  if (on_wire > 0) {
    if (is_far(first, segment.origin, sink)) return;
    data(position(first), segment, sink);
  }
  if ((segment.flags & tcp_flag::fin) == 0 || end_) return;
  const Position end = position(first) + on_wire;
  if (end >= next_) end_ = end;
}

/// RFC 9293, 3.8.4: one byte, or none, before what the receiver expects next. Its content means nothing.
bool TcpStream::is_keep_alive(Position begin, const TcpSegment& segment) const noexcept {
  if (std::max(segment.payload_on_wire, segment.payload.size()) != 1) return false;
  return begin + 1 == next_ || (begin + 1 == acknowledged_ && (segment.flags & tcp_flag::psh) == 0);
}

void TcpStream::data(Position begin, const TcpSegment& segment, StreamSink& sink) {
  const std::size_t on_wire = std::max(segment.payload_on_wire, segment.payload.size());
  if (tentative_ && begin == next_ + 1) next_ = first_ = begin;
  tentative_ = false;
  if (is_keep_alive(begin, segment)) {
    ++counters_.keep_alives;
    return;
  }
  ++counters_.segments;
  compare(begin, segment, sink);
  const Position end = begin + segment.payload.size();
  bool fresh = place(begin, end, segment.payload, segment.origin, sink);
  if (segment.payload.size() < on_wire) fresh = place(end, begin + on_wire, {}, segment.origin, sink) || fresh;
  if (!fresh) ++counters_.retransmitted;
}

/// Holds the bytes against those that came before under the same sequence numbers.
void TcpStream::compare(Position begin, const TcpSegment& segment, StreamSink& sink) {
  const Bytes bytes = segment.payload;
  const Position end = begin + bytes.size();
  bool differs = false;
  if (end <= next_) {
    const auto sequence = static_cast<std::uint32_t>(begin);
    for (const Handed& handed : handed_)
      if (handed.size == bytes.size() && handed.sequence == sequence && handed.size > 0)
        differs = handed.hash != hash(bytes);
  }
  for (auto piece = behind(begin); piece != pieces_.end() && piece->begin < end; ++piece) {
    const Position from = std::max(begin, piece->begin);
    const Position to = std::min({end, piece->end, piece->begin + piece->bytes.size()});
    if (from >= to) continue;
    const auto size = static_cast<std::size_t>(to - from);
    const Bytes ours = bytes.subspan(static_cast<std::size_t>(from - begin), size);
    const Bytes theirs = Bytes{piece->bytes}.subspan(static_cast<std::size_t>(from - piece->begin), size);
    differs = differs || !std::equal(ours.begin(), ours.end(), theirs.begin());
  }
  if (!differs) return;
  ++counters_.conflicts;
  sink.conflict(segment.origin);
}

/// Puts what is new of [begin, end) in its place: hands it on or stores it. `bytes` are its content, or none for a
/// hole. False where nothing of it was new.
bool TcpStream::place(Position begin, Position end, Bytes bytes, const SegmentOrigin& origin, StreamSink& sink) {
  bool fresh = false;
  bool waits = false;
  const auto advance = [&](Position to) {
    if (!bytes.empty()) bytes = bytes.subspan(static_cast<std::size_t>(to - begin));
    begin = to;
  };
  while (begin < end) {
    if (begin < next_) {
      advance(std::min(end, next_));
      continue;
    }
    const auto piece = behind(begin);
    if (piece != pieces_.end() && piece->begin <= begin) {
      advance(std::min(end, piece->end));
      continue;
    }
    const Position until = piece == pieces_.end() ? end : std::min(end, piece->begin);
    const Bytes chunk = bytes.first(std::min(bytes.size(), static_cast<std::size_t>(until - begin)));
    fresh = true;
    if (begin > next_ && begin <= acknowledged_ && piece == pieces_.begin())
      skip_to(begin, StreamGap::Kind::lost, origin, sink);
    if (begin == next_) {
      hand_on(chunk, until - begin, origin, sink);
      drain(sink);
    } else if (!store(begin, until, chunk, origin, sink)) {
      continue;  // there was no room, and the stream moved on instead
    } else {
      waits = true;
    }
    advance(until);
  }
  if (waits) ++counters_.out_of_order;
  return fresh;
}

/// False where there is no room: then the stream has skipped ahead, and the bytes may no longer have to wait.
bool TcpStream::store(Position begin, Position end, Bytes bytes, const SegmentOrigin& origin, StreamSink& sink) {
  const std::size_t cost = bytes.size() + piece_overhead;
  const bool budget_spent = budget_->used + cost > budget_->limit;
  if (budget_spent || stored_ + bytes.size() > stored_max || pieces_.size() >= pieces_max) {
    if (budget_spent) ++budget_->refused;
    const Position first_seen = pieces_.empty() ? begin : std::min(begin, pieces_.front().begin);
    skip_to(first_seen, StreamGap::Kind::skipped, origin, sink);
    drain(sink);
    return false;
  }
  pieces_.insert(behind(begin), Piece{begin, end, {bytes.begin(), bytes.end()}, origin});
  stored_ += bytes.size();
  budget_->used += cost;
  return true;
}

void TcpStream::hand_on(Bytes bytes, std::uint64_t size, const SegmentOrigin& origin, StreamSink& sink) {
  if (bytes.empty()) {
    report_gap(StreamGap::Kind::cut, size, origin, sink);
    next_ += size;
    return;
  }
  handed_.at(handed_at_) = {static_cast<std::uint32_t>(next_), static_cast<std::uint32_t>(bytes.size()), hash(bytes)};
  handed_at_ = static_cast<std::uint8_t>((handed_at_ + 1U) % handed_.size());
  next_ += bytes.size();
  counters_.bytes += bytes.size();
  if (end_ && next_ > *end_) end_.reset();  // it went on, so that was not its end
  sink.data(bytes, origin);
}

/// Hands on the pieces that have become next.
void TcpStream::drain(StreamSink& sink) {
  std::size_t drained = 0;
  while (drained < pieces_.size() && pieces_[drained].begin <= next_) {
    const Piece& piece = pieces_[drained];
    hand_on(piece.bytes, piece.end - piece.begin, piece.origin, sink);
    stored_ -= piece.bytes.size();
    budget_->used -= piece.bytes.size() + piece_overhead;
    ++drained;
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(drained));
}

void TcpStream::report_gap(StreamGap::Kind kind, std::uint64_t bytes, const SegmentOrigin& origin, StreamSink& sink) {
  ++counters_.gaps;
  if (kind == StreamGap::Kind::lost) counters_.acknowledged_unseen_bytes += bytes;
  sink.gap({kind, bytes}, origin);
}

void TcpStream::skip_to(Position to, StreamGap::Kind kind, const SegmentOrigin& origin, StreamSink& sink) {
  if (to <= next_) return;
  report_gap(kind, to - next_, origin, sink);
  next_ = to;
}

void TcpStream::give_up_acknowledged(const SegmentOrigin& origin, StreamSink& sink) {
  while (!pieces_.empty() && pieces_.front().begin <= acknowledged_) {
    skip_to(pieces_.front().begin, StreamGap::Kind::lost, origin, sink);
    drain(sink);
  }
}

void TcpStream::acknowledged(std::uint32_t acknowledgement, const SegmentOrigin& origin, StreamSink& sink) {
  if (!started_) {
    early_acknowledgement_ = acknowledgement;
    return;
  }
  const Position to = position(acknowledgement);
  if (to <= acknowledged_ || distance(next_, to) > reach_max) return;
  acknowledged_ = to;
  give_up_acknowledged(origin, sink);
}

void TcpStream::finish(const SegmentOrigin& origin, StreamSink& sink) {
  while (!pieces_.empty()) {
    skip_to(pieces_.front().begin, StreamGap::Kind::ended, origin, sink);
    drain(sink);
  }
  Position sent = acknowledged_;
  if (end_) sent = std::min(sent, *end_);
  else if (sent == next_ + 1) sent = next_;  // a FIN that was not seen takes a sequence number too
  skip_to(sent, StreamGap::Kind::lost, origin, sink);
}

}  // namespace bulkhead

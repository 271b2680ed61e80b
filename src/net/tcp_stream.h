#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace bulkhead {

/// Flags of the TCP header (RFC 9293, 3.1).
namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10;
/// A SYN that opens a connection. With FIN or RST it opens nothing, whoever forged it.
constexpr bool opens(std::uint8_t flags) noexcept {
  return (flags & (syn | fin | rst)) == syn;
}
}  // namespace tcp_flag

/// The frame that something came in with.
struct SegmentOrigin {
  std::uint64_t frame = 0;  ///< `Frame::number`
  std::int64_t time_ns = 0;
  std::uint32_t source = 0;  ///< `Frame::source`
};

/// What one direction of a TCP conversation sends in one packet.
struct TcpSegment {
  std::uint32_t sequence = 0;
  std::uint8_t flags = 0;
  Bytes payload;                    ///< What the capture kept.
  std::size_t payload_on_wire = 0;  ///< What was sent.
  SegmentOrigin origin;
};

/// Bytes of a stream that will not come.
struct StreamGap {
  enum class Kind : std::uint8_t {
    lost,       ///< The receiver acknowledged them: they were sent, and the capture has not seen them.
    cut,        ///< They were in a frame of which the capture kept only the start.
    skipped,    ///< They might still come, but no more of what follows them can be held.
    ended,      ///< The stream ended without them.
    restarted,  ///< Another connection on the same ports, or a jump of the sequence numbers; `bytes` is unknown, and
                ///< zero.
  };
  Kind kind = Kind::lost;
  std::uint64_t bytes = 0;
};
std::string_view name(StreamGap::Kind kind) noexcept;

/// Who reads a stream. Every byte of it comes once, in order: as data or counted in a gap.
class StreamSink {
 public:
  StreamSink() = default;
  StreamSink(const StreamSink&) = delete;
  StreamSink& operator=(const StreamSink&) = delete;
  virtual ~StreamSink() = default;

  /// The next bytes; a view for the length of the call.
  virtual void data(Bytes bytes, const SegmentOrigin& origin) = 0;
  virtual void gap(const StreamGap& gap, const SegmentOrigin& origin) = 0;
  /// The same sequence numbers came again with other bytes. What came first stands.
  virtual void conflict(const SegmentOrigin& origin) = 0;
};

/// Memory for bytes that wait, shared by many streams of one thread.
struct StreamBudget {
  std::size_t limit = 64U << 20U;  ///< Bytes.
  std::size_t used = 0;
  std::uint64_t refused = 0;  ///< How often a stream had to skip a gap because of it.
};

/// One direction of a TCP conversation, put in order.
///
/// In-order segments are handed on as they are, without a copy or an allocation. Segments that come too early are kept,
/// at most `stored_max` bytes a stream and what the budget has. Where the same bytes come twice, what came first
/// stands. A conversation that was already running is picked up where it is first seen.
class TcpStream {
 public:
  static constexpr std::size_t stored_max = 1U << 20U;
  static constexpr std::size_t pieces_max = 1024;

  struct Counters {
    std::uint64_t segments = 0;       ///< With data.
    std::uint64_t bytes = 0;          ///< Handed on.
    std::uint64_t retransmitted = 0;  ///< Segments that brought nothing new.
    std::uint64_t out_of_order = 0;   ///< Segments that had to wait.
    std::uint64_t keep_alives = 0;
    std::uint64_t out_of_window = 0;  ///< Too far from where the stream stands to belong to it.
    std::uint64_t gaps = 0;
    std::uint64_t acknowledged_unseen_bytes = 0;  ///< Lost by the capture, as the receiver proves.
    std::uint64_t conflicts = 0;
  };

  explicit TcpStream(StreamBudget& budget) noexcept : budget_(&budget) {}
  TcpStream(TcpStream&&) noexcept = default;
  TcpStream& operator=(TcpStream&& other) noexcept;
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;
  ~TcpStream();

  /// A packet of this direction.
  void segment(const TcpSegment& segment, StreamSink& sink);
  /// The acknowledgement number of a packet of the other direction: the receiver has everything before it.
  void acknowledged(std::uint32_t acknowledgement, const SegmentOrigin& origin, StreamSink& sink);
  /// Nothing more will come: hands on what waits, and reports what is missing.
  void finish(const SegmentOrigin& origin, StreamSink& sink);

  /// Whether the segment opens another connection than this stream is of: a SYN with a sequence number of its own. The
  /// stream would report `restarted`; a caller that keeps conversations apart starts a new one.
  [[nodiscard]] bool starts_anew(const TcpSegment& segment) const noexcept;
  /// The SYN was seen: nothing of the stream is missing at its start.
  [[nodiscard]] bool from_start() const noexcept { return from_start_; }
  /// A FIN or RST was seen and everything before it was handed on.
  [[nodiscard]] bool closed() const noexcept { return reset_ || (end_ && next_ >= *end_); }
  [[nodiscard]] bool reset() const noexcept { return reset_; }
  /// Bytes that wait for others before them.
  [[nodiscard]] std::size_t stored() const noexcept { return stored_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  /// Positions are sequence numbers that do not wrap.
  using Position = std::uint64_t;

  /// A segment that waits, or part of one. Without bytes: a hole, of which the capture kept nothing.
  struct Piece {
    Position begin = 0;
    Position end = 0;
    std::vector<std::uint8_t> bytes;
    SegmentOrigin origin;
  };
  /// A segment handed on lately, to tell a retransmission from a forgery.
  struct Handed {
    std::uint32_t sequence = 0;
    std::uint32_t size = 0;
    std::uint64_t hash = 0;
  };

  using Pieces = std::vector<Piece>;

  /// The first piece that ends behind `begin`.
  [[nodiscard]] Pieces::iterator behind(Position begin) noexcept;
  [[nodiscard]] bool is_keep_alive(Position begin, const TcpSegment& segment) const noexcept;
  [[nodiscard]] Position position(std::uint32_t sequence) const noexcept;
  void start_at(std::uint32_t sequence) noexcept;
  void open(const TcpSegment& segment, StreamSink& sink);
  void pick_up(const TcpSegment& segment) noexcept;
  void restart(std::uint32_t sequence, const SegmentOrigin& origin, StreamSink& sink);
  bool is_far(std::uint32_t first, const SegmentOrigin& origin, StreamSink& sink);
  void data(Position begin, const TcpSegment& segment, StreamSink& sink);
  void compare(Position begin, const TcpSegment& segment, StreamSink& sink);
  bool place(Position begin, Position end, Bytes bytes, const SegmentOrigin& origin, StreamSink& sink);
  bool store(Position begin, Position end, Bytes bytes, const SegmentOrigin& origin, StreamSink& sink);
  void hand_on(Bytes bytes, std::uint64_t size, const SegmentOrigin& origin, StreamSink& sink);
  void skip_to(Position to, StreamGap::Kind kind, const SegmentOrigin& origin, StreamSink& sink);
  void drain(StreamSink& sink);
  void give_up_acknowledged(const SegmentOrigin& origin, StreamSink& sink);
  void report_gap(StreamGap::Kind kind, std::uint64_t bytes, const SegmentOrigin& origin, StreamSink& sink);
  void release() noexcept;

  StreamBudget* budget_;
  Position next_ = 0;          ///< Of the first byte that was not handed on.
  Position first_ = 0;         ///< Of the first byte of the stream, as far as known.
  Position acknowledged_ = 0;  ///< The receiver has everything before it.
  std::optional<Position> end_;
  Pieces pieces_;  ///< In order, not overlapping, all behind `next_`.
  std::size_t stored_ = 0;
  std::array<Handed, 8> handed_{};
  std::uint8_t handed_at_ = 0;
  std::uint8_t far_ = 0;  ///< Segments out of window one after another.
  bool started_ = false;
  bool from_start_ = false;
  bool tentative_ = false;  ///< Picked up from a packet without data, which may have been a keep-alive.
  bool reset_ = false;
  std::optional<std::uint32_t> early_acknowledgement_;  ///< Before the first packet of this direction.
  Counters counters_;
};

}  // namespace bulkhead

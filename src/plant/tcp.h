#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "plant/world.h"

namespace bulkhead::plant {

enum class Side : std::uint8_t { client, server };

/// One TCP connection between two simulated hosts (RFC 9293): handshake with the options of each host's stack,
/// segments, delayed or piggybacked acknowledgements, the occasional lost segment that is sent again, an orderly or
/// abrupt end.
///
/// Both ends are driven from outside, in the order of time: `say` puts octets on the wire and returns when they
/// arrived.
class Tcp {
 public:
  struct Options {
    std::optional<std::size_t> story;
    double loss = 0.002;  ///< Share of segments with data that are sent twice.
    std::optional<std::uint16_t> client_port;
  };
  Tcp(World& world, End client, End server, std::uint16_t port, const Options& options, Random& random);

  /// The handshake; returns when the connection stands.
  std::int64_t open(std::int64_t time_ns);
  /// A SYN that is answered by a reset.
  std::int64_t refused(std::int64_t time_ns);
  /// A SYN that nobody answers, and its repetitions after 1, 2 and 4 seconds.
  std::int64_t unanswered(std::int64_t time_ns, unsigned attempts = 3);
  /// `octets` from one side, cut into segments.
  std::int64_t say(Side side, std::int64_t time_ns, Bytes octets);
  /// FIN from both sides.
  void close(Side side, std::int64_t time_ns);
  void reset(Side side, std::int64_t time_ns);
  /// Sends the acknowledgements that are due by `time_ns`.
  void settle(std::int64_t time_ns);

  [[nodiscard]] std::int64_t last_ns() const noexcept { return last_ns_; }
  [[nodiscard]] std::uint16_t client_port() const noexcept { return ends_[0].port; }

 private:
  struct Party {
    End end;
    std::uint16_t port = 0;
    std::uint32_t sequence = 0;  ///< Of the next octet it sends.
    std::optional<std::int64_t> ack_due_ns;
    unsigned unacknowledged = 0;
    std::uint32_t echo = 0;  ///< Timestamp it saw last.
  };
  Party& party(Side side) { return ends_.at(static_cast<std::size_t>(side)); }
  static Side other(Side side) { return side == Side::client ? Side::server : Side::client; }
  void segment(Side side, std::int64_t time_ns, unsigned flags, Bytes data,
               std::optional<std::uint32_t> sequence = std::nullopt);
  [[nodiscard]] Octets options_of(const Party& party, std::int64_t time_ns, bool syn) const;
  void acknowledge(Side side, std::int64_t time_ns);
  std::int64_t transit();

  World& world_;
  Options options_;
  Random& random_;
  std::array<Party, 2> ends_;
  bool timestamps_ = false;
  unsigned scale_ = 0;
  std::int64_t last_ns_ = INT64_MIN;
};

}  // namespace bulkhead::plant

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "event/flow.h"
#include "protocol/protocol.h"

namespace bulkhead {

/// One side of a conversation, by who spoke first.
enum class Side : std::uint8_t { first, second };
constexpr Side other(Side side) noexcept {
  return side == Side::first ? Side::second : Side::first;
}

/// The protocols of one kind of carrier in the order in which they are tried on a pair of numbers.
class Candidates {
 public:
  explicit Candidates(std::span<const Protocol* const> protocols);
  struct Candidate {
    const Protocol* protocol;
    bool own_number;  ///< One of the two numbers is the protocol's own.
  };
  /// Calls `visit(candidate)` for each, those with a number of their own first, until it says true.
  template <class Visit>
  void visit(Carrier::Kind kind, std::uint16_t a, std::uint16_t b, Visit visit) const {
    for (const Entry& entry : of(kind))
      if ((entry.has(a) || entry.has(b)) && visit(Candidate{entry.protocol, true})) return;
    for (const Entry& entry : of(kind))
      if (!entry.has(a) && !entry.has(b) && visit(Candidate{entry.protocol, false})) return;
  }
  /// Whether the number is the protocol's own on this carrier.
  [[nodiscard]] bool is_own(const Protocol& protocol, Carrier::Kind kind, std::uint16_t number) const noexcept;

 private:
  struct Entry {
    const Protocol* protocol;
    std::vector<std::uint16_t> numbers;
    [[nodiscard]] bool has(std::uint16_t number) const noexcept;
  };
  [[nodiscard]] std::span<const Entry> of(Carrier::Kind kind) const noexcept {
    return by_kind_.at(static_cast<std::size_t>(kind));
  }
  std::array<std::vector<Entry>, 5> by_kind_;
};

/// What dissecting costs when it goes wrong, summed over all conversations and shown.
struct DissectorCounters {
  std::uint64_t pdus = 0;
  std::uint64_t resynchronised_bytes = 0;  ///< Skipped to find the next PDU after a loss.
  std::uint64_t oversized = 0;             ///< PDUs beyond their protocol's bound.
  std::uint64_t given_up = 0;              ///< Conversations whose framing never came back.
};

/// Turns the payload of one conversation into PDUs and gives them to the protocol that claims it.
///
/// Recognition, buffering, *need more*, gaps and resynchronising live here, once for all protocols.
class Dissector {
 public:
  struct Shared {
    const Candidates& candidates;
    const Subscriptions& subscriptions;
    DissectorCounters& counters;
  };
  /// What is known of the conversation when payload comes.
  struct Context {
    Carrier::Kind kind;
    std::uint16_t number_first,
        number_second;  ///< Ports (or EtherType) of the side that spoke first, and of the other.
  };

  /// In-order stream bytes. `origin` names the frame they came with; its direction, PDU number and bytes are set here.
  void stream(const Shared& shared, const Context& context, Side from, Bytes bytes, Origin& origin);
  /// `lost` bytes of a stream will never come.
  void gap(const Shared& shared, Side from, std::uint64_t lost);
  /// A datagram, or what an EtherType carries. `on_wire` is its length before a capture cut it.
  void datagram(const Shared& shared, const Context& context, Side from, Bytes bytes, std::size_t on_wire,
                Origin& origin);
  void end(const Shared& shared, Origin& origin);

  [[nodiscard]] const Protocol* protocol() const noexcept { return protocol_; }
  /// Nobody claimed the conversation and nobody will.
  [[nodiscard]] bool unclaimed() const noexcept { return state_ == State::unclaimed; }
  [[nodiscard]] ClientReason client_reason() const noexcept { return reason_; }
  [[nodiscard]] Side client() const noexcept { return client_; }
  /// The side that opened the connection: client, until the protocol itself says otherwise.
  void opened_by(Side side) noexcept;
  [[nodiscard]] bool waiting() const noexcept { return !halves_[0].buffer.empty() || !halves_[1].buffer.empty(); }

 private:
  enum class State : std::uint8_t { new_conversation, claimed, unclaimed };
  struct Half {
    std::vector<std::uint8_t> buffer;  ///< A PDU that spans segments, or what nobody claimed yet.
    std::size_t wanted = 0;
    std::uint64_t first_frame = 0;  ///< Where the buffer's first byte came from.
    std::uint64_t last_frame = 0;   ///< Where its last byte came from, while nobody has claimed.
    std::int64_t last_time_ns = 0;
    unsigned chunks = 0;  ///< Looked at without a claim.
    bool lost = false;    ///< The framing; the next PDU is searched for.
  };

  /// Several protocols share an EtherType between the same two stations: PROFINET's real time and its discovery. Whose
  /// frame it is takes the turn; the other waits with its session.
  void take_turns(const Shared& shared, const Context& context, Bytes bytes);
  void claim(const Protocol& protocol, const Context& context, const Candidates& candidates);
  void try_to_claim(const Shared& shared, const Context& context, Bytes bytes, bool last_chance);
  /// Cuts PDUs off the front of `bytes`; returns how many bytes it took.
  std::size_t cut(const Shared& shared, Side from, Bytes bytes, Origin& origin);
  std::size_t search(const Shared& shared, Half& half, Bytes bytes);
  [[nodiscard]] bool is_filled(Side from, Bytes bytes) const;
  void deliver(const Shared& shared, Side from, Bytes pdu, std::size_t on_wire, Origin& origin);
  [[nodiscard]] Direction direction_of(Side from) const noexcept;

  const Protocol* protocol_ = nullptr;
  std::unique_ptr<Session> session_;
  std::vector<std::pair<const Protocol*, std::unique_ptr<Session>>> parked_;
  std::array<Half, 2> halves_;
  State state_ = State::new_conversation;
  ClientReason reason_ = ClientReason::unknown;
  Side client_ = Side::first;
};

}  // namespace bulkhead

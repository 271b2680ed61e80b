#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "event/event.h"

namespace bulkhead {

/// Why one end of a conversation is called its client.
enum class ClientReason : std::uint8_t {
  unknown,   ///< Nothing told; who is client is not said.
  protocol,  ///< The protocol's own requests and responses.
  syn,       ///< It opened the TCP connection.
  port,      ///< The other end has the port that this protocol listens on.
};
std::string_view name(ClientReason reason) noexcept;  ///< "protocol"
std::optional<ClientReason> client_reason_named(std::string_view name) noexcept;

/// A conversation, said once: when it ends, or when the capture does. In the origin stand its ends, source the client
/// where that is known, else the one that spoke first; `frame` and `first_frame` are its first, `time_ns` is its first
/// frame's.
struct Flow {
  std::string_view transport;               ///< "tcp", "udp", "ethertype", "llc", "ip".
  std::optional<std::uint16_t> number;      ///< EtherType, LLC service access point or IP protocol.
  std::optional<std::string_view> service;  ///< Our protocol that claimed it.
  std::optional<std::string_view> label;    ///< What the traffic classifier takes it for: an opinion.
  ClientReason client = ClientReason::unknown;
  std::uint16_t space = 0;                      ///< Address space of both ends.
  std::uint64_t duration_ns = 0;                ///< First to last frame.
  std::uint64_t frames_out = 0, frames_in = 0;  ///< Sent by the source, by the destination; copies not counted.
  std::uint64_t bytes_out = 0, bytes_in = 0;    ///< On the wire, link headers included.
  std::uint64_t payload_out = 0, payload_in = 0;
  bool opening_seen = false;  ///< TCP: a SYN was seen.
  bool answered = false;      ///< TCP: the other end acknowledged; else: it sent something.
  bool reset = false;
  std::uint64_t copies = 0;  ///< Frames that another mirror, tag, tunnel or hop had shown already.
  std::uint64_t retransmitted = 0, out_of_order = 0;  ///< TCP segments.
  std::uint64_t lost_bytes = 0;                       ///< Acknowledged by the receiver and never seen here.
  std::uint64_t gaps = 0;                             ///< Places where the stream was joined again after a loss.
  std::uint64_t overlap_conflicts = 0;                ///< Retransmitted bytes that differed from the first.
  std::uint64_t cut_frames = 0;                       ///< Frames of which the capture kept only part.
  static const Schema schema;
};

/// How one capture saw a conversation: said with it, once for each capture that did.
struct FlowView {
  std::uint16_t point = 0;  ///< Capture point.
  std::uint64_t frames_out = 0, frames_in = 0;
  std::optional<std::uint64_t> vlan_out, vlan_in;
  std::optional<std::uint64_t> hop_limit_out, hop_limit_in;  ///< Of the first frame each way: tells the hops between.
  static const Schema schema;
};

/// The same frame, seen again: by another mirror, under another tag, in a tunnel, or past a router.
struct CopySeen {
  std::string_view reason;  ///< "capture_point", "vlan", "tunnel", "router", "mirror_both_directions".
  std::uint64_t original_capture = 0;
  std::uint64_t original_frame = 0;
  std::int64_t delay_ns = 0;
  /// Where the copies stand before and after one router, exactly one hop apart: its card that sent the later one on,
  /// and its card that the earlier one was sent to. Said once for each direction of a conversation.
  std::optional<MacAddress> router_out, router_in;
  static const Schema schema;
};

/// Schemas of what the pipeline says of conversations and frames.
std::span<const Schema* const> flow_schemas() noexcept;

}  // namespace bulkhead

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "event/event.h"
#include "event/flow.h"

namespace bulkhead {

/// One end of a conversation without its port: an address in its address space. Without IP it is its MAC.
struct Party {
  std::uint16_t space = 0;
  IpAddress ip;
  std::optional<MacAddress> mac;  ///< The station's own only on its own segment; a router's beyond one.

  /// Same address: the MAC counts only where there is no IP.
  [[nodiscard]] bool same_address(const Party& other) const noexcept;
  [[nodiscard]] bool is_group() const noexcept;
};
std::string to_text(const Party& party);

/// How often one operation was asked of one station in a conversation.
struct OperationUse {
  Operation operation = Operation::unknown;
  std::string station;         ///< "unit 5", "slot 1"; empty where the server itself was meant.
  std::uint64_t asked = 0;     ///< Requests seen.
  std::uint64_t answered = 0;  ///< Responses and unasked reports seen.
  std::uint64_t refused = 0;   ///< Of the answers, those that said no.
  Citation first;              ///< The first request, or the first answer where no request was seen.
  std::int64_t last_ns = 0;
};

/// How one capture saw a conversation.
struct Sighting {
  std::uint32_t capture = 0;
  std::uint16_t point = 0;
  std::uint64_t first_frame = 0;
  std::uint64_t frames_out = 0, frames_in = 0;  ///< From the client, from the server.
  std::optional<std::uint16_t> vlan;
};

/// All that two parties said to each other in one service.
struct Conversation {
  std::uint64_t id = 0;  ///< Hash of its ends and service: the same in every run.
  Party client, server;  ///< Where `client_reason` is unknown: in the order in which they spoke.
  ClientReason client_reason = ClientReason::unknown;
  std::string transport;              ///< "tcp", "udp", "ethertype", "llc", "ip".
  std::optional<std::uint16_t> port;  ///< Of the server; the EtherType or IP protocol without ports.
  std::string service;                ///< Innermost protocol of ours that read it ("s7comm"); else empty.
  std::string label;                  ///< The classifier's opinion; empty where it has none.
  bool operations_known =
      false;  ///< Whether its messages are read. Where not, nothing may be said of what it does not do.
  bool answered = false;
  std::uint64_t flows = 0;
  std::uint64_t frames_out = 0, frames_in = 0, bytes_out = 0, bytes_in = 0;
  std::uint64_t lost_bytes = 0, gaps = 0, faults = 0, unanswered = 0, retransmitted = 0, copies = 0;
  bool opening_seen = false, reset = false;
  std::int64_t first_ns = 0, last_ns = 0;
  std::optional<std::int64_t> period_ns;  ///< The usual time between requests (or reports), where there is one.
  Citation first;                         ///< Its first frame.
  std::vector<OperationUse> operations;   ///< By operation, then station.
  std::vector<Sighting> sightings;

  [[nodiscard]] const OperationUse* use_of(Operation operation) const noexcept;
  [[nodiscard]] bool does(OperationClass operation_class) const noexcept;
  /// The operation that tells most of it: program before disrupt before change before observe before session, what was
  /// asked before what was only reported. Null where no message was understood.
  [[nodiscard]] const OperationUse* telling_use() const noexcept;
  /// Where to look it up: the first message of its most telling operation, else its first frame.
  [[nodiscard]] Citation witness() const noexcept;
};

/// A link and network address that were seen together in one frame's header: the sender's own only on its own segment.
struct AddressPair {
  std::uint16_t space = 0;
  MacAddress mac;
  IpAddress ip;
  std::uint64_t frames = 0;
  std::optional<std::uint16_t> vlan;
  std::optional<std::uint8_t> hop_limit;
  Citation first;
};

/// One capture file as it was read: what the report says of it.
struct CaptureRecord {
  std::uint32_t id = 0;    ///< Row in the store; what citations name.
  std::string name;        ///< File name.
  std::string sha256;      ///< Lower-case hexadecimal.
  std::uint64_t size = 0;  ///< Bytes of the file.
  std::string point_name;  ///< Capture point.
  std::string space_name;  ///< Address space, where site.yml names one; else empty.
  std::int64_t modified =
      0;  ///< Modification time of the file, as the system counts it: to know it again without reading.
  std::uint16_t point = 0, space = 0;
  std::int64_t clock_offset_ns = 0;
  std::uint64_t clock_offset_frames = 0;  ///< Frames shared with another capture, from which the offset was estimated.
  std::string ending;                     ///< "read", "cut_off", "damaged", "link_type_not_supported", "not_a_capture".
  std::uint64_t ending_frame = 0, ending_offset = 0;
  std::string ending_detail;
  std::uint64_t frames = 0, bytes = 0;
  std::optional<std::int64_t> first_ns, last_ns;
  std::uint64_t times_not_believed = 0, clock_steps = 0, cut = 0, copies = 0, undecoded_link = 0, bad_headers = 0;
  std::uint64_t bad_ip_checksums = 0, bad_transport_checksums = 0, fragments = 0, interface_drops = 0;
};

/// Makes one of conversations that were summed up apart: captures read at different times.
void unite(std::vector<Conversation>& conversations);

/// Everything that was observed of the network, without a judgement.
struct Traffic {
  std::vector<CaptureRecord> captures;
  std::vector<Conversation> conversations;  ///< By first sight.
  std::vector<AddressPair> pairs;
  std::uint64_t frames = 0, copies = 0, flows = 0, flows_evicted = 0, stream_holes_skipped = 0, fragments_dropped = 0,
                resynchronised_bytes = 0, conversations_dropped = 0;
  std::vector<std::pair<std::string, std::uint64_t>> faults;  ///< Parse faults by protocol.

  /// What an address space is known by from run to run: its names in site.yml, else its capture points. In order.
  [[nodiscard]] std::vector<std::string> names_of_space(std::uint16_t space) const;
};

}  // namespace bulkhead

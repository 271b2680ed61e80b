#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "event/flow.h"
#include "net/defragment.h"
#include "net/packet.h"
#include "net/tcp_stream.h"
#include "pipeline/copies.h"
#include "pipeline/dissector.h"
#include "pipeline/flow_table.h"
#include "pipeline/label.h"
#include "pipeline/pipeline.h"

namespace bulkhead {

/// Where a frame stands: on the time line, in its file, at its capture point.
struct FramePlace {
  std::uint32_t capture = 0;
  std::uint16_t point = 0;
  std::uint16_t space = 0;
  std::uint64_t number = 0;    ///< In its file.
  std::uint64_t position = 0;  ///< On the time line, counted from 1.
  std::int64_t time_ns = 0;
  std::size_t on_wire = 0;
  std::size_t captured = 0;
};

/// What tells one conversation from another; both directions have one.
struct FlowKey {
  IpAddress low, high;           ///< Ordered with their ports.
  MacAddress mac_low, mac_high;  ///< Without IP.
  std::uint16_t port_low = 0, port_high = 0;
  std::uint16_t number = 0;  ///< IP protocol, EtherType or LLC service access point, where there are no ports.
  std::uint16_t space = 0;
  std::uint8_t kind = 0;
  bool operator==(const FlowKey&) const = default;
};
FlowKey flow_key(const Packet& packet, std::uint16_t space) noexcept;
std::uint64_t hash(const FlowKey& key) noexcept;

/// What a packet is looked up by.
struct PacketHashes {
  std::uint64_t flow = 0;     ///< Of its key.
  std::uint64_t content = 0;  ///< Its fingerprint.
};
PacketHashes hashes_of(const Packet& packet, std::uint16_t space) noexcept;

/// Which shard a packet belongs to: both directions of a conversation, every fragment and every copy to the same.
std::size_t shard_of(const Packet& packet) noexcept;

/// The conversations of one shard: flow table, reassembly, dissecting. One thread at a time.
class Shard {
 public:
  Shard(const Candidates& candidates, std::span<const Schema* const> schemas, std::span<Consumer* const> consumers,
        const RunOptions& options, const std::vector<CaptureInput>& inputs);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// `hashes` are those of the packet. `labeller` may be null; it belongs to the calling worker.
  void packet(const Packet& decoded, const FramePlace& place, const PacketHashes& hashes, Labeller* labeller);
  /// Says that a packet of those hashes comes soon: what it will touch is asked for, one step after another, some
  /// packets apart. Waiting for memory is most of what a packet costs.
  void expect_places(const PacketHashes& hashes) const noexcept;
  void expect_conversation(const PacketHashes& hashes) const noexcept;
  void expect_streams(const PacketHashes& hashes) const noexcept;
  /// Ends every conversation, longest silent first.
  void finish(Labeller* labeller);

  [[nodiscard]] RunCounters counters() const noexcept;
  /// Copies met, by capture.
  [[nodiscard]] std::span<const std::uint64_t> copies() const noexcept { return copies_by_capture_; }
  [[nodiscard]] std::uint64_t fragments() const noexcept { return fragments_; }

 private:
  struct Tcp {
    explicit Tcp(StreamBudget& budget) : streams{TcpStream{budget}, TcpStream{budget}} {}
    std::array<TcpStream, 2> streams;
  };
  struct Conversation;
  class Deliver;

  static bool is_over(const Conversation& conversation, std::int64_t now_ns) noexcept;
  Conversation& conversation_of(const Packet& packet, const FramePlace& place, std::uint64_t flow, Side& from);
  void count(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from, bool is_copy);
  void tcp(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from);
  void datagram(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from);
  void say_copy(Conversation& conversation, const Copies::Copy& copy, const Packet& packet, const FramePlace& place,
                Side from);
  void close(Conversation& conversation);
  [[nodiscard]] Origin origin_of(const Conversation& conversation, const FramePlace& place, Side from) const;

  const Candidates& candidates_;
  Subscriptions subscriptions_;
  const RunOptions& options_;
  Labeller* labeller_ = nullptr;  ///< For the length of a call.
  DissectorCounters dissector_counters_;
  RunCounters counters_;
  std::uint64_t fragments_ = 0;
  std::vector<std::uint64_t> copies_by_capture_;
  Copies copies_;
  Defragmenter defragmenter_;
  StreamBudget budget_;
  FlowTable<Conversation> conversations_;
};

}  // namespace bulkhead

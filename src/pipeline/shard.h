#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "event/flow.h"
#include "net/defragment.h"
#include "net/packet.h"
#include "net/tcp_stream.h"
#include "pipeline/copies.h"
#include "pipeline/dissector.h"
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

/// Which shard a packet belongs to: both directions of a conversation, and every copy, to the same.
std::size_t shard_of(const Packet& packet) noexcept;

/// The conversations of one shard: flow table, reassembly, dissecting. One thread at a time.
class Shard {
 public:
  Shard(const Candidates& candidates, std::span<const Schema* const> schemas, std::span<Consumer* const> consumers,
        const RunOptions& options, const std::vector<CaptureInput>& inputs);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// `labeller` may be null; it belongs to the calling worker.
  void packet(const Packet& packet, const FramePlace& place, Labeller* labeller);
  /// Ends every conversation, longest silent first.
  void finish(Labeller* labeller);

  [[nodiscard]] RunCounters counters() const noexcept;
  /// Copies met, by capture.
  [[nodiscard]] std::span<const std::uint64_t> copies() const noexcept { return copies_by_capture_; }
  [[nodiscard]] std::uint64_t fragments() const noexcept { return fragments_; }

 private:
  struct Key {
    IpAddress low, high;           ///< Ordered, so that both directions have one key.
    MacAddress mac_low, mac_high;  ///< Without IP.
    std::uint16_t port_low = 0, port_high = 0;
    std::uint16_t number = 0;  ///< IP protocol, EtherType or LLC service access point.
    std::uint16_t space = 0;
    std::uint8_t kind = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Tcp {
    explicit Tcp(StreamBudget& budget) : streams{TcpStream{budget}, TcpStream{budget}} {}
    std::array<TcpStream, 2> streams;
  };
  struct Conversation;
  class Deliver;

  Conversation& conversation_of(const Packet& packet, const FramePlace& place, Side& from);
  void count(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from, bool is_copy);
  void tcp(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from);
  void datagram(Conversation& conversation, const Packet& packet, const FramePlace& place, Side from);
  void say_copy(const Conversation& conversation, const Copies::Copy& copy, const Packet& packet,
                const FramePlace& place);
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
  std::list<Conversation> conversations_;  ///< Longest silent first.
  std::unordered_map<Key, std::list<Conversation>::iterator, KeyHash> by_key_;
};

}  // namespace bulkhead

#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/packet.h"

namespace bulkhead {

/// A datagram whose fragments have all come.
struct Datagram {
  Bytes data;  ///< A view, valid until the next call of the defragmenter. Ends where the capture cut a fragment.
  std::size_t on_wire = 0;  ///< The length of the whole datagram's data.
  std::uint8_t ip_protocol = 0;
};

/// Puts IPv4 (RFC 791, 3.2) and IPv6 (RFC 8200, 4.5) datagrams together from their fragments.
///
/// Bounded in datagrams, in bytes and, by the time of the capture, in how long it waits. Where fragments overlap, what
/// came first stands, and it is counted. Fragments of different frames of one capture only: one defragmenter a shard.
class Defragmenter {
 public:
  struct Bounds {
    std::size_t datagrams = 1024;
    std::size_t bytes = 16U << 20U;
    std::int64_t wait_ns = 60'000'000'000;  ///< RFC 8200, 4.5.
  };
  struct Counters {
    std::uint64_t fragments = 0;
    std::uint64_t whole = 0;       ///< Datagrams put together.
    std::uint64_t malformed = 0;   ///< Fragments of a length or place that no datagram has.
    std::uint64_t duplicates = 0;  ///< Fragments that brought nothing new.
    std::uint64_t overlaps = 0;    ///< Fragments of which a part had come before.
    std::uint64_t conflicts = 0;   ///< The same place came again with other bytes.
    std::uint64_t expired = 0;     ///< Datagrams given up after the wait.
    std::uint64_t evicted = 0;     ///< Datagrams given up for want of room.
  };

  Defragmenter() : Defragmenter(Bounds{}) {}
  explicit Defragmenter(const Bounds& bounds) : bounds_(bounds) {}

  /// Takes a packet whose `fragment` is set; gives the datagram when this was its last missing piece. To read it, set
  /// `packet.ip_protocol` from it and call `decode_transport`.
  std::optional<Datagram> add(const Packet& packet, std::int64_t time_ns);

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  /// Datagrams that wait for fragments, and the bytes they hold.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

 private:
  struct Key {
    IpAddress source, destination;
    std::uint32_t identification = 0;
    std::uint8_t protocol = 0;  ///< IPv4 only: part of the key there.
    auto operator<=>(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct Assembly {
    Key key;
    std::int64_t started_ns = 0;
    std::vector<std::uint8_t> bytes;
    std::vector<Range> ranges;          ///< What has come: in order, merged where they touch.
    std::optional<std::size_t> total;   ///< Known from the last fragment.
    std::optional<std::size_t> cut_at;  ///< The first byte that the capture did not keep.
    std::uint8_t ip_protocol = 0;
  };
  using Waiting = std::list<Assembly>;

  void expire(std::int64_t time_ns);
  Assembly& find(const Packet& packet, std::int64_t time_ns);
  void make_room(std::size_t bytes, const Assembly& keep);
  void give_up(Waiting::iterator assembly);
  void insert(Assembly& assembly, const Packet& packet);
  static bool is_whole(const Assembly& assembly) noexcept;

  Bounds bounds_;
  Waiting waiting_;  ///< Oldest first.
  std::unordered_map<Key, Waiting::iterator, KeyHash> index_;
  std::size_t held_ = 0;
  std::vector<std::uint8_t> finished_;
  Counters counters_;
};

}  // namespace bulkhead

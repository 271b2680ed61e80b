#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "net/packet.h"

namespace bulkhead {

/// Recognises frames that were seen already: through another mirror, in both directions of one, under another VLAN tag,
/// in a tunnel, before or after a router, on the other network of a redundant pair.
///
/// True repeats are never taken for copies: a frame is one only where something tells it from a repeat: another capture
/// point that has not shown it yet, another tag, tunnel or hop, or a counter of its own (the IPv4 identification) that
/// came twice at once. Memory is fixed; what it has forgotten is taken for new.
class Copies {
 public:
  struct Copy {
    std::string_view reason;  ///< As in `CopySeen::reason`.
    std::uint32_t capture;    ///< Of the first one.
    std::uint64_t frame;
    std::int64_t delay_ns;
  };

  Copies();
  /// Asks for the memory of a frame's place, before it is seen.
  void prefetch(std::uint64_t fingerprint) const noexcept;
  /// The frame that `packet` is a copy of; nothing where it is new. `fingerprint` is its content's.
  std::optional<Copy> see(const Packet& packet, std::uint64_t fingerprint, std::uint16_t point, std::uint32_t capture,
                          std::uint64_t frame, std::int64_t time_ns);

 private:
  struct Context {
    std::uint16_t point = 0;
    std::uint16_t vlan = 0;
    std::uint8_t vlan_count = 0, tunnel_count = 0, hop_limit = 0;
    bool prp = false;
    bool operator==(const Context&) const = default;
  };
  struct alignas(64) Entry {
    std::uint64_t fingerprint = 0;
    std::int64_t time_ns = 0;
    std::uint64_t frame = 0;
    std::uint32_t capture = 0;
    Context first;
    std::array<Context, 3> others;  ///< Contexts in which copies of it were seen.
    std::uint8_t other_count = 0;
  };
  static std::optional<std::string_view> reason(const Entry& entry, const Context& context, bool counted,
                                                std::int64_t delay_ns);

  // A handful of places for each frame, told apart by tags that lie together: a new frame, the usual case, touches one
  // line of memory to be known as new.
  std::vector<std::uint32_t> tags_;
  std::vector<std::uint8_t> next_;  ///< Of each bucket: the place that is overwritten next, its oldest.
  std::vector<Entry> entries_;
};

}  // namespace bulkhead

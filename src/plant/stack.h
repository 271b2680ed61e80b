#pragma once

#include <cstdint>
#include <string_view>

namespace bulkhead::plant {

/// Habits of a TCP/IP implementation, as a passive observer sees them.
struct Stack {
  enum class Identification : std::uint8_t { counting, random, zero };
  std::string_view name;
  std::uint8_t hop_limit;
  std::uint16_t window;
  std::uint8_t window_scale;  ///< 0: does not offer it.
  bool selective_ack;
  bool timestamps;
  bool may_fragment;
  Identification identification;
  std::int64_t ack_delay_ns;  ///< How long an acknowledgement waits for data to travel with.
  std::int64_t answer_ns;     ///< Typical time from a request to its answer.
};

/// "windows", "linux", "siemens", "rockwell", "schneider", "omron", "ios", "embedded"; null for any other.
const Stack* find_stack(std::string_view name) noexcept;

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::mrp {

/// One frame of a ring's redundancy.
struct Frame {
  Operation operation = Operation::report;
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> kind;
  std::optional<std::uint16_t> sequence;
  std::optional<Bytes> domain;           ///< UUID of the ring; all ones is the default domain.
  std::optional<MacAddress> device_mac;  ///< Of the device; the frame comes from one of its ports.
  std::optional<std::string_view> role;
  std::optional<std::uint16_t> priority;  ///< Of a manager: less wins.
  std::optional<std::uint16_t> port_role, ring_state, transitions;
  std::optional<std::uint16_t> interval;  ///< Milliseconds until the change takes effect.
  std::optional<std::uint16_t> interconnection;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::mrp

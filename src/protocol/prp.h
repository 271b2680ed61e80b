#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::prp {

/// A node of two networks, or of a ring, says that it is there.
struct Supervision {
  Operation operation = Operation::report;
  std::optional<std::uint16_t> path, supervision_version, sequence;
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> kind;
  std::optional<MacAddress> node_mac;
  std::optional<MacAddress> second_mac;  ///< Of the node's other port, in the oldest version.
  std::optional<MacAddress> red_box_mac;
  std::optional<std::string_view> role;
  static const Schema schema;
};

/// The box through which a node without two ports takes part.
struct RedBox {
  std::optional<MacAddress> red_box_mac;
  std::optional<std::string_view> role;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::prp

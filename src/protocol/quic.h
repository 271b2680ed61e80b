#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::quic {

/// One packet with a long header: those of the handshake. All that follows is encrypted and gives no event.
struct Packet {
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> version;
  std::optional<std::string_view> packet_type;
  std::optional<std::uint64_t> length;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::quic

#pragma once

#include <cstdint>
#include <optional>

#include "protocol/protocol.h"

namespace bulkhead::ntp {

/// One message of a client or a server.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> ntp_version, mode, stratum;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ntp

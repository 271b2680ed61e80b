#pragma once

#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::ssh {

/// The line with which each end begins; all that follows is encrypted before long.
struct Banner {
  Operation operation = Operation::session_open;
  std::optional<std::string_view> software;  ///< Protocol version, program and comment as sent.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ssh

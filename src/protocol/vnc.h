#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::vnc {

/// The version with which each end begins. What follows is a screen, and not read.
struct Greeting {
  Operation operation = Operation::session_open;
  std::optional<std::string_view> version;  ///< "003.008".
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::vnc

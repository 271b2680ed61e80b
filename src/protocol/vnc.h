#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::vnc {

/// The version with which each end begins.
struct Greeting {
  Operation operation = Operation::session_open;
  std::optional<std::string_view> version;  ///< "003.008".
  static const Schema schema;
};

/// What the server says of its desktop once the client is let in. What follows is a screen, and not read.
struct Desktop {
  std::optional<std::uint16_t> width, height;  ///< Pixels.
  std::optional<std::string_view> desktop;     ///< "panel-3:0".
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::vnc

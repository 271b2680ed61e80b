#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::telnet {

/// The negotiation of options with which a session begins. What is typed and shown is not kept.
struct Negotiation {
  Operation operation = Operation::session_open;
  std::optional<std::uint64_t> options;  ///< How many are offered or refused in this piece.
  std::optional<std::string_view> weakness;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::telnet

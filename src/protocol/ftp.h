#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::ftp {

/// One line of the control connection: a command, or a reply.
struct Line {
  Operation operation = Operation::unknown;
  std::optional<std::string_view> command;  ///< "RETR"; its argument only where it is no secret.
  std::optional<std::uint16_t> reply;
  std::optional<std::string_view> greeting;  ///< Text of a reply 220: what the server says it is.
  std::optional<Secret> user, password;
  std::optional<std::string_view> weakness;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ftp

#pragma once

#include <cstdint>
#include <optional>

#include "protocol/protocol.h"

namespace bulkhead::rdp {

/// A client's first message: a connection request of X.224 with a cookie that names the user, and what it offers.
struct Request {
  Operation operation = Operation::session_open;
  std::optional<Secret> user;
  std::optional<std::uint32_t> offered;  ///< Security protocols: 0 standard, 1 TLS, 2 CredSSP.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::rdp

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::http {

/// The head of a request or response. Bodies are not read.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::string_view> method;
  std::optional<std::uint16_t> status;
  std::optional<std::string_view> host;  ///< Whom the client means.
  std::optional<std::string_view> user_agent;
  std::optional<std::string_view> server;
  std::optional<std::string_view> upgrade;  ///< "websocket" ...
  std::optional<Secret> credentials;        ///< Of basic authentication.
  std::optional<std::string_view> weakness;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::http

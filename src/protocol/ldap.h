#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::ldap {

/// One message to a directory, or of it.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> message_id;
  std::optional<std::string_view> request;    ///< In the specification's words.
  std::optional<std::string_view> mechanism;  ///< How a client logs on: "simple", or the one of SASL.
  std::optional<Secret> user, password;       ///< Of a simple bind.
  std::optional<std::uint32_t> refusal;       ///< Result code, where it says no.
  std::optional<bool> sealed;                 ///< Signed or encrypted by the mechanism: nothing of it is read.
  std::optional<std::string_view> weakness;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ldap

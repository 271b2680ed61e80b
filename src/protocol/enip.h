#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::enip {

/// One encapsulation message.
struct Message {
  std::optional<std::uint16_t> command;
  std::optional<std::string_view> command_name;
  std::optional<Operation> operation;  ///< Not of those that carry CIP, which has operations of its own.
  std::optional<std::uint32_t> session;
  std::optional<std::uint32_t> status;   ///< 0 is success.
  std::optional<std::uint32_t> refusal;  ///< The status, where it is not success.
  std::optional<std::string_view> refusal_name;
  std::optional<std::uint32_t> connection_id;
  std::optional<std::uint16_t> sequence;         ///< Of the connection, before a connected CIP message.
  std::optional<std::string_view> service_name;  ///< What a List Services answer names.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::enip

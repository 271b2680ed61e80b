#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::s7comm_plus {

/// One message, or a part of one.
struct Message {
  std::optional<std::uint8_t> version;  ///< 1 session set-up, 2 plain, 3 with integrity, 254 system event.
  std::optional<std::uint8_t> opcode;   ///< 0x31 request, 0x32 response, 0x33 notification.
  std::optional<std::string_view> opcode_name;
  std::optional<std::uint16_t> function;
  std::optional<std::string_view> function_name;
  std::optional<Operation> operation;  ///< None of a part that is not the first.
  std::optional<std::uint16_t> sequence;
  std::optional<std::uint32_t> session;
  static const Schema schema;
};

/// What a controller, or who opens a session with it, says of itself.
struct Identity {
  std::optional<std::string_view> order_number, firmware;
  std::optional<std::string_view> host, application;
  std::optional<Secret> user;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::s7comm_plus

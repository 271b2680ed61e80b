#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::fins {

/// One command or its response.
struct Message {
  std::optional<std::uint8_t> transaction;
  std::optional<std::uint16_t> command;  ///< Main code and sub-code.
  std::optional<std::string_view> command_name;
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> destination_network, destination_node, destination_unit;
  std::optional<std::uint8_t> source_network, source_node, source_unit;
  std::optional<std::uint8_t> station;  ///< Node of the controller, where it lies in a network behind its end.
  std::optional<std::uint16_t> end_code;
  std::optional<std::uint16_t> refusal;
  std::optional<std::uint8_t> area;
  std::optional<std::uint16_t> address, quantity;
  static const Schema schema;
};

/// What opens, confirms or refuses a connection over TCP.
struct Connection {
  Operation operation = Operation::session_open;
  std::optional<std::uint32_t> command;  ///< 0 the client's node, 1 the server's, 3 an error, 6 a confirmation.
  std::optional<std::uint32_t> client_node, server_node;
  std::optional<std::uint32_t> refusal;
  static const Schema schema;
};

/// What a controller says of itself.
struct Identity {
  std::optional<std::uint8_t> station;
  std::optional<std::string_view> vendor, model, version;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::fins

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::powerlink {

/// One frame. Process data are not read.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> kind;
  std::optional<std::uint8_t> source_node, destination_node;
  std::optional<std::uint8_t> state;  ///< NMT state of the sender.
  std::optional<std::string_view> state_name;
  std::optional<std::uint8_t> service;      ///< That is asked for or answered in the asynchronous phase.
  std::optional<std::uint8_t> target_node;  ///< Whom the managing node, or a request to it, means.
  std::optional<std::uint8_t> command;      ///< Of network management.
  std::optional<std::string_view> command_name;
  std::optional<std::string_view> role;
  static const Schema schema;
};

/// What a node says of itself.
struct Identity {
  std::optional<std::uint16_t> device_type;
  std::optional<std::string_view> role;
  std::optional<std::uint32_t> vendor_id;
  std::optional<std::string_view> vendor;
  std::optional<std::uint32_t> product_code, revision;
  std::optional<std::uint32_t> serial_number;
  std::optional<IpAddress> ip;
  std::optional<std::string_view> host_name;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::powerlink

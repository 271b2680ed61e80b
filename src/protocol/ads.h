#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::ads {

/// One command or its response, over TCP.
struct Message {
  std::optional<std::uint32_t> transaction;
  std::optional<std::uint16_t> command;
  std::optional<std::string_view> command_name;
  Operation operation = Operation::unknown;
  std::optional<std::string_view> station;  ///< Net identifier of the device: "5.1.2.3.1.1".
  std::optional<std::string_view> client;   ///< Net identifier of the one that asks.
  std::optional<std::uint16_t> port;        ///< AMS port of the device: 851 the first PLC runtime, 10000 the system.
  std::optional<std::uint32_t> index_group, index_offset;
  std::optional<std::uint16_t> state;  ///< ADS state that is asked for.
  std::optional<std::uint32_t> refusal;
  static const Schema schema;
};

/// What a device says of itself.
struct Identity {
  std::optional<std::string_view> station;
  std::optional<std::string_view> vendor, product, version;
  static const Schema schema;
};

/// One datagram of the search for devices, or of the set-up of routes.
struct Discovery {
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> service;
  std::optional<std::string_view> net_id;
  std::optional<std::string_view> host_name;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ads

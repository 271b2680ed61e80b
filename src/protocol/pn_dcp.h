#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::pn_dcp {

/// One request or response.
struct Message {
  std::optional<std::uint16_t> frame_id;
  std::optional<std::uint8_t> service;
  std::optional<std::string_view> service_name;
  std::optional<std::uint8_t> service_type;  ///< 0 request, 1 response, 5 service not supported.
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> transaction;
  std::optional<std::uint8_t> refusal;
  static const Schema schema;
};

/// One block: a property that is asked for, told or set, or a command.
struct Block {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> option, suboption;
  std::optional<std::string_view> name;
  std::optional<std::uint16_t> qualifier;  ///< Of a set: whether it is kept for good, or what is reset.
  std::optional<std::string_view> text;
  std::optional<IpAddress> ip;
  std::optional<std::uint8_t> refusal;  ///< Error of a set.
  std::optional<std::string_view> refusal_name;
  static const Schema schema;
};

/// What a station says of itself.
struct Identity {
  std::optional<MacAddress> station_mac;
  std::optional<std::string_view> name, type, alias, vendor, role;
  std::optional<std::uint16_t> vendor_id, device_id;
  std::optional<IpAddress> ip;
  static const Schema schema;
};

extern const Protocol protocol;

/// The vendor of that identifier, which PROFIBUS & PROFINET International assigned.
std::optional<std::string_view> vendor_named(std::uint16_t identifier) noexcept;

}  // namespace bulkhead::pn_dcp

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::bacnet {

/// One BACnet message: a virtual link function, a network message or an application data unit.
struct Message {
  std::optional<std::string_view> station;  ///< Network and address behind a router: `2001:0c`.
  std::optional<std::uint8_t> bvlc_function;
  std::optional<std::string_view> bvlc_function_name;
  std::optional<std::uint16_t> source_network, destination_network;
  std::optional<std::uint8_t> network_message;
  std::optional<std::string_view> network_message_name;
  std::optional<std::uint8_t> pdu_type;  ///< 0 confirmed request, 1 unconfirmed, 2 simple ack, 3 complex ack, ...
  std::optional<std::uint8_t> service;
  std::optional<std::string_view> service_name;
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> invoke_id;
  std::optional<std::uint8_t> segment;  ///< Number of the segment, where the unit is segmented.
  std::optional<std::uint32_t> state;   ///< Asked for by Device Communication Control or Reinitialize Device.
  std::optional<Secret> password;
  std::optional<std::uint32_t> error_class;
  std::optional<std::uint32_t> refusal;  ///< Error code, reject reason, abort reason or result code.
  std::optional<std::string_view> refusal_name;
  static const Schema schema;
};

/// An object or property that a message names.
struct Item {
  std::optional<std::string_view> station;
  Operation operation = Operation::unknown;
  std::optional<std::uint16_t> object_type;
  std::optional<std::string_view> object_type_name;
  std::optional<std::uint32_t> instance;
  std::optional<std::uint32_t> property;
  std::optional<std::string_view> property_name;
  std::optional<std::uint32_t> index;     ///< Of an array.
  std::optional<std::uint32_t> priority;  ///< 1 is the highest, 16 the lowest.
  std::optional<double> value;            ///< First value, where it is a number.
  std::optional<std::string_view> text;   ///< First value, where it is text.
  std::optional<std::uint32_t> refusal;   ///< Error code of this property.
  static const Schema schema;
};

/// What a device says of itself.
struct Identity {
  std::optional<IpAddress> origin;  ///< Who sent it first, where another forwarded it.
  std::optional<std::string_view> station;
  std::optional<std::uint32_t> instance;
  std::optional<std::uint32_t> vendor_id;
  std::optional<std::string_view> vendor, model, firmware, application, name, description, place, serial_number;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::bacnet

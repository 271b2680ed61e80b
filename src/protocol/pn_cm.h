#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::pn_cm {

/// One call or its answer.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> packet_type;
  std::optional<std::string_view> packet_name;
  std::optional<std::string_view> interface;
  std::optional<std::uint16_t> procedure;
  std::optional<std::string_view> procedure_name;
  std::optional<std::string_view> step;  ///< What a control call is about.
  std::optional<std::uint32_t> sequence;
  std::optional<std::uint16_t> fragment;
  std::optional<std::uint16_t> instance, device_id, vendor_id;  ///< Of the one that is called.
  std::optional<std::string_view> vendor, called_vendor;        ///< Of the sender; of the receiver.
  std::optional<std::uint32_t> refusal;
  static const Schema schema;
};

/// An application relation: what the side that sends it says of itself.
struct Relation {
  std::optional<std::uint16_t> type;
  std::optional<std::string_view> role;
  std::optional<Bytes> relation;
  std::optional<MacAddress> sender_mac;
  std::optional<std::string_view> name;
  std::optional<std::uint16_t> instance, device_id, vendor_id;
  std::optional<std::string_view> vendor;
  static const Schema schema;
};

/// One record that is read or written.
struct Record {
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> api;
  std::optional<std::uint16_t> slot, sub_slot, index;
  std::optional<std::uint32_t> size;
  static const Schema schema;
};

/// What a module says of itself: identification and maintenance record 0.
struct Identity {
  std::optional<std::uint16_t> slot;  ///< Of a module; unknown where the device speaks of itself.
  std::optional<std::uint16_t> sub_slot, vendor_id;
  std::optional<std::string_view> vendor, order_number, serial_number, hardware, firmware;
  std::optional<std::uint16_t> profile;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::pn_cm

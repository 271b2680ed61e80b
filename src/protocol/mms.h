#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::mms {

/// One MMS unit, or an association's end.
struct Message {
  std::optional<std::uint8_t>
      pdu;  ///< 0 confirmed request, 1 confirmed response, 2 error, 3 unconfirmed, 8 initiate ...
  std::optional<std::string_view> pdu_name;
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> invoke_id;
  std::optional<std::uint16_t> service;  ///< Of the confirmed or unconfirmed services, by the kind of unit.
  std::optional<std::string_view> service_name;
  std::optional<std::string_view> domain, item;  ///< First named variable of a read or a write.
  std::optional<std::uint8_t> error_class;
  std::optional<std::uint32_t> refusal;
  static const Schema schema;
};

/// A named variable that is read or written.
struct Item {
  Operation operation = Operation::unknown;
  std::optional<std::string_view> domain, item;
  static const Schema schema;
};

/// What a server says of itself in answer to Identify.
struct Identity {
  std::optional<std::string_view> vendor, model, revision;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::mms

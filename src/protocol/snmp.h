#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::snmp {

/// One message of version 1, 2c or 3.
struct Message {
  std::optional<std::uint8_t> version;   ///< 0 is 1, 1 is 2c, 3 is 3.
  std::optional<std::uint8_t> pdu_type;  ///< 0 get, 1 get-next, 2 response, 3 set, 5 get-bulk, 7 trap ...
  Operation operation = Operation::unknown;
  std::optional<Secret> community;
  std::optional<Secret> user;     ///< Version 3.
  std::optional<bool> encrypted;  ///< Version 3; what is asked is then not told.
  std::optional<std::uint64_t> request_id;
  std::optional<std::uint64_t> error_status;
  static const Schema schema;
};

/// The system group of an agent that answers (RFC 3418, 2).
struct System {
  std::optional<std::string_view> description, name, location;
  static const Schema schema;
};

/// One of the addresses that an agent has (RFC 4293, ipAddrTable): those of all its cards.
struct Address {
  std::optional<IpAddress> ip;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::snmp

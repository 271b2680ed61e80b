#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::umas {

/// One request or response.
struct Message {
  std::optional<std::uint8_t> reservation;  ///< Key of who reserved the controller; 0: nobody needs to.
  std::optional<std::uint8_t> function;     ///< Of a response, that of its request.
  std::optional<std::string_view> function_name;
  Operation operation = Operation::unknown;
  std::optional<bool> response;
  std::optional<std::uint8_t> refusal;  ///< First octet of what follows an error.
  static const Schema schema;
};

/// What a controller or a workstation says of itself.
struct Identity {
  std::optional<std::string_view> controller, project, workstation;
  static const Schema schema;
};

/// What a request asks for; unknown of a response, which does not say.
Operation operation_of(Bytes pdu) noexcept;

extern const Protocol protocol;

}  // namespace bulkhead::umas

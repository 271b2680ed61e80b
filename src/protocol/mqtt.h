#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::mqtt {

/// One control packet. What is published is not read.
struct Message {
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> type_name;
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> level;  ///< Of the protocol: 3 for 3.1, 4 for 3.1.1, 5 for 5.0.
  std::optional<std::string_view> client_id;
  std::optional<std::string_view> topic;
  std::optional<bool> retain;
  std::optional<std::uint8_t> refusal;
  std::optional<Secret> user, password;
  std::optional<std::string_view> weakness;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::mqtt

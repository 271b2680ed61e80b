#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::iec104 {

/// One application protocol data unit.
struct Message {
  std::optional<std::uint8_t> format;  ///< 0 information, 1 supervisory, 3 unnumbered.
  std::optional<std::uint8_t> u_function;
  std::optional<std::string_view> u_function_name;
  std::optional<Operation> operation;  ///< None of supervisory ones, which only acknowledge.
  std::optional<std::uint16_t> send_sequence, receive_sequence;
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> type_name;
  std::optional<std::uint8_t> cause;
  std::optional<std::string_view> cause_name;
  std::optional<bool> negative, test;
  std::optional<std::uint8_t> originator;
  std::optional<std::uint16_t> common_address;  ///< Of the station.
  std::optional<std::uint8_t> count;
  std::optional<bool> one_sequence;  ///< Elements follow each other from the first address on.
  std::optional<std::uint32_t> first_address;
  std::optional<std::uint8_t> refusal;  ///< The cause, where the station refuses.
  static const Schema schema;
};

/// One information object that is commanded or set.
struct Object {
  std::optional<std::uint16_t> common_address;
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> type, cause;
  std::optional<std::uint32_t> address;
  std::optional<double> value;
  std::optional<bool> select;             ///< Selected only; executed by a later command.
  std::optional<std::uint8_t> qualifier;  ///< As on the wire.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::iec104

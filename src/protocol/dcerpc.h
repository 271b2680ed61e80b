#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::dcerpc {

/// One packet of a call, or of what comes before calls.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> packet_type;
  std::optional<std::string_view> packet_name;
  std::optional<std::uint32_t> call;
  std::optional<std::uint16_t> context;     ///< Which of the interfaces that were bound.
  std::optional<std::string_view> service;  ///< That interface in words.
  std::optional<std::uint16_t> procedure;
  std::optional<std::string_view> procedure_name;
  std::optional<std::uint32_t> refusal;
  static const Schema schema;
};

/// An interface that a client binds to.
struct Interface {
  std::optional<std::uint16_t> context;
  std::optional<std::string_view> uuid;
  std::optional<std::string_view> service;
  std::optional<std::uint16_t> major;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::dcerpc

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::dns {

/// A query or an answer: of DNS, or of multicast and link-local name resolution, which say it of themselves.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint16_t> id;
  std::optional<bool> response;
  std::optional<std::uint8_t> result;
  std::optional<std::uint16_t> questions, answers;
  std::optional<std::string_view> query_name;  ///< Of the first question.
  std::optional<std::uint16_t> query_type;
  static const Schema schema;
};

/// A host that answers for its own name, by mDNS or LLMNR.
struct OwnName {
  std::optional<std::string_view> host_name;
  std::optional<IpAddress> address;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::dns

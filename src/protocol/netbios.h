#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::netbios {

/// A query, registration or answer of the name service.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint16_t> id;
  std::optional<std::uint8_t> code;  ///< 0 query, 5 registration, 6 release, 8 refresh.
  std::optional<bool> response;
  std::optional<std::string_view> asked_name;         ///< With its suffix: "PC-07<20>".
  std::optional<std::string_view> host_name, domain;  ///< Where the sender claims the name as its own.
  static const Schema schema;
};

/// A host that announces itself to the browsers of its segment.
struct Announcement {
  Operation operation = Operation::report;
  std::optional<std::string_view> host_name, domain, operating_system, description;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::netbios

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::fox {

/// One frame. Of its lines, only those that name an end are kept.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::string_view> channel, command;
  std::optional<std::string_view> host_name, application, application_version;
  std::optional<std::string_view> operating_system, operating_system_version;
  std::optional<std::string_view> brand, station;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::fox

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::cdp {

/// What a device announces of itself to its neighbour.
struct Announcement {
  Operation operation = Operation::identify;
  std::optional<std::string_view> device, port, platform, software, domain;
  std::optional<std::string_view> capabilities;
  std::optional<IpAddress> address;
  std::optional<std::uint16_t> native_vlan;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::cdp

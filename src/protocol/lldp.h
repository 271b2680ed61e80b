#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::lldp {

/// What a device announces of itself to its neighbour.
struct Announcement {
  Operation operation = Operation::identify;
  std::optional<std::string_view> chassis;  ///< Where it is text.
  std::optional<MacAddress> chassis_mac;    ///< Where it is a MAC.
  std::optional<std::string_view> port;
  std::optional<std::uint16_t> time_to_live;  ///< Seconds.
  std::optional<std::string_view> port_description, system_name, system_description;
  std::optional<std::string_view> capabilities;  ///< Enabled ones: "bridge", "router", "bridge, router" ...
  std::optional<IpAddress> management;
  std::optional<std::uint16_t> vlan;  ///< IEEE 802.1: port VLAN identifier.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::lldp

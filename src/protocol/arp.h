#pragma once

#include <cstdint>
#include <optional>

#include "protocol/protocol.h"

namespace bulkhead::arp {

/// A request, a reply or an announcement: who says that an IP address is at a MAC.
struct Message {
  std::optional<std::uint16_t> code;
  Operation operation = Operation::unknown;
  std::optional<MacAddress> sender_mac;
  std::optional<IpAddress> sender_ip, target_ip;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::arp

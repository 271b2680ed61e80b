#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::dhcp {

/// One message of a client or a server.
struct Message {
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> type_name;
  Operation operation = Operation::unknown;
  std::optional<MacAddress> client_mac;
  std::optional<IpAddress> client_ip;  ///< That the client has, or that the server gives in an acknowledgement.
  std::optional<IpAddress> offered, requested, server;
  std::optional<std::string_view> host_name, vendor_class, domain;
  std::optional<std::string_view> fqdn;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::dhcp

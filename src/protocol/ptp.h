#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::ptp {

/// One message of a clock. Time stamps are not read.
struct Message {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> ptp_version, type;
  std::optional<std::string_view> kind;
  std::optional<std::uint8_t> domain;
  std::optional<std::string_view> subdomain;  ///< Version 1's domain.
  std::optional<Bytes> clock_identity;        ///< Of the sender: 8 octets, in version 1 6.
  std::optional<std::uint16_t> clock_port, sequence;
  std::optional<std::uint8_t> action;  ///< Of a management message.
  std::optional<std::uint16_t> management_id;
  static const Schema schema;
};

/// What a clock says of the one that its time comes from: Announce, and version 1's Sync.
struct Grandmaster {
  std::optional<Bytes> grandmaster_identity;
  std::optional<std::uint8_t> clock_class;  ///< Version 1: the stratum.
  std::optional<std::uint8_t> clock_accuracy, priority1, priority2;
  std::optional<std::uint16_t> steps_removed;
  std::optional<std::string_view> time_source;
  std::optional<std::string_view> role;  ///< Of the sender.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ptp

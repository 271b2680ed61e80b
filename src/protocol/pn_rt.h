#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::pn_rt {

/// One frame of real-time traffic. Process data are not read.
struct Frame {
  Operation operation = Operation::unknown;
  std::optional<std::uint16_t> frame_id;
  std::optional<std::string_view> kind;
  std::optional<std::uint16_t> cycle_counter;  ///< In steps of 31.25 us.
  std::optional<std::uint8_t> data_status;     ///< Bit 2: data are valid; bit 4: the controller runs.
  std::optional<std::uint16_t> sequence;       ///< Of an alarm or a frame of clock synchronisation.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::pn_rt

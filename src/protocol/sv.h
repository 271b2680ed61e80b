#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::sv {

/// One set of samples of a stream. The samples are not read.
struct Message {
  Operation operation = Operation::report;
  std::optional<std::uint16_t> appid;
  std::optional<std::string_view> sv_id;
  std::optional<std::string_view> data_set;
  std::optional<std::uint16_t> smp_cnt;
  std::optional<std::uint32_t> conf_rev;
  std::optional<std::uint8_t> smp_synch;  ///< 0 none, 1 local, 2 global.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::sv

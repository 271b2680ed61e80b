#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::goose {

/// One publication of a data set. The values are not read.
struct Message {
  Operation operation = Operation::report;
  std::optional<std::uint16_t> appid;
  std::optional<std::string_view> gocb_ref;  ///< Reference of the control block: begins with the device's name.
  std::optional<std::string_view> go_id, data_set;
  std::optional<std::uint64_t> st_num, sq_num, conf_rev;
  std::optional<std::uint64_t> time_allowed_to_live;  ///< Milliseconds.
  std::optional<bool> simulation, nds_com;
  std::optional<std::uint64_t> entries;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::goose

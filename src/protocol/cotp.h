#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::cotp {

/// One transport protocol data unit.
struct Message {
  std::optional<std::uint8_t> type;  ///< High half of the code octet: 14 connection request, 15 data ...
  std::optional<std::string_view> type_name;
  std::optional<Operation> operation;  ///< Not of data units: what they carry has operations of its own.
  std::optional<std::uint16_t> destination_reference, source_reference;
  std::optional<std::uint8_t> transport_class;
  std::optional<Bytes> calling_tsap, called_tsap;
  std::optional<std::string_view> calling_name, called_name;  ///< The same, where they are text.
  std::optional<std::string_view> connection_type;            ///< What an S7 client says it is, by the called TSAP.
  std::optional<std::uint8_t> rack, slot;                     ///< Of the module that an S7 client calls.
  std::optional<std::uint32_t> tpdu_size;                     ///< Bytes.
  std::optional<std::uint8_t> reason;
  std::optional<std::uint8_t> refusal;  ///< The reason, where it is not a normal end.
  std::optional<bool> last;             ///< Whether a data unit ends what is carried.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::cotp

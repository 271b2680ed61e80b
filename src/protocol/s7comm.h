#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::s7comm {

/// One job, acknowledgement or user data message.
struct Message {
  std::optional<std::uint8_t> rosctr;  ///< 1 job, 2 acknowledgement, 3 acknowledgement with data, 7 user data.
  std::optional<std::string_view> rosctr_name;
  std::optional<std::uint16_t> reference;  ///< Pairs an answer with its request.
  std::optional<std::uint8_t> function;
  std::optional<std::string_view> function_name;
  std::optional<std::uint8_t> userdata_type;  ///< 0 push, 4 request, 8 response.
  std::optional<std::uint8_t> function_group, sub_function;
  std::optional<std::string_view> sub_function_name;
  Operation operation = Operation::unknown;
  std::optional<std::string_view> service;   ///< Name of a program invocation service: "P_PROGRAM", "_INSE" ...
  std::optional<std::string_view> argument;  ///< Its argument, where it is text.
  std::optional<std::uint8_t> error_class;   ///< As on the wire; 0 is no error.
  std::optional<std::uint16_t> error;        ///< Class and code, or a user data error; not set where it agreed.
  std::optional<std::string_view> error_name;
  std::optional<std::uint16_t> pdu_size;  ///< Bytes, proposed or agreed.
  std::optional<std::uint16_t> szl_id, szl_index;
  std::optional<Secret> password;
  static const Schema schema;
};

/// One variable of Read Variable or Write Variable.
struct Item {
  std::optional<std::uint16_t> reference;
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> syntax;  ///< How it is addressed: 0x10 by area, 0xB2 by symbol ...
  std::optional<std::uint8_t> area;
  std::optional<std::string_view> area_name;
  std::optional<std::uint16_t> db;
  std::optional<std::uint32_t> address;  ///< Byte, or number of a timer or counter.
  std::optional<std::uint8_t> bit;
  std::optional<std::uint8_t> transport_size;
  std::optional<std::uint16_t> count;
  std::optional<std::uint8_t> refusal;  ///< Return code, where it is not success.
  std::optional<std::string_view> refusal_name;
  std::optional<Bytes> values;
  static const Schema schema;
};

/// A block that is loaded, fetched, deleted, activated or listed.
struct Block {
  std::optional<std::uint16_t> reference;
  Operation operation = Operation::unknown;
  std::optional<std::string_view> type;  ///< "OB", "DB", "SDB" ...
  std::optional<std::uint32_t> number;
  std::optional<std::string_view> file_system;
  std::optional<std::uint16_t> count;  ///< How many of this type there are, in an answer to List Blocks.
  std::optional<std::uint32_t> bytes;  ///< Bytes of the block that this message carries.
  static const Schema schema;
};

/// What a module says of itself in a system status list.
struct Identity {
  std::uint16_t szl_id = 0;
  std::uint16_t index = 0;
  std::optional<std::string_view> order_number, firmware, hardware;
  std::optional<std::string_view> as_name, module_name, plant, copyright, serial_number, module_type, memory_card,
      place;
  std::optional<IpAddress> ip;
  std::optional<MacAddress> mac;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::s7comm

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::dnp3 {

/// One link frame, with the application fragment that it completes.
struct Message {
  std::optional<std::uint16_t> station;  ///< Link address of the outstation; none where all are meant.
  std::optional<std::uint16_t> link_source, link_destination;
  std::optional<bool> from_master, primary, broadcast;
  std::optional<std::uint8_t> link_function;
  std::optional<std::string_view> link_function_name;
  std::optional<std::uint8_t> function;
  std::optional<std::string_view> function_name;
  std::optional<Operation> operation;  ///< None in a frame that completes no fragment.
  std::optional<std::uint8_t> sequence;
  std::optional<bool> unsolicited;
  std::optional<std::uint16_t> indications;  ///< IIN1 in the high octet.
  std::optional<std::string_view> indication_names;
  std::optional<std::uint8_t> refusal;  ///< The bits of IIN2 that refuse.
  static const Schema schema;
};

/// One object header of a fragment.
struct Object {
  std::optional<std::uint16_t> station;
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> group, variation;
  std::optional<std::string_view> group_name;
  std::optional<std::uint8_t> qualifier;
  std::optional<std::uint32_t> start, stop;  ///< Range of points.
  std::optional<std::uint32_t> count;        ///< Number of objects.
  static const Schema schema;
};

/// One point that is selected or operated.
struct Control {
  std::optional<std::uint16_t> station;
  Operation operation = Operation::control;
  std::optional<std::uint8_t> group, variation;
  std::optional<std::uint32_t> index;
  std::optional<std::uint8_t> code;  ///< Control code of a relay output block.
  std::optional<std::string_view> action;
  std::optional<std::string_view> trip_close;
  std::optional<std::uint8_t> times;
  std::optional<std::uint32_t> on_ms, off_ms;
  std::optional<double> value;  ///< Of an analogue output.
  std::optional<std::uint8_t> status;
  std::optional<std::uint8_t> refusal;  ///< The status of an answer, where it is not success.
  static const Schema schema;
};

/// A file that is opened, or the credentials for one.
struct File {
  std::optional<std::uint16_t> station;
  Operation operation = Operation::file_read;
  std::optional<std::string_view> file_name;
  std::optional<std::uint16_t> mode;  ///< 1 read, 2 write, 3 append.
  std::optional<Secret> user, password;
  static const Schema schema;
};

/// Device attributes, group 0.
struct Identity {
  std::optional<std::uint16_t> station;
  std::optional<std::string_view> vendor, product, serial_number, name, place, hardware, software, id_code;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::dnp3

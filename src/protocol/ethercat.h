#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::ethercat {

/// One frame: what its datagrams do together. Process data are not read.
struct Frame {
  Operation operation = Operation::unknown;  ///< The gravest of its datagrams'.
  std::optional<std::uint8_t> type;
  std::optional<std::string_view> kind;
  std::optional<std::uint64_t> datagrams;        ///< Of all commands.
  std::optional<std::uint64_t> process_images;   ///< Of those, that carry process data or the distributed clock.
  std::optional<std::uint64_t> working_counter;  ///< Sum of all; zero until a slave has handled the frame.
  static const Schema schema;
};

/// One datagram that reads or writes registers or memory of slaves.
struct Datagram {
  Operation operation = Operation::unknown;
  std::optional<std::uint8_t> command;
  std::optional<std::string_view> command_name;
  std::optional<std::int16_t> position;  ///< Minus that of the slave; each one passed adds 1, and 0 is meant.
  std::optional<std::uint16_t> slave;    ///< Address that was given to the slave.
  std::optional<std::uint16_t> offset;
  std::optional<std::string_view> area;
  std::optional<std::uint16_t> size, working_counter;
  std::optional<std::uint8_t> state;  ///< Asked of the slave, or its own.
  std::optional<std::string_view> state_name;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::ethercat

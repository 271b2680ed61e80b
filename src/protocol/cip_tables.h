#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::cip {

/// What a service of an object is. `operation` is empty where the service only wraps others.
struct Service {
  std::string_view name;
  std::optional<Operation> operation;
};

/// By class where it is known: services from 0x4B on mean something else in every class. `symbolic`: the path names
/// a tag. Name and operation are empty and unknown where nobody publishes what the service does.
Service service_of(std::optional<std::uint32_t> class_id, bool symbolic, std::optional<std::uint32_t> attribute,
                   std::uint8_t service) noexcept;

/// Object classes: CIP volume 1, table 5-1.1, and volumes of the networks.
std::span<const Named<std::uint32_t>> classes() noexcept;
/// General status codes: CIP volume 1, appendix B.
std::span<const Named<std::uint8_t>> statuses() noexcept;
/// Extended status of the Connection Manager: CIP volume 1, table 3-5.29.
std::span<const Named<std::uint16_t>> connection_statuses() noexcept;
/// Vendor ids that ODVA assigned: those met most.
std::span<const Named<std::uint16_t>> vendors() noexcept;
/// Device types: CIP volume 1, chapter 6.
std::span<const Named<std::uint16_t>> device_types() noexcept;

/// A command of PCCC, Rockwell publication 1770-6.5.16, chapter 7.
struct PcccCommand {
  std::uint16_t code;  ///< Command in the high octet, function in the low one.
  std::string_view name;
  Operation operation;
};
std::span<const PcccCommand> pccc_commands() noexcept;
/// Whether a command is followed by a function.
bool has_function(std::uint8_t pccc_command) noexcept;

}  // namespace bulkhead::cip

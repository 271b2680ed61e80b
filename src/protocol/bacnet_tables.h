#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::bacnet {

/// Where a service names objects and properties: context tags, ASHRAE 135, clauses 13 to 17 and 21. `none` where it
/// does not.
struct Layout {
  static constexpr std::uint8_t none = 0xFF;
  std::uint8_t object = none;
  std::uint8_t list = none;  ///< Opening tag of a list; the tags after this one are inside it.
  std::uint8_t property = none, index = none, value = none, priority = none, error = none;
};

struct Service {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
  Layout request = {}, answer = {};
};
/// ASHRAE 135, 21: BACnetConfirmedServiceChoice.
std::span<const Service> confirmed_services() noexcept;
/// ASHRAE 135, 21: BACnetUnconfirmedServiceChoice.
std::span<const Service> unconfirmed_services() noexcept;

struct Function {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};
/// Virtual link functions: ASHRAE 135, annex J.2.
std::span<const Function> link_functions() noexcept;
/// Network messages: ASHRAE 135, 6.2.4.
std::span<const Function> network_messages() noexcept;

std::span<const Named<std::uint16_t>> object_types() noexcept;
std::span<const Named<std::uint32_t>> properties() noexcept;
std::span<const Named<std::uint32_t>> vendors() noexcept;
std::span<const Named<std::uint32_t>> errors() noexcept;
std::span<const Named<std::uint32_t>> reject_reasons() noexcept;
std::span<const Named<std::uint32_t>> abort_reasons() noexcept;

}  // namespace bulkhead::bacnet

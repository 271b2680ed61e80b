#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::mms {

struct Service {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
};
/// ISO 9506-2, ConfirmedServiceRequest, by tag.
std::span<const Service> confirmed_services() noexcept;
/// ISO 9506-2, UnconfirmedService.
std::span<const Service> unconfirmed_services() noexcept;

/// What a write to an object of IEC 61850 does, by the functional constraint in its name (IEC 61850-8-1, 7.3).
Operation write_operation(std::string_view item, Operation otherwise) noexcept;

}  // namespace bulkhead::mms

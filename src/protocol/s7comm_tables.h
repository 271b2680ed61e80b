#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::s7comm {

// The protocol is Siemens' own and unpublished: codes and names as the manuals of STEP 7 and public analyses have them.

struct Function {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};
/// Functions of jobs.
std::span<const Function> functions() noexcept;

struct SubFunction {
  std::uint16_t code;  ///< Group in the high octet, sub-function in the low one.
  std::string_view name;
  Operation operation;
};
/// Sub-functions of user data.
std::span<const SubFunction> sub_functions() noexcept;

struct Service {
  std::string_view code;
  Operation operation;
};
/// Program invocation services.
std::span<const Service> services() noexcept;

std::span<const Named<std::uint8_t>> areas() noexcept;
std::span<const Named<std::uint8_t>> return_codes() noexcept;
std::span<const Named<std::uint8_t>> error_classes() noexcept;
std::span<const Named<std::uint16_t>> userdata_errors() noexcept;
/// Block types, by the second of their two characters.
std::span<const Named<char>> block_types() noexcept;
std::span<const Named<char>> file_systems() noexcept;

}  // namespace bulkhead::s7comm

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "event/vocabulary.h"
#include "protocol/lookup.h"

namespace bulkhead::opcua {

// Built-in types in their binary encoding: OPC UA part 6, 5.2. Numbers are little-endian.

struct NodeId {
  std::uint16_t name_space = 0;
  std::uint32_t number = 0;  ///< Where it is numeric.
  bool numeric = false;
  std::string text;  ///< `i=2261`, `s=Tank.Level`.
};
NodeId read_node_id(Reader& reader);
/// Nothing where it is null.
std::optional<std::string_view> read_string(Reader& reader);
void read_string(Reader& reader, std::optional<std::string_view>& member);
void skip_string(Reader& reader);
/// Its text.
std::optional<std::string_view> read_localized_text(Reader& reader);
/// The type of what it holds, and a reader of that.
struct ExtensionObject {
  std::uint32_t type = 0;
  Reader body;
};
ExtensionObject read_extension_object(Reader& reader);
void skip_diagnostic_info(Reader& reader);
/// A length that can be believed: negative is none, and each element takes an octet at least.
std::size_t read_count(Reader& reader);

struct Value {
  std::optional<double> number;
  std::optional<std::string_view> text;
};
Value read_variant(Reader& reader, unsigned depth = 0);
Value read_data_value(Reader& reader, unsigned depth = 0);

struct Service {
  std::uint32_t code;  ///< Of the request.
  std::uint32_t answer;
  std::string_view name;
  Operation operation;
};
/// Services by the node identifiers of their binary encodings: OPC UA part 4 and NodeIds.csv.
std::span<const Service> services() noexcept;
/// By either identifier; null where there is none.
const Service* service_of(std::uint32_t code) noexcept;
inline constexpr std::uint32_t service_fault = 397;

}  // namespace bulkhead::opcua

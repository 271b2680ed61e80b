#include "protocol/opcua_types.h"

#include <array>
#include <bit>

namespace bulkhead::opcua {

namespace {

constexpr unsigned depth_max = 8;
constexpr std::size_t node_text_max = 256;

constexpr std::array service_rows{
    Service{422, 425, "FindServers", Operation::discover},
    Service{428, 431, "GetEndpoints", Operation::discover},
    Service{437, 440, "RegisterServer", Operation::report},
    Service{446, 449, "OpenSecureChannel", Operation::session_open},
    Service{452, 455, "CloseSecureChannel", Operation::session_close},
    Service{461, 464, "CreateSession", Operation::session_open},
    Service{467, 470, "ActivateSession", Operation::auth},
    Service{473, 476, "CloseSession", Operation::session_close},
    Service{479, 482, "Cancel", Operation::session_close},
    Service{488, 491, "AddNodes", Operation::config_write},
    Service{494, 497, "AddReferences", Operation::config_write},
    Service{500, 503, "DeleteNodes", Operation::config_write},
    Service{506, 509, "DeleteReferences", Operation::config_write},
    Service{527, 530, "Browse", Operation::read},
    Service{533, 536, "BrowseNext", Operation::read},
    Service{554, 557, "TranslateBrowsePathsToNodeIds", Operation::read},
    Service{560, 563, "RegisterNodes", Operation::read},
    Service{566, 569, "UnregisterNodes", Operation::read},
    Service{615, 618, "QueryFirst", Operation::read},
    Service{621, 624, "QueryNext", Operation::read},
    Service{631, 634, "Read", Operation::read},
    Service{664, 667, "HistoryRead", Operation::read},
    Service{673, 676, "Write", Operation::write},
    Service{700, 703, "HistoryUpdate", Operation::write},
    Service{712, 715, "Call", Operation::control},
    Service{751, 754, "CreateMonitoredItems", Operation::subscribe},
    Service{763, 766, "ModifyMonitoredItems", Operation::subscribe},
    Service{769, 772, "SetMonitoringMode", Operation::subscribe},
    Service{775, 778, "SetTriggering", Operation::subscribe},
    Service{781, 784, "DeleteMonitoredItems", Operation::subscribe},
    Service{787, 790, "CreateSubscription", Operation::subscribe},
    Service{793, 796, "ModifySubscription", Operation::subscribe},
    Service{799, 802, "SetPublishingMode", Operation::subscribe},
    Service{826, 829, "Publish", Operation::report},
    Service{832, 835, "Republish", Operation::report},
    Service{841, 844, "TransferSubscriptions", Operation::subscribe},
    Service{847, 850, "DeleteSubscriptions", Operation::subscribe},
    Service{12208, 12209, "FindServersOnNetwork", Operation::discover},
    Service{12211, 12212, "RegisterServer2", Operation::report},
};

/// Octets of built-in types of a fixed size, by their number; 0 where the size varies.
constexpr std::array<std::uint8_t, 26> sizes{0, 1,  1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0,
                                             8, 16, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0};
constexpr unsigned type_boolean = 1, type_int16 = 4, type_uint16 = 5, type_int32 = 6, type_uint32 = 7, type_int64 = 8,
                   type_uint64 = 9, type_float = 10, type_double = 11, type_string = 12, type_byte_string = 15,
                   type_xml = 16, type_node_id = 17, type_expanded_node_id = 18, type_qualified_name = 20,
                   type_localized_text = 21, type_extension = 22, type_data_value = 23, type_variant = 24,
                   type_diagnostic = 25;

void read_expanded_node_id(Reader& reader) {
  const Bytes ahead = reader.peek();
  const std::uint8_t encoding = ahead.empty() ? std::uint8_t{0} : ahead[0];
  (void)read_node_id(reader);
  if ((encoding & 0x80U) != 0) skip_string(reader);  // namespace by its name
  if ((encoding & 0x40U) != 0) reader.skip(4);       // server
}

Value read_number(unsigned type, Reader& reader) {
  switch (type) {
    case type_boolean: return {static_cast<double>(reader.u8()), {}};
    case type_int16: return {static_cast<double>(static_cast<std::int16_t>(reader.u16le())), {}};
    case type_uint16: return {static_cast<double>(reader.u16le()), {}};
    case type_int32: return {static_cast<double>(static_cast<std::int32_t>(reader.u32le())), {}};
    case type_uint32: return {static_cast<double>(reader.u32le()), {}};
    case type_int64: return {static_cast<double>(static_cast<std::int64_t>(reader.u64le())), {}};
    case type_uint64: return {static_cast<double>(reader.u64le()), {}};
    case type_float: return {static_cast<double>(std::bit_cast<float>(reader.u32le())), {}};
    case type_double: return {std::bit_cast<double>(reader.u64le()), {}};
    default: reader.skip(sizes.at(type)); return {};
  }
}

Value read_builtin(unsigned type, Reader& reader, unsigned depth) {
  if (type >= sizes.size()) {
    reader.skip(reader.left_on_wire() + 1);  // of no known size: what follows can't be found
    return {};
  }
  if (sizes.at(type) != 0) return read_number(type, reader);
  switch (type) {
    case type_string: return {{}, read_string(reader)};
    case type_byte_string:
    case type_xml: skip_string(reader); return {};
    case type_node_id: (void)read_node_id(reader); return {};
    case type_expanded_node_id: read_expanded_node_id(reader); return {};
    case type_qualified_name: reader.skip(2); return {{}, read_string(reader)};
    case type_localized_text: return {{}, read_localized_text(reader)};
    case type_extension: (void)read_extension_object(reader); return {};
    case type_data_value: return read_data_value(reader, depth + 1);
    case type_variant: return read_variant(reader, depth + 1);
    case type_diagnostic: skip_diagnostic_info(reader); return {};
    default: return {};
  }
}

}  // namespace

NodeId read_node_id(Reader& reader) {
  NodeId id;
  switch (reader.u8() & 0x3FU) {
    case 0:
      id.numeric = true;
      id.number = reader.u8();
      break;
    case 1:
      id.numeric = true;
      id.name_space = reader.u8();
      id.number = reader.u16le();
      break;
    case 2:
      id.numeric = true;
      id.name_space = reader.u16le();
      id.number = reader.u32le();
      break;
    case 3:
    case 5: {
      id.name_space = reader.u16le();
      const auto text = read_string(reader);
      id.text = "s=" + std::string{text.value_or(std::string_view{}).substr(0, node_text_max)};
      return id;
    }
    case 4:
      id.name_space = reader.u16le();
      reader.skip(16);
      id.text = "g=";
      return id;
    default: reader.skip(reader.left_on_wire() + 1); return id;
  }
  id.text = "i=" + std::to_string(id.number);
  return id;
}

std::optional<std::string_view> read_string(Reader& reader) {
  const auto size = static_cast<std::int32_t>(reader.u32le());
  if (!reader.ok() || size < 0) return std::nullopt;
  const std::string_view text = reader.text(static_cast<std::size_t>(size));
  return reader.ok() ? std::optional{text} : std::nullopt;
}

void read_string(Reader& reader, std::optional<std::string_view>& member) {
  member = read_string(reader);
  if (member) reader.note(&member, member->size());
}

void skip_string(Reader& reader) {
  (void)read_string(reader);
}

std::optional<std::string_view> read_localized_text(Reader& reader) {
  const unsigned mask = reader.u8();
  if ((mask & 1U) != 0) skip_string(reader);
  return (mask & 2U) != 0 ? read_string(reader) : std::nullopt;
}

ExtensionObject read_extension_object(Reader& reader) {
  const NodeId type = read_node_id(reader);
  const std::uint8_t encoding = reader.u8();
  if (encoding == 0) return {type.number, Reader{Bytes{}}};
  const auto size = static_cast<std::int32_t>(reader.u32le());
  return {type.number, reader.sub(size < 0 ? 0 : static_cast<std::size_t>(size))};
}

void skip_diagnostic_info(Reader& reader) {
  for (unsigned depth = 0; depth < depth_max && reader.ok(); ++depth) {
    const unsigned mask = reader.u8();
    for (const unsigned bit : {1U, 2U, 4U, 8U})
      if ((mask & bit) != 0) reader.skip(4);
    if ((mask & 0x10U) != 0) skip_string(reader);
    if ((mask & 0x20U) != 0) reader.skip(4);
    if ((mask & 0x40U) == 0) return;
  }
  reader.skip(reader.left_on_wire() + 1);  // nested without end
}

std::size_t read_count(Reader& reader) {
  const auto count = static_cast<std::int32_t>(reader.u32le());
  if (!reader.ok() || count < 0) return 0;
  const auto size = static_cast<std::size_t>(count);
  if (size <= reader.left_on_wire()) return size;
  reader.skip(size);
  return 0;
}

Value read_variant(Reader& reader, unsigned depth) {
  const unsigned encoding = reader.u8();
  const unsigned type = encoding & 0x3FU;
  if (depth >= depth_max) {
    reader.skip(reader.left_on_wire() + 1);
    return {};
  }
  if ((encoding & 0x80U) == 0) return type == 0 ? Value{} : read_builtin(type, reader, depth);
  const std::size_t count = read_count(reader);
  for (std::size_t i = 0; i < count && reader.ok(); ++i) (void)read_builtin(type, reader, depth);
  if ((encoding & 0x40U) != 0) reader.skip(read_count(reader) * 4);
  return {};
}

Value read_data_value(Reader& reader, unsigned depth) {
  const unsigned mask = reader.u8();
  const Value value = (mask & 1U) != 0 ? read_variant(reader, depth) : Value{};
  if ((mask & 2U) != 0) reader.skip(4);
  if ((mask & 4U) != 0) reader.skip(8);
  if ((mask & 0x10U) != 0) reader.skip(2);
  if ((mask & 8U) != 0) reader.skip(8);
  if ((mask & 0x20U) != 0) reader.skip(2);
  return value;
}

std::span<const Service> services() noexcept {
  return service_rows;
}

const Service* service_of(std::uint32_t code) noexcept {
  const auto found = std::find_if(service_rows.begin(), service_rows.end(),
                                  [&](const Service& row) { return row.code == code || row.answer == code; });
  return found == service_rows.end() ? nullptr : &*found;
}

}  // namespace bulkhead::opcua

// System status lists and block lists. SZL: Siemens, System Software for S7-300/400, System and Standard Functions,
// "System Status Lists (SSL)": 0x11 module identification, 0x1C component identification, 0x37 Ethernet details.

#include "protocol/s7comm_userdata.h"

#include <string>

#include "protocol/faults.h"
#include "protocol/s7comm_tables.h"

namespace bulkhead::s7comm {

namespace {

constexpr std::uint8_t list_module = 0x11, list_component = 0x1C, list_ethernet = 0x37;
constexpr std::uint16_t index_module = 1, index_hardware = 6, index_firmware = 7;

void text(Reader& record, std::size_t size, std::optional<std::string_view>& member) {
  const std::string_view raw = record.text(size);
  if (!record.ok()) return;
  member = fixed_text(raw);
  record.note(&member, size);
}

/// Order number, then two words of version whose sense depends on the index: a plain number for the module and its
/// hardware, 'V' and three numbers for its firmware.
void read_module(Reader& record, Identity& identity, std::string& version) {
  record.u16be(identity.index);
  text(record, 20, identity.order_number);
  record.skip(2);
  const unsigned high = record.u16be();
  const unsigned low = record.u16be();
  if (!record.ok()) return;
  if (identity.index == index_firmware && high >> 8U == 'V') {
    version = 'V' + std::to_string(high & 0xFFU) + '.' + std::to_string(low >> 8U) + '.' + std::to_string(low & 0xFFU);
    identity.firmware = version;
    record.note(&identity.firmware, 4);
  } else if ((identity.index == index_module || identity.index == index_hardware) && high != 0 && high < 0x100) {
    version = std::to_string(high);
    identity.hardware = version;
    record.note(&identity.hardware, 4);
  }
  if (identity.index != index_module && identity.index != index_hardware) identity.order_number.reset();
}

void read_component(Reader& record, Identity& identity) {
  record.u16be(identity.index);
  switch (identity.index) {
    case 1: return text(record, 24, identity.as_name);
    case 2: return text(record, 24, identity.module_name);
    case 3: return text(record, 32, identity.plant);
    case 4: return text(record, 26, identity.copyright);
    case 5: return text(record, 24, identity.serial_number);
    case 7: return text(record, 32, identity.module_type);
    case 8: return text(record, 32, identity.memory_card);
    case 11: return text(record, 32, identity.place);
    default: return;
  }
}

void read_ethernet(Reader& record, Identity& identity) {
  record.u16be(identity.index);
  const Bytes ip = record.take(4);
  record.skip(8);  // mask and router
  const Bytes mac = record.take(6);
  if (!record.ok()) return;
  const IpAddress address = IpAddress::v4(ip);
  if (!address.is_unspecified()) identity.ip = address;
  MacAddress octets;
  std::copy(mac.begin(), mac.end(), octets.octets.begin());
  if (!octets.is_zero()) identity.mac = octets;
}

bool says_something(const Identity& identity) noexcept {
  return identity.order_number || identity.firmware || identity.hardware || identity.as_name || identity.module_name ||
         identity.plant || identity.copyright || identity.serial_number || identity.module_type ||
         identity.memory_card || identity.place || identity.ip || identity.mac;
}

}  // namespace

void read_szl(Reader payload, Emitter& out) {
  const std::uint16_t id = payload.u16be();
  payload.skip(2);
  const std::size_t size = payload.u16be();
  const unsigned count = payload.u16be();
  if (!payload.ok() || size == 0) return;
  const auto list = static_cast<std::uint8_t>(id & 0xFFU);
  if (list != list_module && list != list_component && list != list_ethernet) return;
  for (unsigned i = 0; i < count && payload.left_on_wire() > 0; ++i) {
    Reader record = payload.sub(size);
    Identity identity;
    std::string version;
    identity.szl_id = id;
    if (list == list_module) read_module(record, identity, version);
    else if (list == list_component) read_component(record, identity);
    else read_ethernet(record, identity);
    if (says_something(identity)) out.emit(identity);
    if (say_truncated(record, out)) return;
  }
}

void read_block_counts(Reader payload, const Message& message, Emitter& out) {
  while (payload.left_on_wire() > 0) {
    Block block;
    block.reference = message.reference;
    block.operation = message.operation;
    read_block_name(payload.sub(2), block);
    payload.u16be(block.count);
    if (say_truncated(payload, out)) return;
    out.emit(block);
  }
}

void read_block_list(Reader payload, std::optional<std::string_view> type, const Message& message, Emitter& out) {
  while (payload.left_on_wire() > 0) {
    Block block;
    block.reference = message.reference;
    block.operation = message.operation;
    block.type = type;
    const std::uint16_t number = payload.u16be();
    payload.skip(2);  // flags and language
    if (say_truncated(payload, out)) return;
    block.number = number;
    out.emit(block);
  }
}

void read_block_name(Reader name, Block& block) {
  const std::string_view type = name.text(2);
  if (!name.ok()) return;
  block.type = name_in(block_types(), type[1]);
  if (name.left() == 0) return;
  std::uint32_t number = 0;
  for (const char digit : name.text(5)) {
    if (digit < '0' || digit > '9') return;
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  if (!name.ok()) return;
  block.number = number;
  name.note(&block.number, 5);
  const std::string_view file_system = name.text(1);
  if (name.ok()) block.file_system = name_in(file_systems(), file_system[0]);
}

Secret read_password(Bytes disguised) {
  constexpr std::uint8_t mask = 0x55;
  std::string plain;
  for (std::size_t i = 0; i < disguised.size(); ++i) {
    const unsigned before = i < 2 ? 0U : disguised[i - 2];
    plain += static_cast<char>(disguised[i] ^ mask ^ before);
  }
  return conceal(fixed_text(plain).value_or(std::string_view{}));
}

}  // namespace bulkhead::s7comm

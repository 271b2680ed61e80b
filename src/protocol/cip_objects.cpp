// Identity (CIP volume 1, 5A-2), Connection Manager (volume 1, 3-5), TCP/IP Interface and Ethernet Link (volume 2,
// 5-4 and 5-5), PCCC (Rockwell publication 1770-6.5.16, chapter 7).

#include "protocol/cip_objects.h"

#include <array>

#include <fmt/format.h>

#include "protocol/cip_tables.h"
#include "protocol/faults.h"

namespace bulkhead::cip {

namespace {

constexpr std::uint32_t identity_class = 0x01, tcp_ip_interface = 0xF5, ethernet_link = 0xF6;
constexpr std::uint8_t get_attributes_all = 0x01, get_attribute_list = 0x03, get_attribute_single = 0x0E;
constexpr std::uint16_t change_cpu_mode = 0x0F80, diagnostic_status = 0x0603;
constexpr std::uint8_t reply_bit = 0x40, extended = 0xF0;

/// An identity and the texts that are computed for it.
struct Described {
  Identity identity;
  std::string revision, serial_number;
};

void vendor(Reader& data, Identity& identity) {
  data.u16le(identity.vendor_id);
  if (!identity.vendor_id) return;
  identity.vendor = name_in(vendors(), *identity.vendor_id);
  data.note(&identity.vendor, 2);
}

void device_type(Reader& data, Identity& identity) {
  data.u16le(identity.device_type);
  if (!identity.device_type) return;
  identity.role = name_in(device_types(), *identity.device_type);
  data.note(&identity.role, 2);
}

void revision(Reader& data, Described& described) {
  const unsigned major = data.u8();
  const unsigned minor = data.u8();
  if (!data.ok()) return;
  described.revision = fmt::format("{}.{}", major, minor);
  described.identity.revision = described.revision;
  data.note(&described.identity.revision, 2);
}

void serial_number(Reader& data, Described& described) {
  const std::uint32_t serial = data.u32le();
  if (!data.ok() || serial == 0) return;
  described.serial_number = fmt::format("{:08X}", serial);
  described.identity.serial_number = described.serial_number;
  data.note(&described.identity.serial_number, 4);
}

/// False where the attribute's length is not known, so that what follows can't be found.
bool read_attribute(unsigned attribute, Reader& data, Described& described) {
  Identity& identity = described.identity;
  switch (attribute) {
    case 1: vendor(data, identity); return true;
    case 2: device_type(data, identity); return true;
    case 3: data.u16le(identity.product_code); return true;
    case 4: revision(data, described); return true;
    case 5: data.u16le(identity.status); return true;
    case 6: serial_number(data, described); return true;
    case 7: {
      const std::size_t size = data.u8();
      if (size == 0) data.skip(0);
      else data.text(size, identity.product_name);
      return true;
    }
    case 8: data.u8(identity.state); return true;
    default: return false;
  }
}

void read_identity_object(Reader& data, const Asked& asked, Described& described) {
  if (asked.service == get_attribute_single) {
    (void)read_attribute(asked.attribute.value_or(0), data, described);
  } else if (asked.service == get_attributes_all) {
    for (unsigned attribute = 1; attribute <= 7; ++attribute) (void)read_attribute(attribute, data, described);
  } else if (asked.service == get_attribute_list) {
    const unsigned count = data.u16le();
    for (unsigned i = 0; i < count && data.ok(); ++i) {
      const unsigned attribute = data.u16le();
      const unsigned status = data.u16le();
      if (status == 0 && !read_attribute(attribute, data, described)) return;
    }
  }
}

void read_network_object(Reader& data, const Asked& asked, Identity& identity) {
  if (asked.service != get_attribute_single) return;
  if (asked.class_id == ethernet_link && asked.attribute == 3U) {
    MacAddress mac;
    const Bytes octets = data.take(mac.octets.size());
    if (!data.ok()) return;
    std::copy(octets.begin(), octets.end(), mac.octets.begin());
    identity.mac = mac;
    data.note(&identity.mac, octets.size());
  } else if (asked.class_id == tcp_ip_interface && asked.attribute == 5U) {
    const std::uint32_t address = data.u32le();
    if (!data.ok() || address == 0) return;
    identity.ip = IpAddress::v4(address);
    data.note(&identity.ip, 4);
  } else if (asked.class_id == tcp_ip_interface && asked.attribute == 6U) {
    const std::size_t size = data.u16le();
    if (size > 0) data.text(size, identity.host_name);
  }
}

bool says_something(const Identity& identity) noexcept {
  return identity.vendor_id || identity.device_type || identity.product_code || identity.revision ||
         identity.serial_number || identity.product_name || identity.host_name || identity.ip || identity.mac;
}

constexpr std::array<std::string_view, 4> connection_types{"null", "multicast", "point to point", "reserved"};

/// Size and type of one direction: volume 1, 3-5.5.1.1.
void read_parameters(Reader& data, Large large, std::optional<std::uint16_t>& size,
                     std::optional<std::string_view>& type) {
  const std::uint32_t word = large == Large::yes ? data.u32le() : data.u16le();
  if (!data.ok()) return;
  size = static_cast<std::uint16_t>(large == Large::yes ? word & 0xFFFFU : word & 0x1FFU);
  type = connection_types.at(word >> (large == Large::yes ? 29U : 13U) & 3U);
  data.note(&size, large == Large::yes ? 4 : 2);
  data.note(&type, large == Large::yes ? 4 : 2);
}

void read_originator(Reader& data, Emitter& out) {
  Originator originator;
  data.u16le(originator.vendor_id);
  const std::uint32_t serial = data.u32le();
  if (!data.ok()) return;
  originator.vendor = name_in(vendors(), originator.vendor_id.value_or(0));
  const std::string text = fmt::format("{:08X}", serial);
  if (serial != 0) {
    originator.serial_number = text;
    data.note(&originator.serial_number, 4);
  }
  out.emit(originator);
}

void set_target(const Path& path, Asked& asked, Connection& connection) {
  asked.target = path.route;
  asked.key = path.key;
  connection.station = present(asked.target);
  connection.class_id = path.class_id;
  connection.instance = path.instance;
  connection.connection_point = path.connection_point;
  if (!path.key) return;
  connection.key_vendor = path.key->vendor;
  connection.key_device_type = path.key->device_type;
  connection.key_product_code = path.key->product_code;
  connection.key_major = path.key->major;
  connection.key_minor = path.key->minor;
}

const PcccCommand* pccc_of(std::uint16_t code) noexcept {
  return row_of(pccc_commands(), code);
}

/// The requestor's own length, vendor and serial number stand before every command and reply.
void skip_requestor(Reader& data) {
  const std::size_t size = data.u8();
  data.skip(size == 0 ? 0 : size - 1);
}

}  // namespace

void read_identity(Reader& data, const Asked& asked, Emitter& out) {
  if (asked.instance == 0U) return;  // attributes of the class, not of the device
  Described described;
  described.identity.station = present(asked.station);
  if (asked.class_id == identity_class) read_identity_object(data, asked, described);
  else if (asked.class_id == tcp_ip_interface || asked.class_id == ethernet_link)
    read_network_object(data, asked, described.identity);
  if (says_something(described.identity)) out.emit(described.identity);
}

void read_list_identity(Reader item, Emitter& out) {
  Described described;
  item.skip(2);  // encapsulation version
  Reader socket = item.sub(16);
  socket.skip(4);
  const std::uint32_t address = socket.u32be();
  if (socket.ok() && address != 0) {
    described.identity.ip = IpAddress::v4(address);
    socket.note(&described.identity.ip, 4);
  }
  for (unsigned attribute = 1; attribute <= 8; ++attribute) (void)read_attribute(attribute, item, described);
  if (says_something(described.identity)) out.emit(described.identity);
  (void)say_truncated(item, out);
}

void say_accepted(const ElectronicKey& key, std::string_view station, Emitter& out) {
  Described described;
  Identity& identity = described.identity;
  identity.station = present(station);
  if (key.vendor != 0) {
    identity.vendor_id = key.vendor;
    identity.vendor = name_in(vendors(), key.vendor);
  }
  if (key.device_type != 0) {
    identity.device_type = key.device_type;
    identity.role = name_in(device_types(), key.device_type);
  }
  if (key.product_code != 0) identity.product_code = key.product_code;
  if (!key.compatible && key.major != 0 && key.minor != 0) {
    described.revision = fmt::format("{}.{}", key.major, key.minor);
    identity.revision = described.revision;
  }
  if (says_something(identity)) out.emit(identity);
}

void read_forward_open(Reader& data, Large large, Asked& asked, Emitter& out) {
  Connection connection;
  connection.response = false;
  data.skip(2);  // priority, time-out
  data.u32le(connection.o_t_id);
  data.u32le(connection.t_o_id);
  data.u16le(connection.serial);
  read_originator(data, out);
  data.skip(4);  // time-out multiplier, reserved
  data.u32le(connection.o_t_interval_us);
  read_parameters(data, large, connection.o_t_size, connection.o_t_type);
  data.u32le(connection.t_o_interval_us);
  read_parameters(data, large, connection.t_o_size, connection.t_o_type);
  data.u8(connection.transport);
  Reader segments = data.sub(std::size_t{2} * data.u8());
  set_target(read_path(segments), asked, connection);
  out.emit(connection);
  if (data.ok()) (void)say_truncated(segments, out);
}

bool read_forward_open_answer(Reader& data, const Asked& asked, std::uint8_t status, Connection& granted,
                              Emitter& out) {
  granted.response = true;
  granted.station = present(asked.target);
  if (status != 0) {
    data.u16le(granted.serial);
    out.emit(granted);
    return false;
  }
  data.u32le(granted.o_t_id);
  data.u32le(granted.t_o_id);
  data.u16le(granted.serial);
  data.skip(6);  // the originator, again
  data.u32le(granted.o_t_interval_us);
  data.u32le(granted.t_o_interval_us);
  out.emit(granted);
  return data.ok();
}

void read_forward_close(Reader& data, Asked& asked, Emitter& out) {
  Connection connection;
  connection.operation = Operation::session_close;
  connection.response = false;
  data.skip(2);
  data.u16le(connection.serial);
  data.skip(6);
  const std::size_t words = data.u8();
  data.skip(1);
  Reader segments = data.sub(2 * words);
  set_target(read_path(segments), asked, connection);
  out.emit(connection);
  if (data.ok()) (void)say_truncated(segments, out);
}

void read_pccc(Reader& data, Asked& asked, Emitter& out) {
  Pccc pccc;
  pccc.station = present(asked.station);
  pccc.response = false;
  skip_requestor(data);
  data.u8(pccc.command);
  data.u8(pccc.status);
  data.u16le(pccc.transaction);
  if (pccc.command && has_function(*pccc.command)) data.u8(pccc.function);
  if (!pccc.command) return;
  const auto code = static_cast<std::uint16_t>(*pccc.command << 8U | pccc.function.value_or(0));
  asked.pccc = code;
  if (const PcccCommand* row = pccc_of(code)) {
    pccc.command_name = row->name;
    pccc.operation = row->operation;
  }
  if (code == change_cpu_mode && data.left() > 0) {
    const std::uint8_t mode = data.u8();
    pccc.operation = mode == 6 ? Operation::mode_start : mode == 1 ? Operation::mode_stop : Operation::mode_other;
  }
  asked.operation = pccc.operation;
  out.emit(pccc);
}

void read_pccc_answer(Reader& data, const Asked& asked, Emitter& out) {
  Pccc pccc;
  pccc.station = present(asked.station);
  pccc.response = true;
  skip_requestor(data);
  const std::uint8_t command = data.u8();
  data.u8(pccc.status);
  data.u16le(pccc.transaction);
  if (!data.ok()) return;
  pccc.command = static_cast<std::uint8_t>(command & ~unsigned{reply_bit});
  if (asked.pccc && *asked.pccc >> 8U == *pccc.command) {
    if (has_function(*pccc.command)) pccc.function = static_cast<std::uint8_t>(*asked.pccc & 0xFFU);
    if (const PcccCommand* row = pccc_of(*asked.pccc)) pccc.command_name = row->name;
    pccc.operation = asked.operation.value_or(Operation::unknown);
  }
  if (pccc.status.value_or(0) != 0) pccc.refusal = pccc.status;
  if (pccc.status == extended) data.u8(pccc.extended_status);
  out.emit(pccc);
  if (asked.pccc != diagnostic_status || pccc.refusal || data.left() < 16) return;
  // SLC 500 and MicroLogix: a type that is extended, then the processor's name after five octets.
  data.skip(1);
  if (data.u8() != 0xEE) return;
  data.skip(3);
  Identity identity;
  identity.station = pccc.station;
  identity.product_name = fixed_text(data.text(11));
  data.note(&identity.product_name, 11);
  if (identity.product_name && is_printable(*identity.product_name)) out.emit(identity);
}

}  // namespace bulkhead::cip

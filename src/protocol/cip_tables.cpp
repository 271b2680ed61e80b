#include "protocol/cip_tables.h"

#include <array>

namespace bulkhead::cip {

namespace {

constexpr std::uint32_t identity = 0x01, file = 0x37, safety_supervisor = 0x39, safety_validator = 0x3A, symbol = 0x6B;
constexpr std::uint32_t device_level_ring = 0x47, quality_of_service = 0x48, tcp_ip_interface = 0xF5,
                        ethernet_link = 0xF6;
constexpr std::uint32_t cip_security = 0x5D, certificates = 0x5F;
constexpr std::uint8_t first_specific = 0x4B, last_specific = 0x63;
constexpr std::uint32_t status_attribute = 5;

struct CommonRow {
  std::uint8_t code;
  std::string_view name;
  std::optional<Operation> operation;
};

// CIP volume 1, appendix A-3: services that mean the same in every class.
constexpr std::array common_services{
    CommonRow{0x01, "Get Attributes All", Operation::read},
    CommonRow{0x02, "Set Attributes All", Operation::write},
    CommonRow{0x03, "Get Attribute List", Operation::read},
    CommonRow{0x04, "Set Attribute List", Operation::write},
    CommonRow{0x05, "Reset", Operation::restart},
    CommonRow{0x06, "Start", Operation::mode_start},
    CommonRow{0x07, "Stop", Operation::mode_stop},
    CommonRow{0x08, "Create", Operation::config_write},
    CommonRow{0x09, "Delete", Operation::config_write},
    CommonRow{0x0A, "Multiple Service Packet", std::nullopt},
    CommonRow{0x0D, "Apply Attributes", Operation::config_write},
    CommonRow{0x0E, "Get Attribute Single", Operation::read},
    CommonRow{0x10, "Set Attribute Single", Operation::write},
    CommonRow{0x11, "Find Next Object Instance", Operation::read},
    CommonRow{0x14, "Error Response", std::nullopt},
    CommonRow{0x15, "Restore", Operation::config_write},
    CommonRow{0x16, "Save", Operation::config_write},
    CommonRow{0x17, "No Operation", Operation::read_state},
    CommonRow{0x18, "Get Member", Operation::read},
    CommonRow{0x19, "Set Member", Operation::write},
    CommonRow{0x1A, "Insert Member", Operation::write},
    CommonRow{0x1B, "Remove Member", Operation::write},
    CommonRow{0x1C, "Group Sync", Operation::time_set},
    CommonRow{0x1D, "Get Connection Point Member List", Operation::read},
};

struct SpecificRow {
  std::uint32_t class_id;
  std::uint8_t code;
  std::string_view name;
  std::optional<Operation> operation;
};

// CIP volumes 1 and 2 (0x06, 0x37, 0x44, 0xF6), Rockwell publication 1756-PM020 (0x67, 0x6B, 0x6C), 1444-UM001 (0xA1);
// 0x68, 0x69, 0x6A, 0x72, 0x8E, 0xAC, 0xB2 as observed and published by others.
constexpr std::array specific_services{
    SpecificRow{0x06, 0x4E, "Forward Close", Operation::session_close},
    SpecificRow{0x06, 0x52, "Unconnected Send", std::nullopt},
    SpecificRow{0x06, 0x54, "Forward Open", Operation::session_open},
    SpecificRow{0x06, 0x56, "Get Connection Data", Operation::read_state},
    SpecificRow{0x06, 0x57, "Search Connection Data", Operation::read_state},
    SpecificRow{0x06, 0x5A, "Get Connection Owner", Operation::read_state},
    SpecificRow{0x06, 0x5B, "Large Forward Open", Operation::session_open},
    SpecificRow{0x37, 0x09, "Delete", Operation::file_delete},
    SpecificRow{0x37, 0x4B, "Initiate Upload", Operation::file_read},
    SpecificRow{0x37, 0x4C, "Initiate Download", Operation::file_write},
    SpecificRow{0x37, 0x4D, "Initiate Partial Read", Operation::file_read},
    SpecificRow{0x37, 0x4E, "Initiate Partial Write", Operation::file_write},
    SpecificRow{0x37, 0x4F, "Upload Transfer", Operation::file_read},
    SpecificRow{0x37, 0x50, "Download Transfer", Operation::file_write},
    SpecificRow{0x37, 0x51, "Clear File", Operation::file_delete},
    SpecificRow{0x44, 0x4B, "Read Discrete Inputs", Operation::read},
    SpecificRow{0x44, 0x4C, "Read Coils", Operation::read},
    SpecificRow{0x44, 0x4D, "Read Input Registers", Operation::read},
    SpecificRow{0x44, 0x4E, "Read Holding Registers", Operation::read},
    SpecificRow{0x44, 0x4F, "Write Coils", Operation::write},
    SpecificRow{0x44, 0x50, "Write Holding Registers", Operation::write},
    SpecificRow{0x44, 0x51, "Modbus Passthrough", Operation::unknown},
    SpecificRow{0x67, 0x4B, "Execute PCCC", std::nullopt},
    SpecificRow{0x67, 0x4C, "Execute DH+", Operation::unknown},
    SpecificRow{0x68, 0x4D, "Force Install", Operation::force},
    SpecificRow{0x68, 0x4E, "Force Enable", Operation::force},
    SpecificRow{0x69, 0x4D, "Force Install", Operation::force},
    SpecificRow{0x69, 0x4E, "Force Enable", Operation::force},
    SpecificRow{0x6A, 0x51, "Write or Force Value", Operation::write},
    SpecificRow{symbol, 0x4C, "Read Tag", Operation::read},
    SpecificRow{symbol, 0x4D, "Write Tag", Operation::write},
    SpecificRow{symbol, 0x4E, "Read Modify Write Tag", Operation::write},
    SpecificRow{symbol, 0x52, "Read Tag Fragmented", Operation::read},
    SpecificRow{symbol, 0x53, "Write Tag Fragmented", Operation::write},
    SpecificRow{symbol, 0x55, "Get Instance Attribute List", Operation::identify},
    SpecificRow{0x6C, 0x4C, "Read Template", Operation::read},
    SpecificRow{0x72, 0x4C, "Read Data Table", Operation::read},
    SpecificRow{0x8E, 0x5C, "Authentication Handshake", Operation::auth},
    SpecificRow{0xA1, 0x4B, "NVS Update", Operation::firmware},
    SpecificRow{0xA1, 0x4D, "NVS Transfer", Operation::firmware},
    SpecificRow{0xAC, 0x08, "Create", Operation::program_download},
    SpecificRow{0xB2, 0x08, "Create", Operation::subscribe},
    SpecificRow{0xB2, 0x09, "Delete", Operation::subscribe},
    SpecificRow{0xB2, 0x4C, "Read Optimised Packet", Operation::read},
    SpecificRow{0xB2, 0x4E, "Add to Optimised Packet", Operation::subscribe},
    SpecificRow{ethernet_link, 0x4C, "Get And Clear", Operation::log_clear},
};

// What holds parts of a Logix program: deleting one deletes logic.
constexpr std::array<std::uint32_t, 6> program_classes{0x68, 0x69, symbol, 0x6C, 0x6D, 0xAC};
constexpr std::array<std::uint32_t, 4> network_classes{device_level_ring, quality_of_service, tcp_ip_interface,
                                                       ethernet_link};

template <std::size_t count>
bool holds(const std::array<std::uint32_t, count>& all, std::uint32_t one) noexcept {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// What a common service means for one class.
std::optional<Operation> in_class(std::uint32_t class_id, std::optional<std::uint32_t> attribute, std::uint8_t code,
                                  std::optional<Operation> operation) noexcept {
  if (operation == Operation::read) {
    if (class_id == identity) return attribute == status_attribute ? Operation::read_state : Operation::identify;
    if (holds(network_classes, class_id)) return Operation::identify;
  }
  if (operation == Operation::write) {
    if (holds(network_classes, class_id)) return Operation::config_write;
    if (class_id >= cip_security && class_id <= certificates) return Operation::credential_change;
  }
  if (code == 0x09 && holds(program_classes, class_id)) return Operation::block_delete;
  return operation;
}

constexpr std::array class_rows{
    Named<std::uint32_t>{0x01, "Identity"},
    Named<std::uint32_t>{0x02, "Message Router"},
    Named<std::uint32_t>{0x03, "DeviceNet"},
    Named<std::uint32_t>{0x04, "Assembly"},
    Named<std::uint32_t>{0x05, "Connection"},
    Named<std::uint32_t>{0x06, "Connection Manager"},
    Named<std::uint32_t>{0x07, "Register"},
    Named<std::uint32_t>{0x08, "Discrete Input Point"},
    Named<std::uint32_t>{0x09, "Discrete Output Point"},
    Named<std::uint32_t>{0x0A, "Analog Input Point"},
    Named<std::uint32_t>{0x0B, "Analog Output Point"},
    Named<std::uint32_t>{0x0F, "Parameter"},
    Named<std::uint32_t>{0x10, "Parameter Group"},
    Named<std::uint32_t>{0x28, "Motor Data"},
    Named<std::uint32_t>{0x29, "Control Supervisor"},
    Named<std::uint32_t>{0x2A, "AC/DC Drive"},
    Named<std::uint32_t>{0x2B, "Acknowledge Handler"},
    Named<std::uint32_t>{0x30, "S-Device Supervisor"},
    Named<std::uint32_t>{file, "File"},
    Named<std::uint32_t>{safety_supervisor, "Safety Supervisor"},
    Named<std::uint32_t>{safety_validator, "Safety Validator"},
    Named<std::uint32_t>{0x42, "Motion Device Axis"},
    Named<std::uint32_t>{0x43, "Time Sync"},
    Named<std::uint32_t>{0x44, "Modbus"},
    Named<std::uint32_t>{device_level_ring, "Device Level Ring"},
    Named<std::uint32_t>{quality_of_service, "QoS"},
    Named<std::uint32_t>{cip_security, "CIP Security"},
    Named<std::uint32_t>{0x5E, "EtherNet/IP Security"},
    Named<std::uint32_t>{certificates, "Certificate Management"},
    Named<std::uint32_t>{0x67, "PCCC"},
    Named<std::uint32_t>{0x68, "Program"},
    Named<std::uint32_t>{symbol, "Symbol"},
    Named<std::uint32_t>{0x6C, "Template"},
    Named<std::uint32_t>{0x8E, "Controller Mode"},
    Named<std::uint32_t>{0xA1, "Non-Volatile Storage"},
    Named<std::uint32_t>{0xF0, "ControlNet"},
    Named<std::uint32_t>{0xF3, "Connection Configuration"},
    Named<std::uint32_t>{0xF4, "Port"},
    Named<std::uint32_t>{tcp_ip_interface, "TCP/IP Interface"},
    Named<std::uint32_t>{ethernet_link, "Ethernet Link"},
};

constexpr std::array status_rows{
    Named<std::uint8_t>{0x00, "success"},
    Named<std::uint8_t>{0x01, "connection failure"},
    Named<std::uint8_t>{0x02, "resource unavailable"},
    Named<std::uint8_t>{0x03, "invalid parameter value"},
    Named<std::uint8_t>{0x04, "path segment error"},
    Named<std::uint8_t>{0x05, "path destination unknown"},
    Named<std::uint8_t>{0x06, "partial transfer"},
    Named<std::uint8_t>{0x07, "connection lost"},
    Named<std::uint8_t>{0x08, "service not supported"},
    Named<std::uint8_t>{0x09, "invalid attribute value"},
    Named<std::uint8_t>{0x0A, "attribute list error"},
    Named<std::uint8_t>{0x0B, "already in requested mode"},
    Named<std::uint8_t>{0x0C, "object state conflict"},
    Named<std::uint8_t>{0x0D, "object already exists"},
    Named<std::uint8_t>{0x0E, "attribute not settable"},
    Named<std::uint8_t>{0x0F, "privilege violation"},
    Named<std::uint8_t>{0x10, "device state conflict"},
    Named<std::uint8_t>{0x11, "reply data too large"},
    Named<std::uint8_t>{0x12, "fragmentation of a primitive value"},
    Named<std::uint8_t>{0x13, "not enough data"},
    Named<std::uint8_t>{0x14, "attribute not supported"},
    Named<std::uint8_t>{0x15, "too much data"},
    Named<std::uint8_t>{0x16, "object does not exist"},
    Named<std::uint8_t>{0x17, "fragmentation sequence not in progress"},
    Named<std::uint8_t>{0x18, "no stored attribute data"},
    Named<std::uint8_t>{0x19, "store operation failure"},
    Named<std::uint8_t>{0x1A, "routing failure, request too large"},
    Named<std::uint8_t>{0x1B, "routing failure, response too large"},
    Named<std::uint8_t>{0x1C, "missing attribute list entry data"},
    Named<std::uint8_t>{0x1D, "invalid attribute value list"},
    Named<std::uint8_t>{0x1E, "embedded service error"},
    Named<std::uint8_t>{0x1F, "vendor specific error"},
    Named<std::uint8_t>{0x20, "invalid parameter"},
    Named<std::uint8_t>{0x21, "write-once value already written"},
    Named<std::uint8_t>{0x22, "invalid reply received"},
    Named<std::uint8_t>{0x25, "key failure in path"},
    Named<std::uint8_t>{0x26, "path size invalid"},
    Named<std::uint8_t>{0x27, "unexpected attribute in list"},
    Named<std::uint8_t>{0x28, "invalid member"},
    Named<std::uint8_t>{0x29, "member not settable"},
    Named<std::uint8_t>{0x2B, "unknown Modbus error"},
    Named<std::uint8_t>{0x2C, "attribute not gettable"},
};

constexpr std::array connection_status_rows{
    Named<std::uint16_t>{0x0100, "connection in use or duplicate Forward Open"},
    Named<std::uint16_t>{0x0103, "transport class and trigger not supported"},
    Named<std::uint16_t>{0x0106, "ownership conflict"},
    Named<std::uint16_t>{0x0107, "target connection not found"},
    Named<std::uint16_t>{0x0109, "invalid connection size"},
    Named<std::uint16_t>{0x0110, "target not configured"},
    Named<std::uint16_t>{0x0111, "RPI not supported"},
    Named<std::uint16_t>{0x0113, "out of connections"},
    Named<std::uint16_t>{0x0114, "vendor or product code mismatch"},
    Named<std::uint16_t>{0x0115, "device type mismatch"},
    Named<std::uint16_t>{0x0116, "revision mismatch"},
    Named<std::uint16_t>{0x0117, "invalid produced or consumed path"},
    Named<std::uint16_t>{0x0203, "connection timed out"},
    Named<std::uint16_t>{0x0204, "unconnected request timed out"},
    Named<std::uint16_t>{0x0311, "port not available"},
    Named<std::uint16_t>{0x0312, "link address not valid"},
    Named<std::uint16_t>{0x0315, "invalid segment in connection path"},
};

constexpr std::array vendor_rows{
    Named<std::uint16_t>{1, "Rockwell Automation/Allen-Bradley"},
    Named<std::uint16_t>{4, "Namco Controls"},
    Named<std::uint16_t>{5, "Honeywell"},
    Named<std::uint16_t>{8, "Parker Hannifin"},
    Named<std::uint16_t>{9, "Rockwell Automation/Reliance"},
    Named<std::uint16_t>{26, "Festo"},
    Named<std::uint16_t>{40, "WAGO"},
    Named<std::uint16_t>{42, "Brooks Instrument"},
    Named<std::uint16_t>{44, "Yaskawa Electric"},
    Named<std::uint16_t>{46, "ABB"},
    Named<std::uint16_t>{47, "Omron"},
    Named<std::uint16_t>{50, "Real Time Automation"},
    Named<std::uint16_t>{57, "Bosch Rexroth"},
    Named<std::uint16_t>{77, "Rockwell Software"},
    Named<std::uint16_t>{90, "HMS Industrial Networks"},
    Named<std::uint16_t>{96, "Schneider Electric/Square D"},
    Named<std::uint16_t>{97, "Danfoss"},
    Named<std::uint16_t>{161, "Mitsubishi Electric"},
    Named<std::uint16_t>{243, "Schneider Electric"},
    Named<std::uint16_t>{256, "Turck"},
    Named<std::uint16_t>{283, "Hilscher"},
    Named<std::uint16_t>{309, "ProSoft Technology"},
    Named<std::uint16_t>{315, "SEW Eurodrive"},
    Named<std::uint16_t>{356, "FANUC Robotics"},
    Named<std::uint16_t>{634, "Hirschmann"},
    Named<std::uint16_t>{678, "Cognex"},
    Named<std::uint16_t>{808, "SICK"},
    Named<std::uint16_t>{939, "Cisco Systems"},
    Named<std::uint16_t>{991, "Moxa"},
    Named<std::uint16_t>{1251, "Siemens"},
};

constexpr std::array device_type_rows{
    Named<std::uint16_t>{0, "Generic Device"},
    Named<std::uint16_t>{2, "AC Drive"},
    Named<std::uint16_t>{3, "Motor Overload"},
    Named<std::uint16_t>{4, "Limit Switch"},
    Named<std::uint16_t>{5, "Inductive Proximity Switch"},
    Named<std::uint16_t>{6, "Photoelectric Sensor"},
    Named<std::uint16_t>{7, "General Purpose Discrete I/O"},
    Named<std::uint16_t>{9, "Resolver"},
    Named<std::uint16_t>{11, "Generic Software"},
    Named<std::uint16_t>{12, "Communications Adapter"},
    Named<std::uint16_t>{14, "Programmable Logic Controller"},
    Named<std::uint16_t>{16, "Position Controller"},
    Named<std::uint16_t>{19, "DC Drive"},
    Named<std::uint16_t>{21, "Contactor"},
    Named<std::uint16_t>{22, "Motor Starter"},
    Named<std::uint16_t>{23, "Soft Start"},
    Named<std::uint16_t>{24, "Human-Machine Interface"},
    Named<std::uint16_t>{26, "Mass Flow Controller"},
    Named<std::uint16_t>{27, "Pneumatic Valve"},
    Named<std::uint16_t>{28, "Vacuum Pressure Gauge"},
    Named<std::uint16_t>{34, "Encoder"},
    Named<std::uint16_t>{35, "Safety Discrete I/O Device"},
    Named<std::uint16_t>{36, "Fluid Flow Controller"},
    Named<std::uint16_t>{37, "CIP Motion Drive"},
    Named<std::uint16_t>{40, "CIP Modbus Device"},
    Named<std::uint16_t>{41, "CIP Modbus Translator"},
    Named<std::uint16_t>{42, "Safety Analog I/O Device"},
    Named<std::uint16_t>{43, "Generic Device (keyable)"},
    Named<std::uint16_t>{44, "Managed Ethernet Switch"},
    Named<std::uint16_t>{45, "CIP Motion Safety Drive"},
    Named<std::uint16_t>{46, "Safety Drive"},
    Named<std::uint16_t>{47, "CIP Motion Encoder"},
    Named<std::uint16_t>{49, "CIP Motion I/O"},
    Named<std::uint16_t>{51, "Circuit Breaker"},
    Named<std::uint16_t>{52, "HART Device"},
    Named<std::uint16_t>{200, "Embedded Component"},
};

}  // namespace

Service service_of(std::optional<std::uint32_t> class_id, bool symbolic, std::optional<std::uint32_t> attribute,
                   std::uint8_t service) noexcept {
  const auto in = class_id ? class_id : symbolic ? std::optional{symbol} : std::nullopt;
  if (in) {
    for (const SpecificRow& row : specific_services)
      if (row.class_id == *in && row.code == service) return {row.name, row.operation};
    if (service >= first_specific && service <= last_specific && (*in == safety_supervisor || *in == safety_validator))
      return {{}, Operation::mode_other};
    if (service >= first_specific && service <= last_specific && *in >= cip_security && *in <= certificates)
      return {{}, Operation::credential_change};
  }
  const CommonRow* row = row_of(common_services, service);
  if (row == nullptr) return {{}, Operation::unknown};
  return {row->name, in_class(in.value_or(0), attribute, service, row->operation)};
}

std::span<const Named<std::uint32_t>> classes() noexcept {
  return class_rows;
}
std::span<const Named<std::uint8_t>> statuses() noexcept {
  return status_rows;
}
std::span<const Named<std::uint16_t>> connection_statuses() noexcept {
  return connection_status_rows;
}
std::span<const Named<std::uint16_t>> vendors() noexcept {
  return vendor_rows;
}
std::span<const Named<std::uint16_t>> device_types() noexcept {
  return device_type_rows;
}

}  // namespace bulkhead::cip

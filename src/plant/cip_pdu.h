#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plant/memory.h"
#include "plant/plant.h"
#include "plant/writer.h"

/// EtherNet/IP encapsulation (CIP volume 2) and CIP messages (volume 1).
namespace bulkhead::plant::cip {

/// Identity object, class 01.
struct Identity {
  std::uint16_t vendor = 1, type = 14, code = 0, status = 0x0060;
  std::uint8_t major = 1, minor = 1;
  std::uint32_t serial = 0;
  std::string name;
};
/// The map `identity: cip:` of a device: vendor, type, code, revision "24.12", name, serial. Wrong or missing keys read
/// as 0; the plant's reader has refused them before.
Identity identity_of(const Node& node, const Device& device);

Octets encapsulated(unsigned command, std::uint32_t session, std::uint64_t context, Bytes data);
Octets register_session_data();
/// Data of SendRRData: an unconnected message.
Octets unconnected(Bytes message);
/// Data of SendUnitData: a message on a class 3 connection.
Octets connected(std::uint32_t connection, std::uint16_t sequence, Bytes message);
/// Data of the answer to ListIdentity.
Octets list_identity_answer(const Identity& identity, Ip ip);

/// 8-bit class and instance.
Octets class_path(unsigned class_id, unsigned instance);
/// ANSI extended symbol segments: "Line1.Speed" gives two.
Octets symbol_path(std::string_view tag);
/// Service, path, data.
Octets request(unsigned service, Bytes path, Bytes data);
Octets response(unsigned service, Bytes data, std::uint8_t status = 0);
/// Data of the answer to Get_Attributes_All on class 01.
Octets identity_attributes(const Identity& identity);
/// Unconnected_Send over the backplane to a slot.
Octets routed(Bytes message, std::uint8_t slot);

struct Connection {
  std::uint32_t to_target = 0, to_originator = 0;
  std::uint16_t serial = 0, originator_vendor = 0x004D;
  std::uint32_t originator_serial = 0;
  std::uint32_t interval_us = 0;  ///< RPI.
  std::uint16_t to_target_octets = 500, to_originator_octets = 500;
  std::uint8_t transport = 0xA3;  ///< A3: class 3, server; 01: class 1, cyclic.
  Octets path;
};
Octets forward_open(const Connection& connection);
Octets forward_open_answer(const Connection& connection);
Octets forward_close(const Connection& connection);
Octets forward_close_answer(const Connection& connection);
/// One class 1 datagram (port 2222).
Octets io_datagram(std::uint32_t connection, std::uint32_t sequence, Bytes data);

/// CIP type code and value, as Read Tag answers.
Octets typed_value(const NamedValue& value);
unsigned type_code(ValueType type);

}  // namespace bulkhead::plant::cip

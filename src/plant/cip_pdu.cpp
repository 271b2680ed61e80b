#include "plant/cip_pdu.h"

#include <cmath>

#include "plant/random.h"

namespace bulkhead::plant::cip {

Identity identity_of(const Node& node, const Device& device) {
  const auto number = [&](std::string_view key, std::int64_t otherwise) {
    return node.optional_integer(key).value_or(std::nullopt).value_or(otherwise);
  };
  Identity identity;
  identity.vendor = static_cast<std::uint16_t>(number("vendor", 1));
  identity.type = static_cast<std::uint16_t>(number("type", 14));
  identity.code = static_cast<std::uint16_t>(number("code", 0));
  identity.status = static_cast<std::uint16_t>(number("status", 0x0060));
  identity.name = node.optional_text("name").value_or(std::nullopt).value_or(device.model);
  const std::string revision = node.optional_text("revision").value_or(std::nullopt).value_or(device.firmware);
  const std::size_t point = revision.find('.');
  const auto part = [](std::string_view digits) {
    unsigned value = 0;
    for (const char digit : digits)
      if (digit >= '0' && digit <= '9') value = value * 10 + static_cast<unsigned>(digit - '0');
    return static_cast<std::uint8_t>(value);
  };
  identity.major = part(std::string_view(revision).substr(0, point));
  identity.minor = point == std::string::npos ? 1 : part(std::string_view(revision).substr(point + 1));
  identity.serial = static_cast<std::uint32_t>(
      number("serial", static_cast<std::int64_t>(Random(5, device.name).next() & 0xFFFFFFFF)));
  return identity;
}

Octets encapsulated(unsigned command, std::uint32_t session, std::uint64_t context, Bytes data) {
  Writer out;
  out.u16le(command).u16le(data.size()).u32le(session).u32le(0).u64le(context).u32le(0).bytes(data);
  return out.take();
}

Octets register_session_data() {
  return Writer{}.u16le(1).u16le(0).take();
}

Octets unconnected(Bytes message) {
  Writer out;
  out.u32le(0).u16le(8).u16le(2).u16le(0).u16le(0).u16le(0xB2).u16le(message.size()).bytes(message);
  return out.take();
}

Octets connected(std::uint32_t connection, std::uint16_t sequence, Bytes message) {
  Writer out;
  out.u32le(0).u16le(0).u16le(2).u16le(0xA1).u16le(4).u32le(connection);
  out.u16le(0xB1).u16le(message.size() + 2).u16le(sequence).bytes(message);
  return out.take();
}

Octets list_identity_answer(const Identity& identity, Ip ip) {
  Writer item;
  item.u16le(1).u16be(2).u16be(44818).u32be(ip).zeros(8);
  item.u16le(identity.vendor).u16le(identity.type).u16le(identity.code).u8(identity.major).u8(identity.minor);
  item.u16le(identity.status).u32le(identity.serial).u8(identity.name.size()).text(identity.name).u8(3);  // operational
  return Writer{}.u16le(1).u16le(0x0C).u16le(item.size()).bytes(item.view()).take();
}

Octets class_path(unsigned class_id, unsigned instance) {
  return Writer{}.u8(0x20).u8(class_id).u8(0x24).u8(instance).take();
}

Octets symbol_path(std::string_view tag) {
  Writer out;
  while (!tag.empty()) {
    const std::size_t point = std::min(tag.find('.'), tag.size());
    out.u8(0x91).u8(point).text(tag.substr(0, point));
    if (point % 2 != 0) out.u8(0);
    tag.remove_prefix(std::min(point + 1, tag.size()));
  }
  return out.take();
}

Octets request(unsigned service, Bytes path, Bytes data) {
  return Writer{}.u8(service).u8(path.size() / 2).bytes(path).bytes(data).take();
}

Octets response(unsigned service, Bytes data, std::uint8_t status) {
  return Writer{}.u8(service | 0x80U).u8(0).u8(status).u8(0).bytes(data).take();
}

Octets identity_attributes(const Identity& identity) {
  Writer out;
  out.u16le(identity.vendor).u16le(identity.type).u16le(identity.code).u8(identity.major).u8(identity.minor);
  out.u16le(identity.status).u32le(identity.serial).u8(identity.name.size()).text(identity.name);
  return out.take();
}

Octets routed(Bytes message, std::uint8_t slot) {
  Writer data;
  data.u8(0x0A).u8(0x0E).u16le(message.size()).bytes(message);
  if (message.size() % 2 != 0) data.u8(0);
  data.u8(1).u8(0).u8(1).u8(slot);
  return request(0x52, class_path(6, 1), data.view());
}

Octets forward_open(const Connection& connection) {
  const bool cyclic = (connection.transport & 0x0FU) == 1;
  const unsigned parameters =
      cyclic ? 0x4800 : 0x4200;  // point to point, scheduled or low priority; variable for class 3
  Writer data;
  data.u8(0x0A).u8(0x0E).u32le(connection.to_target).u32le(connection.to_originator).u16le(connection.serial);
  data.u16le(connection.originator_vendor).u32le(connection.originator_serial).u8(1).zeros(3);
  data.u32le(connection.interval_us).u16le(parameters | connection.to_target_octets);
  data.u32le(connection.interval_us).u16le(parameters | connection.to_originator_octets);
  data.u8(connection.transport).u8(connection.path.size() / 2).bytes(connection.path);
  return request(0x54, class_path(6, 1), data.view());
}

Octets forward_open_answer(const Connection& connection) {
  Writer data;
  data.u32le(connection.to_target).u32le(connection.to_originator).u16le(connection.serial);
  data.u16le(connection.originator_vendor).u32le(connection.originator_serial);
  data.u32le(connection.interval_us).u32le(connection.interval_us).u8(0).u8(0);
  return response(0x54, data.view());
}

Octets forward_close(const Connection& connection) {
  Writer data;
  data.u8(0x0A)
      .u8(0x0E)
      .u16le(connection.serial)
      .u16le(connection.originator_vendor)
      .u32le(connection.originator_serial);
  data.u8(connection.path.size() / 2).u8(0).bytes(connection.path);
  return request(0x4E, class_path(6, 1), data.view());
}

Octets forward_close_answer(const Connection& connection) {
  Writer data;
  data.u16le(connection.serial).u16le(connection.originator_vendor).u32le(connection.originator_serial).u8(0).u8(0);
  return response(0x4E, data.view());
}

Octets io_datagram(std::uint32_t connection, std::uint32_t sequence, Bytes data) {
  Writer out;
  out.u16le(2).u16le(0x8002).u16le(8).u32le(connection).u32le(sequence);
  out.u16le(0xB1).u16le(data.size() + 2).u16le(sequence).bytes(data);
  return out.take();
}

unsigned type_code(ValueType type) {
  switch (type) {
    case ValueType::boolean: return 0xC1;
    case ValueType::int16: return 0xC3;
    case ValueType::uint16: return 0xC7;
    case ValueType::int32: return 0xC4;
    case ValueType::real: return 0xCA;
  }
  return 0xC4;
}

Octets typed_value(const NamedValue& value) {
  Writer out;
  out.u16le(type_code(value.type));
  switch (value.type) {
    case ValueType::boolean: out.u8(value.value >= 0.5 ? 1 : 0); break;
    case ValueType::int16:
    case ValueType::uint16: out.u16le(static_cast<std::uint64_t>(std::lround(value.value))); break;
    case ValueType::int32: out.u32le(static_cast<std::uint64_t>(std::lround(value.value))); break;
    case ValueType::real: out.f32le(value.value); break;
  }
  return out.take();
}

}  // namespace bulkhead::plant::cip

// EtherNet/IP: the encapsulation protocol (CIP volume 2, 2-3 to 2-6), its Common Packet Format, and the implicit
// messages of class 0 and 1 connections (3-3.3). All numbers are little-endian, but for socket addresses.

#include "protocol/enip.h"

#include <array>

#include "protocol/cip.h"
#include "protocol/cip_objects.h"
#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::enip {

namespace {

constexpr std::size_t header_size = 24, length_max = 65511;
constexpr std::uint16_t list_services = 0x0004, list_identity = 0x0063, list_interfaces = 0x0064,
                        register_session = 0x0065, unregister_session = 0x0066, send_rr_data = 0x006F,
                        send_unit_data = 0x0070;
constexpr std::uint16_t item_list_identity = 0x000C, item_connected_address = 0x00A1, item_connected_data = 0x00B1,
                        item_unconnected_data = 0x00B2, item_list_services = 0x0100, item_sequenced_address = 0x8002;
constexpr std::size_t io_header_size = 18;  // count, sequenced address item, header of the data item

struct Command {
  std::uint16_t code;
  std::string_view name;
  std::optional<Operation> operation;
};

// CIP volume 2, table 2-3.2.
constexpr std::array commands{
    Command{0x0000, "NOP", Operation::read_state},
    Command{0x0001, "List Targets", Operation::discover},
    Command{list_services, "List Services", Operation::discover},
    Command{list_identity, "List Identity", Operation::discover},
    Command{list_interfaces, "List Interfaces", Operation::discover},
    Command{register_session, "Register Session", Operation::session_open},
    Command{unregister_session, "Unregister Session", Operation::session_close},
    Command{send_rr_data, "Send RR Data", std::nullopt},
    Command{send_unit_data, "Send Unit Data", std::nullopt},
    Command{0x0072, "Indicate Status", Operation::read_state},
    Command{0x0073, "Cancel", Operation::read_state},
};

// CIP volume 2, table 2-3.3.
constexpr std::array statuses{
    Named<std::uint32_t>{0x0001, "unsupported command"},
    Named<std::uint32_t>{0x0002, "insufficient memory"},
    Named<std::uint32_t>{0x0003, "incorrect data"},
    Named<std::uint32_t>{0x0064, "invalid session handle"},
    Named<std::uint32_t>{0x0065, "invalid length"},
    Named<std::uint32_t>{0x0069, "unsupported protocol version"},
    Named<std::uint32_t>{0x006A, "CIP service not allowed"},
};

/// A datagram of an implicit connection: two items, an address with a sequence and connected data.
bool is_io(Bytes bytes) noexcept {
  Reader reader{bytes};
  const bool fits = reader.u16le() == 2 && reader.u16le() == item_sequenced_address && reader.u16le() == 8;
  if (!reader.ok() || !fits) return false;
  reader.skip(8);
  return reader.u16le() == item_connected_data && reader.ok();
}

class EnipSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (is_io(reader.peek())) {
      read_io(reader, out);
    } else {
      encapsulated(reader, out);
      if (reader.ok() && reader.left_on_wire() > 0)
        out.fault(ParseFault::Kind::length_mismatch, reader.offset(), "no bytes after the announced length");
    }
    (void)say_cut(whole, out);
  }

  void gap(Direction) override { cip_.gap(); }

  void end(Emitter& out) override {
    if (auto inner = out.inner("cip")) cip_.end(*inner);
  }

 private:
  void encapsulated(Reader& reader, Emitter& out) {
    Message message;
    reader.u16le(message.command);
    const std::size_t length = reader.u16le();
    reader.u32le(message.session);
    reader.u32le(message.status);
    const std::uint64_t context = reader.u64le();
    reader.skip(4);  // options
    if (!reader.ok()) {
      (void)say_truncated(reader, out);
      return;
    }
    Reader body = reader.sub(length);
    const std::uint16_t code = message.command.value_or(0);
    if (const Command* command = row_of(commands, code)) {
      message.command_name = command->name;
      message.operation = command->operation;
    } else {
      message.operation = Operation::unknown;
    }
    if (message.status.value_or(0) != 0) {
      message.refusal = message.status;
      message.refusal_name = name_in(statuses, *message.refusal);
    }
    if (code == send_rr_data || code == send_unit_data) {
      if (body.left_on_wire() > 0) body.skip(6);  // interface handle, time-out
      return read_items(body, message, context, out);
    }
    if (code == list_services || code == list_identity) return read_items(body, message, context, out);
    out.emit(message);
    if (!message.command_name)
      return out.fault(ParseFault::Kind::unknown_function, 0, "a command of CIP volume 2, table 2-3.2");
    if (code == register_session) body.skip(4);
    (void)say_truncated(body, out);
  }

  /// Addresses stand before the data that they are for; the message is said before what its data carries.
  void read_items(Reader& body, Message& message, std::uint64_t context, Emitter& out) {
    Reader data{Bytes{}};
    std::uint16_t data_type = 0;
    const unsigned count = body.left_on_wire() > 0 ? body.u16le() : 0U;
    for (unsigned i = 0; i < count && body.ok() && data_type == 0; ++i) {
      const std::uint16_t type = body.u16le();
      Reader item = body.sub(body.u16le());
      switch (type) {
        case item_connected_address: item.u32le(message.connection_id); break;
        case item_connected_data: item.u16le(message.sequence); [[fallthrough]];
        case item_unconnected_data:
        case item_list_identity:
          data = item;
          data_type = type;
          break;
        case item_list_services:
          item.skip(4);
          message.service_name = fixed_text(item.text(16));
          item.note(&message.service_name, 16);
          break;
        default: break;
      }
    }
    out.emit(message);
    if (say_truncated(body, out)) return;
    auto inner = out.inner("cip");
    if (data_type == 0 || !inner) return;
    if (data_type == item_list_identity) return cip::read_list_identity(data, *inner);
    if (data.left_on_wire() == 0) return;
    cip::Conversation::Carried carried{message.connection_id,
                                       context ^ std::uint64_t{message.session.value_or(0)} << 32U};
    if (data_type == item_connected_data) {
      if (!carried.connection) carried.connection = 0;
      carried.number = message.sequence.value_or(0);
    } else {
      carried.connection.reset();
    }
    if (!is_object_message(data)) return;
    cip_.message(data, carried, *inner);
  }

  /// Connected data of other transports than class 3 have no service in front.
  static bool is_object_message(const Reader& data) noexcept {
    const Bytes bytes = data.peek();
    if (bytes.size() < 2) return data.left_on_wire() >= 2;
    if ((bytes[0] & 0x80U) != 0) return bytes[1] == 0;
    return std::size_t{2} * bytes[1] + 2 <= data.left_on_wire();
  }

  static void read_io(Reader& reader, Emitter& out) {
    cip::Io io;
    reader.skip(6);
    reader.u32le(io.connection_id);
    reader.u32le(io.sequence);
    reader.skip(2);
    reader.u16le(io.bytes);
    reader.skip(io.bytes.value_or(0));
    if (auto inner = out.inner("cip")) inner->emit(io);
    (void)say_truncated(reader, out);
  }

  cip::Conversation cip_;
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  Reader reader{buffered};
  const std::uint16_t command = reader.u16le();
  const std::size_t length = reader.u16le();
  if (!reader.ok()) return {Framing::Kind::need_more, 4};
  if (command == 2 && length == item_sequenced_address) {
    if (buffered.size() < io_header_size) return {Framing::Kind::need_more, io_header_size};
    const std::size_t size = io_header_size + (buffered[16] | std::size_t{buffered[17]} << 8U);
    return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
  }
  if (row_of(commands, command) == nullptr || length > length_max) return {};
  const std::size_t size = header_size + length;
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

/// Lengths that a command may have, so that a known command is not enough.
bool has_length(std::uint16_t command, std::size_t length) noexcept {
  switch (command) {
    case list_services:
    case list_identity:
    case list_interfaces: return length == 0 || length >= 2;
    case register_session: return length == 4 || length == 0;
    case unregister_session: return length == 0;
    case send_rr_data:
    case send_unit_data: return length == 0 || length >= 8;
    default: return true;
  }
}

Match recognise(Bytes start) noexcept {
  if (is_io(start)) return Match::yes;
  Reader reader{start};
  const std::uint16_t command = reader.u16le();
  if (!reader.ok()) return Match::maybe;
  const std::size_t length = reader.u16le();
  if (command == 2 && start.size() < io_header_size) return Match::maybe;
  if (row_of(commands, command) == nullptr) return Match::no;
  reader.skip(16);
  const std::uint32_t options = reader.u32le();
  if (!reader.ok()) return Match::maybe;
  if (options != 0 || !has_length(command, length)) return Match::no;
  if (command < list_services) return Match::maybe;
  if (command != send_rr_data && command != send_unit_data) return Match::yes;
  const std::uint32_t interface = reader.left() >= 4 ? reader.u32le() : 0;
  return interface == 0 ? Match::yes : Match::no;
}

/// The first octet of the CIP message that items carry: its high bit is set in responses.
std::optional<std::uint8_t> carried_service(Reader body) noexcept {
  body.skip(6);
  const unsigned count = body.u16le();
  for (unsigned i = 0; i < count && body.ok(); ++i) {
    const std::uint16_t type = body.u16le();
    Reader item = body.sub(body.u16le());
    if (type != item_connected_data && type != item_unconnected_data) continue;
    if (type == item_connected_data) item.skip(2);
    const std::uint8_t service = item.u8();
    const std::uint8_t next = item.u8();
    if (!item.ok() || ((service & 0x80U) != 0 && next != 0)) return std::nullopt;
    return service;
  }
  return std::nullopt;
}

Says says(Bytes pdu) noexcept {
  if (is_io(pdu)) return Says::nothing;
  Reader reader{pdu};
  const std::uint16_t command = reader.u16le();
  const std::size_t length = reader.u16le();
  const std::uint32_t session = reader.u32le();
  const std::uint32_t status = reader.u32le();
  reader.skip(12);
  if (!reader.ok()) return Says::nothing;
  if (status != 0) return Says::response;
  switch (command) {
    case list_services:
    case list_identity:
    case list_interfaces: return length == 0 ? Says::request : Says::response;
    case register_session: return session == 0 ? Says::request : Says::response;
    case send_rr_data:
    case send_unit_data: break;
    default: return Says::nothing;
  }
  const auto service = carried_service(reader);
  if (!service) return Says::nothing;
  return (*service & 0x80U) != 0 ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::command>("command", "Command of the encapsulation."),
    field<&Message::command_name>("command_name", "The command's name."),
    field<&Message::operation>("operation", "What is asked; not of commands that carry CIP.", Meaning::operation),
    field<&Message::session>("session", "Session handle; 0 before one is registered."),
    field<&Message::status>("status", "Status; 0 is success."),
    field<&Message::refusal>("refusal", "The status, where it is not success.", Meaning::refusal),
    field<&Message::refusal_name>("refusal_name", "The refusal in words."),
    field<&Message::connection_id>("connection_id", "Connection that the data belongs to."),
    field<&Message::sequence>("sequence", "Sequence of the connection."),
    field<&Message::service_name>("service_name", "Communication service that the device offers."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 44818}, Carrier{Carrier::Kind::udp, 44818},
                              Carrier{Carrier::Kind::udp, 2222}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("enip.message", "An encapsulation message.", "CIP volume 2, 2-3", message_fields);

constinit const Protocol protocol{
    .name = "enip",
    .title = "EtherNet/IP",
    .source = "ODVA, The CIP Networks Library, volume 2",
    .carriers = carriers,
    .max_pdu = header_size + length_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<EnipSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::enip

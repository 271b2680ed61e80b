// The Common Industrial Protocol: services of objects, addressed by class, instance and attribute, or by a tag's name.
//
// CIP volume 1 (message router, 2-4; Connection Manager, 3-5), volume 2 (EtherNet/IP); Rockwell publication 1756-PM020
// (tags). Three things make it harder than it looks: a response names neither object nor attribute; services from 0x4B
// on mean something else in every class; and a request may wrap others, which carry the route to the module that is
// meant. So each request is remembered, with those it wraps, until its response.

#include "protocol/cip.h"

#include <array>

#include "protocol/cip_objects.h"
#include "protocol/cip_tables.h"
#include "protocol/faults.h"

namespace bulkhead::cip {

namespace {

constexpr std::uint8_t response_bit = 0x80;
constexpr std::uint32_t connection_manager = 0x06, pccc_object = 0x67;
constexpr std::uint8_t multiple_service = 0x0A, execute_pccc = 0x4B, forward_close = 0x4E, unconnected = 0x52,
                       forward_open = 0x54, large_forward_open = 0x5B;
constexpr std::uint8_t partial_transfer = 0x06, embedded_error = 0x1E;
constexpr unsigned depth_max = 4;
constexpr std::size_t open_max = 64;

bool is_response(const Reader& reader) noexcept {
  return !reader.peek().empty() && (reader.peek()[0] & response_bit) != 0;
}

/// Hands each service of a Multiple Service Packet on, with its number. Offsets count from their own number of
/// services; they must rise, so that no octet is read twice.
template <class Act>
void each_service(Reader& data, Emitter& out, Act act) {
  const std::size_t begin = data.offset();
  const std::size_t count = data.u16le();
  if (!data.ok() || count * 2 > data.left_on_wire()) {
    if (data.ok()) data.skip(count * 2);
    return;
  }
  std::vector<std::size_t> offsets;
  offsets.reserve(count);
  for (std::size_t i = 0; i < count; ++i) offsets.push_back(data.u16le());
  for (std::size_t i = 0; i < count && data.ok(); ++i) {
    const std::size_t at = data.offset() - begin;
    const std::size_t end = i + 1 < count ? offsets[i + 1] : at + data.left_on_wire();
    if (offsets[i] < at || end < offsets[i])
      return out.fault(ParseFault::Kind::bad_value, data.offset(), "offsets that rise");
    data.skip(offsets[i] - at);
    Reader service = data.sub(end - offsets[i]);
    act(i, service);
  }
}

Message message_of(const Asked& asked) {
  Message message;
  message.station = present(asked.station);
  message.operation = asked.operation;
  message.class_id = asked.class_id;
  if (asked.class_id) message.class_name = name_in(classes(), *asked.class_id);
  message.instance = asked.instance;
  message.attribute = asked.attribute;
  message.symbol = present(asked.symbol);
  return message;
}

void name_service(Message& message, std::uint8_t code) {
  const Service service = service_of(message.class_id, message.symbol.has_value(), message.attribute, code);
  if (!service.name.empty()) message.service_name = service.name;
  message.operation = service.operation;
}

}  // namespace

const Conversation::Open* Conversation::find(const std::optional<std::uint32_t>& connection) const noexcept {
  if (!connection) return nullptr;
  const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                  [&](const Open& open) { return open.o_t == *connection || open.t_o == *connection; });
  return found == open_.rend() ? nullptr : &*found;
}

void Conversation::message(Reader reader, const Carried& carried, Emitter& out) {
  const Open* open = find(carried.connection);
  const std::uint64_t key = carried.connection
                                ? std::uint64_t{open == nullptr ? 0 : open->o_t} << 16U | (carried.number & 0xFFFFU)
                                : carried.number;
  if (is_response(reader)) {
    const auto entry = asked_.answered(key);
    return response(reader, entry ? &entry->request : nullptr, 0, out);
  }
  const std::string station = open == nullptr ? std::string{} : open->station;
  Asked asked = request(reader, station, 0, out);
  asked_.asked(key, out.origin().frame, std::move(asked));
}

void Conversation::end(Emitter& out) {
  if (!asked_.heard_answers()) return;
  for (const auto& entry : asked_.waiting())
    out.emit(Unanswered{"cip", entry.request.operation.value_or(Operation::unknown), entry.key, entry.frame});
}

Asked Conversation::request(Reader& reader, std::string_view station, unsigned depth, Emitter& out) {
  Asked asked;
  asked.station = station;
  asked.service = reader.u8();
  Reader segments = reader.sub(std::size_t{2} * reader.u8());
  const std::size_t path_size = segments.left();
  Path path = read_path(segments);
  asked.class_id = path.class_id;
  asked.instance = path.instance;
  asked.attribute = path.attribute;
  asked.symbol = std::move(path.symbol);
  Message message = message_of(asked);
  message.nested = static_cast<std::uint8_t>(depth);
  message.service = asked.service;
  message.response = false;
  name_service(message, asked.service);
  asked.operation = message.operation;
  for (const void* member : {static_cast<const void*>(&message.class_id), static_cast<const void*>(&message.instance),
                             static_cast<const void*>(&message.attribute), static_cast<const void*>(&message.symbol)})
    segments.note(member, path_size);
  if (reader.ok()) out.emit(message);
  if (say_truncated(reader, out) || say_truncated(segments, out)) return asked;
  wrapped_request(message, reader, asked, depth, out);
  (void)say_truncated(reader, out);
  return asked;
}

void Conversation::wrapped_request(const Message& message, Reader& data, Asked& asked, unsigned depth, Emitter& out) {
  const bool wraps =
      asked.service == multiple_service || (asked.class_id == connection_manager && asked.service == unconnected);
  if (wraps && depth >= depth_max)
    return out.fault(ParseFault::Kind::bad_value, data.offset(), "services within services, four deep at most");
  if (asked.service == multiple_service) {
    each_service(data, out, [&](std::size_t, Reader& service) {
      asked.inner.push_back(request(service, asked.station, depth + 1, out));
    });
  } else if (asked.class_id == connection_manager) {
    switch (asked.service) {
      case unconnected: return unconnected_send(data, asked, depth, out);
      case forward_open: return read_forward_open(data, Large::no, asked, out);
      case large_forward_open: return read_forward_open(data, Large::yes, asked, out);
      case forward_close: return read_forward_close(data, asked, out);
      default: return;
    }
  } else if (asked.class_id == pccc_object && message.service == execute_pccc) {
    read_pccc(data, asked, out);
  }
}

void Conversation::unconnected_send(Reader& data, Asked& asked, unsigned depth, Emitter& out) {
  data.skip(2);  // priority, time-out
  const std::size_t size = data.u16le();
  Reader embedded = data.sub(size);
  if (size % 2 != 0) data.skip(1);
  const std::size_t words = data.u8();
  data.skip(1);
  Reader segments = data.sub(2 * words);
  const Path path = read_path(segments);
  asked.target = path.route;
  if (embedded.left() > 0) asked.inner.push_back(request(embedded, asked.target, depth + 1, out));
  if (data.ok()) (void)say_truncated(segments, out);
}

void Conversation::response(Reader& reader, const Asked* asked, unsigned depth, Emitter& out) {
  const Asked nothing;
  const auto code = static_cast<std::uint8_t>(reader.u8() & 0x7FU);
  // The answer to what an Unconnected Send wraps comes alone; only its own failure is answered as such.
  if (asked != nullptr && asked->service == unconnected && code != unconnected && !asked->inner.empty())
    asked = &asked->inner.front();
  if (asked != nullptr && asked->service != code) asked = nullptr;
  Message message = message_of(asked == nullptr ? nothing : *asked);
  message.nested = static_cast<std::uint8_t>(depth);
  message.service = code;
  message.response = true;
  name_service(message, code);
  if (asked != nullptr && asked->operation && !asked->pccc) message.operation = asked->operation;
  reader.skip(1);
  reader.u8(message.general_status);
  const std::size_t words = reader.u8();
  Reader extended = reader.sub(2 * words);
  if (words > 0) extended.u16le(message.extended_status);
  if (!reader.ok()) {
    (void)say_truncated(reader, out);
    return;
  }
  const std::uint8_t status = message.general_status.value_or(0);
  if (status != 0 && status != partial_transfer) {
    message.refusal = status;
    message.refusal_name = name_in(statuses(), status);
  }
  if (message.extended_status && message.class_id == connection_manager)
    message.extended_status_name = name_in(connection_statuses(), *message.extended_status);
  out.emit(message);
  Asked known = asked == nullptr ? nothing : *asked;
  known.service = code;
  read_result(reader, known, status, depth, out);
  (void)say_truncated(reader, out);
}

void Conversation::read_result(Reader& data, const Asked& asked, std::uint8_t status, unsigned depth, Emitter& out) {
  if (asked.service == multiple_service && (status == 0 || status == embedded_error)) {
    if (data.left_on_wire() == 0) return;
    if (depth >= depth_max)
      return out.fault(ParseFault::Kind::bad_value, data.offset(), "services within services, four deep at most");
    return each_service(data, out, [&](std::size_t i, Reader& service) {
      response(service, i < asked.inner.size() ? &asked.inner[i] : nullptr, depth + 1, out);
    });
  }
  if (asked.class_id == connection_manager && (asked.service == forward_open || asked.service == large_forward_open)) {
    Connection granted;
    if (read_forward_open_answer(data, asked, status, granted, out)) {
      if (open_.size() == open_max) open_.erase(open_.begin());
      open_.push_back({granted.o_t_id.value_or(0), granted.t_o_id.value_or(0), asked.target});
      if (asked.key) say_accepted(*asked.key, asked.target, out);
    }
    return;
  }
  if (status != 0 && status != embedded_error && status != 0x0A) return;
  if (asked.class_id == pccc_object && asked.service == execute_pccc) return read_pccc_answer(data, asked, out);
  read_identity(data, asked, out);
}

namespace {

/// CIP as some other protocol may carry it, with nothing that pairs beyond the order of messages.
class CipSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    if (reader.left_on_wire() == 0) return out.fault(ParseFault::Kind::truncated, 0, "a service");
    conversation_.message(reader, {}, out);
    (void)say_cut(reader, out);
  }
  void gap(Direction) override { conversation_.gap(); }
  void end(Emitter& out) override { conversation_.end(out); }

 private:
  Conversation conversation_;
};

/// Nothing marks a message but the reserved octet of a response.
Match recognise(Bytes start) noexcept {
  if (start.size() < 2) return Match::maybe;
  if ((start[0] & response_bit) != 0) return start[1] == 0 ? Match::maybe : Match::no;
  return Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < 2) return Says::nothing;
  return (pdu[0] & response_bit) != 0 ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::station>("station", "Route to the module: port and link address, `1,0` is backplane slot 0.",
                             Meaning::station),
    field<&Message::service>("service", "Service code, without the response bit."),
    field<&Message::service_name>("service_name", "Its name, which depends on the class from code 75 on."),
    field<&Message::response>("response", "Whether this is a response."),
    field<&Message::operation>("operation", "What is asked; not of services that only wrap others.",
                               Meaning::operation),
    field<&Message::class_id>("class", "Class of the object; of a response, from its request."),
    field<&Message::class_name>("class_name", "The class in words."),
    field<&Message::instance>("instance", "Instance of the class; 0 is the class itself."),
    field<&Message::attribute>("attribute", "Attribute of the instance."),
    field<&Message::symbol>("symbol", "Tag that is addressed by its name."),
    field<&Message::general_status>("general_status", "Status of a response; 0 is success."),
    field<&Message::refusal>("refusal", "The status, where the object refused.", Meaning::refusal),
    field<&Message::refusal_name>("refusal_name", "The refusal in words."),
    field<&Message::extended_status>("extended_status", "First extended status of a response."),
    field<&Message::extended_status_name>("extended_status_name", "The same in words, of the Connection Manager."),
    field<&Message::nested>("nested", "How many services this one is wrapped in."),
};

constexpr std::array connection_fields{
    field<&Connection::station>("station", "Route to the module.", Meaning::station),
    field<&Connection::operation>("operation", "Opened or closed.", Meaning::operation),
    field<&Connection::response>("response", "Whether this is the answer."),
    field<&Connection::serial>("connection_serial", "Number of the connection, as its originator counts."),
    field<&Connection::o_t_id>("o_t_id", "Identifier from originator to target."),
    field<&Connection::t_o_id>("t_o_id", "Identifier from target to originator."),
    field<&Connection::o_t_interval_us>("o_t_interval", "Packet interval from originator to target, in microseconds."),
    field<&Connection::t_o_interval_us>("t_o_interval", "Packet interval from target to originator, in microseconds."),
    field<&Connection::o_t_type>("o_t_type", "Type from originator to target."),
    field<&Connection::t_o_type>("t_o_type", "Type from target to originator."),
    field<&Connection::o_t_size>("o_t_size", "Largest message from originator to target, in bytes."),
    field<&Connection::t_o_size>("t_o_size", "Largest message from target to originator, in bytes."),
    field<&Connection::transport>("transport", "Transport class and trigger, as on the wire."),
    field<&Connection::class_id>("class", "Class that is connected to."),
    field<&Connection::instance>("instance", "Instance that is connected to, or configuration assembly."),
    field<&Connection::connection_point>("connection_point", "First connection point."),
    field<&Connection::key_vendor>("key_vendor", "Vendor that the module is expected to have; 0 is any."),
    field<&Connection::key_device_type>("key_device_type", "Device type that is expected; 0 is any."),
    field<&Connection::key_product_code>("key_product_code", "Product code that is expected; 0 is any."),
    field<&Connection::key_major>("key_major", "Major revision that is expected; 0 is any."),
    field<&Connection::key_minor>("key_minor", "Minor revision that is expected; 0 is any."),
};

constexpr std::array originator_fields{
    field<&Originator::vendor_id>("vendor_id", "Vendor of who opens the connection."),
    field<&Originator::vendor>("vendor", "The vendor by name.", Meaning::vendor),
    field<&Originator::serial_number>("serial_number", "Serial number of who opens the connection.",
                                      Meaning::serial_number),
};

constexpr std::array identity_fields{
    field<&Identity::station>("station", "Route to the module.", Meaning::station),
    field<&Identity::vendor_id>("vendor_id", "Vendor, as ODVA numbers them."),
    field<&Identity::vendor>("vendor", "The vendor by name.", Meaning::vendor),
    field<&Identity::device_type>("device_type", "Device type, as CIP numbers them."),
    field<&Identity::role>("device_type_name", "The device type in words.", Meaning::role),
    field<&Identity::product_code>("product_code", "Product code, as the vendor numbers them."),
    field<&Identity::revision>("revision", "Major and minor revision.", Meaning::firmware),
    field<&Identity::status>("status", "Status word: owned, configured, faults."),
    field<&Identity::serial_number>("serial_number", "Serial number, eight hexadecimal digits.",
                                    Meaning::serial_number),
    field<&Identity::product_name>("product_name", "Product name.", Meaning::product),
    field<&Identity::state>("state", "State of the device."),
    field<&Identity::host_name>("host_name", "Host name of the interface.", Meaning::host_name),
    field<&Identity::ip>("ip_address", "Address of the interface.", Meaning::ip_address),
    field<&Identity::mac>("mac_address", "Physical address of the interface.", Meaning::mac_address),
};

constexpr std::array pccc_fields{
    field<&Pccc::station>("station", "Route to the module.", Meaning::station),
    field<&Pccc::command>("command", "Command, without the reply bit."),
    field<&Pccc::function>("function", "Function of the command."),
    field<&Pccc::command_name>("command_name", "Name of command and function."),
    field<&Pccc::operation>("operation", "What is asked of the processor.", Meaning::operation),
    field<&Pccc::response>("response", "Whether this is a reply."),
    field<&Pccc::transaction>("transaction", "Pairs a reply with its command."),
    field<&Pccc::status>("status", "Status; 0 is success."),
    field<&Pccc::refusal>("refusal", "The status, where the processor refused.", Meaning::refusal),
    field<&Pccc::extended_status>("extended_status", "Extended status of a refusal."),
};

constexpr std::array io_fields{
    field<&Io::connection_id>("connection_id", "Identifier of the connection."),
    field<&Io::sequence>("sequence", "Sequence of the connection."),
    field<&Io::bytes>("bytes", "Bytes of data."),
    field<&Io::operation>("operation", "Always a report.", Meaning::operation),
};

constexpr std::array carriers{Carrier{Carrier::Kind::protocol, 0, "enip"}};
constexpr std::array messages{&Message::schema,  &Connection::schema, &Originator::schema,
                              &Identity::schema, &Pccc::schema,       &Io::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("cip.message", "A service of an object, asked or answered.", "CIP volume 1, 2-4", message_fields);
constinit const Schema Connection::schema = describe<Connection>(
    "cip.connection", "A connection that is opened or closed.", "CIP volume 1, 3-5.5", connection_fields);
constinit const Schema Originator::schema =
    describe<Originator>("cip.originator", "Who opens a connection.", "CIP volume 1, 3-5.5", originator_fields);
constinit const Schema Identity::schema =
    describe<Identity>("cip.identity", "What a module says of itself, or was accepted as by its electronic key.",
                       "CIP volume 1, 5A-2", identity_fields);
constinit const Schema Pccc::schema =
    describe<Pccc>("cip.pccc", "A PCCC command or reply.", "Rockwell 1770-6.5.16, chapter 7", pccc_fields);
constinit const Schema Io::schema =
    describe<Io>("cip.io", "A cyclic message of a connection.", "CIP volume 2, 3-3.3", io_fields);

constinit const Protocol protocol{
    .name = "cip",
    .title = "CIP",
    .source = "ODVA, The CIP Networks Library, volumes 1 and 2",
    .carriers = carriers,
    .max_pdu = 65535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<CipSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::cip

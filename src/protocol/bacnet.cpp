// BACnet, ASHRAE 135: virtual link functions of BACnet/IP (annex J), network layer with routing (clause 6), application
// data units (clause 20.1). Over LLC a network message stands alone.
//
// Devices on other networks share a router's address: what tells them apart is the network and address in the network
// layer, of the sender in answers and of the receiver in requests.

#include "protocol/bacnet.h"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "protocol/bacnet_values.h"
#include "protocol/faults.h"

namespace bulkhead::bacnet {

namespace {

constexpr std::uint8_t link_type = 0x81, network_version = 0x01;
constexpr std::uint8_t function_result = 0x00, function_forwarded = 0x04, function_distribute = 0x09,
                       function_broadcast = 0x0B;
constexpr std::size_t link_header_size = 4;
constexpr std::uint8_t confirmed_request = 0, unconfirmed_request = 1, simple_ack = 2, complex_ack = 3, segment_ack = 4,
                       error_unit = 5, reject_unit = 6, abort_unit = 7;
constexpr std::uint16_t all_networks = 0xFFFF;
constexpr std::uint8_t device_communication_control = 17, reinitialize_device = 20;
constexpr std::size_t together_max = 262144;  // what the segments of one unit may add up to
constexpr std::size_t units_max = 16;         // unfinished at one time

bool carries_network_message(std::uint8_t function) noexcept {
  return function == function_forwarded || (function >= function_distribute && function <= function_broadcast);
}

class BacnetSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (reader.left_on_wire() == 0) return out.fault(ParseFault::Kind::truncated, 0, "a BACnet message");
    Unit unit;
    if (!reader.peek().empty() && reader.peek()[0] == link_type) link(reader, unit, out);
    else network(reader, unit, out);
    (void)say_cut(whole, out);
  }

  void gap(Direction) override {
    asked_.clear();
    together_.clear();
  }

  void end(Emitter& out) override {
    if (!asked_.heard_answers()) return;
    for (const auto& entry : asked_.waiting())
      out.emit(Unanswered{"bacnet", entry.request, entry.key & 0xFFU, entry.frame});
  }

 private:
  /// What the layers below have told, and the message so far.
  struct Unit {
    Message message;
    std::string source, destination;  ///< `2001:0c`; empty where the device is on this network.
    std::optional<IpAddress> origin;
  };

  struct Together {
    std::uint64_t key = 0;
    std::uint8_t next = 0;
    std::vector<std::uint8_t> bytes;
  };

  void link(Reader& reader, Unit& unit, Emitter& out) {
    Message& message = unit.message;
    reader.skip(1);
    reader.u8(message.bvlc_function);
    const std::size_t length = reader.u16be();
    if (!reader.ok()) {
      if (message.bvlc_function) out.emit(message);
      (void)say_truncated(reader, out);
      return;
    }
    // Devices announce less and more than they send; what they send is what they mean.
    const bool wrong_length = length != link_header_size + reader.left_on_wire();
    Reader body = reader.sub(reader.left_on_wire());
    const std::uint8_t code = message.bvlc_function.value_or(0);
    const Function* function = row_of(link_functions(), code);
    if (function != nullptr) {
      message.bvlc_function_name = function->name;
      message.operation = function->operation;
    }
    if (code == function_forwarded) {
      unit.origin = IpAddress::v4(body.take(4));
      body.skip(2);
    }
    if (carries_network_message(code)) {
      network(body, unit, out);
    } else {
      if (code == function_result) read_result(body, message);
      out.emit(message);
      if (!say_truncated(body, out) && function == nullptr)
        out.fault(ParseFault::Kind::unknown_function, 1, "a function of ASHRAE 135, J.2");
    }
    if (wrong_length) out.fault(ParseFault::Kind::length_mismatch, 2, "the length of the datagram");
  }

  static void read_result(Reader& body, Message& message) {
    const std::uint16_t code = body.u16be();
    if (!body.ok() || code == 0) return;
    message.refusal = code;
    body.note(&message.refusal, 2);
  }

  static std::string read_address(Reader& reader, std::optional<std::uint16_t>& network) {
    reader.u16be(network);
    const Bytes address = reader.take(reader.u8());
    if (!reader.ok() || address.empty() || network.value_or(all_networks) == all_networks) return {};
    return fmt::format("{}:{}", network.value_or(0), to_hex(address));
  }

  void network(Reader& reader, Unit& unit, Emitter& out) {
    Message& message = unit.message;
    const std::uint8_t version = reader.u8();
    const unsigned control = reader.u8();
    if (!reader.ok()) {
      if (message.bvlc_function) out.emit(message);
      (void)say_truncated(reader, out);
      return;
    }
    const bool has_destination = (control & 0x20U) != 0;
    if (has_destination) unit.destination = read_address(reader, message.destination_network);
    if ((control & 0x08U) != 0) unit.source = read_address(reader, message.source_network);
    if (has_destination) reader.skip(1);  // hop count
    if (version != network_version) {
      out.emit(message);
      return out.fault(ParseFault::Kind::bad_value, reader.offset(), "version 1 of the network layer");
    }
    if ((control & 0x80U) == 0) return application(reader, unit, out);
    reader.u8(message.network_message);
    const std::uint8_t code = message.network_message.value_or(0);
    if (code >= 0x80) reader.skip(2);  // vendor
    const Function* function = row_of(network_messages(), code);
    message.operation = function == nullptr ? Operation::unknown : function->operation;
    if (function != nullptr) message.network_message_name = function->name;
    set_station(unit, true);
    out.emit(message);
    (void)say_truncated(reader, out);
  }

  static void set_station(Unit& unit, bool sender) {
    const std::string& station = sender ? unit.source : unit.destination;
    if (!station.empty()) unit.message.station = station;
  }

  void application(Reader& reader, Unit& unit, Emitter& out) {
    Message& message = unit.message;
    const unsigned first = reader.u8();
    if (!reader.ok()) {
      out.emit(message);
      (void)say_truncated(reader, out);
      return;
    }
    const auto type = static_cast<std::uint8_t>(first >> 4U);
    message.pdu_type = type;
    set_station(unit, type != confirmed_request);
    const bool segmented = (first & 8U) != 0 && (type == confirmed_request || type == complex_ack);
    const bool more = (first & 4U) != 0;
    if (type == confirmed_request) reader.skip(1);  // sizes that the sender takes
    if (type != unconfirmed_request) reader.u8(message.invoke_id);
    if (segmented || type == segment_ack) {
      reader.u8(message.segment);
      reader.skip(1);  // window
    }
    switch (type) {
      case confirmed_request:
      case unconfirmed_request:
      case simple_ack:
      case complex_ack:
      case error_unit: reader.u8(message.service); break;
      case reject_unit:
      case abort_unit: read_reason(reader, type, message); break;
      default: break;
    }
    const Service* service = name_service(type, message);
    if (type == error_unit) read_error(reader, message);
    if (type == confirmed_request) read_control(reader, message);
    pair(unit, out);
    out.emit(message);
    if (say_truncated(reader, out) || !reader.ok()) return;
    if (type > abort_unit) return out.fault(ParseFault::Kind::bad_value, reader.offset(), "a type of ASHRAE 135, 20.1");
    if (service == nullptr && message.service)
      return out.fault(ParseFault::Kind::unknown_function, reader.offset() - 1, "a service of ASHRAE 135, 21");
    if (service == nullptr || type == error_unit || type == simple_ack) return;
    if (segmented) join(reader, *service, unit, more, out);
    else data(reader, *service, unit, out);
  }

  static const Service* name_service(std::uint8_t type, Message& message) {
    if (!message.service) return nullptr;
    const Service* service = type == unconfirmed_request ? row_of(unconfirmed_services(), *message.service)
                                                         : row_of(confirmed_services(), *message.service);
    if (service == nullptr) return nullptr;
    message.service_name = service->name;
    message.operation = service->operation;
    return service;
  }

  static void read_reason(Reader& reader, std::uint8_t type, Message& message) {
    const std::uint8_t reason = reader.u8();
    if (!reader.ok()) return;
    message.refusal = reason;
    reader.note(&message.refusal, 1);
    message.refusal_name = name_in(type == reject_unit ? reject_reasons() : abort_reasons(), std::uint32_t{reason});
  }

  /// Class and code, in a construct of their own where the service has more to say.
  static void read_error(Reader reader, Message& message) {
    Tag tag = read_tag(reader);
    if (tag.kind == Tag::Kind::opening) tag = read_tag(reader);
    const auto error_class = static_cast<std::uint32_t>(read_unsigned(reader, tag.length));
    tag = read_tag(reader);
    const auto code = static_cast<std::uint32_t>(read_unsigned(reader, tag.length));
    if (!reader.ok()) return;
    message.error_class = error_class;
    message.refusal = code;
    reader.note(&message.refusal, tag.length);
    message.refusal_name = name_in(errors(), code);
  }

  /// The two services that take a password.
  static void read_control(Reader reader, Message& message) {
    const bool silences = message.service == device_communication_control;
    if (!silences && message.service != reinitialize_device) return;
    const std::uint8_t state_tag = silences ? 1 : 0;
    while (reader.ok() && reader.left() > 0) {
      const Tag tag = read_tag(reader);
      if (tag.kind != Tag::Kind::context) return;
      Reader content = reader.sub(tag.length);
      if (!content.ok()) return;
      if (tag.number == state_tag) {
        message.state = static_cast<std::uint32_t>(read_unsigned(content, tag.length));
        content.note(&message.state, tag.length);
      } else if (tag.number == state_tag + 1) {
        std::string buffer;
        message.password = conceal(read_text(content, buffer).value_or(std::string_view{}));
        content.skip(tag.length);
        content.note(&message.password, tag.length);
      }
    }
    message.operation = silences ? (message.state == 0U ? Operation::comm_enable : Operation::comm_disable)
                                 : reinitialised(message.state.value_or(0));
  }

  static Operation reinitialised(std::uint32_t state) noexcept {
    if (state < 2) return Operation::restart;
    return state < 4 ? Operation::mode_other : Operation::config_write;  // backup; restore and activation
  }

  /// A reject or abort names no service; its request does.
  void pair(Unit& unit, Emitter& out) {
    Message& message = unit.message;
    const std::uint8_t type = message.pdu_type.value_or(0);
    if (!message.invoke_id || type == unconfirmed_request || type == segment_ack) return;
    if (type == confirmed_request) {
      if (message.segment.value_or(0) == 0) asked_.asked(key(unit), out.origin().frame, message.operation);
      return;
    }
    if (message.segment.value_or(0) != 0) return;
    const auto entry = asked_.answered(key(unit));
    if (entry) message.operation = entry->request;
  }

  static std::uint64_t key(const Unit& unit) {
    const std::string_view station = unit.message.station.value_or(std::string_view{});
    std::uint64_t mixed = 0;
    for (const char c : station) mixed = mix(mixed ^ static_cast<unsigned char>(c));
    return mixed << 8U | unit.message.invoke_id.value_or(0);
  }

  void join(Reader& reader, const Service& service, Unit& unit, bool more, Emitter& out) {
    const std::uint64_t same = key(unit) ^ std::uint64_t{unit.message.pdu_type.value_or(0)} << 8U;
    const std::uint8_t number = unit.message.segment.value_or(0);
    if (number == 0) std::erase_if(together_, [&](const Together& known) { return known.key == same; });
    auto found =
        std::find_if(together_.begin(), together_.end(), [&](const Together& known) { return known.key == same; });
    if (found == together_.end()) {
      if (number != 0) return out.fault(ParseFault::Kind::lost, reader.offset(), "the segments before this one");
      if (together_.size() == units_max) together_.erase(together_.begin());
      found = together_.insert(together_.end(), Together{same, 0, {}});
    }
    const Bytes part = reader.rest();
    const auto before = static_cast<std::uint8_t>(found->next - 1);
    if (number == before && number != 0) return;  // sent again
    if (!reader.ok() || number != found->next || found->bytes.size() + part.size() > together_max) {
      together_.erase(found);
      if (reader.ok()) out.fault(ParseFault::Kind::lost, reader.offset(), "the segment that comes next");
      return;
    }
    found->bytes.insert(found->bytes.end(), part.begin(), part.end());
    ++found->next;
    if (more) return;
    const std::vector<std::uint8_t> whole = std::move(found->bytes);
    together_.erase(found);
    data(Reader{Bytes{whole}}, service, unit, out);
  }

  static void data(Reader reader, const Service& service, const Unit& unit, Emitter& out) {
    const Message& message = unit.message;
    const bool is_answer = message.pdu_type == complex_ack;
    // Items of an answer are read as such, so that only what a device says of itself identifies it.
    const Context context{message.station, unit.origin, message.operation};
    if (message.pdu_type == unconfirmed_request && service.code == 0) return read_i_am(reader, context, out);
    const Layout& layout = is_answer ? service.answer : service.request;
    if (layout.object != Layout::none) return read_items(reader, layout, context, out);
  }

  Pending<Operation> asked_;
  std::vector<Together> together_;
};

Match recognise_network(Bytes start) noexcept {
  if (start.empty()) return Match::maybe;
  if (start[0] != network_version) return Match::no;
  if (start.size() < 2) return Match::maybe;
  return (start[1] & 0x50U) == 0 ? Match::maybe : Match::no;  // reserved bits
}

Match recognise(Bytes start) noexcept {
  if (start.empty() || start[0] != link_type) return recognise_network(start);
  Reader reader{start};
  reader.skip(1);
  const std::uint8_t function = reader.u8();
  const std::size_t length = reader.u16be();
  if (!reader.ok()) return Match::maybe;
  if (row_of(link_functions(), function) == nullptr || length < link_header_size) return Match::no;
  if (length != start.size()) return Match::maybe;
  if (!carries_network_message(function)) return length <= 6 ? Match::yes : Match::maybe;
  if (function == function_forwarded) reader.skip(6);
  return recognise_network(reader.peek()) != Match::no && reader.left() >= 3 ? Match::yes : Match::no;
}

/// The application data unit's first octet and what follows; empty where there is none.
Bytes application_unit(Bytes pdu) noexcept {
  Reader reader{pdu};
  if (!pdu.empty() && pdu[0] == link_type) {
    reader.skip(1);
    const std::uint8_t function = reader.u8();
    reader.skip(2);
    if (!carries_network_message(function)) return {};
    if (function == function_forwarded) reader.skip(6);
  }
  const std::uint8_t version = reader.u8();
  const unsigned control = reader.u8();
  if (version != network_version || (control & 0x80U) != 0) return {};
  for (const unsigned bit : {0x20U, 0x08U}) {
    if ((control & bit) == 0) continue;
    reader.skip(2);
    reader.skip(reader.u8());
  }
  if ((control & 0x20U) != 0) reader.skip(1);
  return reader.peek();
}

Says says(Bytes pdu) noexcept {
  const Bytes unit = application_unit(pdu);
  if (unit.empty()) return Says::nothing;
  switch (unit[0] >> 4U) {
    case confirmed_request: return Says::request;
    case simple_ack:
    case complex_ack:
    case error_unit:
    case reject_unit: return Says::response;
    default: return Says::nothing;
  }
}

constexpr std::array message_fields{
    field<&Message::station>("station", "Network and address of a device behind a router.", Meaning::station),
    field<&Message::bvlc_function>("bvlc_function", "Function of the virtual link."),
    field<&Message::bvlc_function_name>("bvlc_function_name", "Its name in the standard."),
    field<&Message::source_network>("source_network", "Network that the message comes from, behind a router."),
    field<&Message::destination_network>("destination_network", "Network that it goes to; 65535 is all."),
    field<&Message::network_message>("network_message", "Type of network message."),
    field<&Message::network_message_name>("network_message_name", "Its name in the standard."),
    field<&Message::pdu_type>("pdu_type",
                              "0 confirmed request, 1 unconfirmed, 2 simple ack, 3 complex ack, 4 segment "
                              "ack, 5 error, 6 reject, 7 abort."),
    field<&Message::service>("service", "Service choice, of confirmed or unconfirmed services."),
    field<&Message::service_name>("service_name", "Its name in the standard."),
    field<&Message::operation>("operation", "What is asked of the device.", Meaning::operation),
    field<&Message::invoke_id>("invoke_id", "Pairs an answer with its request."),
    field<&Message::segment>("segment", "Number of the segment."),
    field<&Message::state>("state", "State that Device Communication Control or Reinitialize Device asks for."),
    field<&Message::password>("password", "Password that is presented to the device.", Meaning::secret),
    field<&Message::error_class>("error_class", "Class of an error."),
    field<&Message::refusal>("refusal", "Error code, or reason of a reject or an abort.", Meaning::refusal),
    field<&Message::refusal_name>("refusal_name", "The refusal in words."),
};

constexpr std::array item_fields{
    field<&Item::station>("station", "Network and address of a device behind a router.", Meaning::station),
    field<&Item::operation>("operation", "What is asked of the device."),
    field<&Item::object_type>("object_type", "Type of the object."),
    field<&Item::object_type_name>("object_type_name", "The type in words."),
    field<&Item::instance>("instance", "Instance of the object."),
    field<&Item::property>("property", "Property of the object."),
    field<&Item::property_name>("property_name", "The property in words."),
    field<&Item::index>("index", "Index of an array; 0 is its size."),
    field<&Item::priority>("priority", "Priority of a write; 1 is the highest."),
    field<&Item::value>("value", "First value, where it is a number."),
    field<&Item::text>("text", "First value, where it is text."),
    field<&Item::refusal>("refusal", "Error code of this property.", Meaning::refusal),
};

constexpr std::array identity_fields{
    field<&Identity::origin>("origin", "Who sent it first, where another forwarded it.", Meaning::subject_ip),
    field<&Identity::station>("station", "Network and address of a device behind a router.", Meaning::station),
    field<&Identity::instance>("instance", "Instance of the device object."),
    field<&Identity::vendor_id>("vendor_id", "Vendor, as ASHRAE numbers them."),
    field<&Identity::vendor>("vendor", "The vendor by name.", Meaning::vendor),
    field<&Identity::model>("model", "Model name.", Meaning::product),
    field<&Identity::firmware>("firmware", "Firmware revision.", Meaning::firmware),
    field<&Identity::application>("application", "Application software version.", Meaning::software),
    field<&Identity::name>("device_name", "Name of the device object.", Meaning::host_name),
    field<&Identity::description>("description", "Description.", Meaning::description),
    field<&Identity::place>("location", "Location.", Meaning::location),
    field<&Identity::serial_number>("serial_number", "Serial number.", Meaning::serial_number),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 47808}, Carrier{Carrier::Kind::llc, 0x82}};
constexpr std::array messages{&Message::schema, &Item::schema, &Identity::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("bacnet.message", "A link function, a network message or an application data unit.",
                      "ASHRAE 135, 6, 20.1 and J.2", message_fields);
constinit const Schema Item::schema =
    describe<Item>("bacnet.item", "An object or property that a message names.", "ASHRAE 135, 21", item_fields);
constinit const Schema Identity::schema = describe<Identity>("bacnet.identity", "What a device says of itself.",
                                                             "ASHRAE 135, 12.11 and 16.10", identity_fields);

constinit const Protocol protocol{
    .name = "bacnet",
    .title = "BACnet",
    .source = "ASHRAE 135-2020",
    .carriers = carriers,
    .max_pdu = 65535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<BacnetSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::bacnet

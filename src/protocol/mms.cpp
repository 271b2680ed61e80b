// MMS, ISO 9506-2, over the session, presentation and association layers of OSI, in data units of COTP.
//
// Of the lower layers only what leads to an MMS unit is read: session units (ITU-T X.225, 8.3), presentation data
// values (X.226, 8.4), association units (X.227). Which context is MMS was agreed at the start, which a capture may
// have missed; but the tags of association units and of MMS units differ, so they tell.

#include "protocol/mms.h"

#include <array>
#include <vector>

#include "protocol/ber.h"
#include "protocol/faults.h"
#include "protocol/mms_tables.h"

namespace bulkhead::mms {

namespace {

constexpr std::uint8_t session_data = 0x01, session_finish = 0x09, session_disconnect = 0x0A, session_refuse = 0x0C,
                       session_connect = 0x0D, session_accept = 0x0E, session_abort = 0x19;
constexpr std::uint8_t parameter_user_data = 0xC1, parameter_extended_user_data = 0xC2;
constexpr std::uint8_t presentation_connect = 0x31, normal_mode = 0xA2, fully_encoded = 0x61, value_list = 0x30,
                       single_value = 0xA0;
constexpr std::uint8_t associate_request = 0x60, associate_response = 0x61, release_request = 0x62,
                       release_response = 0x63, associate_abort = 0x64, user_information = 0xBE, external = 0x28;
constexpr std::uint8_t confirmed_request = 0, confirmed_response = 1, confirmed_error = 2, unconfirmed = 3, reject = 4,
                       initiate_request = 8, initiate_response = 9, initiate_error = 10, conclude_request = 11,
                       conclude_response = 12, conclude_error = 13;
constexpr std::uint16_t service_identify = 2, service_read = 4, service_write = 5;
constexpr unsigned depth_max = 12;
constexpr std::uint8_t domain_specific = 0xA1, visible_string = 0x1A;

struct Kind {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};

// ISO 9506-2, MMSpdu.
constexpr std::array kinds{
    Kind{confirmed_request, "confirmed request", Operation::unknown},
    Kind{confirmed_response, "confirmed response", Operation::unknown},
    Kind{confirmed_error, "confirmed error", Operation::unknown},
    Kind{unconfirmed, "unconfirmed", Operation::report},
    Kind{reject, "reject", Operation::unknown},
    Kind{5, "cancel request", Operation::session_close},
    Kind{6, "cancel response", Operation::session_close},
    Kind{7, "cancel error", Operation::session_close},
    Kind{initiate_request, "initiate request", Operation::session_open},
    Kind{initiate_response, "initiate response", Operation::session_open},
    Kind{initiate_error, "initiate error", Operation::session_open},
    Kind{conclude_request, "conclude request", Operation::session_close},
    Kind{conclude_response, "conclude response", Operation::session_close},
    Kind{conclude_error, "conclude error", Operation::session_close},
};

bool is_session_unit(std::uint8_t type) noexcept {
  return type == session_data || type == session_finish || type == session_disconnect || type == session_refuse ||
         type == session_connect || type == session_accept || type == session_abort;
}

/// Some stacks leave out the layers between COTP and MMS.
bool stands_alone(std::uint8_t tag) noexcept {
  return (tag >= 0xA0 && tag <= 0xAD) || tag == 0x8B || tag == 0x8C;
}

/// X.225, 8.2.5: one octet, or 255 and two.
std::size_t session_length(Reader& reader) noexcept {
  const std::uint8_t length = reader.u8();
  return length == 0xFF ? reader.u16be() : length;
}

/// The number of a tag, which may take more than its first octet.
std::uint16_t tag_number(Reader ahead) noexcept {
  const unsigned first = ahead.u8();
  if ((first & 0x1FU) != 0x1F) return static_cast<std::uint16_t>(first & 0x1FU);
  unsigned number = 0;
  for (int i = 0; i < 2; ++i) {
    const unsigned octet = ahead.u8();
    number = number << 7U | (octet & 0x7FU);
    if ((octet & 0x80U) == 0) break;
  }
  return static_cast<std::uint16_t>(number);
}

class MmsSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (reader.left_on_wire() == 0) return out.fault(ParseFault::Kind::truncated, 0, "a session unit");
    said_ = false;
    const std::uint8_t type = reader.peek().empty() ? std::uint8_t{0} : reader.peek()[0];
    if (stands_alone(type)) {
      application(reader, 0, out);
      if (!say_cut(whole, out)) (void)say_truncated(reader, out);
      return;
    }
    reader.skip(1);
    if (type == session_data) {
      reader.skip(session_length(reader));  // tokens that are given
      if (reader.u8() == session_data) reader.skip(session_length(reader));
      if (reader.ok() && reader.left_on_wire() == 0)
        out.fault(ParseFault::Kind::truncated, reader.offset(), "user data");
      presentation(reader, 0, out);
    } else {
      session_unit(type, reader, out);
    }
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

  void gap(Direction) override { asked_.clear(); }

  void end(Emitter& out) override {
    if (!asked_.heard_answers()) return;
    for (const auto& entry : asked_.waiting()) out.emit(Unanswered{"mms", entry.request, entry.key, entry.frame});
  }

 private:
  /// Parameters, and groups of them, which are read alike.
  void session_unit(std::uint8_t type, Reader& reader, Emitter& out) {
    Reader parameters = reader.sub(session_length(reader));
    while (parameters.ok() && parameters.left_on_wire() > 0) {
      const std::uint8_t parameter = parameters.u8();
      Reader value = parameters.sub(session_length(parameters));
      if (parameter == parameter_user_data || parameter == parameter_extended_user_data) presentation(value, 0, out);
    }
    if (!said_ && type != session_connect && type != session_accept) say_end(out);
    if (reader.ok()) (void)say_truncated(parameters, out);
  }

  void say_end(Emitter& out) {
    Message message;
    message.operation = Operation::session_close;
    out.emit(message);
    said_ = true;
  }

  void presentation(Reader& reader, unsigned depth, Emitter& out) {
    while (reader.ok() && reader.left_on_wire() > 0 && depth < depth_max) {
      Ber unit = read_ber(reader);
      if (!reader.ok()) break;
      if (unit.tag == presentation_connect || unit.tag == normal_mode || unit.tag == fully_encoded) {
        presentation(unit.content, depth + 1, out);
      } else if (unit.tag == value_list) {
        value(unit.content, depth + 1, out);
      }
      if (reader.ok()) (void)say_truncated(unit.content, out);
    }
  }

  /// A presentation data value, or what is external to an association unit: a context, then one value.
  void value(Reader& list, unsigned depth, Emitter& out) {
    while (list.ok() && list.left_on_wire() > 0) {
      Ber unit = read_ber(list);
      if (list.ok() && unit.tag == single_value) {
        application(unit.content, depth + 1, out);
        (void)say_truncated(unit.content, out);
      }
    }
  }

  void application(Reader& reader, unsigned depth, Emitter& out) {
    if (depth >= depth_max || reader.peek().empty()) return;
    const std::uint16_t number = tag_number(reader);
    Ber unit = read_ber(reader);
    if (!reader.ok()) return;
    switch (unit.tag) {
      case associate_request:
      case associate_response: return association(unit.content, depth, out);
      case release_request:
      case release_response:
      case associate_abort: return say_end(out);
      default: break;
    }
    if ((unit.tag & 0xC0U) != 0x80U) return;
    mms(static_cast<std::uint8_t>(number), unit.content, out);
    (void)say_truncated(unit.content, out);
  }

  void association(Reader& content, unsigned depth, Emitter& out) {
    while (content.ok() && content.left_on_wire() > 0) {
      Ber unit = read_ber(content);
      if (!content.ok() || unit.tag != user_information) continue;
      Ber inside = read_ber(unit.content);
      if (unit.content.ok() && inside.tag == external) value(inside.content, depth + 1, out);
    }
    (void)say_truncated(content, out);
  }

  void mms(std::uint8_t number, Reader& content, Emitter& out) {
    Message message;
    message.pdu = number;
    const Kind* kind = row_of(kinds, number);
    if (kind != nullptr) {
      message.pdu_name = kind->name;
      message.operation = kind->operation;
    }
    Reader service{Bytes{}};
    switch (number) {
      case confirmed_request:
      case confirmed_response: service = confirmed(content, message); break;
      case unconfirmed: service = choose(content, unconfirmed_services(), message); break;
      case confirmed_error:
      case reject: read_error(content, message); break;
      default: break;
    }
    if (number == confirmed_request && (message.service == service_read || message.service == service_write)) {
      find_names(service, message, nullptr);
      if (message.service == service_write && message.item)
        message.operation = write_operation(*message.item, message.operation);
    }
    pair(number, message, out);
    out.emit(message);
    said_ = true;
    if (kind == nullptr) return out.fault(ParseFault::Kind::unknown_function, content.offset(), "a unit of ISO 9506-2");
    if (number == confirmed_request && message.item) find_names(service, message, &out);
    if (number == confirmed_response && message.service == service_identify) identify(service, out);
    content.skip(content.left());
  }

  static Reader confirmed(Reader& content, Message& message) {
    const Ber invoke = read_ber(content);
    if (!content.ok()) return Reader{Bytes{}};
    message.invoke_id = static_cast<std::uint32_t>(ber_number(invoke.content));
    if (!content.peek().empty() && content.peek()[0] == value_list) (void)read_ber(content);  // modifiers
    return choose(content, confirmed_services(), message);
  }

  static Reader choose(Reader& content, std::span<const Service> services, Message& message) {
    if (content.left_on_wire() == 0) return Reader{Bytes{}};
    const std::uint16_t number = tag_number(content);
    Ber unit = read_ber(content);
    if (!content.ok()) return Reader{Bytes{}};
    message.service = number;
    if (const Service* service = row_of(services, number)) {
      message.service_name = service->name;
      message.operation = service->operation;
    }
    return unit.content;
  }

  /// A confirmed error holds an error class and its code; a reject holds a reason alone.
  static void read_error(Reader& content, Message& message) {
    while (content.ok() && content.left_on_wire() > 0) {
      Ber unit = read_ber(content);
      if (!content.ok()) return;
      if (unit.tag == 0x80 && !message.invoke_id) {
        message.invoke_id = static_cast<std::uint32_t>(ber_number(unit.content));
      } else if (unit.tag == 0xA2) {
        Ber error = read_ber(unit.content);
        const Ber code = read_ber(error.content);
        if (!error.content.ok()) return;
        message.error_class = static_cast<std::uint8_t>(code.tag & 0x1FU);
        message.refusal = static_cast<std::uint32_t>(ber_number(code.content));
      } else if ((unit.tag & 0xE0U) == 0x80U) {
        message.error_class = static_cast<std::uint8_t>(unit.tag & 0x1FU);
        message.refusal = static_cast<std::uint32_t>(ber_number(unit.content));
      }
    }
  }

  void pair(std::uint8_t number, Message& message, Emitter& out) {
    if (!message.invoke_id) return;
    if (number == confirmed_request) return asked_.asked(*message.invoke_id, out.origin().frame, message.operation);
    const auto entry = asked_.answered(*message.invoke_id);
    if (entry) message.operation = entry->request;
  }

  /// A name within a domain: `RELAY1LD0`, `CSWI1$CO$Pos$Oper`.
  static bool read_name(const Ber& unit, std::optional<std::string_view>& domain,
                        std::optional<std::string_view>& item) {
    Reader names = unit.content;
    if (unit.tag != domain_specific || names.peek().empty() || names.peek()[0] != visible_string) return false;
    Ber first = read_ber(names);
    Ber second = read_ber(names);
    if (!names.ok() || second.tag != visible_string) return false;
    first.content.text(first.content.left(), domain);
    second.content.text(second.content.left(), item);
    return true;
  }

  /// Names of variables, wherever they stand: the first into the message, or all of them as events.
  static void find_names(const Reader& service, Message& message, Emitter* out) {
    std::vector<Reader> open{service};
    while (!open.empty()) {
      Reader& level = open.back();
      if (!level.ok() || level.left() < 2) {
        open.pop_back();
        continue;
      }
      const Ber unit = read_ber(level);
      if (!level.ok() || (unit.tag & 0x20U) == 0) continue;
      if (out == nullptr && read_name(unit, message.domain, message.item)) return;
      Item event;
      event.operation = message.operation;
      if (out != nullptr && read_name(unit, event.domain, event.item)) out->emit(event);
      else if (open.size() < depth_max) open.push_back(unit.content);
    }
  }

  static void identify(Reader service, Emitter& out) {
    Identity identity;
    while (service.ok() && service.left_on_wire() > 0) {
      Ber unit = read_ber(service);
      if (!service.ok()) break;
      const std::size_t size = unit.content.left();
      switch (unit.tag) {
        case 0x80: unit.content.text(size, identity.vendor); break;
        case 0x81: unit.content.text(size, identity.model); break;
        case 0x82: unit.content.text(size, identity.revision); break;
        default: break;
      }
    }
    out.emit(identity);
    (void)say_truncated(service, out);
  }

  Pending<Operation> asked_;
  bool said_ = false;
};

/// Data as they nearly always come (tokens and data without parameters, then presentation values), or a connection
/// whose user data are presentation units.
Match recognise(Bytes start) noexcept {
  if (start.empty()) return Match::maybe;
  if (stands_alone(start[0])) {
    Reader reader{start};
    (void)read_ber(reader);
    return reader.ok() && reader.left() == 0 && start.size() > 4 ? Match::yes : Match::maybe;
  }
  if (!is_session_unit(start[0])) return Match::no;
  if (start.size() < 5) return Match::maybe;
  if (start[0] == session_data)
    return start[1] == 0 && start[2] == session_data && start[3] == 0
               ? (start[4] == fully_encoded ? Match::yes : Match::maybe)
               : Match::no;
  if (start[0] != session_connect && start[0] != session_accept) return Match::maybe;
  Reader reader{start};
  reader.skip(1);
  const std::size_t length = session_length(reader);
  return length == reader.left() && reader.ok() ? Match::yes : Match::maybe;
}

/// The MMS unit that data carry, by its tag.
std::optional<std::uint8_t> carried_unit(Bytes pdu) noexcept {
  if (stands_alone(pdu[0])) return pdu[0];
  Reader reader{pdu};
  reader.skip(4);
  for (const std::uint8_t tag : {fully_encoded, value_list}) {
    Ber unit = read_ber(reader);
    if (!reader.ok() || unit.tag != tag) return std::nullopt;
    reader = unit.content;
  }
  while (reader.ok() && reader.left() > 0) {
    const Ber unit = read_ber(reader);
    if (reader.ok() && unit.tag == single_value && unit.content.left() > 0) return unit.content.peek()[0];
  }
  return std::nullopt;
}

Says says(Bytes pdu) noexcept {
  if (pdu.empty()) return Says::nothing;
  if (pdu[0] == session_connect) return Says::request;
  if (pdu[0] == session_accept) return Says::response;
  if (recognise(pdu) != Match::yes) return Says::nothing;
  const auto tag = carried_unit(pdu);
  if (!tag || (*tag & 0xC0U) != 0x80U) return Says::nothing;
  switch (*tag & 0x1FU) {
    case confirmed_request:
    case initiate_request:
    case conclude_request: return Says::request;
    case confirmed_response:
    case confirmed_error:
    case initiate_response:
    case conclude_response: return Says::response;
    default: return Says::nothing;
  }
}

constexpr std::array message_fields{
    field<&Message::pdu>("pdu_type",
                         "0 confirmed request, 1 response, 2 error, 3 unconfirmed, 8 initiate, 11 conclude ..."),
    field<&Message::pdu_name>("pdu_name", "The kind of unit in words."),
    field<&Message::operation>("operation", "What is asked of the device.", Meaning::operation),
    field<&Message::invoke_id>("invoke_id", "Pairs a response with its request."),
    field<&Message::service>("service", "Service, of the confirmed or the unconfirmed ones."),
    field<&Message::service_name>("service_name", "Its name in the standard."),
    field<&Message::domain>("domain", "Domain of the first variable: a logical device."),
    field<&Message::item>("item", "Name of the first variable in its domain."),
    field<&Message::error_class>("error_class", "Class of an error, or what was rejected."),
    field<&Message::refusal>("refusal", "Code of an error or a reject.", Meaning::refusal),
};

constexpr std::array item_fields{
    field<&Item::operation>("operation", "What is asked of the device."),
    field<&Item::domain>("domain", "Domain of the variable: a logical device."),
    field<&Item::item>("item", "Name of the variable in its domain."),
};

constexpr std::array identity_fields{
    field<&Identity::vendor>("vendor", "Name of the vendor.", Meaning::vendor),
    field<&Identity::model>("model", "Name of the model.", Meaning::product),
    field<&Identity::revision>("revision", "Revision.", Meaning::firmware),
};

constexpr std::array carriers{Carrier{Carrier::Kind::protocol, 0, "cotp"}};
constexpr std::array messages{&Message::schema, &Item::schema, &Identity::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("mms.message", "An MMS unit, or an association's end.", "ISO 9506-2", message_fields);
constinit const Schema Item::schema =
    describe<Item>("mms.item", "A named variable that is read or written.", "ISO 9506-2", item_fields);
constinit const Schema Identity::schema =
    describe<Identity>("mms.identity", "What a server says of itself.", "ISO 9506-2, Identify", identity_fields);

constinit const Protocol protocol{
    .name = "mms",
    .title = "MMS",
    .source = "ISO 9506-2; IEC 61850-8-1",
    .carriers = carriers,
    .max_pdu = 65535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<MmsSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::mms

// S7comm-plus, the protocol of SIMATIC S7-1200 and S7-1500, in data units of COTP.
//
// Siemens does not publish it; layout as public analyses have it: identifier, version, length; from version 3 on a
// digest; opcode, function, sequence; then objects and attributes whose values are typed. Values are not read, but for
// the few attributes of a session that say who is who. A length without a trailer after it means that more parts
// follow, which have no opcode of their own. Newer controllers wrap all of it in TLS.

#include "protocol/s7comm_plus.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::s7comm_plus {

namespace {

constexpr std::uint8_t protocol_id = 0x72;
constexpr std::size_t header_size = 4;
constexpr std::uint8_t version_session = 1, version_integrity = 3, version_event = 0xFE;
constexpr std::uint8_t request = 0x31, response = 0x32, notification = 0x33;
constexpr std::uint16_t create_object = 0x04CA, delete_object = 0x04D4;

constexpr std::array opcodes{
    Named<std::uint8_t>{request, "request"},
    Named<std::uint8_t>{response, "response"},
    Named<std::uint8_t>{notification, "notification"},
};

struct Function {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
};

constexpr std::array functions{
    Function{0x04BB, "Explore", Operation::identify},
    Function{create_object, "CreateObject", Operation::program_download},
    Function{delete_object, "DeleteObject", Operation::block_delete},
    Function{0x04F2, "SetVariable", Operation::write},
    Function{0x0524, "GetLink", Operation::read},
    Function{0x0542, "SetMultiVariables", Operation::write},
    Function{0x054C, "GetMultiVariables", Operation::read},
    Function{0x0556, "BeginSequence", Operation::program_download},
    Function{0x0560, "EndSequence", Operation::program_download},
    Function{0x056B, "Invoke", Operation::control},
    Function{0x0586, "GetVarSubStreamed", Operation::program_upload},
};

bool is_version(std::uint8_t version) noexcept {
  return (version >= version_session && version <= version_integrity) || version == version_event;
}

// Attributes of a session, as variable-length numbers; a wide string follows its flags and its type.
constexpr std::uint8_t attribute_user = 0x28, attribute_application = 0x29, attribute_host = 0x2A;

class S7PlusSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    reader.skip(1);
    reader.u8(message.version);
    const std::size_t length = reader.u16be();
    Reader body = reader.sub(length);
    if (!reader.ok()) {
      if (message.version && length > 0) out.emit(message);
      (void)(say_cut(whole, out) || say_truncated(reader, out));
      return;
    }
    bool& continues = continues_.at(static_cast<std::size_t>(out.direction()));
    const bool is_part = continues;
    continues = message.version != version_event && reader.left_on_wire() < header_size;
    if (!is_part && message.version != version_event) read_head(body, message, out);
    else out.emit(message);
    if (say_cut(whole, out) || say_truncated(body, out)) return;
    const std::size_t left = reader.left();
    if (left > 0 && left != header_size)
      out.fault(ParseFault::Kind::length_mismatch, reader.offset(), "a trailer of four octets, or none");
  }

  void gap(Direction) override {
    continues_.fill(false);
    asked_.clear();
  }

 private:
  void read_head(Reader& body, Message& message, Emitter& out) {
    if (message.version == version_integrity) body.skip(body.u8());  // digest
    body.u8(message.opcode);
    const std::uint8_t opcode = message.opcode.value_or(0);
    message.opcode_name = name_in(opcodes, opcode);
    message.operation = Operation::unknown;
    if (opcode == notification) message.operation = Operation::report;
    if (opcode == request || opcode == response) {
      body.skip(2);
      body.u16be(message.function);
      body.skip(2);
      body.u16be(message.sequence);
      const Function* function = row_of(functions, message.function.value_or(0));
      if (function != nullptr) {
        message.function_name = function->name;
        message.operation = function->operation;
      }
      pair(body, message, out);
    }
    out.emit(message);
    if (body.ok() && message.function == create_object) identify(body, opcode, out);
  }

  /// Objects that are sessions are no part of a program.
  void pair(Reader& body, Message& message, Emitter& out) {
    if (message.opcode == request) {
      body.u32be(message.session);
      Reader ahead = body;
      ahead.skip(1);
      const std::uint32_t object = ahead.u32be();
      if (message.function == create_object && message.version == version_session)
        message.operation = Operation::session_open;
      if (message.function == delete_object && message.session == object) message.operation = Operation::session_close;
      asked_.asked(message.sequence.value_or(0), out.origin().frame, message.operation.value_or(Operation::unknown));
    } else if (const auto entry = asked_.answered(message.sequence.value_or(0))) {
      message.operation = entry->request;
    } else if (message.function == create_object && message.version == version_session) {
      message.operation = Operation::session_open;
    }
  }

  static void identify(const Reader& body, std::uint8_t opcode, Emitter& out) {
    Identity identity;
    const Bytes bytes = body.peek();
    if (opcode == request) {
      for (std::size_t at = 0; at + 6 < bytes.size(); ++at) {
        if (bytes[at] != 0xA3 || bytes[at + 1] != 0x82 || bytes[at + 3] != 0 || bytes[at + 4] != 0x15) continue;
        read_attribute(body, at, bytes[at + 2], identity);
      }
    } else {
      read_version(body, identity);
    }
    if (identity.order_number || identity.host || identity.application || identity.user) out.emit(identity);
  }

  static void read_attribute(Reader body, std::size_t at, std::uint8_t attribute, Identity& identity) {
    body.skip(at + 5);
    const std::size_t size = body.u8();
    const std::string_view text = body.text(size);
    if (!body.ok() || !is_printable(text)) return;
    const auto keep = [&](std::optional<std::string_view>& member) {
      member = text;
      body.note(&member, size);
    };
    if (attribute == attribute_host) keep(identity.host);
    if (attribute == attribute_application) keep(identity.application);
    if (attribute == attribute_user) {
      identity.user = conceal(text);
      body.note(&identity.user, size);
    }
  }

  /// `1;6ES7 214-1AG40-0XB0 ;V4.2`: the version of the session is that of the controller.
  static void read_version(Reader body, Identity& identity) {
    constexpr std::string_view begin = "1;6ES7 ";
    const std::string_view text = Reader{body}.text(body.left());
    const std::size_t at = text.find(begin);
    if (at == std::string_view::npos) return;
    body.skip(at + 2);
    const std::size_t number_size = text.find(';', at + 2) - (at + 2);
    if (number_size > 24) return;
    const std::string_view number = body.text(number_size);
    if (!body.ok() || !is_printable(number)) return;
    identity.order_number = fixed_text(number);
    body.note(&identity.order_number, number_size);
    body.skip(1);
    const std::string_view rest = text.substr(at + 3 + number_size);
    const std::size_t size = rest.find_first_not_of("V.0123456789");
    if (size == 0 || size == std::string_view::npos || size > 16) return;
    body.text(size, identity.firmware);
  }

  std::array<bool, 3> continues_{};  ///< By direction: the last part had no trailer.
  Pending<Operation> asked_;
};

Match recognise(Bytes start) noexcept {
  if (start.empty()) return Match::maybe;
  if (start[0] != protocol_id) return Match::no;
  if (start.size() < header_size) return start.size() < 2 || is_version(start[1]) ? Match::maybe : Match::no;
  if (!is_version(start[1])) return Match::no;
  const std::size_t size = header_size + (static_cast<std::size_t>(start[2]) << 8U | start[3]);
  return size == start.size() || size + header_size == start.size() ? Match::yes : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (recognise(pdu) != Match::yes) return Says::nothing;
  Reader reader{pdu};
  reader.skip(1);
  const std::uint8_t version = reader.u8();
  const std::size_t length = reader.u16be();
  // Without a trailer it is a part, and perhaps not the first, of which an opcode can't be told.
  if (version == version_event || header_size + length == pdu.size()) return Says::nothing;
  if (version == version_integrity) {
    const std::uint8_t digest = reader.u8();
    if (digest != 32) return Says::nothing;
    reader.skip(digest);
  }
  const std::uint8_t opcode = reader.u8();
  if (reader.u16be() != 0 || !reader.ok()) return Says::nothing;
  if (opcode == request) return Says::request;
  return opcode == response ? Says::response : Says::nothing;
}

constexpr std::array message_fields{
    field<&Message::version>("version", "1 session set-up, 2 plain, 3 with integrity, 254 system event."),
    field<&Message::opcode>("opcode", "49 request, 50 response, 51 notification."),
    field<&Message::opcode_name>("opcode_name", "The opcode in words."),
    field<&Message::function>("function", "Function of a request or a response."),
    field<&Message::function_name>("function_name", "Its name."),
    field<&Message::operation>("operation", "What is asked of the controller; not of parts after the first.",
                               Meaning::operation),
    field<&Message::sequence>("sequence", "Pairs a response with its request."),
    field<&Message::session>("session", "Number of the session."),
};

constexpr std::array identity_fields{
    field<&Identity::order_number>("order_number", "Order number of the controller.", Meaning::order_number),
    field<&Identity::firmware>("firmware", "Version of the controller's firmware.", Meaning::firmware),
    field<&Identity::host>("host", "Name of the host that opens the session.", Meaning::host_name),
    field<&Identity::application>("application", "Application that opens the session.", Meaning::software),
    field<&Identity::user>("user", "User who opens the session.", Meaning::secret),
};

constexpr std::array carriers{Carrier{Carrier::Kind::protocol, 0, "cotp"}};
constexpr std::array messages{&Message::schema, &Identity::schema};
constexpr std::string_view public_analyses = "public analyses of S7comm-plus";

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("s7comm_plus.message", "A message, or a part of one.", public_analyses, message_fields);
constinit const Schema Identity::schema =
    describe<Identity>("s7comm_plus.identity", "What a controller, or who opens a session with it, says of itself.",
                       public_analyses, identity_fields);

constinit const Protocol protocol{
    .name = "s7comm_plus",
    .title = "S7comm-plus",
    .source = "Siemens; not published",
    .carriers = carriers,
    .max_pdu = 65535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<S7PlusSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::s7comm_plus

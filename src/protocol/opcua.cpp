// OPC UA over TCP: connection protocol and secure conversation (part 6, 6.7 and 7.1), services in binary encoding (part
// 4 and part 6, 5.2).
//
// What is encrypted stays unknown, and the message says that it is. Whether a chunk is encrypted can't be told from the
// chunk: where its channel has a policy, it is taken to be plain only if a known service stands where it must.

#include "protocol/opcua.h"

#include <array>
#include <vector>

#include "protocol/faults.h"
#include "protocol/opcua_services.h"

namespace bulkhead::opcua {

namespace {

constexpr std::size_t header_size = 8, chunk_max = std::size_t{1} << 20U;
constexpr std::size_t together_max = std::size_t{4} << 20U;  // what the chunks of one message may add up to
constexpr std::size_t unfinished_max = 8;
constexpr std::uint32_t bad = 0x80000000;  // part 4, 7.39.1: severity of a status code

struct Kind {
  std::string_view code;
  std::optional<Operation> operation;
};

// Part 6, 6.7.2.2 and 7.1.2.
constexpr std::array kinds{
    Kind{"HEL", Operation::session_open},  Kind{"ACK", Operation::session_open}, Kind{"ERR", Operation::session_close},
    Kind{"RHE", Operation::session_open},  Kind{"OPN", Operation::session_open}, Kind{"MSG", std::nullopt},
    Kind{"CLO", Operation::session_close},
};

std::string_view text_of(Bytes bytes, std::size_t at, std::size_t size) noexcept {
  Reader reader{bytes};
  reader.skip(at);
  return reader.text(size);
}

/// The service that stands at the start of a body, if it is one of the standard's.
std::uint32_t known_service(Reader body) {
  const NodeId type = read_node_id(body);
  if (!body.ok() || !type.numeric || type.name_space != 0) return 0;
  return service_of(type.number) != nullptr || type.number == service_fault ? type.number : 0;
}

class OpcUaSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    reader.text(3, message.message_type);
    reader.text(1, message.chunk);
    const std::size_t size = reader.u32le();
    Reader body = reader.sub(size < header_size ? 0 : size - header_size);
    const Kind* kind = row_of(kinds, message.message_type.value_or(std::string_view{}));
    if (kind == nullptr || !reader.ok()) {
      if (say_cut(whole, out) || say_truncated(reader, out)) return;
      return out.fault(ParseFault::Kind::bad_value, 0, "a type of OPC UA part 6, 6.7.2.2 or 7.1.2");
    }
    message.operation = kind->operation;
    const std::string_view code = kind->code;
    if (code == "OPN" || code == "MSG" || code == "CLO") secured(code, body, message, out);
    else connection(code, body, message, out);
    if (!say_cut(whole, out)) (void)say_truncated(body, out);
  }

  void gap(Direction) override {
    together_.clear();
    asked_.clear();
  }

  void end(Emitter& out) override {
    if (!asked_.heard_answers()) return;
    for (const auto& entry : asked_.waiting())
      if (entry.request.operation != Operation::report)  // a server may hold a Publish for long
        out.emit(Unanswered{"opcua", entry.request.operation, entry.key, entry.frame});
  }

 private:
  struct Together {
    std::uint64_t key = 0;
    std::vector<std::uint8_t> bytes;
  };

  static void connection(std::string_view code, Reader& body, Message& message, Emitter& out) {
    if (code == "HEL" || code == "ACK") body.skip(20);  // version, sizes of buffers and messages
    if (code == "HEL") read_string(body, message.endpoint_url);
    if (code == "RHE") {
      skip_string(body);
      read_string(body, message.endpoint_url);
    }
    if (code == "ERR") {
      body.u32le(message.status);
      message.refusal = message.status;
      skip_string(body);
    }
    out.emit(message);
  }

  void secured(std::string_view code, Reader& body, Message& message, Emitter& out) {
    body.u32le(message.channel);
    if (code == "OPN") {
      read_string(body, message.security_policy);
      skip_string(body);  // certificate
      skip_string(body);  // thumbprint
      if (message.security_policy && message.security_policy->ends_with("#None"))
        message.weakness = "opcua_without_security";
      has_policy_ = message.security_policy && !message.security_policy->ends_with("#None");
    } else {
      body.skip(4);  // token
    }
    Reader plain = body;
    plain.u32le(message.sequence);
    plain.u32le(message.request_id);
    const bool first = !unfinished(key(message, out.direction()));
    const bool encrypted = has_policy_ && first && known_service(plain) == 0;
    if (encrypted) {
      message.encrypted = true;
      message.sequence.reset();
      message.request_id.reset();
      if (code == "MSG") message.operation = Operation::unknown;
      out.emit(message);
      body.skip(body.left());
      return;
    }
    if (has_policy_) message.encrypted = false;
    body.skip(8);
    if (!body.ok()) return out.emit(message);
    if (message.chunk == "F" && first) {
      service(body, message, out);
      body.skip(body.left());
      return;
    }
    chunks(body, message, out);
  }

  static std::uint64_t key(const Message& message, Direction direction) noexcept {
    return std::uint64_t{message.request_id.value_or(0)} << 2U | static_cast<std::uint64_t>(direction);
  }

  Together* unfinished(std::uint64_t key) noexcept {
    const auto found =
        std::find_if(together_.begin(), together_.end(), [&](const Together& one) { return one.key == key; });
    return found == together_.end() ? nullptr : &*found;
  }

  void forget(std::uint64_t key) {
    std::erase_if(together_, [&](const Together& one) { return one.key == key; });
  }

  void chunks(Reader& body, Message& message, Emitter& out) {
    const std::uint64_t same = key(message, out.direction());
    if (message.chunk == "A") {  // given up by its sender
      forget(same);
      out.emit(message);
      body.skip(body.left());
      return;
    }
    const bool last = message.chunk == "F";
    const std::size_t place = body.offset();
    const Bytes part = body.rest();
    Together* one = unfinished(same);
    if (one == nullptr) {
      if (together_.size() == unfinished_max) together_.erase(together_.begin());
      one = &together_.emplace_back(Together{same, {}});
    }
    if (!body.ok() || one->bytes.size() + part.size() > together_max) {
      forget(same);
      out.emit(message);
      if (body.ok()) out.fault(ParseFault::Kind::lost, place, "chunks that add up to 4 MiB at most");
      return;
    }
    one->bytes.insert(one->bytes.end(), part.begin(), part.end());
    if (!last) return out.emit(message);
    const std::vector<std::uint8_t> whole = std::move(one->bytes);
    forget(same);
    Reader together{Bytes{whole}};
    service(together, message, out);
  }

  void service(Reader& body, Message& message, Emitter& out) {
    const NodeId type = read_node_id(body);
    if (!body.ok()) return out.emit(message);
    const Service* row = type.numeric && type.name_space == 0 ? service_of(type.number) : nullptr;
    const bool fault = type.numeric && type.name_space == 0 && type.number == service_fault;
    message.service = type.number;
    if (row == nullptr && !fault) {
      message.operation = Operation::unknown;
      out.emit(message);
      return out.fault(ParseFault::Kind::unknown_function, body.offset(), "a service of OPC UA part 4");
    }
    message.response = fault || type.number == row->answer;
    if (row != nullptr) {
      message.service_name = row->name;
      message.operation = row->operation;
    }
    const std::uint64_t number = message.request_id.value_or(0);
    if (*message.response) return response(row, number, body, message, out);
    read_request_header(body);
    if (body.ok()) read_request(row->code, body, message);
    Asked asked{row->code, row->operation, {}};
    out.emit(message);
    if (body.ok()) say_request(row->code, body, row->operation, asked, out);
    else (void)say_truncated(body, out);
    asked_.asked(number, out.origin().frame, std::move(asked));
  }

  void response(const Service* row, std::uint64_t number, Reader& body, Message& message, Emitter& out) {
    const auto entry = asked_.answered(number);
    if (row == nullptr) {
      message.service_name = "ServiceFault";
      message.operation = entry ? entry->request.operation : Operation::unknown;
    }
    body.skip(12);  // time, handle
    body.u32le(message.status);
    if ((message.status.value_or(0) & bad) != 0) message.refusal = message.status;
    skip_diagnostic_info(body);
    const std::size_t texts = read_count(body);
    for (std::size_t i = 0; i < texts && body.ok(); ++i) skip_string(body);
    (void)read_extension_object(body);
    out.emit(message);
    if (say_truncated(body, out) || !body.ok() || row == nullptr || message.refusal) return;
    say_response(row->code, body, entry && entry->request.service == row->code ? &entry->request : nullptr, out);
  }

  /// Part 4, 7.33.
  static void read_request_header(Reader& body) {
    (void)read_node_id(body);
    body.skip(8 + 4 + 4);
    skip_string(body);
    body.skip(4);
    (void)read_extension_object(body);
  }

  bool has_policy_ = false;  ///< The channel signs, and may encrypt.
  std::vector<Together> together_;
  Pending<Asked> asked_;
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  const std::string_view code = text_of(buffered, 0, std::min<std::size_t>(buffered.size(), 3));
  const bool begins =
      std::any_of(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.code.starts_with(code); });
  if (!begins) return {};
  if (buffered.size() < header_size) return {Framing::Kind::need_more, header_size};
  const char chunk = text_of(buffered, 3, 1)[0];
  Reader reader{buffered};
  reader.skip(4);
  const std::size_t size = reader.u32le();
  if ((chunk != 'F' && chunk != 'C' && chunk != 'A') || size < header_size || size > chunk_max) return {};
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

/// Four letters and a length that can be are enough where a connection begins; in its middle a token and a sequence
/// must follow.
Match recognise(Bytes start) noexcept {
  const Framing framing = frame(start, Direction::unknown, nullptr);
  if (framing.kind == Framing::Kind::not_mine) return Match::no;
  if (start.size() < header_size) return Match::maybe;
  const std::string_view code = text_of(start, 0, 3);
  if (code == "MSG" || code == "CLO") return start.size() >= 24 && framing.size >= 24 ? Match::yes : Match::maybe;
  if (code == "HEL" || code == "ACK") return framing.size >= 28 && framing.size <= 4128 ? Match::yes : Match::maybe;
  return Match::yes;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < header_size) return Says::nothing;
  const std::string_view code = text_of(pdu, 0, 3);
  if (code == "HEL" || code == "CLO") return Says::request;
  if (code == "ACK") return Says::response;
  if (code != "OPN" && code != "MSG") return Says::nothing;
  Reader body{pdu};
  body.skip(header_size + 4);
  if (code == "OPN") {
    const auto policy = read_string(body);
    skip_string(body);
    skip_string(body);
    if (!policy || !policy->ends_with("#None")) return Says::nothing;
  } else {
    body.skip(4);
  }
  body.skip(8);
  const std::uint32_t service = known_service(body);
  if (service == 0) return Says::nothing;
  const Service* row = service_of(service);
  return row != nullptr && row->code == service ? Says::request : Says::response;
}

constexpr std::array message_fields{
    field<&Message::message_type>("message_type", "HEL, ACK, ERR, RHE, OPN, MSG or CLO."),
    field<&Message::chunk>("chunk", "F final, C more follow, A given up."),
    field<&Message::operation>("operation", "What is asked of the server.", Meaning::operation),
    field<&Message::channel>("channel", "Number of the secure channel."),
    field<&Message::sequence>("sequence", "Sequence number of the chunk."),
    field<&Message::request_id>("request_id", "Pairs a response with its request."),
    field<&Message::security_policy>("security_policy", "Policy of the secure channel that is opened."),
    field<&Message::security_mode>("security_mode", "Mode that is asked for: 1 none, 2 sign, 3 sign and encrypt."),
    field<&Message::encrypted>("encrypted", "Whether the chunk is encrypted, where its channel has a policy."),
    field<&Message::service>("service", "Node identifier of the service's binary encoding."),
    field<&Message::service_name>("service_name", "The service's name in the standard."),
    field<&Message::response>("response", "Whether this is a response."),
    field<&Message::status>("status", "Result of the service, or error of the connection."),
    field<&Message::refusal>("refusal", "The status, where it is bad.", Meaning::refusal),
    field<&Message::endpoint_url>("endpoint_url", "Address that the client asks for."),
    field<&Message::session_name>("session_name", "Name that the client gives its session."),
    field<&Message::user_token>("user_token", "How the user is known: anonymous, user name, certificate, issued."),
    field<&Message::user>("user", "User name.", Meaning::secret),
    field<&Message::password>("password", "Password, where it is not encrypted.", Meaning::secret),
    field<&Message::weakness>("weakness", "A secure channel without security.", Meaning::weakness),
};

constexpr std::array item_fields{
    field<&Item::operation>("operation", "What is asked of the server."),
    field<&Item::name_space>("name_space", "Index of the node's namespace."),
    field<&Item::node>("node", "Identifier of the node; of a call, of the method."),
    field<&Item::attribute>("attribute", "Attribute of the node; 13 is its value."),
    field<&Item::value>("value", "Value that is written, where it is a number."),
    field<&Item::text>("text", "Value that is written, where it is text."),
};

constexpr std::array endpoint_fields{
    field<&Endpoint::url>("url", "Address of the endpoint."),
    field<&Endpoint::application_uri>("application_uri", "Application that offers it."),
    field<&Endpoint::security_policy>("security_policy", "Policy of the endpoint."),
    field<&Endpoint::security_mode>("security_mode", "1 none, 2 sign, 3 sign and encrypt."),
    field<&Endpoint::security_level>("security_level", "How secure the server holds it; higher is better."),
    field<&Endpoint::anonymous>("anonymous", "Whether it lets in anybody."),
    field<&Endpoint::user_name>("user_name", "Whether it lets in users with a name and a password."),
    field<&Endpoint::certificate>("certificate", "Whether it lets in users with a certificate."),
};

constexpr std::array identity_fields{
    field<&Identity::application_name>("application_name", "Name of the application.", Meaning::software),
    field<&Identity::application_uri>("application_uri", "Identifier of the instance.", Meaning::description),
    field<&Identity::product_uri>("product_uri", "Identifier of the product.", Meaning::software),
    field<&Identity::application_type>("application_type", "Server, client, or both."),
    field<&Identity::discovery_url>("discovery_url", "First address at which it can be found."),
};

constexpr std::array build_fields{
    field<&Build::manufacturer>("manufacturer", "Name of the manufacturer.", Meaning::vendor),
    field<&Build::product>("product", "Name of the product.", Meaning::product),
    field<&Build::version>("version", "Version of the software.", Meaning::firmware),
    field<&Build::number>("build_number", "Number of the build."),
    field<&Build::product_uri>("product_uri", "Identifier of the product.", Meaning::software),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 4840}, Carrier{Carrier::Kind::tcp, 49320},
                              Carrier{Carrier::Kind::tcp, 48010}};
constexpr std::array messages{&Message::schema, &Item::schema, &Endpoint::schema, &Identity::schema, &Build::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("opcua.message", "A message chunk, with the service that it completes.",
                      "OPC UA part 6, 6.7 and 7.1", message_fields);
constinit const Schema Item::schema = describe<Item>("opcua.item", "A node that is read, written, called or monitored.",
                                                     "OPC UA part 4, 5.10 to 5.12", item_fields);
constinit const Schema Endpoint::schema =
    describe<Endpoint>("opcua.endpoint", "An endpoint that a server offers.", "OPC UA part 4, 7.10", endpoint_fields);
constinit const Schema Identity::schema =
    describe<Identity>("opcua.identity", "What an application says of itself.", "OPC UA part 4, 7.2", identity_fields);
constinit const Schema Build::schema =
    describe<Build>("opcua.build", "What a server says it was built as.", "OPC UA part 5, 12.4", build_fields);

constinit const Protocol protocol{
    .name = "opcua",
    .title = "OPC UA",
    .source = "OPC UA parts 4 and 6",
    .carriers = carriers,
    .max_pdu = chunk_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<OpcUaSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::opcua

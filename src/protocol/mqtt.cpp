// MQTT: OASIS MQTT 3.1.1 and 5.0. Payloads are not kept; names and passwords are masked.

#include "protocol/mqtt.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::mqtt {

namespace {

constexpr std::uint8_t connect = 1, connack = 2, publish = 3, subscribe = 8, suback = 9, unsubscribe = 10,
                       unsuback = 11, pingreq = 12, pingresp = 13, disconnect = 14;
constexpr std::uint8_t level_5 = 5, retain_bit = 0x01, quality_bits = 0x06;
constexpr std::uint8_t will_bit = 0x04, password_bit = 0x40, user_bit = 0x80;
constexpr std::size_t packet_max = 262'144, topics_max = 64, length_octets_max = 4;

struct Type {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};

constexpr std::array types{
    Type{connect, "CONNECT", Operation::session_open},
    Type{connack, "CONNACK", Operation::session_open},
    Type{publish, "PUBLISH", Operation::unknown},
    Type{4, "PUBACK", Operation::report},
    Type{5, "PUBREC", Operation::report},
    Type{6, "PUBREL", Operation::report},
    Type{7, "PUBCOMP", Operation::report},
    Type{subscribe, "SUBSCRIBE", Operation::subscribe},
    Type{suback, "SUBACK", Operation::subscribe},
    Type{unsubscribe, "UNSUBSCRIBE", Operation::subscribe},
    Type{unsuback, "UNSUBACK", Operation::subscribe},
    Type{pingreq, "PINGREQ", Operation::read_state},
    Type{pingresp, "PINGRESP", Operation::read_state},
    Type{disconnect, "DISCONNECT", Operation::session_close},
    Type{15, "AUTH", Operation::auth},
};

/// A number of up to four octets, the least significant seven bits first. A fifth breaks nothing and counts as none.
std::optional<std::size_t> variable_number(Reader& reader) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < length_octets_max; ++i) {
    const std::size_t octet = reader.u8();
    value |= (octet & 0x7FU) << (7U * i);
    if (!reader.ok()) return std::nullopt;
    if ((octet & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

void skip_properties(Reader& body, std::uint8_t level) {
  if (level < level_5) return;
  if (const auto size = variable_number(body)) body.skip(*size);
}

class MqttSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    const std::uint8_t first = reader.u8();
    const auto size = variable_number(reader);
    if (!size) {
      if (!say_cut(whole, out) && !say_truncated(reader, out))
        out.fault(ParseFault::Kind::bad_value, 1, "a length of at most four octets");
      return;
    }
    Reader body = reader.sub(*size);
    Message said;
    said.type = static_cast<std::uint8_t>(first >> 4U);
    const Type* type = row_of(types, *said.type);
    if (type == nullptr) return out.fault(ParseFault::Kind::unknown_function, 0, "a type of packet");
    said.type_name = type->name;
    said.operation = type->operation;
    if (body.ok()) read(body, first, said, out);
    if (!say_cut(whole, out)) (void)say_truncated(body, out);
  }

 private:
  void read(Reader& body, std::uint8_t first, Message& said, Emitter& out) {
    switch (*said.type) {
      case connect: read_connect(body, said); break;
      case connack: read_connack(body, said); break;
      case publish: read_publish(body, first, said, out.direction()); break;
      case subscribe:
      case unsubscribe: return read_topics(body, said, out);
      default: break;
    }
    out.emit(said);
  }

  void read_connect(Reader& body, Message& said) {
    body.skip(body.u16be());  // name of the protocol
    body.u8(said.level);
    const std::uint8_t flags = body.u8();
    body.skip(2);  // keep alive
    level_ = said.level.value_or(0);
    skip_properties(body, level_);
    body.text(body.u16be(), said.client_id);
    if (said.client_id && said.client_id->empty()) said.client_id.reset();
    if ((flags & will_bit) != 0) {
      skip_properties(body, level_);
      body.skip(body.u16be());
      body.skip(body.u16be());
    }
    if ((flags & user_bit) != 0) read_secret(body, said.user);
    if ((flags & password_bit) == 0) return;
    read_secret(body, said.password);
    if (said.password) said.weakness = "plaintext_administration";
  }

  static void read_secret(Reader& body, std::optional<Secret>& member) {
    const std::size_t size = body.u16be();
    const std::string_view text = body.text(size);
    if (!body.ok()) return;
    member = conceal(text);
    body.note(&member, size);
  }

  static void read_connack(Reader& body, Message& said) {
    body.skip(1);
    const std::uint8_t code = body.u8();
    if (!body.ok() || code == 0) return;
    said.refusal = code;
    body.note(&said.refusal, 1);
  }

  static void read_publish(Reader& body, std::uint8_t first, Message& said, Direction direction) {
    if (direction == Direction::to_server) said.operation = Operation::write;
    if (direction == Direction::to_client) said.operation = Operation::report;
    said.retain = (first & retain_bit) != 0;
    body.text(body.u16be(), said.topic);
    if ((first & quality_bits) != 0) body.skip(2);
  }

  void read_topics(Reader& body, Message& said, Emitter& out) const {
    body.skip(2);
    skip_properties(body, level_);
    std::size_t count = 0;
    for (; count < topics_max && body.ok() && body.left_on_wire() > 0; ++count) {
      said.topic.reset();
      body.text(body.u16be(), said.topic);
      if (said.type == subscribe) body.skip(1);
      if (said.topic) out.emit(said);
    }
    if (count == 0) out.emit(said);
  }

  std::uint8_t level_ = 0;
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  Reader reader{buffered};
  reader.skip(1);
  const auto size = variable_number(reader);
  if (!size) {
    if (reader.ok()) return {};
    return {Framing::Kind::need_more, buffered.size() + 1 + (buffered.empty() ? 1U : 0U)};
  }
  const std::size_t whole = reader.offset() + *size;
  return {whole <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, whole};
}

/// Only a CONNECT names the protocol; the flags of the other packets are fixed, but for PUBLISH.
Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const unsigned first = reader.u8();
  const unsigned type = first >> 4U, flags = first & 0x0FU;
  if (!reader.ok()) return Match::maybe;
  const auto size = variable_number(reader);
  if (type == 0 || (!size && reader.ok())) return Match::no;
  if (type != publish && flags != (type == 6 || type == subscribe || type == unsubscribe ? 2U : 0U)) return Match::no;
  if (type != connect) return Match::maybe;
  const std::uint16_t length = reader.u16be();
  if (!reader.ok()) return Match::maybe;
  if (length != 4 && length != 6) return Match::no;
  const std::string_view name = reader.text(length);
  if (!reader.ok()) return Match::maybe;
  return name == "MQTT" || name == "MQIsdp" ? Match::yes : Match::no;
}

Says says(Bytes pdu) noexcept {
  if (pdu.empty()) return Says::nothing;
  switch (pdu[0] >> 4U) {
    case connect:
    case subscribe:
    case unsubscribe:
    case pingreq: return Says::request;
    case connack:
    case suback:
    case unsuback:
    case pingresp: return Says::response;
    default: return Says::nothing;
  }
}

constexpr std::array fields{
    field<&Message::type>("type", "Type of the packet."),
    field<&Message::type_name>("type_name", "The type in words."),
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::level>("level", "Level of the protocol: 3 for 3.1, 4 for 3.1.1, 5 for 5.0."),
    field<&Message::client_id>("client_id", "What the client calls itself.", Meaning::description),
    field<&Message::topic>("topic", "Topic, or pattern of topics."),
    field<&Message::retain>("retain", "Whether the broker keeps what is published."),
    field<&Message::refusal>("refusal", "Why the connection is refused.", Meaning::refusal),
    field<&Message::user>("user", "Name that logs on, masked.", Meaning::secret, Subject::receiver),
    field<&Message::password>("password", "Password, masked.", Meaning::secret, Subject::receiver),
    field<&Message::weakness>("weakness", "A password in the clear.", Meaning::weakness, Subject::receiver),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 1883}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("mqtt.message", "One control packet.", "OASIS MQTT 3.1.1, 3", fields);

constinit const Protocol protocol{
    .name = "mqtt",
    .title = "MQTT",
    .source = "OASIS MQTT 3.1.1 and 5.0",
    .carriers = carriers,
    .max_pdu = packet_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<MqttSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::mqtt

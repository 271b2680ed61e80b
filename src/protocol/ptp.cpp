// Precision Time Protocol: IEEE 1588-2019, 13 (version 2) and IEEE 1588-2002, 8 (version 1); version 2 over Ethernet as
// well as over UDP. Whoever says where the time comes from serves it.

#include "protocol/ptp.h"

#include <algorithm>
#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::ptp {

namespace {

constexpr std::size_t header_v2 = 34, header_v1 = 40, identity_size = 8, uuid_size = 6, subdomain_size = 16;
constexpr std::uint8_t announce = 0x0B, signaling = 0x0C, management = 0x0D;
constexpr std::uint8_t sync_v1 = 0, delay_request_v1 = 1, management_v1 = 4;
constexpr std::uint8_t action_set = 1, action_response = 2, action_command = 3, action_acknowledge = 4;
constexpr std::uint16_t tlv_management = 0x0001, tlv_request_unicast = 0x0004, tlv_acknowledge_cancel = 0x0007,
                        management_time = 0x200F;

struct Type {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
  std::size_t size;  ///< Of header and body; TLVs may follow.
  Says says;
};

// IEEE 1588-2019, table 36.
constexpr std::array types{
    Type{0x00, "Sync", Operation::report, 44, Says::response},
    Type{0x01, "Delay_Req", Operation::read, 44, Says::request},
    Type{0x02, "Pdelay_Req", Operation::read, 54, Says::nothing},
    Type{0x03, "Pdelay_Resp", Operation::report, 54, Says::nothing},
    Type{0x08, "Follow_Up", Operation::report, 44, Says::response},
    Type{0x09, "Delay_Resp", Operation::report, 54, Says::response},
    Type{0x0A, "Pdelay_Resp_Follow_Up", Operation::report, 54, Says::nothing},
    Type{announce, "Announce", Operation::report, 64, Says::response},
    Type{signaling, "Signaling", Operation::unknown, 44, Says::nothing},
    Type{management, "Management", Operation::unknown, 48, Says::nothing},
};

// IEEE 1588-2002, table 18: the control field.
constexpr std::array types_v1{
    Type{sync_v1, "Sync", Operation::report, 124, Says::response},
    Type{delay_request_v1, "Delay_Req", Operation::read, 124, Says::request},
    Type{2, "Follow_Up", Operation::report, 52, Says::response},
    Type{3, "Delay_Resp", Operation::report, 60, Says::response},
    Type{management_v1, "Management", Operation::unknown, 48, Says::nothing},
};

// IEEE 1588-2019, table 6.
constexpr std::array time_sources{
    Named<std::uint8_t>{0x10, "atomic clock"},
    Named<std::uint8_t>{0x20, "satellites"},
    Named<std::uint8_t>{0x30, "terrestrial radio"},
    Named<std::uint8_t>{0x39, "serial time code"},
    Named<std::uint8_t>{0x40, "PTP"},
    Named<std::uint8_t>{0x50, "NTP"},
    Named<std::uint8_t>{0x60, "set by hand"},
    Named<std::uint8_t>{0x90, "other"},
    Named<std::uint8_t>{0xA0, "internal oscillator"},
};

// Clocks that follow a reference, or did lately; any device may lead where there is none.
constexpr std::array<std::uint8_t, 4> reference_classes{6, 7, 13, 14};
constexpr std::uint8_t reference_stratum_max = 2;

bool is_same(const std::optional<Bytes>& one, const std::optional<Bytes>& other) noexcept {
  return one && other && std::equal(one->begin(), one->end(), other->begin(), other->end());
}

std::string_view role_of(bool is_grandmaster, bool has_reference) noexcept {
  if (!is_grandmaster) return "PTP boundary clock";
  return has_reference ? "PTP grandmaster" : "PTP master without a reference";
}

Operation management_operation(std::uint8_t action, std::optional<std::uint16_t> id) noexcept {
  if (action == action_set || action == action_command)
    return id == management_time ? Operation::time_set : Operation::config_write;
  return Operation::read;
}

/// Null where the octets are no message of version 2.
const Type* type_v2(Bytes pdu) noexcept {
  Reader reader{pdu};
  const unsigned type = reader.u8() & 0x0FU;
  const unsigned version = reader.u8() & 0x0FU;
  return reader.ok() && version == 2 ? row_of(types, type) : nullptr;
}

const Type* type_v1(Bytes pdu) noexcept {
  Reader reader{pdu};
  const unsigned version = reader.u16be();
  const unsigned network = reader.u16be();
  reader.skip(subdomain_size);
  const unsigned event_or_general = reader.u8();
  reader.skip(11);
  const std::uint8_t control = reader.u8();
  const bool is_one = version == 1 && network == 1 && (event_or_general == 1 || event_or_general == 2);
  return reader.ok() && is_one ? row_of(types_v1, control) : nullptr;
}

class PtpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (const Type* type = type_v2(reader.peek())) {
      version_2(reader, *type, out);
    } else if (const Type* old = type_v1(reader.peek())) {
      version_1(reader, *old, out);
    } else {
      reader.skip(header_v2);
      if (reader.ok()) out.fault(ParseFault::Kind::unknown_function, 0, "a message of version 1 or 2");
    }
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

 private:
  static void version_2(Reader& reader, const Type& type, Emitter& out) {
    Message said;
    reader.skip(2);  // type and version: known by them
    said.type = type.code;
    said.ptp_version = 2;
    said.kind = type.name;
    said.operation = type.operation;
    const std::size_t size = reader.u16be();
    Reader body = reader.sub(size - std::min<std::size_t>(size, 4));
    body.u8(said.domain);
    body.skip(15);  // minor domain, flags, correction, specific to the type
    body.take(identity_size, said.clock_identity);
    body.u16be(said.clock_port);
    body.u16be(said.sequence);
    body.skip(2);  // control, interval
    if (type.code == management) managed(body, said);
    else if (type.code == signaling) signaled(body, said);
    if (said.sequence) out.emit(said);
    if (type.code == announce) announced(body, said, out);
    else if (body.ok()) body.skip(type.size - std::min(type.size, size - body.left_on_wire()));
    if (reader.ok()) reader = body;
  }

  static void managed(Reader& body, Message& said) {
    body.skip(12);  // target, hops
    const std::uint8_t action = body.u8() & 0x0FU;
    body.skip(1);
    if (!body.ok()) return;
    said.action = action;
    Reader tlv = body;
    const std::uint16_t kind = tlv.u16be();
    tlv.skip(2);
    if (kind == tlv_management) tlv.u16be(said.management_id);
    said.operation = management_operation(action, said.management_id);
  }

  static void signaled(Reader& body, Message& said) {
    body.skip(10);  // target
    Reader tlv = body;
    const std::uint16_t kind = tlv.u16be();
    if (tlv.ok() && kind >= tlv_request_unicast && kind <= tlv_acknowledge_cancel)
      said.operation = Operation::subscribe;
  }

  static void announced(Reader& body, const Message& said, Emitter& out) {
    Grandmaster of;
    body.skip(13);  // time stamp, offset to UTC
    body.u8(of.priority1);
    body.u8(of.clock_class);
    body.u8(of.clock_accuracy);
    body.skip(2);  // variance
    body.u8(of.priority2);
    body.take(identity_size, of.grandmaster_identity);
    body.u16be(of.steps_removed);
    const std::uint8_t source = body.u8();
    if (!body.ok()) return;
    of.time_source = name_in(time_sources, source);
    body.note(&of.time_source, 1);
    const bool refers = std::find(reference_classes.begin(), reference_classes.end(), of.clock_class.value_or(0)) !=
                        reference_classes.end();
    of.role = role_of(is_same(said.clock_identity, of.grandmaster_identity), refers);
    out.emit(of);
  }

  static void version_1(Reader& reader, const Type& type, Emitter& out) {
    Message said;
    reader.skip(4);  // version, of the network
    said.ptp_version = 1;
    said.type = type.code;
    said.kind = type.name;
    said.operation = type.operation;
    said.subdomain = fixed_text(reader.text(subdomain_size));
    reader.note(&said.subdomain, subdomain_size);
    reader.skip(2);  // event or general, technology
    reader.take(uuid_size, said.clock_identity);
    reader.u16be(said.clock_port);
    reader.u16be(said.sequence);
    reader.skip(header_v1 - 32);
    if (said.sequence) out.emit(said);
    if (type.code != sync_v1 && type.code != delay_request_v1) return reader.skip(type.size - header_v1);
    Grandmaster of;
    reader.skip(14);  // time stamp, epoch, offset to UTC, technology
    reader.take(uuid_size, of.grandmaster_identity);
    reader.skip(7);  // port, sequence
    reader.u8(of.clock_class);
    reader.skip(type.size - header_v1 - 28);
    if (!reader.ok() || type.code != sync_v1) return;
    of.role = role_of(is_same(said.clock_identity, of.grandmaster_identity),
                      of.clock_class.value_or(0xFF) <= reference_stratum_max);
    out.emit(of);
  }
};

Match recognise(Bytes start) noexcept {
  if (start.size() < 2) return Match::maybe;
  return type_v2(start) != nullptr || type_v1(start) != nullptr ? Match::maybe : Match::no;
}

Says says(Bytes pdu) noexcept {
  const Type* type = type_v2(pdu);
  if (type == nullptr) type = type_v1(pdu);
  if (type == nullptr) return Says::nothing;
  if (type->code != management || pdu.size() < 48) return type->says;
  const unsigned action = pdu[46] & 0x0FU;
  return action == action_response || action == action_acknowledge ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::ptp_version>("version", "Version of the protocol."),
    field<&Message::type>("type", "Type of the message; of version 1 the control field."),
    field<&Message::kind>("kind", "The type in words."),
    field<&Message::domain>("domain", "Domain: clocks of one domain follow one grandmaster."),
    field<&Message::subdomain>("subdomain", "Domain of version 1, by name."),
    field<&Message::clock_identity>("clock_identity", "Identity of the sending clock."),
    field<&Message::clock_port>("clock_port", "Port of that clock."),
    field<&Message::sequence>("sequence", "Sequence number, by which messages belong together."),
    field<&Message::action>("action", "Of management: 0 get, 1 set, 2 response, 3 command, 4 acknowledge."),
    field<&Message::management_id>("management_id", "What is managed."),
};

constexpr std::array grandmaster_fields{
    field<&Grandmaster::grandmaster_identity>("grandmaster_identity", "Clock that the time comes from."),
    field<&Grandmaster::clock_class>("clock_class",
                                     "Its class: 6 follows a reference, 7 did, 248 none; of version 1 the stratum."),
    field<&Grandmaster::clock_accuracy>("clock_accuracy", "Its accuracy: 32 is 25 nanoseconds, 33 is 100."),
    field<&Grandmaster::priority1>("priority1", "What is compared first when a grandmaster is chosen; less wins."),
    field<&Grandmaster::priority2>("priority2", "What is compared last."),
    field<&Grandmaster::steps_removed>("steps_removed", "How many clocks lie between."),
    field<&Grandmaster::time_source>("time_source", "What that clock follows."),
    field<&Grandmaster::role>("role", "What the sender is by that.", Meaning::role),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88F7}, Carrier{Carrier::Kind::udp, 319},
                              Carrier{Carrier::Kind::udp, 320}};
constexpr std::array messages{&Message::schema, &Grandmaster::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("ptp.message", "One message of a clock.", "IEEE 1588-2019, 13", message_fields);
constinit const Schema Grandmaster::schema =
    describe<Grandmaster>("ptp.grandmaster", "What a clock says of the one that its time comes from.",
                          "IEEE 1588-2019, 13.5", grandmaster_fields);

constinit const Protocol protocol{
    .name = "ptp",
    .title = "PTP",
    .source = "IEEE 1588-2019",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<PtpSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::ptp

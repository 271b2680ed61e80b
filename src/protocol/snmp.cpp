// SNMP versions 1, 2c and 3 (RFC 1157, RFC 3416, RFC 3412): what is asked, the community masked, and the system group
// of who answers. The contact of the system group is a person and is left out.

#include "protocol/snmp.h"

#include <algorithm>
#include <array>

#include "protocol/ber.h"
#include "protocol/faults.h"

namespace bulkhead::snmp {

namespace {

constexpr std::uint8_t sequence = 0x30, integer = 0x02, octets = 0x04, object = 0x06, pdu_first = 0xA0, pdu_last = 0xA8;
constexpr std::uint8_t version_3 = 3;
constexpr std::uint8_t flag_encrypted = 2;  // RFC 3412, 6.4
// 1.3.6.1.2.1.1.n.0
constexpr std::array<std::uint8_t, 6> system_group{0x2B, 0x06, 0x01, 0x02, 0x01, 0x01};
// 1.3.6.1.2.1.4.20.1.1 and the address itself
constexpr std::array<std::uint8_t, 9> address_table{0x2B, 0x06, 0x01, 0x02, 0x01, 0x04, 0x14, 0x01, 0x01};
constexpr std::uint8_t address = 0x40;  // RFC 2578, 7.1.5
constexpr std::size_t addresses_max = 64;
constexpr std::uint8_t sys_descr = 1, sys_name = 5, sys_location = 6;

// RFC 3416, 3; 4 is the trap of version 1.
constexpr std::array operations{Operation::read,         Operation::read,   Operation::report,
                                Operation::config_write, Operation::report, Operation::read,
                                Operation::report,       Operation::report, Operation::report};

/// What an agent says of itself in one answer.
struct Told {
  System system;
  std::vector<Address> addresses;
};

class SnmpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    Told told;
    Ber outer = read_ber(reader);
    Reader& body = outer.content;
    const Ber version = read_ber(body);
    if (body.ok()) message.version = static_cast<std::uint8_t>(ber_number(version.content));
    if (message.version == version_3) {
      version_three(body, message, out);
      (void)(say_cut(whole, out) || say_truncated(reader, out) || say_truncated(body, out));
      return;
    }
    const Ber community = read_ber(body);
    if (body.ok() && community.tag == octets) {
      Reader text = community.content;
      const std::size_t length = text.left_on_wire();
      message.community = conceal(text.text(length));
      text.note(&message.community, length);
    }
    Ber unit = read_ber(body);
    const bool has_unit = body.ok() && unit.tag >= pdu_first && unit.tag <= pdu_last;
    if (has_unit) read_unit(unit, message, told);
    say(message, told, out);
    (void)(say_cut(whole, out) || say_truncated(reader, out) || say_truncated(body, out) ||
           say_truncated(unit.content, out));
  }

 private:
  static void say(const Message& message, const Told& told, Emitter& out) {
    const System& system = told.system;
    out.emit(message);
    for (const Address& own : told.addresses) out.emit(own);
    if (system.description || system.name || system.location) out.emit(system);
  }

  /// Header, security parameters, then a scoped PDU, which is plain where the flags say so.
  static void version_three(Reader& body, Message& message, Emitter& out) {
    Told told;
    const Ber header = read_ber(body);
    const Ber security = read_ber(body);
    Ber scoped = read_ber(body);
    message.encrypted = is_encrypted(header.content);
    if (body.ok()) read_user(security.content, message);
    if (body.ok() && message.encrypted == false && scoped.tag == sequence) {
      (void)read_ber(scoped.content);  // engine of the context
      (void)read_ber(scoped.content);  // its name
      Ber unit = read_ber(scoped.content);
      if (scoped.content.ok() && unit.tag >= pdu_first && unit.tag <= pdu_last) read_unit(unit, message, told);
    }
    say(message, told, out);
  }

  static std::optional<bool> is_encrypted(Reader header) {
    (void)read_ber(header);  // message id
    (void)read_ber(header);  // size
    Ber flags = read_ber(header);
    const std::uint8_t bits = flags.content.u8();
    if (!header.ok() || !flags.content.ok()) return std::nullopt;
    return (bits & flag_encrypted) != 0;
  }

  /// User-based security: RFC 3414, 2.4.
  static void read_user(Reader security, Message& message) {
    Ber parameters = read_ber(security);
    (void)read_ber(parameters.content);  // engine
    (void)read_ber(parameters.content);  // its boots
    (void)read_ber(parameters.content);  // its time
    Ber user = read_ber(parameters.content);
    if (!parameters.content.ok() || user.tag != octets || user.content.left() == 0) return;
    const std::size_t length = user.content.left_on_wire();
    message.user = conceal(user.content.text(length));
    user.content.note(&message.user, length);
  }

  static void read_unit(Ber& unit, Message& message, Told& told) {
    message.pdu_type = static_cast<std::uint8_t>(unit.tag - pdu_first);
    message.operation = operations.at(*message.pdu_type);
    Reader& content = unit.content;
    if (message.pdu_type == 4) return;  // the trap of version 1 has other fields
    const Ber request = read_ber(content);
    const Ber error = read_ber(content);
    (void)read_ber(content);
    Ber bindings = read_ber(content);
    if (!content.ok()) return;
    message.request_id = ber_number(request.content);
    const std::uint64_t status = ber_number(error.content);
    if (message.pdu_type == 2 && status != 0) message.error_status = status;
    while (message.pdu_type == 2 && bindings.content.ok() && bindings.content.left() > 0) {
      Ber binding = read_ber(bindings.content);
      const Ber name = read_ber(binding.content);
      const Ber value = read_ber(binding.content);
      if (!binding.content.ok()) {
        content = binding.content;  // broken: the caller says so
        return;
      }
      // A refusal repeats what it refuses.
      if (status != 0 || name.tag != object) continue;
      if (value.tag == octets) read_binding(name, value, told.system);
      if (value.tag == address) read_address(name, value, told.addresses);
    }
  }

  static void read_address(const Ber& name, const Ber& value, std::vector<Address>& addresses) {
    const Bytes oid = name.content.peek();
    if (oid.size() < address_table.size() || addresses.size() == addresses_max) return;
    if (!std::equal(address_table.begin(), address_table.end(), oid.begin())) return;
    Reader number = value.content;
    if (number.left() != 4) return;
    addresses.reserve(addresses_max);  // a trace remembers where each stands
    Address& own = addresses.emplace_back();
    own.ip = IpAddress::v4(number.take(4));
    number.note(&own.ip, 4);
    if (own.ip->is_unspecified() || own.ip->is_loopback()) addresses.pop_back();
  }

  static void read_binding(const Ber& name, const Ber& value, System& system) {
    const Bytes oid = name.content.peek();
    if (oid.size() != system_group.size() + 2 || oid.back() != 0) return;
    if (!std::equal(system_group.begin(), system_group.end(), oid.begin())) return;
    Reader text = value.content;
    const std::size_t length = text.left_on_wire();
    switch (oid[system_group.size()]) {
      case sys_descr: return text.text(length, system.description);
      case sys_name: return text.text(length, system.name);
      case sys_location: return text.text(length, system.location);
      default: return;
    }
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  Ber outer = read_ber(reader);
  const Ber version = read_ber(outer.content);
  const bool shaped = outer.tag == sequence && version.tag == integer && version.content.left() == 1;
  if (!shaped) return Match::no;
  const std::uint8_t number = version.content.peek()[0];
  if (number > version_3 || number == 2) return Match::no;
  const Ber next = read_ber(outer.content);
  if (number == version_3) return next.tag == sequence ? Match::yes : Match::no;
  const Ber unit = read_ber(outer.content);
  return next.tag == octets && unit.tag >= pdu_first && unit.tag <= pdu_last ? Match::yes : Match::no;
}

Says says(Bytes pdu) noexcept {
  Reader reader{pdu};
  Ber outer = read_ber(reader);
  Reader& body = outer.content;
  const Ber version = read_ber(body);
  (void)read_ber(body);  // community, or header of version 3
  if (version.content.left() != 1) return Says::nothing;
  Ber unit;
  if (version.content.peek()[0] == version_3) {
    (void)read_ber(body);  // security parameters
    Ber scoped = read_ber(body);
    if (scoped.tag != sequence) return Says::nothing;
    (void)read_ber(scoped.content);
    (void)read_ber(scoped.content);
    unit = read_ber(scoped.content);
    if (!scoped.content.ok()) return Says::nothing;
  } else {
    unit = read_ber(body);
  }
  if (!body.ok()) return Says::nothing;
  switch (unit.tag - pdu_first) {
    case 0:
    case 1:
    case 3:
    case 5: return Says::request;
    case 2: return Says::response;
    default: return Says::nothing;
  }
}

constexpr std::array message_fields{
    field<&Message::version>("version", "Version field: 0 is 1, 1 is 2c, 3 is 3."),
    field<&Message::pdu_type>(
        "pdu_type",
        "Kind of PDU: 0 get, 1 get-next, 2 response, 3 set, 4 trap, 5 get-bulk, 6 inform, 7 trap of version 2."),
    field<&Message::operation>("operation", "What is asked of the agent.", Meaning::operation),
    field<&Message::community>("community", "Community string, masked.", Meaning::secret, Subject::receiver),
    field<&Message::user>("user", "User of version 3, masked.", Meaning::secret),
    field<&Message::encrypted>("encrypted", "Whether what is asked is encrypted, in version 3."),
    field<&Message::request_id>("request_id", "Pairs a response with its request."),
    field<&Message::error_status>("error_status", "Error status of a response, where it is one.", Meaning::refusal),
};

constexpr std::array system_fields{
    field<&System::description>("description", "sysDescr: what the agent says it is.", Meaning::description),
    field<&System::name>("name", "sysName.", Meaning::host_name),
    field<&System::location>("location", "sysLocation.", Meaning::location),
};

constexpr std::array address_fields{
    field<&Address::ip>("ip", "Address of one of its cards.", Meaning::ip_address),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 161}, Carrier{Carrier::Kind::udp, 162}};
constexpr std::array messages{&Message::schema, &System::schema, &Address::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("snmp.message", "One message.", "RFC 3416, 3", message_fields);
constinit const Schema System::schema =
    describe<System>("snmp.system", "The system group of an agent that answers.", "RFC 3418, 2", system_fields);

constinit const Schema Address::schema =
    describe<Address>("snmp.address", "One of the addresses that an agent has.", "RFC 4293, 5", address_fields);

constinit const Protocol protocol{
    .name = "snmp",
    .title = "SNMP",
    .source = "RFC 3416, RFC 1157",
    .carriers = carriers,
    .max_pdu = 65'535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<SnmpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::snmp

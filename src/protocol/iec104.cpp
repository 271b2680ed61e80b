// IEC 60870-5-104: application data units of IEC 60870-5-101 over TCP. All numbers are little-endian.
//
// The sizes of three fields (cause, common address, object address) are agreed outside the protocol. 5-104 fixes them
// at 2, 2 and 3 octets, and nearly all stations obey. Where the length of a unit fits only other sizes, those are
// taken, and kept for the conversation.
//
// Who controls is not who connects: as a rule the controlled station listens (5-104, 7.1), but partners agree on it
// among themselves. So only units tell: the controlling station starts transfer, commands and interrogates; monitored
// data, confirmations and refusals come from the controlled one. Acknowledgements and tests come from both.

#include "protocol/iec104.h"

#include <array>
#include <bit>

#include "protocol/faults.h"
#include "protocol/iec104_tables.h"

namespace bulkhead::iec104 {

namespace {

constexpr std::uint8_t start_octet = 0x68;
constexpr std::size_t header_size = 6, length_min = 4, length_max = 253;
constexpr std::uint8_t information = 0, supervisory = 1, unnumbered = 3;
constexpr std::uint8_t activation = 6, activation_confirmation = 7, deactivation = 8, deactivation_confirmation = 9,
                       termination = 10, unknown_type = 44, unknown_address = 47, cause_request = 5;
constexpr std::uint8_t segment = 125, first_file_type = 120, last_file_type = 127, last_monitored = 40,
                       end_of_initialisation = 70;
constexpr std::uint8_t first_command = 45, last_parameter = 113;

struct UFunction {
  std::uint8_t code;  ///< The upper six bits of the first control octet.
  std::string_view name;
  Operation operation;
  Says says;
};

// 60870-5-104, 5.3.
constexpr std::array u_functions{
    UFunction{0x01, "STARTDT act", Operation::comm_enable, Says::request},
    UFunction{0x02, "STARTDT con", Operation::comm_enable, Says::response},
    UFunction{0x04, "STOPDT act", Operation::comm_disable, Says::request},
    UFunction{0x08, "STOPDT con", Operation::comm_disable, Says::response},
    UFunction{0x10, "TESTFR act", Operation::read_state, Says::nothing},
    UFunction{0x20, "TESTFR con", Operation::read_state, Says::nothing},
};

/// Octets of the fields whose size is agreed outside the protocol.
struct Sizes {
  std::uint8_t cause = 2, common_address = 2, address = 3;
  bool operator==(const Sizes&) const = default;
};

/// Whether a unit of this length holds what it announces.
bool fits(const Sizes& sizes, const Type& type, std::uint8_t structure, std::size_t length) noexcept {
  const std::size_t count = structure & 0x7FU;
  const std::size_t head = std::size_t{2} + sizes.cause + sizes.common_address;
  if (type.size == 0) return length >= head + sizes.address;
  const std::size_t objects =
      (structure & 0x80U) != 0 ? sizes.address + count * type.size : count * (sizes.address + type.size);
  return head + objects == length;
}

/// The standard's sizes where they fit, else the only others that do; nothing where none or several do.
std::optional<Sizes> sizes_of(Bytes unit) noexcept {
  if (unit.size() < 2) return std::nullopt;
  const Type* type = row_of(types(), unit[0]);
  if (type == nullptr) return std::nullopt;
  if (fits({}, *type, unit[1], unit.size())) return Sizes{};
  std::optional<Sizes> found;
  for (unsigned i = 0; i < 12; ++i) {
    const Sizes sizes{static_cast<std::uint8_t>(1 + i % 2), static_cast<std::uint8_t>(1 + i / 2 % 2),
                      static_cast<std::uint8_t>(1 + i / 4)};
    if (!fits(sizes, *type, unit[1], unit.size())) continue;
    if (found) return std::nullopt;
    found = sizes;
  }
  return found;
}

bool is_answer(std::uint8_t cause) noexcept {
  return cause == activation_confirmation || cause == deactivation_confirmation || cause == termination ||
         (cause >= unknown_type && cause <= unknown_address);
}

class Iec104Session final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    reader.skip(1);
    Reader unit = reader.sub(reader.u8());
    Message message;
    const std::uint16_t first = unit.u16le();
    const std::uint16_t second = unit.u16le();
    if (!unit.ok()) {
      (void)(say_cut(whole, out) || say_truncated(unit, out));
      return;
    }
    if ((first & 1U) == 0) {
      message.format = information;
      message.send_sequence = static_cast<std::uint16_t>(first >> 1U);
      message.receive_sequence = static_cast<std::uint16_t>(second >> 1U);
      read_unit(unit, message, out);
    } else if ((first & 3U) == supervisory) {
      message.format = supervisory;
      message.receive_sequence = static_cast<std::uint16_t>(second >> 1U);
      out.emit(message);
    } else {
      message.format = unnumbered;
      read_unnumbered(static_cast<std::uint8_t>((first & 0xFFU) >> 2U), message, out);
    }
    if (say_cut(whole, out) || say_truncated(unit, out)) return;
    if (unit.left() > 0)
      out.fault(ParseFault::Kind::length_mismatch, unit.offset(), "no bytes after the last information object");
  }

  void gap(Direction) override { asked_.clear(); }

  void end(Emitter& out) override {
    if (!asked_.heard_answers()) return;
    for (const auto& entry : asked_.waiting())
      out.emit(Unanswered{"iec104", entry.request, entry.key & 0xFFFFFFU, entry.frame});
  }

 private:
  static void read_unnumbered(std::uint8_t code, Message& message, Emitter& out) {
    message.u_function = code;
    const UFunction* function = row_of(u_functions, code);
    if (function != nullptr) {
      message.u_function_name = function->name;
      message.operation = function->operation;
    }
    out.emit(message);
    if (function == nullptr) out.fault(ParseFault::Kind::bad_value, 2, "one function of IEC 60870-5-104, 5.3");
  }

  void read_unit(Reader& unit, Message& message, Emitter& out) {
    if (!settled_ && unit.left() == unit.left_on_wire()) settle(sizes_of(unit.peek()).value_or(Sizes{}));
    unit.u8(message.type);
    const std::uint8_t structure = unit.u8();
    if (unit.ok()) {
      message.count = static_cast<std::uint8_t>(structure & 0x7FU);
      message.one_sequence = (structure & 0x80U) != 0;
    }
    read_cause(unit, message);
    if (sizes_.common_address == 2) unit.u16le(message.common_address);
    else message.common_address = unit.u8();
    const Type* type = row_of(types(), message.type.value_or(0));
    message.operation = type == nullptr ? Operation::unknown : type->operation;
    if (type != nullptr) message.type_name = type->name;
    if (message.type >= first_file_type && message.type <= last_file_type) turn_file(message, out.direction());
    Reader objects = unit;
    if (message.count.value_or(0) > 0) message.first_address = address(objects);
    if (!objects.ok()) message.first_address.reset();
    pair(message, out);
    if (message.type) out.emit(message);
    if (!unit.ok()) return;
    if (type == nullptr) {
      unit.skip(unit.left());
      return out.fault(ParseFault::Kind::unknown_function, header_size, "a type of IEC 60870-5-101, 7.2.1");
    }
    read_objects(*type, unit, message, out);
  }

  /// The standard's sizes settle it at once; others only when they have fitted twice, for one unit may be malformed.
  void settle(const Sizes& found) {
    settled_ = found == Sizes{} || found == sizes_;
    sizes_ = found;
  }

  void read_cause(Reader& unit, Message& message) const {
    const std::uint8_t cause = unit.u8();
    if (sizes_.cause == 2) unit.u8(message.originator);
    if (!unit.ok()) return;
    const auto code = static_cast<std::uint8_t>(cause & 0x3FU);
    message.cause = code;
    message.cause_name = name_in(causes(), code);
    message.negative = (cause & 0x40U) != 0;
    message.test = (cause & 0x80U) != 0;
    if ((code >= unknown_type && code <= unknown_address) || message.negative == true) message.refusal = code;
  }

  /// The table says what a file's transfer means towards the station; the other way round it is the opposite.
  static void turn_file(Message& message, Direction direction) {
    if (direction != Direction::to_client || message.type >= 126) return;
    message.operation = message.operation == Operation::file_write ? Operation::file_read : Operation::file_write;
  }

  std::uint32_t address(Reader& unit) const {
    switch (sizes_.address) {
      case 1: return unit.u8();
      case 2: return unit.u16le();
      default: return unit.u24le();
    }
  }

  void pair(const Message& message, Emitter& out) {
    const std::uint64_t key = std::uint64_t{message.common_address.value_or(0)} << 32U |
                              std::uint64_t{message.type.value_or(0)} << 24U | message.first_address.value_or(0);
    const std::uint8_t cause = message.cause.value_or(0);
    if ((cause == activation || cause == deactivation) && out.direction() == Direction::to_server)
      asked_.asked(key, out.origin().frame, message.operation.value_or(Operation::unknown));
    else if (is_answer(cause)) (void)asked_.answered(key);
  }

  void read_objects(const Type& type, Reader& unit, const Message& message, Emitter& out) const {
    const bool is_command = type.code >= first_command && type.code <= last_parameter &&
                            type.code != end_of_initialisation && type.operation != Operation::auth &&
                            type.operation != Operation::credential_change;
    const unsigned count = message.count.value_or(0);
    std::uint32_t at = 0;
    for (unsigned i = 0; i < count && unit.ok(); ++i) {
      if (i == 0 || message.one_sequence != true) at = address(unit);
      else ++at;
      Reader element = unit.sub(element_size(type, unit));
      if (!unit.ok()) return;
      if (!is_command) continue;
      Object object;
      object.common_address = message.common_address;
      object.operation = type.operation;
      object.type = message.type;
      object.cause = message.cause;
      object.address = at;
      read_element(type.element, element, object);
      out.emit(object);
    }
  }

  /// Segments have a length of their own; what else varies takes what is left.
  static std::size_t element_size(const Type& type, const Reader& unit) noexcept {
    constexpr std::uint8_t read_command = 102;
    if (type.size != 0) return type.size;
    if (type.code == read_command) return 0;
    const Bytes bytes = unit.peek();
    if (type.code == segment) return bytes.size() < 4 ? 4 : std::size_t{4} + bytes[3];
    return unit.left_on_wire();
  }

  static void read_element(Element kind, Reader& element, Object& object) {
    switch (kind) {
      case Element::single:
      case Element::doubled:
      case Element::step: {
        element.u8(object.qualifier);
        const std::uint8_t octet = object.qualifier.value_or(0);
        object.value = kind == Element::single ? octet & 1U : octet & 3U;
        object.select = (octet & 0x80U) != 0;
        return;
      }
      case Element::normalised: object.value = static_cast<std::int16_t>(element.u16le()) / 32768.0; break;
      case Element::scaled: object.value = static_cast<std::int16_t>(element.u16le()); break;
      case Element::real: object.value = std::bit_cast<float>(element.u32le()); break;
      case Element::bits: object.value = element.u32le(); return;
      case Element::qualifier: return element.u8(object.qualifier);
      case Element::other: return;
    }
    element.u8(object.qualifier);
    if (object.type < 100) object.select = (object.qualifier.value_or(0) & 0x80U) != 0;
  }

  Sizes sizes_;
  bool settled_ = false;
  Pending<Operation> asked_;
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  if (!buffered.empty() && buffered[0] != start_octet) return {};
  if (buffered.size() < 2) return {Framing::Kind::need_more, 2};
  if (buffered[1] < length_min || buffered[1] > length_max) return {};
  const std::size_t size = std::size_t{2} + buffered[1];
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

Match recognise(Bytes start) noexcept {
  if (frame(start, Direction::unknown, nullptr).kind == Framing::Kind::not_mine) return Match::no;
  if (start.size() < header_size) return Match::maybe;
  const bool is_short = start[1] == length_min;
  if ((start[2] & 3U) == unnumbered) {
    const bool known = row_of(u_functions, static_cast<std::uint8_t>(start[2] >> 2U)) != nullptr;
    const bool zeros = start[3] == 0 && start[4] == 0 && start[5] == 0;
    return is_short && zeros ? (known ? Match::yes : Match::maybe) : Match::no;
  }
  if ((start[4] & 1U) != 0) return Match::no;
  if ((start[2] & 1U) != 0) return is_short && start[2] == 1 && start[3] == 0 ? Match::yes : Match::no;
  const std::size_t size = std::size_t{2} + start[1];
  if (size < header_size + 2 || start.size() < size) return is_short ? Match::no : Match::maybe;
  const Bytes unit = start.subspan(header_size, size - header_size);
  const Type* type = row_of(types(), unit[0]);
  return type != nullptr && type->size != 0 && sizes_of(unit) ? Match::yes : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < header_size) return Says::nothing;
  if ((pdu[2] & 3U) == unnumbered) {
    const UFunction* function = row_of(u_functions, static_cast<std::uint8_t>(pdu[2] >> 2U));
    return function == nullptr ? Says::nothing : function->says;
  }
  if ((pdu[2] & 1U) != 0 || pdu.size() < header_size + 3) return Says::nothing;
  const std::uint8_t type = pdu[header_size];
  const auto cause = static_cast<std::uint8_t>(pdu[header_size + 2] & 0x3FU);
  if (type <= last_monitored || type == end_of_initialisation) return Says::response;
  if (type < first_command || type > last_parameter) return Says::nothing;
  if (is_answer(cause)) return Says::response;
  return cause == activation || cause == deactivation || cause == cause_request ? Says::request : Says::nothing;
}

constexpr std::array message_fields{
    field<&Message::format>("format", "0 information transfer, 1 supervisory, 3 unnumbered control."),
    field<&Message::u_function>("u_function",
                                "Function of an unnumbered control: 1 STARTDT act, 2 con, 4 STOPDT act ..."),
    field<&Message::u_function_name>("u_function_name", "Its name in the standard."),
    field<&Message::operation>("operation", "What is asked of the station.", Meaning::operation),
    field<&Message::send_sequence>("send_sequence", "Number of this unit."),
    field<&Message::receive_sequence>("receive_sequence", "Number of the unit that is expected next."),
    field<&Message::type>("type", "Type identification."),
    field<&Message::type_name>("type_name", "The type's mnemonic, and what it is."),
    field<&Message::cause>("cause", "Cause of transmission."),
    field<&Message::cause_name>("cause_name", "The cause in words."),
    field<&Message::negative>("negative", "Whether the confirmation is negative."),
    field<&Message::test>("test", "Whether this is a test."),
    field<&Message::originator>("originator", "Originator address."),
    field<&Message::common_address>("common_address", "Common address: the station.", Meaning::station),
    field<&Message::count>("count", "Number of information objects or elements."),
    field<&Message::one_sequence>("one_sequence", "Whether elements follow each other from the first address on."),
    field<&Message::first_address>("first_address", "Address of the first information object."),
    field<&Message::refusal>("refusal", "The cause, where the station refuses.", Meaning::refusal),
};

constexpr std::array object_fields{
    field<&Object::common_address>("common_address", "Common address: the station.", Meaning::station),
    field<&Object::operation>("operation", "What is asked of the station."),
    field<&Object::type>("type", "Type identification."),
    field<&Object::cause>("cause", "Cause of transmission."),
    field<&Object::address>("address", "Information object address."),
    field<&Object::value>("value", "Value that is commanded or set."),
    field<&Object::select>("select", "Whether it is only selected, to be executed later."),
    field<&Object::qualifier>("qualifier", "Qualifier, as on the wire."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 2404}};
constexpr std::array messages{&Message::schema, &Object::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("iec104.message", "An application protocol data unit.", "IEC 60870-5-104, 5", message_fields);
constinit const Schema Object::schema = describe<Object>(
    "iec104.object", "An information object that is commanded or set.", "IEC 60870-5-101, 7.3", object_fields);

constinit const Protocol protocol{
    .name = "iec104",
    .title = "IEC 60870-5-104",
    .source = "IEC 60870-5-104",
    .carriers = carriers,
    .max_pdu = 2 + length_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<Iec104Session>(); },
    .messages = messages,
    .connection_tells_client = false,  // partners and dual-mode stations agree on who listens
};

}  // namespace bulkhead::iec104

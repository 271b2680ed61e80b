// DNP3, IEEE 1815: link frames with checksums over every sixteen octets (9.2), a transport function that splits
// fragments over frames (8.2), and application fragments with objects (4.2).
//
// One event a frame. A fragment's function stands in the frame that completes it. The direction bit says whether a
// master speaks, whoever opened the connection.

#include "protocol/dnp3.h"

#include <array>
#include <string>
#include <vector>

#include "protocol/dnp3_objects.h"
#include "protocol/dnp3_tables.h"
#include "protocol/faults.h"

namespace bulkhead::dnp3 {

namespace {

constexpr std::uint8_t start_first = 0x05, start_second = 0x64;
constexpr std::size_t header_size = 10, block_size = 16, crc_size = 2;
constexpr std::size_t length_min = 5;  // control and two addresses
constexpr std::size_t control_offset = 3;
constexpr std::size_t user_data_max = 250;
constexpr std::uint8_t direction_bit = 0x80, primary_bit = 0x40;
constexpr std::uint8_t confirmed_data = 3, unconfirmed_data = 4;
constexpr std::uint8_t final_bit = 0x80, first_bit = 0x40, sequence_mask = 0x3F;
constexpr std::uint16_t reserved_addresses = 0xFFF0, broadcast_addresses = 0xFFFD;
constexpr std::uint8_t function_read = 1, function_write = 2, function_response = 129, function_last_answer = 131;
constexpr unsigned refusing = 0x17;          // IIN2: function, object, parameter, already executing
constexpr std::size_t fragment_max = 65536;  // far above the 2048 octets that devices send
constexpr std::size_t fragments_max = 16;    // unfinished at one time, by link addresses

std::size_t frame_size(std::size_t length) noexcept {
  const std::size_t data = length - length_min;
  return header_size + data + (data + block_size - 1) / block_size * crc_size;
}

bool header_is_sound(Bytes bytes) noexcept {
  return bytes.size() >= header_size &&
         crc(bytes.first(header_size - crc_size)) == (bytes[8] | static_cast<unsigned>(bytes[9]) << 8U);
}

/// What a function asks for where the first object decides.
Operation by_group(std::uint8_t function, std::uint8_t group, Operation operation) noexcept {
  if (function == function_write) {
    switch (group) {
      case 0:
      case 34: return Operation::config_write;
      case 50:
      case 51: return Operation::time_set;
      case 70: return Operation::file_write;
      default: return operation;
    }
  }
  if (function == function_read) {
    if (group == 0) return Operation::identify;
    if (group == 70) return Operation::file_read;
  }
  return operation;
}

class Dnp3Session final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    Frame frame;
    const bool sound = read_link(reader, message, frame, out);
    if (sound && frame.has_data) transport(frame, message, out);
    else if (reader.ok() || message.link_function) out.emit(message);
    if (message.link_function && !message.link_function_name)
      out.fault(ParseFault::Kind::unknown_function, control_offset, "a link function of IEEE 1815, 9.2.4.1.3");
    if (frame.unsound_at)
      out.fault(ParseFault::Kind::bad_value, *frame.unsound_at, "the checksum of the octets before");
    (void)say_cut(whole, out);
  }

  void gap(Direction) override {
    fragments_.clear();
    asked_.clear();
  }

  void end(Emitter& out) override {
    if (!asked_.heard_answers()) return;
    for (const auto& entry : asked_.waiting())
      out.emit(Unanswered{"dnp3", entry.request, entry.key & 0xFU, entry.frame});
  }

 private:
  /// User data of one frame, without the checksums.
  struct Frame {
    std::array<std::uint8_t, user_data_max> bytes{};
    std::size_t size = 0;
    bool has_data = false;
    std::optional<std::size_t> unsound_at;  ///< Offset of a checksum that is wrong.
    Reader direct{Bytes{}};  ///< The same bytes in place, where one block holds all: then a trace knows them.
  };

  struct Fragment {
    std::uint32_t addresses = 0;
    std::uint8_t next = 0;
    std::vector<std::uint8_t> bytes;
  };

  /// False where the frame's data are not to be believed.
  static bool read_link(Reader& reader, Message& message, Frame& frame, Emitter& out) {
    const bool sound = header_is_sound(reader.peek());
    reader.skip(2);
    const std::size_t length = reader.u8();
    const std::uint8_t control = reader.u8();
    reader.u16le(message.link_destination);
    reader.u16le(message.link_source);
    reader.skip(crc_size);
    if (!reader.ok()) {
      (void)say_truncated(reader, out);
      return false;
    }
    name_link(control, message);
    if (!sound) {
      frame.unsound_at = header_size - crc_size;
      return false;
    }
    frame.has_data = (control & primary_bit) != 0 && length > length_min &&
                     (message.link_function == confirmed_data || message.link_function == unconfirmed_data);
    return read_blocks(reader, length - length_min, frame, out);
  }

  static bool read_blocks(Reader& reader, std::size_t left, Frame& frame, Emitter& out) {
    if (left <= block_size) {
      Reader again = reader;
      frame.direct = again.sub(left);
    }
    for (; left > 0 && reader.ok(); left -= std::min(left, block_size)) {
      const Bytes block = reader.take(std::min(left, block_size));
      const unsigned expected = reader.u16le();
      if (!reader.ok()) break;
      if (crc(block) != expected) {
        frame.unsound_at = reader.offset() - crc_size;
        return false;
      }
      std::copy(block.begin(), block.end(), frame.bytes.begin() + static_cast<std::ptrdiff_t>(frame.size));
      frame.size += block.size();
    }
    return !say_truncated(reader, out) && reader.ok();
  }

  static void name_ends(bool from_master, Message& message) {
    message.from_master = from_master;
    message.station.reset();
    const auto outstation = from_master ? message.link_destination : message.link_source;
    if (outstation.value_or(0) < reserved_addresses) message.station = outstation;
  }

  static void name_link(std::uint8_t control, Message& message) {
    const auto function = static_cast<std::uint8_t>(control & 0xFU);
    const bool from_master = (control & direction_bit) != 0;
    const bool primary = (control & primary_bit) != 0;
    name_ends(from_master, message);
    message.primary = primary;
    message.link_function = function;
    message.link_function_name =
        primary ? name_in(primary_functions(), function) : name_in(secondary_functions(), function);
    if (message.link_destination.value_or(0) >= broadcast_addresses) message.broadcast = true;
    if (!message.link_function_name) message.operation = Operation::unknown;
    else if (primary && function != confirmed_data && function != unconfirmed_data)
      message.operation = function == 0 ? Operation::session_open : Operation::read_state;
  }

  void transport(const Frame& frame, Message& message, Emitter& out) {
    const std::uint8_t control = frame.bytes[0];
    const Bytes part = Bytes{frame.bytes}.subspan(1, frame.size - 1);
    const std::uint32_t addresses =
        std::uint32_t{message.link_source.value_or(0)} << 16U | message.link_destination.value_or(0);
    if ((control & first_bit) != 0 && (control & final_bit) != 0) {
      forget(addresses);
      Reader direct = frame.direct;
      if (direct.left() == 0) return application(Reader{part}, message, out);
      direct.skip(1);
      return application(direct, message, out);
    }
    if ((control & first_bit) != 0) {
      forget(addresses);
      if (fragments_.size() == fragments_max) fragments_.erase(fragments_.begin());
      fragments_.push_back({addresses, static_cast<std::uint8_t>(control & sequence_mask), {}});
    }
    const auto fragment = std::find_if(fragments_.begin(), fragments_.end(),
                                       [&](const Fragment& known) { return known.addresses == addresses; });
    if (fragment == fragments_.end() || fragment->next != (control & sequence_mask) ||
        fragment->bytes.size() + part.size() > fragment_max) {
      out.emit(message);
      const bool lost = fragment != fragments_.end();
      if (lost) fragments_.erase(fragment);
      return out.fault(ParseFault::Kind::lost, header_size, "the segment that comes next");
    }
    fragment->bytes.insert(fragment->bytes.end(), part.begin(), part.end());
    fragment->next = static_cast<std::uint8_t>((fragment->next + 1) & sequence_mask);
    if ((control & final_bit) == 0) return out.emit(message);
    const std::vector<std::uint8_t> bytes = std::move(fragment->bytes);
    fragments_.erase(fragment);
    application(Reader{Bytes{bytes}}, message, out);
  }

  void forget(std::uint32_t addresses) {
    std::erase_if(fragments_, [&](const Fragment& known) { return known.addresses == addresses; });
  }

  void application(Reader reader, Message& message, Emitter& out) {
    const std::uint8_t control = reader.u8();
    reader.u8(message.function);
    const std::uint8_t code = message.function.value_or(0);
    std::string names;
    if (reader.ok()) {
      message.sequence = static_cast<std::uint8_t>(control & 0xFU);
      message.unsolicited = (control & 0x10U) != 0;
    }
    const bool is_answer = code >= function_response && code <= function_last_answer;
    if (is_answer) read_indications(reader, message, names);
    const Function* function = row_of(functions(), code);
    const bool contradicted = function != nullptr && code != 0 && message.from_master == is_answer;
    if (contradicted) name_ends(!is_answer, message);
    message.operation = function == nullptr ? Operation::unknown : function->operation;
    if (function != nullptr) message.function_name = function->name;
    if (!reader.peek().empty()) message.operation = by_group(code, reader.peek()[0], *message.operation);
    pair(function, is_answer, message, out);
    out.emit(message);
    if (contradicted) out.fault(ParseFault::Kind::bad_value, control_offset, "a direction bit that fits the function");
    if (say_truncated(reader, out)) return;
    if (function == nullptr)
      return out.fault(ParseFault::Kind::unknown_function, reader.offset() - 1, "a function of IEEE 1815, 4.2.2.6");
    if (!reader.ok()) return;
    const Context context{message.station, message.operation.value_or(Operation::unknown), function->has_data,
                          is_answer};
    read_objects(reader, context, out);
  }

  static void read_indications(Reader& reader, Message& message, std::string& names) {
    reader.u16be(message.indications);
    const unsigned bits = message.indications.value_or(0);
    for (const auto& row : indications()) {
      if ((bits & row.code) == 0) continue;
      if (!names.empty()) names += ", ";
      names += row.name;
    }
    if (!names.empty()) message.indication_names = names;
    if ((bits & refusing) != 0) message.refusal = static_cast<std::uint8_t>(bits & refusing);
  }

  /// The application's sequence pairs an answer with its request; unsolicited ones answer nothing.
  void pair(const Function* function, bool is_answer, Message& message, Emitter& out) {
    const std::uint64_t key =
        std::uint64_t{message.station.value_or(reserved_addresses)} << 4U | message.sequence.value_or(0);
    if (!is_answer) {
      if (function != nullptr && function->has_response && message.station)
        asked_.asked(key, out.origin().frame, message.operation.value_or(Operation::unknown));
      return;
    }
    if (message.unsolicited.value_or(false)) return;
    if (const auto entry = asked_.answered(key)) message.operation = entry->request;
  }

  std::vector<Fragment> fragments_;
  Pending<Operation> asked_;
};

/// A header whose checksum is wrong is a frame only once the conversation is known to be DNP3.
Framing frame(Bytes buffered, Direction, const Session* session) noexcept {
  for (std::size_t i = 0; i < buffered.size() && i < 2; ++i)
    if (buffered[i] != (i == 0 ? start_first : start_second)) return {};
  if (buffered.size() < header_size) {
    if (buffered.size() > 2 && buffered[2] < length_min) return {};
    return {Framing::Kind::need_more, header_size};
  }
  if (buffered[2] < length_min || (session == nullptr && !header_is_sound(buffered))) return {};
  const std::size_t size = frame_size(buffered[2]);
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

Match recognise(Bytes start) noexcept {
  if (frame(start, Direction::unknown, nullptr).kind != Framing::Kind::not_mine)
    return start.size() >= header_size ? Match::yes : Match::maybe;
  const bool begins = start.size() >= header_size && start[0] == start_first && start[1] == start_second;
  return begins && start[2] >= length_min ? Match::maybe : Match::no;
}

/// The function of a fragment tells better than the direction bit, which some senders leave as it is.
Says says(Bytes pdu) noexcept {
  if (!header_is_sound(pdu)) return Says::nothing;
  const unsigned link_function = pdu[3] & 0xFU;
  const bool data =
      (pdu[3] & primary_bit) != 0 && (link_function == confirmed_data || link_function == unconfirmed_data);
  if (data && pdu.size() > header_size + 2 && (pdu[header_size] & first_bit) != 0) {
    const std::uint8_t code = pdu[header_size + 2];
    if (code >= function_response && code <= function_last_answer) return Says::response;
    if (code != 0 && row_of(functions(), code) != nullptr) return Says::request;
  }
  return (pdu[3] & direction_bit) != 0 ? Says::request : Says::response;
}

constexpr std::array message_fields{
    field<&Message::station>("station", "Link address of the outstation.", Meaning::station),
    field<&Message::link_source>("link_source", "Link address of the sender."),
    field<&Message::link_destination>("link_destination", "Link address of the receiver; from 65533 on, all."),
    field<&Message::from_master>("from_master", "Whether a master sends."),
    field<&Message::primary>("primary", "Whether the frame begins a transaction of the link."),
    field<&Message::broadcast>("broadcast", "Whether all outstations are meant."),
    field<&Message::link_function>("link_function", "Function of the link frame."),
    field<&Message::link_function_name>("link_function_name", "Its name in the standard."),
    field<&Message::function>("function", "Function of the application fragment that the frame completes."),
    field<&Message::function_name>("function_name", "Its name in the standard."),
    field<&Message::operation>("operation", "What is asked of the outstation.", Meaning::operation),
    field<&Message::sequence>("sequence", "Pairs a response with its request."),
    field<&Message::unsolicited>("unsolicited", "Whether the fragment is, or confirms, an unsolicited response."),
    field<&Message::indications>("indications", "Internal indications, IIN1 in the high octet."),
    field<&Message::indication_names>("indication_names", "The indications in words."),
    field<&Message::refusal>("refusal", "Indications that refuse the request.", Meaning::refusal),
};

constexpr std::array object_fields{
    field<&Object::station>("station", "Link address of the outstation.", Meaning::station),
    field<&Object::operation>("operation", "What is asked of the outstation."),
    field<&Object::group>("group", "Object group."),
    field<&Object::variation>("variation", "Variation of the group; 0 is any."),
    field<&Object::group_name>("group_name", "The group in words."),
    field<&Object::qualifier>("qualifier", "Qualifier, as on the wire."),
    field<&Object::start>("start", "First point."),
    field<&Object::stop>("stop", "Last point."),
    field<&Object::count>("count", "Number of objects."),
};

constexpr std::array control_fields{
    field<&Control::station>("station", "Link address of the outstation.", Meaning::station),
    field<&Control::operation>("operation", "What is asked of the outstation."),
    field<&Control::group>("group", "Object group: 12 relay output, 41 analogue output."),
    field<&Control::variation>("variation", "Variation of the group."),
    field<&Control::index>("index", "Point that is controlled."),
    field<&Control::code>("code", "Control code of a relay output."),
    field<&Control::action>("action", "What the output does."),
    field<&Control::trip_close>("trip_close", "Which relay of a pair is meant."),
    field<&Control::times>("times", "How often it does it."),
    field<&Control::on_ms>("on_time", "How long it is on, in milliseconds."),
    field<&Control::off_ms>("off_time", "How long it is off, in milliseconds."),
    field<&Control::value>("value", "Value of an analogue output."),
    field<&Control::status>("status", "Status; 0 is success."),
    field<&Control::refusal>("refusal", "The status of an answer, where it is not success.", Meaning::refusal),
};

constexpr std::array file_fields{
    field<&File::station>("station", "Link address of the outstation.", Meaning::station),
    field<&File::operation>("operation", "What is asked of the outstation."),
    field<&File::file_name>("file_name", "Name of the file."),
    field<&File::mode>("mode", "How it is opened: 1 read, 2 write, 3 append."),
    field<&File::user>("user", "User name.", Meaning::secret),
    field<&File::password>("password", "Password.", Meaning::secret),
};

constexpr std::array identity_fields{
    field<&Identity::station>("station", "Link address of the outstation.", Meaning::station),
    field<&Identity::vendor>("vendor", "Variation 252, manufacturer.", Meaning::vendor),
    field<&Identity::product>("product", "Variation 250, product name and model.", Meaning::product),
    field<&Identity::serial_number>("serial_number", "Variation 248, serial number.", Meaning::serial_number),
    field<&Identity::name>("device_name", "Variation 247, name that the user gave.", Meaning::host_name),
    field<&Identity::place>("location", "Variation 245, location.", Meaning::location),
    field<&Identity::hardware>("hardware", "Variation 243, hardware version.", Meaning::hardware),
    field<&Identity::software>("software", "Variation 242, software version.", Meaning::firmware),
    field<&Identity::id_code>("id_code", "Variation 246, code that the user gave."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 20000}, Carrier{Carrier::Kind::udp, 20000}};
constexpr std::array messages{&Message::schema, &Object::schema, &Control::schema, &File::schema, &Identity::schema};

}  // namespace

constinit const Schema Message::schema = describe<Message>(
    "dnp3.message", "A link frame, with the fragment that it completes.", "IEEE 1815, 4.2 and 9.2", message_fields);
constinit const Schema Object::schema =
    describe<Object>("dnp3.object", "An object header of a fragment.", "IEEE 1815, 4.2.2.7", object_fields);
constinit const Schema Control::schema = describe<Control>("dnp3.control", "A point that is selected or operated.",
                                                           "IEEE 1815, A.8 and A.22", control_fields);
constinit const Schema File::schema =
    describe<File>("dnp3.file", "A file that is opened, or credentials for one.", "IEEE 1815, A.27", file_fields);
constinit const Schema Identity::schema =
    describe<Identity>("dnp3.identity", "What an outstation says of itself.", "IEEE 1815, A.1", identity_fields);

constinit const Protocol protocol{
    .name = "dnp3",
    .title = "DNP3",
    .source = "IEEE 1815-2012",
    .carriers = carriers,
    .max_pdu = 292,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<Dnp3Session>(); },
    .messages = messages,
};

}  // namespace bulkhead::dnp3

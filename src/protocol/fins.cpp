// Omron FINS: OMRON W342 (commands of CS, CJ and CP controllers), and W421 for its header over TCP. Over UDP a message
// has no length of its own; each command says how much it needs.

#include "protocol/fins.h"

#include <algorithm>
#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::fins {

namespace {

constexpr std::string_view tcp_magic = "FINS";
constexpr std::size_t tcp_prefix = 8, tcp_header = 16, tcp_max = 4096, command_offset = 10, command_end = 12;
constexpr std::uint32_t send_client_node = 0, send_server_node = 1, send_frame = 2, tell_error = 3, confirm = 6;
constexpr std::uint8_t response_bit = 0x40, gateway_bit = 0x80, no_answer_bit = 0x01, gateways_max = 7, node_max = 254;
constexpr std::uint16_t memory_write = 0x0102, controller_read = 0x0501, forced_set = 0x2301;
constexpr std::uint8_t word_area = 0x80, bus_units = 1;
constexpr std::uint16_t end_code_mask =
    0x7F3F;  // without the relay bit and the two bits that tell of faults of the CPU
constexpr std::size_t end_code_size = 2, controller_size = 92, name_size = 20;

struct Command {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
  std::size_t request_size;  ///< At least, after the command code.
};

// W342, 5-1-1; the codes of the program area are those of its table of commands.
constexpr std::array commands{
    Command{0x0101, "Memory Area Read", Operation::read, 6},
    Command{memory_write, "Memory Area Write", Operation::write, 6},
    Command{0x0103, "Memory Area Fill", Operation::write, 8},
    Command{0x0104, "Multiple Memory Area Read", Operation::read, 4},
    Command{0x0105, "Memory Area Transfer", Operation::write, 10},
    Command{0x0201, "Parameter Area Read", Operation::read, 6},
    Command{0x0202, "Parameter Area Write", Operation::config_write, 6},
    Command{0x0203, "Parameter Area Clear", Operation::config_write, 8},
    Command{0x0220, "Data Link Table Read", Operation::read, 0},
    Command{0x0221, "Data Link Table Write", Operation::config_write, 0},
    Command{0x0304, "Program Area Protect", Operation::auth, 0},
    Command{0x0305, "Program Area Protect Clear", Operation::auth, 0},
    Command{0x0306, "Program Area Read", Operation::program_upload, 8},
    Command{0x0307, "Program Area Write", Operation::program_download, 8},
    Command{0x0308, "Program Area Clear", Operation::block_delete, 0},
    Command{0x0401, "Run", Operation::mode_start, 0},
    Command{0x0402, "Stop", Operation::mode_stop, 0},
    Command{0x0403, "Reset", Operation::restart, 0},
    Command{controller_read, "Controller Data Read", Operation::identify, 0},
    Command{0x0502, "Connection Data Read", Operation::identify, 0},
    Command{0x0601, "Controller Status Read", Operation::read_state, 0},
    Command{0x0602, "Network Status Read", Operation::read_state, 0},
    Command{0x0603, "Data Link Status Read", Operation::read_state, 0},
    Command{0x0620, "Cycle Time Read", Operation::read_state, 0},
    Command{0x0701, "Clock Read", Operation::read, 0},
    Command{0x0702, "Clock Write", Operation::time_set, 5},
    Command{0x0801, "Internode Echo Test", Operation::discover, 0},
    Command{0x0802, "Broadcast Test Results Read", Operation::read_state, 0},
    Command{0x0803, "Broadcast Test Data Send", Operation::discover, 0},
    Command{0x0920, "Message Read or Clear", Operation::read_state, 2},
    Command{0x0C01, "Access Right Acquire", Operation::auth, 2},
    Command{0x0C02, "Access Right Forced Acquire", Operation::auth, 2},
    Command{0x0C03, "Access Right Release", Operation::auth, 2},
    Command{0x2101, "Error Clear", Operation::alarm_ack, 2},
    Command{0x2102, "Error Log Read", Operation::read, 4},
    Command{0x2103, "Error Log Clear", Operation::log_clear, 0},
    Command{0x2201, "File Name Read", Operation::file_read, 0},
    Command{0x2202, "File Read", Operation::file_read, 0},
    Command{0x2203, "File Write", Operation::file_write, 0},
    Command{0x2204, "File Memory Format", Operation::file_delete, 0},
    Command{0x2205, "File Delete", Operation::file_delete, 0},
    Command{0x2206, "Volume Label Create or Delete", Operation::file_write, 0},
    Command{0x2207, "File Copy", Operation::file_write, 0},
    Command{0x2208, "File Name Change", Operation::file_write, 0},
    Command{0x2209, "File Data Check", Operation::file_read, 0},
    Command{0x220A, "Memory Area File Transfer", Operation::file_write, 0},
    Command{0x220B, "Parameter Area File Transfer", Operation::file_write, 0},
    Command{0x220C, "Program Area File Transfer", Operation::file_write, 0},
    Command{0x220F, "File Memory Index Read", Operation::file_read, 0},
    Command{0x2210, "File Memory Read", Operation::file_read, 0},
    Command{0x2211, "File Memory Write", Operation::file_write, 0},
    Command{forced_set, "Forced Set or Reset", Operation::force, 2},
    Command{0x2302, "Forced Set or Reset Cancel", Operation::force, 0},
    Command{0x230A, "Forced Status Read", Operation::read_state, 0},
    Command{0x2601, "Name Set", Operation::config_write, 0},
    Command{0x2602, "Name Delete", Operation::config_write, 0},
    Command{0x2603, "Name Read", Operation::identify, 0},
};

bool is_tcp(Bytes bytes) noexcept {
  Reader reader{bytes};
  return tcp_magic.starts_with(reader.text(std::min(bytes.size(), tcp_magic.size())));
}

/// How many octets a message has at least, as far as `bytes` tells; more than there are where it is not whole.
/// `controller` says whether a response to Controller Data Read holds model and version.
std::size_t size_needed(Bytes bytes, bool controller = true) noexcept {
  Reader reader{bytes};
  const std::uint8_t flags = reader.u8();
  reader.skip(command_offset - 1);
  const std::uint16_t code = reader.u16be();
  if (!reader.ok()) return command_end;
  if ((flags & response_bit) != 0) {
    const std::uint16_t end_code = reader.u16be();
    const bool has_controller = reader.ok() && controller && code == controller_read && (end_code & end_code_mask) == 0;
    return command_end + end_code_size + (has_controller ? controller_size : 0);
  }
  const Command* command = row_of(commands, code);
  const std::size_t fixed = command_end + (command == nullptr ? 0 : command->request_size);
  if (bytes.size() < fixed) return fixed;
  if (code == memory_write) {
    const std::uint8_t area = reader.u8();
    reader.skip(3);
    return fixed + reader.u16be() * ((area & word_area) != 0 ? std::size_t{2} : std::size_t{1});
  }
  if (code == forced_set) return fixed + reader.u16be() * std::size_t{6};
  return fixed;
}

class FinsSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (reader.left() == 0 || !is_tcp(reader.peek())) {
      message(reader, out);
    } else {
      reader.skip(tcp_magic.size());
      Reader body = reader.sub(reader.u32be());
      over_tcp(body, out);
      reader = body;
    }
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

  void gap(Direction) override { pending_.clear(); }

 private:
  void over_tcp(Reader& body, Emitter& out) {
    Connection said;
    body.u32be(said.command);
    const std::uint32_t error = body.u32be();
    if (!body.ok()) return;
    if (error != 0) {
      said.refusal = error;
      body.note(&said.refusal, 4);
    }
    switch (*said.command) {
      case send_frame: return message(body, out);
      case send_client_node:
      case confirm: body.u32be(said.client_node); break;
      case send_server_node:
        body.u32be(said.client_node);
        body.u32be(said.server_node);
        break;
      case tell_error: said.operation = Operation::exception; break;
      default:
        said.operation = Operation::unknown;
        out.fault(ParseFault::Kind::unknown_function, tcp_prefix, "a command of FINS/TCP");
    }
    out.emit(said);
  }

  void message(Reader& reader, Emitter& out) {
    Message said;
    const Bytes bytes = reader.peek();
    const std::uint8_t flags = reader.u8();
    reader.skip(2);
    reader.u8(said.destination_network);
    reader.u8(said.destination_node);
    reader.u8(said.destination_unit);
    reader.u8(said.source_network);
    reader.u8(said.source_node);
    reader.u8(said.source_unit);
    reader.u8(said.transaction);
    reader.u16be(said.command);
    if (!said.command) return;
    const bool is_response = (flags & response_bit) != 0;
    const Command* command = row_of(commands, *said.command);
    if (command != nullptr) {
      said.command_name = command->name;
      said.operation = command->operation;
    }
    const auto& network = is_response ? said.source_network : said.destination_network;
    if (network.value_or(0) != 0) said.station = is_response ? said.source_node : said.destination_node;
    const std::size_t needed = size_needed(bytes, !is_response || tells_controller(said));
    if (!is_response && said.command == controller_read)
      pending_.asked(key(said), out.origin().frame, reader.left() == 0 || reader.peek()[0] != bus_units);
    Reader body = reader.sub(needed - command_end);
    if (is_response) answer(body, said, out);
    else ask(body, said, out);
    if (command == nullptr)
      out.fault(ParseFault::Kind::unknown_function, command_offset, "a command that the manual lists");
    if (reader.ok()) (void)say_truncated(body, out);
  }

  /// A request may ask for the units on the controller's bus instead.
  bool tells_controller(const Message& said) {
    const auto asked = pending_.answered(key(said));
    return !asked || asked->request;
  }

  static std::uint64_t key(const Message& said) noexcept {
    return std::uint64_t{said.transaction.value_or(0)} << 16U | said.command.value_or(0);
  }

  static void ask(Reader& body, Message& said, Emitter& out) {
    if (*said.command >= 0x0101 && *said.command <= 0x0103) {
      body.u8(said.area);
      body.u16be(said.address);
      body.skip(1);
      body.u16be(said.quantity);
    }
    out.emit(said);
  }

  static void answer(Reader& body, Message& said, Emitter& out) {
    body.u16be(said.end_code);
    if (said.end_code && (*said.end_code & end_code_mask) != 0) {
      said.refusal = said.end_code;
      body.note(&said.refusal, 2);
    }
    out.emit(said);
    if (said.command != controller_read || body.left() < controller_size) return;
    Identity identity;
    identity.station = said.station;
    identity.vendor = "Omron";
    identity.model = fixed_text(body.text(name_size));
    body.note(&identity.model, name_size);
    identity.version = fixed_text(body.text(name_size));
    body.note(&identity.version, name_size);
    if (identity.model) out.emit(identity);
  }

  Pending<bool> pending_;
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  if (buffered.empty()) return {Framing::Kind::need_more, 1};
  if (!is_tcp(buffered)) {
    const std::size_t size = size_needed(buffered);
    return {buffered.size() < size ? Framing::Kind::need_more : Framing::Kind::pdu, std::max(size, buffered.size())};
  }
  if (buffered.size() < tcp_prefix) return {Framing::Kind::need_more, tcp_prefix};
  Reader reader{buffered};
  reader.skip(tcp_magic.size());
  const std::size_t size = reader.u32be() + tcp_prefix;
  if (size < tcp_header || size > tcp_max) return {};
  return {buffered.size() < size ? Framing::Kind::need_more : Framing::Kind::pdu, size};
}

Match recognise(Bytes start) noexcept {
  if (start.empty()) return Match::maybe;
  Reader reader{start};
  if (is_tcp(start)) {
    reader.skip(tcp_magic.size());
    const std::uint32_t size = reader.u32be();
    const std::uint32_t command = reader.u32be();
    if (!reader.ok()) return Match::maybe;
    return size >= tcp_header - tcp_prefix && size <= tcp_max && command <= confirm ? Match::yes : Match::no;
  }
  const std::uint8_t flags = reader.u8();
  if ((flags & ~(response_bit | gateway_bit | no_answer_bit)) != 0 || reader.u8() != 0 || reader.u8() > gateways_max)
    return Match::no;
  reader.skip(1);
  const std::uint8_t to = reader.u8();
  reader.skip(2);
  const std::uint8_t from = reader.u8();
  reader.skip(2);
  const std::uint16_t code = reader.u16be();
  if (!reader.ok()) return Match::maybe;
  if (from > node_max || (from == 0 && to == 0)) return Match::maybe;
  return (flags & gateway_bit) != 0 && row_of(commands, code) != nullptr ? Match::yes : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (pdu.empty()) return Says::nothing;
  if (!is_tcp(pdu)) return (pdu[0] & response_bit) != 0 ? Says::response : Says::request;
  Reader reader{pdu};
  reader.skip(tcp_prefix);
  const std::uint32_t command = reader.u32be();
  reader.skip(4);
  const std::uint8_t flags = command == send_frame ? reader.u8() : std::uint8_t{0};
  if (!reader.ok()) return Says::nothing;
  if (command == send_frame) return (flags & response_bit) != 0 ? Says::response : Says::request;
  if (command == send_client_node) return Says::request;
  return command == send_server_node ? Says::response : Says::nothing;
}

constexpr std::array message_fields{
    field<&Message::transaction>("transaction", "Service identifier: pairs a response with its command."),
    field<&Message::command>("command", "Main code and sub-code of the command."),
    field<&Message::command_name>("command_name", "The command in words."),
    field<&Message::operation>("operation", "What is asked of the controller.", Meaning::operation),
    field<&Message::destination_network>("destination_network", "Network of the receiver; 0 the local one."),
    field<&Message::destination_node>("destination_node", "Node of the receiver; 255 all."),
    field<&Message::destination_unit>("destination_unit", "Unit in the receiving node; 0 its CPU."),
    field<&Message::source_network>("source_network", "Network of the sender; 0 the local one."),
    field<&Message::source_node>("source_node", "Node of the sender."),
    field<&Message::source_unit>("source_unit", "Unit in the sending node; 0 its CPU."),
    field<&Message::station>("station", "Node of the controller, where it lies behind a gateway.", Meaning::station),
    field<&Message::end_code>("end_code", "End code of a response; 0 is success."),
    field<&Message::refusal>("refusal", "The end code, where it is an error.", Meaning::refusal),
    field<&Message::area>("area", "Code of the memory area."),
    field<&Message::address>("address", "First word in the area."),
    field<&Message::quantity>("quantity", "How many elements."),
};

constexpr std::array connection_fields{
    field<&Connection::operation>("operation", "What it does.", Meaning::operation),
    field<&Connection::command>("command", "0 the client's node, 1 the server's, 3 an error, 6 a confirmation."),
    field<&Connection::client_node>("client_node", "Node of the client; 0 asks for one."),
    field<&Connection::server_node>("server_node", "Node of the server."),
    field<&Connection::refusal>("refusal", "Error code.", Meaning::refusal),
};

constexpr std::array identity_fields{
    field<&Identity::station>("station", "Node of the controller, where it lies behind a gateway.", Meaning::station),
    field<&Identity::vendor>("vendor", "The only maker whose controllers answer so.", Meaning::vendor),
    field<&Identity::model>("model", "Model of the controller.", Meaning::product),
    field<&Identity::version>("version", "Version of the controller.", Meaning::firmware),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 9600}, Carrier{Carrier::Kind::tcp, 9600}};
constexpr std::array messages{&Message::schema, &Connection::schema, &Identity::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("fins.message", "A command or its response.", "OMRON W342, 3-2 and 5", message_fields);
constinit const Schema Connection::schema = describe<Connection>(
    "fins.connection", "What opens, confirms or refuses a connection over TCP.", "OMRON W421, 7-4", connection_fields);
constinit const Schema Identity::schema =
    describe<Identity>("fins.identity", "What a controller says of itself.", "OMRON W342, 5-3-17", identity_fields);

constinit const Protocol protocol{
    .name = "fins",
    .title = "Omron FINS",
    .source = "OMRON W342",
    .carriers = carriers,
    .max_pdu = tcp_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<FinsSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::fins

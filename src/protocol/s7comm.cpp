// S7comm, the protocol of SIMATIC S7-300, S7-400 and compatible controllers, in data units of COTP.
//
// Siemens does not publish it. The layout is as public analyses and the manuals of STEP 7 and Libnodave have it: a
// header of ten octets (twelve in answers), parameters, data. A job names a function; user data names a group and a
// sub-function, and may come in several messages that one number holds together.
//
// In a download the controller fetches: it sends the jobs 0x1B and 0x1C to the programming device. So the direction of
// a conversation is not simply that of its jobs.

#include "protocol/s7comm.h"

#include <array>
#include <vector>

#include "protocol/faults.h"
#include "protocol/s7comm_tables.h"
#include "protocol/s7comm_userdata.h"

namespace bulkhead::s7comm {

namespace {

constexpr std::uint8_t protocol_id = 0x32;
constexpr std::size_t header_size = 10, answer_header_size = 12;
constexpr std::uint8_t job = 1, acknowledgement = 2, answer = 3, userdata = 7;
constexpr std::uint8_t read_variable = 0x04, write_variable = 0x05, request_download = 0x1A, download_block = 0x1B,
                       download_ended = 0x1C, start_upload = 0x1D, upload = 0x1E, end_upload = 0x1F, pi_service = 0x28,
                       plc_stop = 0x29, setup = 0xF0;
constexpr std::uint8_t type_push = 0, type_request = 4, type_response = 8;
constexpr std::uint8_t address_specification = 0x12, syntax_any = 0x10;
constexpr std::uint8_t area_counters = 0x1C, area_timers = 0x1D;
constexpr std::uint8_t success = 0xFF;
constexpr std::uint16_t list_blocks = 0x0301, list_blocks_of_type = 0x0302, block_info = 0x0303, read_szl_code = 0x0401,
                        password_code = 0x0501;
constexpr std::size_t together_max = 262144;  // what the parts of one user data answer may add up to

constexpr std::array rosctr_names{
    Named<std::uint8_t>{job, "job"},
    Named<std::uint8_t>{acknowledgement, "acknowledgement"},
    Named<std::uint8_t>{answer, "acknowledgement with data"},
    Named<std::uint8_t>{userdata, "user data"},
};

/// Where a variable lies, as a request says it: its answer repeats none of this.
struct Variable {
  std::optional<std::uint8_t> syntax, area;
  std::optional<std::uint16_t> db;
  std::optional<std::uint32_t> address;
  std::optional<std::uint8_t> bit, transport_size;
  std::optional<std::uint16_t> count;
};

struct Asked {
  Operation operation = Operation::unknown;
  std::vector<Variable> variables;
  Block block;
};

class S7Session final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    reader.skip(1);  // protocol identifier: recognise() has seen it
    reader.u8(message.rosctr);
    reader.skip(2);
    reader.u16be(message.reference);
    const std::size_t parameter_size = reader.u16be();
    const std::size_t data_size = reader.u16be();
    const bool is_answer = message.rosctr == acknowledgement || message.rosctr == answer;
    if (is_answer) read_error(reader, message);
    if (!reader.ok()) return out.fault(reader.fault());
    message.rosctr_name = name_in(rosctr_names, message.rosctr.value_or(0));
    Reader parameter = reader.sub(parameter_size);
    Reader data = reader.sub(data_size);
    said_ = false;
    if (message.rosctr == job) read_job(parameter, data, message, out);
    else if (is_answer) read_answer(parameter, data, message, out);
    else if (message.rosctr == userdata) read_userdata(parameter, data, message, out);
    say(message, out);
    if (!message.rosctr_name) return out.fault(ParseFault::Kind::bad_value, 1, "job, acknowledgement or user data");
    if (say_cut(whole, out) || say_truncated(parameter, out) || say_truncated(data, out)) return;
    if (reader.left_on_wire() > 0)
      out.fault(ParseFault::Kind::length_mismatch, reader.offset(), "no bytes after the last field");
  }

  void gap(Direction) override {
    asked_.clear();
    together_.clear();
  }

  void end(Emitter& out) override {
    if (!asked_.heard_answers()) return;
    for (const auto& entry : asked_.waiting())
      out.emit(Unanswered{"s7comm", entry.request.operation, entry.key >> 1U, entry.frame});
  }

 private:
  /// Once a PDU: before its items, or when all of it is read.
  void say(const Message& message, Emitter& out) {
    if (!said_) out.emit(message);
    said_ = true;
  }

  /// Both ends may ask, each counting for itself.
  static std::uint64_t key(const Message& message, Direction asker) noexcept {
    return std::uint64_t{message.reference.value_or(0)} << 1U | (asker == Direction::to_client ? 1U : 0U);
  }

  static void read_error(Reader& reader, Message& message) {
    reader.u8(message.error_class);
    const std::uint8_t kind = message.error_class.value_or(0);
    const std::uint8_t code = reader.u8();
    if (!reader.ok() || (kind == 0 && code == 0)) return;
    message.error = static_cast<std::uint16_t>(kind << 8U | code);
    reader.note(&message.error, 2);
    message.error_name = name_in(error_classes(), kind);
  }

  static void read_function(Reader& parameter, Message& message) {
    parameter.u8(message.function);
    if (!message.function) return;
    if (const Function* function = row_of(functions(), *message.function)) {
      message.function_name = function->name;
      message.operation = function->operation;
    }
  }

  void read_job(Reader& parameter, Reader& data, Message& message, Emitter& out) {
    read_function(parameter, message);
    if (!message.function) return;
    Asked asked;
    asked.block.reference = message.reference;
    switch (*message.function) {
      case read_variable:
      case write_variable: {
        say(message, out);
        read_variables(parameter, asked.variables);
        for (const Variable& variable : asked.variables) say_item(variable, message, data, out);
        break;
      }
      case request_download:
      case download_block:
      case download_ended:
      case start_upload: {
        parameter.skip(7);  // status, error, identifier
        Reader name = parameter.sub(parameter.u8());
        name.skip(1);  // kind of file
        read_block_name(name, asked.block);
        break;
      }
      case upload:
      case end_upload: asked.block = uploading_; break;
      case pi_service: read_pi_service(parameter, message, asked.block); break;
      case plc_stop:
        parameter.skip(5);
        parameter.text(parameter.u8(), message.service);
        break;
      case setup: read_setup(parameter, message); break;
      default: break;
    }
    asked.operation = message.operation;
    say(message, out);
    if (asked.block.type) say_block(asked.block, message, out);
    asked_.asked(key(message, out.direction()), out.origin().frame, std::move(asked));
  }

  void read_answer(Reader& parameter, Reader& data, Message& message, Emitter& out) {
    if (parameter.left_on_wire() > 0) read_function(parameter, message);
    auto entry = asked_.answered(key(message, opposite(out.direction())));
    if (entry && message.operation == Operation::unknown) message.operation = entry->request.operation;
    if (message.function == setup) read_setup(parameter, message);
    if (!message.function || message.error || !parameter.ok()) return;
    const std::vector<Variable> none;
    const auto& variables = entry ? entry->request.variables : none;
    switch (*message.function) {
      case read_variable:
      case write_variable: {
        say(message, out);
        const unsigned count = parameter.u8();
        for (unsigned i = 0; i < count && parameter.ok() && data.ok(); ++i)
          say_answer(i < variables.size() ? variables[i] : Variable{}, message, data, i + 1 < count, out);
        break;
      }
      case start_upload:
        if (entry) uploading_ = entry->request.block;
        break;
      case download_block:
      case upload: {
        if (!entry || !entry->request.block.type) return;
        Block block = entry->request.block;
        block.bytes = data.u16be();
        if (!data.ok()) return;
        data.note(&block.bytes, 2);
        say(message, out);
        say_block(block, message, out);
        break;
      }
      default: break;
    }
  }

  static void read_setup(Reader& parameter, Message& message) {
    parameter.skip(5);  // reserved, jobs each way
    parameter.u16be(message.pdu_size);
  }

  static void read_pi_service(Reader& parameter, Message& message, Block& block) {
    parameter.skip(7);
    Reader arguments = parameter.sub(parameter.u16be());
    parameter.text(parameter.u8(), message.service);
    if (!message.service) return;
    if (const Service* service = row_of(services(), *message.service)) message.operation = service->operation;
    const std::string_view text = Reader{arguments}.text(arguments.left());
    if (is_printable(text)) {
      arguments.text(text.size(), message.argument);
      return;
    }
    if (*message.service != "_INSE" && *message.service != "_DELE") return;
    arguments.skip(2);  // number of blocks
    if (arguments.left() >= 8) read_block_name(arguments.sub(8), block);
  }

  static void say_block(Block block, const Message& message, Emitter& out) {
    block.reference = message.reference;
    block.operation = message.operation;
    out.emit(block);
  }

  static void read_variables(Reader& parameter, std::vector<Variable>& variables) {
    const unsigned count = parameter.u8();
    for (unsigned i = 0; i < count && parameter.ok(); ++i) {
      Variable variable;
      const std::uint8_t specification = parameter.u8();
      const std::size_t size = parameter.u8();
      Reader item = parameter.sub(size);
      if (size % 2 != 0 && i + 1 < count) parameter.skip(1);  // items start at even octets
      item.u8(variable.syntax);
      if (specification == address_specification && variable.syntax == syntax_any) read_any(item, variable);
      if (!parameter.ok() || !item.ok()) return;
      variables.push_back(variable);
    }
  }

  static void read_any(Reader& item, Variable& variable) {
    item.u8(variable.transport_size);
    item.u16be(variable.count);
    item.u16be(variable.db);
    item.u8(variable.area);
    const std::uint32_t address = item.u24be();
    if (!item.ok()) return;
    if (variable.area == area_counters || variable.area == area_timers) {
      variable.address = address;
    } else {
      variable.address = address >> 3U;
      variable.bit = static_cast<std::uint8_t>(address & 7U);
    }
    if (variable.db == 0 && variable.area < 0x84) variable.db.reset();
  }

  static Item item_of(const Variable& variable, const Message& message) {
    Item item;
    item.reference = message.reference;
    item.operation = message.operation;
    item.syntax = variable.syntax;
    item.area = variable.area;
    if (item.area) item.area_name = name_in(areas(), *item.area);
    item.db = variable.db;
    item.address = variable.address;
    item.bit = variable.bit;
    item.transport_size = variable.transport_size;
    item.count = variable.count;
    return item;
  }

  /// Octets of the values that follow; lengths count bits for the small types, octets for the others.
  static std::size_t read_size(Reader& data) {
    const std::uint8_t type = data.u8();
    const std::size_t length = data.u16be();
    return type >= 3 && type <= 5 ? (length + 7) / 8 : length;
  }

  static void say_item(const Variable& variable, const Message& message, Reader& data, Emitter& out) {
    Item item = item_of(variable, message);
    if (message.function == write_variable && data.left_on_wire() > 0) {
      data.skip(1);
      read_values(data, item, true);
    }
    out.emit(item);
  }

  static void read_values(Reader& data, Item& item, bool more) {
    const std::size_t size = read_size(data);
    data.take(size, item.values);
    if (size % 2 != 0 && more && data.left_on_wire() > 0) data.skip(1);
  }

  static void say_answer(const Variable& variable, const Message& message, Reader& data, bool more, Emitter& out) {
    Item item = item_of(variable, message);
    const std::uint8_t code = data.u8();
    if (!data.ok()) return;
    if (code != success) {
      item.refusal = code;
      data.note(&item.refusal, 1);
      item.refusal_name = name_in(return_codes(), code);
    }
    if (message.function == read_variable) {
      if (code == success) read_values(data, item, more);
      else data.skip(3);
    }
    out.emit(item);
  }

  void read_userdata(Reader& parameter, Reader& data, Message& message, Emitter& out) {
    parameter.skip(3);  // head
    parameter.skip(1);  // its own length: too large where the controller reports its mode, so the header's counts
    Reader body = parameter.sub(parameter.left_on_wire());
    body.skip(1);  // 0x11 request, 0x12 response
    const unsigned kind = body.u8();
    body.u8(message.sub_function);
    body.skip(1);  // sequence
    if (!body.ok()) {
      say(message, out);
      if (parameter.ok()) (void)say_truncated(body, out);
      return;
    }
    message.userdata_type = static_cast<std::uint8_t>(kind >> 4U);
    message.function_group = static_cast<std::uint8_t>(kind & 0x0FU);
    const auto code = static_cast<std::uint16_t>((kind & 0x0FU) << 8U | message.sub_function.value_or(0));
    if (const SubFunction* row = row_of(sub_functions(), code)) {
      message.sub_function_name = row->name;
      message.operation = row->operation;
    }
    Part part;
    if (body.left() >= 4) {
      part.number = body.u8();
      part.last = body.u8() == 0;
      const std::uint16_t error = body.u16be();
      if (body.ok() && error != 0) {
        message.error = error;
        body.note(&message.error, 2);
        message.error_name = name_in(userdata_errors(), error);
      }
    }
    std::optional<std::string_view> type = pair_userdata(code, message, out);
    data.skip(2);  // return code, type
    Reader payload = data.sub(data.u16be());
    if (!data.ok()) return;
    const bool first = together_.empty();
    if (code == read_szl_code && first && payload.left() >= 4) {
      Reader ids = payload;
      ids.u16be(message.szl_id);
      ids.u16be(message.szl_index);
    }
    if (code == password_code && message.userdata_type == type_request && payload.left() >= 8) {
      Reader password = payload;
      message.password = read_password(password.take(8));
      password.note(&message.password, 8);
    }
    if (message.userdata_type == type_request) return read_block_request(code, payload, message, out);
    say(message, out);
    if (message.userdata_type == type_response) join(code, part, payload, type, message, out);
  }

  struct Part {
    std::uint8_t number = 0;
    bool last = true;
  };

  /// The type that a list of blocks was asked for.
  std::optional<std::string_view> pair_userdata(std::uint16_t code, const Message& message, Emitter& out) {
    if (message.userdata_type == type_request) {
      Asked asked;
      asked.operation = message.operation;
      asked_.asked(key(message, out.direction()), out.origin().frame, std::move(asked));
    } else if (message.userdata_type == type_response) {
      (void)asked_.answered(key(message, opposite(out.direction())));
    }
    return code == list_blocks_of_type ? listed_ : std::nullopt;
  }

  void read_block_request(std::uint16_t code, Reader payload, const Message& message, Emitter& out) {
    if ((code != list_blocks_of_type && code != block_info) || payload.left() < 2) return;
    Block block;
    read_block_name(payload.sub(code == block_info && payload.left() >= 8 ? 8 : 2), block);
    listed_ = block.type;
    say(message, out);
    say_block(block, message, out);
  }

  void join(std::uint16_t code, Part part, Reader payload, std::optional<std::string_view> type, const Message& message,
            Emitter& out) {
    if (part.last && together_.empty()) return read_payload(code, payload, type, message, out);
    if (!together_.empty() && part.number != together_number_) together_.clear();
    const Bytes bytes = payload.rest();
    if (!payload.ok() || together_.size() + bytes.size() > together_max) {
      together_.clear();
      if (!payload.ok()) return;
      return out.fault(ParseFault::Kind::lost, payload.offset(), "parts that add up to 256 KiB at most");
    }
    together_number_ = part.number;
    together_.insert(together_.end(), bytes.begin(), bytes.end());
    if (!part.last) return;
    const std::vector<std::uint8_t> whole = std::move(together_);
    together_.clear();
    read_payload(code, Reader{Bytes{whole}}, type, message, out);
  }

  static void read_payload(std::uint16_t code, Reader payload, std::optional<std::string_view> type,
                           const Message& message, Emitter& out) {
    if (code == read_szl_code) read_szl(payload, out);
    else if (code == list_blocks) read_block_counts(payload, message, out);
    else if (code == list_blocks_of_type) read_block_list(payload, type, message, out);
  }

  Pending<Asked> asked_;
  Block uploading_;                         ///< What the last Start Upload named.
  std::optional<std::string_view> listed_;  ///< The type that was last asked to be listed: a literal.
  std::vector<std::uint8_t> together_;      ///< Parts of an answer, until its last.
  std::uint8_t together_number_ = 0;
  bool said_ = false;
};

bool is_known(std::uint8_t rosctr) noexcept {
  return name_in(rosctr_names, rosctr).has_value();
}

/// The header's two lengths must fill what carries it.
Match recognise(Bytes start) noexcept {
  if (start.empty()) return Match::maybe;
  if (start[0] != protocol_id) return Match::no;
  if (start.size() < 2) return Match::maybe;
  if (!is_known(start[1])) return start.size() < header_size ? Match::no : Match::maybe;
  Reader reader{start};
  reader.skip(6);
  const std::size_t size = std::size_t{reader.u16be()} + reader.u16be();
  if (!reader.ok()) return Match::maybe;
  const bool is_answer = start[1] == acknowledgement || start[1] == answer;
  return size + (is_answer ? answer_header_size : header_size) == start.size() ? Match::yes : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (recognise(pdu) != Match::yes) return Says::nothing;
  const std::uint8_t rosctr = pdu[1];
  if (rosctr == userdata) {
    if (pdu.size() < header_size + 6) return Says::nothing;
    const unsigned type = pdu[header_size + 5] >> 4U;
    return type == type_request                         ? Says::request
           : type == type_response || type == type_push ? Says::response
                                                        : Says::nothing;
  }
  const std::size_t at = rosctr == job ? header_size : answer_header_size;
  if (pdu.size() <= at || pdu[7] == 0) return Says::nothing;
  const bool fetched = pdu[at] == download_block || pdu[at] == download_ended;
  return (rosctr == job) != fetched ? Says::request : Says::response;
}

constexpr std::array message_fields{
    field<&Message::rosctr>("rosctr", "Kind of message: 1 job, 2 acknowledgement, 3 with data, 7 user data."),
    field<&Message::rosctr_name>("rosctr_name", "The kind in words."),
    field<&Message::reference>("reference", "Pairs an answer with its request."),
    field<&Message::function>("function", "Function code of a job or its answer."),
    field<&Message::function_name>("function_name", "Its name."),
    field<&Message::userdata_type>("userdata_type", "Of user data: 0 push, 4 request, 8 response."),
    field<&Message::function_group>("function_group", "Function group of user data."),
    field<&Message::sub_function>("sub_function", "Sub-function of user data, within its group."),
    field<&Message::sub_function_name>("sub_function_name", "Its name."),
    field<&Message::operation>("operation", "What is asked of the controller.", Meaning::operation),
    field<&Message::service>("service", "Name of a program invocation service."),
    field<&Message::argument>("argument", "Argument of the service, where it is text."),
    field<&Message::error_class>("error_class", "Error class of an answer; 0 is no error."),
    field<&Message::error>("error", "Error class and code, or error of user data, where the controller refused.",
                           Meaning::refusal),
    field<&Message::error_name>("error_name", "The error in words."),
    field<&Message::pdu_size>("pdu_size", "Largest message that is proposed or agreed, in bytes."),
    field<&Message::szl_id>("szl_id", "Identifier of the system status list."),
    field<&Message::szl_index>("szl_index", "Index in the system status list."),
    field<&Message::password>("password", "Password that is presented to the controller.", Meaning::secret),
};

constexpr std::array item_fields{
    field<&Item::reference>("reference", "Of the message."),
    field<&Item::operation>("operation", "What is asked of the controller."),
    field<&Item::syntax>("syntax", "How the variable is addressed: 16 by area, 178 by symbol."),
    field<&Item::area>("area", "Memory area: 129 inputs, 130 outputs, 131 flags, 132 data blocks."),
    field<&Item::area_name>("area_name", "The area in words."),
    field<&Item::db>("db", "Number of the data block."),
    field<&Item::address>("address", "First byte, or number of the timer or counter."),
    field<&Item::bit>("bit", "Bit of the first byte."),
    field<&Item::transport_size>("transport_size", "Type of one element, as on the wire."),
    field<&Item::count>("count", "Number of elements."),
    field<&Item::refusal>("refusal", "Return code, where the controller refused the item.", Meaning::refusal),
    field<&Item::refusal_name>("refusal_name", "The return code in words."),
    field<&Item::values>("values", "Values as on the wire."),
};

constexpr std::array block_fields{
    field<&Block::reference>("reference", "Of the message."),
    field<&Block::operation>("operation", "What is asked of the controller."),
    field<&Block::type>("type", "Type of the block: OB, DB, SDB, FC, SFC, FB or SFB."),
    field<&Block::number>("number", "Number of the block."),
    field<&Block::file_system>("file_system", "Where it lies: passive (loaded, not linked in), active."),
    field<&Block::count>("count", "How many blocks of this type there are."),
    field<&Block::bytes>("bytes", "Bytes of the block in this message."),
};

constexpr std::array identity_fields{
    field<&Identity::szl_id>("szl_id", "Identifier of the system status list."),
    field<&Identity::index>("szl_index", "Index of the record."),
    field<&Identity::order_number>("order_number", "Order number of the module.", Meaning::order_number),
    field<&Identity::firmware>("firmware", "Version of the firmware.", Meaning::firmware),
    field<&Identity::hardware>("hardware", "Version of the hardware.", Meaning::hardware),
    field<&Identity::as_name>("as_name", "Name of the automation system.", Meaning::host_name),
    field<&Identity::module_name>("module_name", "Name of the module.", Meaning::description),
    field<&Identity::plant>("plant", "Plant identification of the module.", Meaning::site_name),
    field<&Identity::copyright>("copyright", "Copyright entry."),
    field<&Identity::serial_number>("serial_number", "Serial number of the module.", Meaning::serial_number),
    field<&Identity::module_type>("module_type", "Name of the module's type.", Meaning::product),
    field<&Identity::memory_card>("memory_card", "Serial number of the memory card."),
    field<&Identity::place>("location", "Location identifier of the module.", Meaning::location),
    field<&Identity::ip>("ip_address", "IPv4 address of the interface.", Meaning::ip_address),
    field<&Identity::mac>("mac_address", "Address of the interface.", Meaning::mac_address),
};

constexpr std::array carriers{Carrier{Carrier::Kind::protocol, 0, "cotp"}};
constexpr std::array messages{&Message::schema, &Item::schema, &Block::schema, &Identity::schema};
constexpr std::string_view public_analyses = "public analyses of S7comm; STEP 7 manuals";

}  // namespace

constinit const Schema Message::schema = describe<Message>(
    "s7comm.message", "A job, an acknowledgement or a user data message.", public_analyses, message_fields);
constinit const Schema Item::schema =
    describe<Item>("s7comm.item", "A variable that is read or written.", public_analyses, item_fields);
constinit const Schema Block::schema = describe<Block>(
    "s7comm.block", "A block that is loaded, fetched, deleted or listed.", public_analyses, block_fields);
constinit const Schema Identity::schema =
    describe<Identity>("s7comm.identity", "What a module says of itself.",
                       "Siemens, System and Standard Functions, System Status Lists", identity_fields);

constinit const Protocol protocol{
    .name = "s7comm",
    .title = "S7comm",
    .source = "Siemens; not published",
    .carriers = carriers,
    .max_pdu = 65535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<S7Session>(); },
    .messages = messages,
};

}  // namespace bulkhead::s7comm

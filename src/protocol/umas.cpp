// UMAS, the programming protocol of Schneider Electric's Modicon M340, M580, Quantum and Premium, in Modbus function
// 0x5A.
//
// Schneider Electric does not publish it; names and layouts as public analyses have them. Two octets stand in front:
// the key of a reservation and a function; in a response the function's place says whether it went well.

#include "protocol/umas.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::umas {

namespace {

constexpr std::uint8_t succeeded = 0xFE, failed = 0xFD;
constexpr std::uint8_t read_id = 0x02, read_project = 0x03, take_reservation = 0x10;

struct Function {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};

constexpr std::array functions{
    Function{0x01, "Init Communication", Operation::session_open},
    Function{read_id, "Read Id", Operation::identify},
    Function{read_project, "Read Project Info", Operation::identify},
    Function{0x04, "Read PLC Info", Operation::read_state},
    Function{0x06, "Read Card Info", Operation::identify},
    Function{0x0A, "Repeat", Operation::read_state},
    Function{take_reservation, "Take Reservation", Operation::auth},
    Function{0x11, "Release Reservation", Operation::auth},
    Function{0x12, "Keep Alive", Operation::read_state},
    Function{0x20, "Read Memory Block", Operation::read},
    Function{0x22, "Read Variables", Operation::read},
    Function{0x23, "Write Variables", Operation::write},
    Function{0x24, "Read Coils and Registers", Operation::read},
    Function{0x25, "Write Coils and Registers", Operation::write},
    Function{0x30, "Initialize Download", Operation::program_download},
    Function{0x31, "Download Block", Operation::program_download},
    Function{0x32, "End Download", Operation::program_download},
    Function{0x33, "Initialize Upload", Operation::program_upload},
    Function{0x34, "Upload Block", Operation::program_upload},
    Function{0x35, "End Upload", Operation::program_upload},
    Function{0x39, "Read Ethernet Master Data", Operation::identify},
    Function{0x40, "Start PLC", Operation::mode_start},
    Function{0x41, "Stop PLC", Operation::mode_stop},
    Function{0x50, "Monitor PLC", Operation::read},
    Function{0x58, "Check PLC", Operation::read_state},
    Function{0x70, "Read IO Object", Operation::read},
    Function{0x71, "Write IO Object", Operation::force},
    Function{0x73, "Get Module Status", Operation::read_state},
};

class UmasSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    reader.u8(message.reservation);
    const std::uint8_t code = reader.u8();
    if (!reader.ok()) {
      (void)(say_cut(whole, out) || say_truncated(reader, out));
      return;
    }
    message.response = code == succeeded || code == failed;
    if (*message.response) {
      if (const auto entry = asked_.answered(0)) message.function = entry->request;
      if (code == failed) message.refusal = reader.left() > 0 ? reader.u8() : failed;
    } else {
      message.function = code;
      reader.note(&message.function, 1);
      asked_.asked(0, out.origin().frame, code);
    }
    const Function* function = message.function ? row_of(functions, *message.function) : nullptr;
    if (function != nullptr) {
      message.function_name = function->name;
      message.operation = function->operation;
    }
    out.emit(message);
    identify(message, reader, out);
    (void)say_cut(whole, out);
  }

  void gap(Direction) override { asked_.clear(); }

 private:
  static void identify(const Message& message, Reader data, Emitter& out) {
    if (message.refusal) return;
    Identity identity;
    const bool response = message.response.value_or(false);
    if (response && message.function == read_id) {
      data.skip(22);
      text(data, data.u8(), identity.controller);
    } else if (response && message.function == read_project) {
      data.skip(38);
      text(data, data.u8(), identity.project);
    } else if (!response && message.function == take_reservation) {
      data.skip(4);
      text(data, data.u8(), identity.workstation);
    }
    if (identity.controller || identity.project || identity.workstation) out.emit(identity);
  }

  static void text(Reader& data, std::size_t size, std::optional<std::string_view>& member) {
    const auto found = fixed_text(data.text(size));
    if (!data.ok() || !found || !is_printable(*found)) return;
    member = found;
    data.note(&member, size);
  }

  Pending<std::uint8_t> asked_;
};

Match recognise(Bytes start) noexcept {
  if (start.size() < 2) return Match::maybe;
  return start[1] == succeeded || start[1] == failed || row_of(functions, start[1]) != nullptr ? Match::yes
                                                                                               : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < 2) return Says::nothing;
  return pdu[1] == succeeded || pdu[1] == failed ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::reservation>("reservation", "Key of the reservation; 0 before one is taken."),
    field<&Message::function>("function", "Function; of a response, that of its request."),
    field<&Message::function_name>("function_name", "Its name."),
    field<&Message::operation>("operation", "What is asked of the controller.", Meaning::operation),
    field<&Message::response>("response", "Whether this is a response."),
    field<&Message::refusal>("refusal", "First octet of an error.", Meaning::refusal),
};

constexpr std::array identity_fields{
    field<&Identity::controller>("controller", "Type of the controller.", Meaning::product),
    field<&Identity::project>("project", "Name of the project in the controller.", Meaning::site_name),
    field<&Identity::workstation>("workstation", "Name of the workstation that takes the reservation.",
                                  Meaning::host_name),
};

constexpr std::array carriers{Carrier{Carrier::Kind::protocol, 0, "modbus"}};
constexpr std::array messages{&Message::schema, &Identity::schema};
constexpr std::string_view public_analyses = "public analyses of UMAS";

}  // namespace

Operation operation_of(Bytes pdu) noexcept {
  const Function* function = pdu.size() < 2 ? nullptr : row_of(functions, pdu[1]);
  return function == nullptr ? Operation::unknown : function->operation;
}

constinit const Schema Message::schema =
    describe<Message>("umas.message", "A request or a response.", public_analyses, message_fields);
constinit const Schema Identity::schema = describe<Identity>(
    "umas.identity", "What a controller or a workstation says of itself.", public_analyses, identity_fields);

constinit const Protocol protocol{
    .name = "umas",
    .title = "UMAS",
    .source = "Schneider Electric; not published",
    .carriers = carriers,
    .max_pdu = 1024,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<UmasSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::umas

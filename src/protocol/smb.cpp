// SMB over TCP ([MS-SMB], [MS-CIFS], [MS-SMB2]): the head of each message, who speaks which version, and what the ends
// say of themselves when they log on. Files and their names are not read.

#include "protocol/smb.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "protocol/lookup.h"
#include "protocol/ntlm.h"

namespace bulkhead::smb {

namespace {

constexpr std::size_t transport_header = 4,
                      pdu_max = 0x20000 + transport_header;  // a stream's PDU may be longer: read in part
constexpr std::uint8_t session_message = 0, keep_alive = 0x85, session_request = 0x81, session_response = 0x82;
constexpr std::uint8_t version_1 = 0xFF, version_2 = 0xFE, encrypted = 0xFD, compressed = 0xFC;
constexpr std::uint8_t flag_response_1 = 0x80;
constexpr std::uint32_t flag_response_2 = 0x00000001;
constexpr std::uint16_t flag_unicode_1 = 0x8000;
constexpr std::uint32_t more_processing_required = 0xC0000016;

struct Command {
  std::uint16_t code;
  Operation operation;
};

// [MS-CIFS] 2.2.2.1, those that matter.
constexpr std::array commands_1{Command{0x72, Operation::session_open},  Command{0x73, Operation::auth},
                                Command{0x74, Operation::session_close}, Command{0x75, Operation::session_open},
                                Command{0x71, Operation::session_close}, Command{0xA2, Operation::file_read},
                                Command{0x2E, Operation::file_read},     Command{0x0A, Operation::file_read},
                                Command{0x2F, Operation::file_write},    Command{0x0B, Operation::file_write},
                                Command{0x06, Operation::file_delete},   Command{0x07, Operation::file_write},
                                Command{0x32, Operation::read},          Command{0x25, Operation::read},
                                Command{0x04, Operation::session_close}, Command{0x2B, Operation::read_state}};

// [MS-SMB2] 2.2.1.2.
constexpr std::array commands_2{
    Command{0, Operation::session_open},  Command{1, Operation::auth},          Command{2, Operation::session_close},
    Command{3, Operation::session_open},  Command{4, Operation::session_close}, Command{5, Operation::file_read},
    Command{6, Operation::session_close}, Command{7, Operation::file_write},    Command{8, Operation::file_read},
    Command{9, Operation::file_write},    Command{11, Operation::read},         Command{13, Operation::read_state},
    Command{14, Operation::read},         Command{15, Operation::subscribe},    Command{16, Operation::read},
    Command{17, Operation::file_write}};

std::string next_string(Reader& reader, bool unicode) {
  std::string text;
  if (!unicode) {
    for (char c = static_cast<char>(reader.u8()); reader.ok() && c != 0; c = static_cast<char>(reader.u8())) text += c;
    return text;
  }
  std::array<std::uint8_t, 256> units{};
  std::size_t size = 0;
  while (reader.ok() && reader.left() >= 2) {
    const Bytes unit = reader.take(2);
    if (unit[0] == 0 && unit[1] == 0) break;
    if (size + 2 > units.size()) continue;
    units.at(size++) = unit[0];
    units.at(size++) = unit[1];
  }
  return utf8_from_utf16(Bytes{units}.first(size), ByteOrder::little);
}

class SmbSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const std::uint8_t type = reader.u8();
    Reader body = reader.sub(reader.u24be());
    if (!reader.ok() && body.left() == 0) return out.fault(reader.fault());
    if (type != session_message) {
      (void)body.rest();
      if (!body.ok()) out.fault(body.fault());
      return;
    }
    Reader whole = body;
    const std::uint8_t version = body.u8();
    body.skip(3);
    if (version == version_1) head_1(body, whole, out);
    else if (version == version_2) head_2(body, out);
    else other(version, out);
    (void)whole.rest();
    if (!whole.ok()) out.fault(whole.fault());
  }

 private:
  static void other(std::uint8_t version, Emitter& out) {
    Message message;
    if (version == encrypted || version == compressed) message.smb_version = std::uint8_t{3};
    out.emit(message);
  }

  void head_1(Reader& body, const Reader& whole, Emitter& out) {
    Message message;
    message.smb_version = std::uint8_t{1};
    const std::uint8_t command = body.u8();
    const std::uint32_t status = body.u32le();
    const std::uint8_t flags = body.u8();
    const std::uint16_t flags_2 = body.u16le();
    body.skip(20);
    if (!body.ok()) return;
    message.command = command;
    if (const Command* known = row_of(commands_1, command)) message.operation = known->operation;
    const bool response = (flags & flag_response_1) != 0;
    if (response && status != 0 && status != more_processing_required) message.status = status;
    if (command != 0x72 && !message.status) message.weakness = "smb1";
    out.emit(message);
    if (command == 0x73) set_up_1(body, whole, response, (flags_2 & flag_unicode_1) != 0, out);
  }

  /// [MS-SMB] 2.2.4.6, [MS-CIFS] 2.2.4.53: how many words there are tells which of the four shapes it is.
  void set_up_1(Reader& body, const Reader& whole, bool response, bool unicode, Emitter& out) {
    const std::size_t words = body.u8();
    Reader parameters = body.sub(2 * words);
    Reader data = body.sub(body.u16le());
    if (!parameters.ok()) return;
    std::size_t skipped = 0;
    const bool extended = response ? words == 4 : words == 12;
    if (extended) {
      parameters.skip(response ? 6 : 14);
      skipped = parameters.u16le();
    } else if (!response && words == 13) {
      parameters.skip(14);
      skipped = parameters.u16le();
      skipped += parameters.u16le();
    }
    ntlm_.find(data, out);
    data.skip(skipped);
    if (!data.ok()) return;
    if (unicode && (data.offset() - whole.offset()) % 2 != 0) data.skip(1);
    if (!response && words == 13) {
      (void)next_string(data, unicode);  // account: a person
      domain_ = next_string(data, unicode);
    }
    system_ = next_string(data, unicode);
    software_ = next_string(data, unicode);
    if (response) domain_ = next_string(data, unicode);
    System said;
    if (!system_.empty()) said.operating_system = system_;
    if (!software_.empty()) said.software = software_;
    if (!domain_.empty() && words != 12) said.domain = domain_;
    if (said.operating_system || said.software) out.emit(said);
  }

  void head_2(Reader& body, Emitter& out) {
    Message message;
    message.smb_version = std::uint8_t{2};
    body.skip(4);  // structure size, credit charge
    const std::uint32_t status = body.u32le();
    const std::uint16_t command = body.u16le();
    body.skip(2);
    const std::uint32_t flags = body.u32le();
    body.skip(44);
    if (!body.ok()) return;
    message.command = command;
    if (const Command* known = row_of(commands_2, command)) message.operation = known->operation;
    const bool response = (flags & flag_response_2) != 0;
    if (response && status != 0 && status != more_processing_required) message.status = status;
    out.emit(message);
    if (command == 1) ntlm_.find(body, out);
  }

  NtlmReader ntlm_;
  std::string system_, software_, domain_;
};

bool is_magic(Bytes bytes) noexcept {
  return bytes.size() >= 4 && bytes[0] >= compressed && bytes[1] == 'S' && bytes[2] == 'M' && bytes[3] == 'B';
}

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  Reader reader{buffered};
  const std::uint8_t type = reader.u8();
  const std::size_t size = transport_header + reader.u24be();
  if (!reader.ok()) return {Framing::Kind::need_more, transport_header};
  if (type != session_message && type != keep_alive && type != session_request && type != session_response) return {};
  if (type == session_message && buffered.size() >= transport_header + 4 &&
      !is_magic(buffered.subspan(transport_header)))
    return {};
  if (size > pdu_max) return {};
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

Match recognise(Bytes start) noexcept {
  if (start.size() < transport_header + 4) return Match::maybe;
  if (start[0] == session_message && is_magic(start.subspan(transport_header))) return Match::yes;
  return start[0] == session_request && start[1] == 0 && start[2] == 0 && start[3] == 68 ? Match::maybe : Match::no;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() > transport_header + 9 && is_magic(pdu.subspan(transport_header)) &&
      pdu[transport_header] == version_1)
    return (pdu[transport_header + 9] & flag_response_1) != 0 ? Says::response : Says::request;
  if (pdu.size() > transport_header + 16 && is_magic(pdu.subspan(transport_header)) &&
      pdu[transport_header] == version_2)
    return (pdu[transport_header + 16] & 1U) != 0 ? Says::response : Says::request;
  if (!pdu.empty() && pdu[0] == session_request) return Says::request;
  return Says::nothing;
}

constexpr std::array message_fields{
    field<&Message::smb_version>("version", "Version by its head: 1, 2 (2 and 3), 3 where it is encrypted."),
    field<&Message::command>("command", "Command code."),
    field<&Message::operation>("operation", "What is asked of the server.", Meaning::operation),
    field<&Message::status>("status", "Status of a response that says no.", Meaning::refusal),
    field<&Message::weakness>("weakness", "Version 1 in use.", Meaning::weakness),
};

constexpr std::array system_fields{
    field<&System::operating_system>("operating_system", "System that the end names.", Meaning::operating_system),
    field<&System::software>("software", "Program that the end names.", Meaning::software),
    field<&System::domain>("domain", "Its domain or workgroup.", Meaning::domain),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 445}, Carrier{Carrier::Kind::tcp, 139}};
constexpr std::array messages{&Message::schema, &System::schema, &Ntlm::schema};

}  // namespace

constinit const Schema Message::schema = describe<Message>("smb.message", "The head of a request or response.",
                                                           "[MS-SMB2] 2.2.1, [MS-CIFS] 2.2.3", message_fields);
constinit const Schema System::schema =
    describe<System>("smb.system", "What an end says of its system.", "[MS-SMB] 2.2.4.6", system_fields);

constinit const Protocol protocol{
    .name = "smb",
    .title = "SMB",
    .source = "[MS-SMB2], [MS-SMB]",
    .carriers = carriers,
    .max_pdu = pdu_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<SmbSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::smb

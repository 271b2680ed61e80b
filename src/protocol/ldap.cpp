// LDAP (RFC 4511; CLDAP, RFC 1798): what is asked of a directory, how a client logs on, and whether it was let in.
// Entries and filters are not read. After a log-on by SASL, messages may be sealed (RFC 4422, 3.7): a length and what
// it holds.

#include "protocol/ldap.h"

#include <algorithm>
#include <array>

#include "protocol/ber.h"
#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/ntlm.h"

namespace bulkhead::ldap {

namespace {

constexpr std::uint8_t sequence = 0x30, integer = 0x02, enumerated = 0x0A;
constexpr std::uint8_t application = 0x40, class_mask = 0xC0, number_mask = 0x1F;
constexpr std::uint8_t simple = 0x80, sasl = 0xA3;
constexpr std::uint8_t bind_request = 0, bind_response = 1;
constexpr std::uint32_t success = 0, compare_false = 5, compare_true = 6, referral = 10, bind_in_progress = 14;
constexpr std::size_t pdu_max = 1U << 20U, id_octets_max = 4, sealed_header = 4;

struct Request {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
  Says says;
};

// RFC 4511, 4.2 to 4.13.
constexpr std::array requests{
    Request{bind_request, "bindRequest", Operation::auth, Says::request},
    Request{bind_response, "bindResponse", Operation::auth, Says::response},
    Request{2, "unbindRequest", Operation::session_close, Says::request},
    Request{3, "searchRequest", Operation::read, Says::request},
    Request{4, "searchResEntry", Operation::read, Says::response},
    Request{5, "searchResDone", Operation::read, Says::response},
    Request{6, "modifyRequest", Operation::config_write, Says::request},
    Request{7, "modifyResponse", Operation::config_write, Says::response},
    Request{8, "addRequest", Operation::config_write, Says::request},
    Request{9, "addResponse", Operation::config_write, Says::response},
    Request{10, "delRequest", Operation::config_write, Says::request},
    Request{11, "delResponse", Operation::config_write, Says::response},
    Request{12, "modDNRequest", Operation::config_write, Says::request},
    Request{13, "modDNResponse", Operation::config_write, Says::response},
    Request{14, "compareRequest", Operation::read, Says::request},
    Request{15, "compareResponse", Operation::read, Says::response},
    Request{16, "abandonRequest", Operation::unknown, Says::request},
    Request{19, "searchResRef", Operation::read, Says::response},
    Request{23, "extendedReq", Operation::unknown, Says::request},
    Request{24, "extendedResp", Operation::unknown, Says::response},
    Request{25, "intermediateResponse", Operation::unknown, Says::response},
};

/// Those answers that begin with a result.
bool has_result(std::uint8_t code) noexcept {
  return code == bind_response || code == 5 || code == 7 || code == 9 || code == 11 || code == 13 || code == 15 ||
         code == 24;
}

bool is_refusal(std::uint64_t result) noexcept {
  return result != success && result != compare_false && result != compare_true && result != referral &&
         result != bind_in_progress;
}

/// Octets of the header of the unit at the start, and of the unit in all; nothing where more is needed.
struct Extent {
  std::size_t header = 0, size = 0;
};
Extent extent_of(Bytes bytes) noexcept {
  if (bytes.size() < 2) return {};
  const std::size_t first = bytes[1];
  if (first < 0x80) return {2, 2 + first};
  const std::size_t octets = first & 0x7FU;
  if (octets == 0 || octets > 4) return {2, pdu_max + 1};
  if (bytes.size() < 2 + octets) return {};
  std::size_t length = 0;
  for (std::size_t i = 0; i < octets; ++i) length = length << 8U | bytes[2 + i];
  return {2 + octets, 2 + octets + length};
}

/// The request that the message at the start of the bytes is; null where it is none.
const Request* request_at(Bytes bytes) noexcept {
  const std::size_t at = extent_of(bytes).header;
  if (at == 0 || bytes.size() < at + 2 || bytes[0] != sequence || bytes[at] != integer) return nullptr;
  const std::size_t octets = bytes[at + 1];
  const std::size_t tag_at = at + 2 + octets;
  if (octets == 0 || octets > id_octets_max || bytes.size() <= tag_at) return nullptr;
  if ((bytes[tag_at] & class_mask) != application) return nullptr;
  return row_of(requests, static_cast<std::uint8_t>(bytes[tag_at] & number_mask));
}

class LdapSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message said;
    if (reader.left() > 0 && reader.peek()[0] != sequence) {
      reader.skip(reader.u32be());
      if (reader.ok()) {
        said.sealed = true;
        out.emit(said);
      }
      if (!say_cut(whole, out)) (void)say_truncated(reader, out);
      return;
    }
    Ber message = read_ber(reader);
    Ber id = read_ber(message.content);
    const Ber body = read_ber(message.content);
    Reader content = body.content;
    const auto code = static_cast<std::uint8_t>(body.tag & number_mask);
    const Request* request = row_of(requests, code);
    if (reader.ok() && id.content.ok() && id.content.left() > 0 && request != nullptr) {
      said.message_id = static_cast<std::uint32_t>(ber_number(id.content));
      said.request = request->name;
      said.operation = request->operation;
      Reader credentials{Bytes{}};
      if (code == bind_request) credentials = bind(content, said);
      else if (has_result(code)) credentials = result(content, said);
      out.emit(said);
      if (code == bind_request || code == bind_response) ntlm_.find(credentials, out);
    }
    if (!say_cut(whole, out) && !say_truncated(reader, out) && !say_truncated(message.content, out))
      (void)say_truncated(content, out);
  }

 private:
  /// RFC 4511, 4.2: version, name, and either a password or a mechanism with its credentials, which are handed back.
  static Reader bind(Reader& content, Message& said) {
    (void)read_ber(content);  // version
    Ber name = read_ber(content);
    Ber choice = read_ber(content);
    if (!content.ok()) return Reader{Bytes{}};
    if (choice.tag == sasl) {
      Ber mechanism = read_ber(choice.content);
      mechanism.content.text(mechanism.content.left(), said.mechanism);
      return choice.content;
    }
    if (choice.tag != simple) return Reader{Bytes{}};
    said.mechanism = "simple";
    if (conceal_next(name.content, said.user) && conceal_next(choice.content, said.password))
      said.weakness = "plaintext_administration";
    return Reader{Bytes{}};
  }

  static bool conceal_next(Reader& content, std::optional<Secret>& member) {
    const std::size_t size = content.left();
    const std::string_view text = content.text(size);
    if (text.empty()) return false;
    member = conceal(text);
    content.note(&member, size);
    return true;
  }

  /// RFC 4511, 4.1.9; what is after it is handed back.
  static Reader result(Reader& content, Message& said) {
    Ber code = read_ber(content);
    if (content.ok() && code.tag == enumerated) {
      const std::size_t size = code.content.left();
      const std::uint64_t value = ber_number(code.content);
      if (is_refusal(value)) {
        said.refusal = static_cast<std::uint32_t>(value);
        content.note(&said.refusal, size);
      }
    }
    return content;
  }

  smb::NtlmReader ntlm_;
};

/// A message, or after a log-on what is sealed: its length is below 16 MB, so its first octet is 0.
Framing frame(Bytes buffered, Direction, const Session* session) noexcept {
  if (buffered.empty()) return {Framing::Kind::need_more, 2};
  std::size_t size = 0;
  if (buffered[0] == sequence) {
    const Extent extent = extent_of(buffered);
    if (extent.size == 0) return {Framing::Kind::need_more, buffered.size() + 1};
    size = extent.size;
    const std::size_t id_at = extent.header;
    const bool is_message = size > id_at + 4 && (buffered.size() <= id_at || buffered[id_at] == integer);
    if (!is_message) return {};
  } else if (buffered[0] == 0 && session != nullptr) {
    if (buffered.size() < sealed_header) return {Framing::Kind::need_more, sealed_header};
    Reader reader{buffered};
    size = sealed_header + reader.u32be();
  } else {
    return {};
  }
  if (size > pdu_max) return {};
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

/// SNMP begins alike, but goes on with no octet of the application class where LDAP names its operation.
Match recognise(Bytes start) noexcept {
  if (!start.empty() && start[0] != sequence) return start[0] == 0 ? Match::maybe : Match::no;
  const Request* request = request_at(start);
  if (request == nullptr) return start.size() < 12 ? Match::maybe : Match::no;
  return request->code == bind_request || request->code == bind_response ? Match::yes : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  const Request* request = request_at(pdu);
  return request == nullptr ? Says::nothing : request->says;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What is asked of the directory.", Meaning::operation),
    field<&Message::message_id>("message_id", "Number by which an answer belongs to its request."),
    field<&Message::request>("request", "Request or answer, in the specification's words."),
    field<&Message::mechanism>("mechanism", "How the client logs on: simple, or a mechanism of SASL."),
    field<&Message::user>("user", "Account that logs on, masked.", Meaning::secret),
    field<&Message::password>("password", "Its password, masked.", Meaning::secret),
    field<&Message::refusal>("refusal", "Result code, where it says no.", Meaning::refusal),
    field<&Message::sealed>("sealed", "Whether it is signed or encrypted by the mechanism and not read."),
    field<&Message::weakness>("weakness", "A password in the clear.", Meaning::weakness),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 389}, Carrier{Carrier::Kind::tcp, 3268},
                              Carrier{Carrier::Kind::udp, 389}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("ldap.message", "One message to a directory, or of it.", "RFC 4511, 4", message_fields);

constinit const Protocol protocol{
    .name = "ldap",
    .title = "LDAP",
    .source = "RFC 4511",
    .carriers = carriers,
    .max_pdu = pdu_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<LdapSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::ldap

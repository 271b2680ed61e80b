// NTLM ([MS-NLMP] 2.2.1): little-endian, its strings and blobs in fields of length, room and offset from the message's
// start.

#include "protocol/ntlm.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace bulkhead::smb {

namespace {

constexpr std::string_view signature{"NTLMSSP\0", 8};
constexpr std::uint32_t challenge_type = 2, authenticate_type = 3;
constexpr std::uint32_t flag_unicode = 0x00000001, flag_version = 0x02000000;
constexpr std::size_t search_max = 4096, version_1_response = 24, names_max = 512;
enum TargetField : std::uint16_t { end_of_list = 0, computer_name = 1, domain_name = 2, dns_computer_name = 3 };

/// A field of length, room and offset; where it lies in the message.
struct Blob {
  std::size_t length = 0, offset = 0;
};
Blob read_blob(Reader& reader) {
  Blob blob;
  blob.length = reader.u16le();
  reader.skip(2);
  blob.offset = reader.u32le();
  return blob;
}

/// A reader of a blob's bytes, which are of the outermost reader's place; broken where they are not there.
Reader at(const Reader& message, const Blob& blob) {
  Reader from = message;
  from.skip(blob.offset);
  return from.sub(blob.length);
}

std::string text_of(Reader content, std::uint32_t flags) {
  const Bytes bytes = content.take(std::min(content.left(), names_max));
  if ((flags & flag_unicode) != 0) return utf8_from_utf16(bytes, ByteOrder::little);
  Reader again{bytes};
  return std::string{again.text(bytes.size())};
}

void set(std::optional<std::string_view>& member, const std::string& text) {
  if (!text.empty()) member = text;
}

}  // namespace

void NtlmReader::find(Reader reader, Emitter& out) {
  const Bytes bytes = reader.peek();
  const Bytes window = bytes.first(std::min(bytes.size(), search_max));
  const auto found = std::search(window.begin(), window.end(), signature.begin(), signature.end(),
                                 [](std::uint8_t byte, char c) { return byte == static_cast<std::uint8_t>(c); });
  if (found == window.end()) return;
  reader.skip(static_cast<std::size_t>(found - window.begin()));
  Reader message = reader;
  Reader head = reader;
  head.skip(signature.size());
  Ntlm said;
  const std::uint32_t type = head.u32le();
  if (!head.ok()) return;
  said.type = type;
  if (type == challenge_type) challenge(message, 0, said);
  else if (type == authenticate_type) authenticate(message, 0, said);
  out.emit(said);
}

void NtlmReader::challenge(Reader message, std::uint32_t flags, Ntlm& said) {
  Reader head = message;
  head.skip(12);
  const Blob target = read_blob(head);
  flags = head.u32le();
  head.skip(16);  // challenge, reserved
  const Blob information = read_blob(head);
  if (!head.ok()) return;
  if ((flags & flag_version) != 0) version(head, said);
  target_ = text_of(at(message, target), flags);
  set(said.target, target_);
  Reader list = at(message, information);
  while (list.ok() && list.left() >= 4) {
    const std::uint16_t field = list.u16le();
    Reader value = list.sub(list.u16le());
    if (field == end_of_list || !list.ok()) break;
    if (field == computer_name) host_ = text_of(value, flag_unicode);
    else if (field == domain_name) domain_ = text_of(value, flag_unicode);
    else continue;
    set(field == computer_name ? said.host_name : said.domain, field == computer_name ? host_ : domain_);
  }
  // A machine outside a domain names itself as its domain.
  if (said.domain && said.host_name && *said.domain == *said.host_name) said.domain.reset();
}

void NtlmReader::authenticate(Reader message, std::uint32_t flags, Ntlm& said) {
  Reader head = message;
  head.skip(12);
  (void)read_blob(head);  // LM response
  const Blob response = read_blob(head);
  const Blob domain = read_blob(head);
  const Blob user = read_blob(head);
  const Blob workstation = read_blob(head);
  (void)read_blob(head);  // session key
  flags = head.u32le();
  if (!head.ok()) return;
  if ((flags & flag_version) != 0) version(head, said);
  host_ = text_of(at(message, workstation), flags);
  domain_ = text_of(at(message, domain), flags);
  set(said.host_name, host_);
  set(said.target, domain_);
  if (domain_ != host_) set(said.domain, domain_);  // else an account of the machine itself
  const std::string name = text_of(at(message, user), flags);
  if (!name.empty()) {
    said.user = conceal(name);
    Reader place = at(message, user);
    place.skip(user.length);
    place.note(&said.user, user.length);
  }
  if (response.length == 0) return;
  said.response = Secret{response.length, false};
  Reader place = at(message, response);
  place.skip(response.length);
  place.note(&said.response, response.length);
  if (response.length == version_1_response) said.weakness = "ntlm1";
}

/// [MS-NLMP] 2.2.2.10: major, minor, build.
void NtlmReader::version(Reader at, Ntlm& said) {
  const unsigned major = at.u8();
  const unsigned minor = at.u8();
  const unsigned build = at.u16le();
  if (!at.ok() || major == 0) return;
  system_ = "Windows " + std::to_string(major) + '.' + std::to_string(minor) + " build " + std::to_string(build);
  said.operating_system = system_;
}

namespace {

constexpr std::array ntlm_fields{
    field<&Ntlm::type>("type", "Message: 1 negotiate, 2 challenge, 3 authenticate."),
    field<&Ntlm::host_name>("host_name", "Computer that sends it.", Meaning::host_name),
    field<&Ntlm::domain>("domain", "Domain of the sender.", Meaning::domain),
    field<&Ntlm::target>("target", "Realm that a challenge names, or that the account is of."),
    field<&Ntlm::operating_system>("operating_system", "System of the sender, by its version.",
                                   Meaning::operating_system),
    field<&Ntlm::user>("user", "Account that logs on, masked.", Meaning::secret),
    field<&Ntlm::response>("response", "Answer to the challenge, masked.", Meaning::secret),
    field<&Ntlm::weakness>("weakness", "An answer of version 1.", Meaning::weakness),
};

}  // namespace

constinit const Schema Ntlm::schema = describe<Ntlm>("smb.ntlm", "A message of NTLM.", "[MS-NLMP] 2.2.1", ntlm_fields);

}  // namespace bulkhead::smb

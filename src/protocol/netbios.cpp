// NetBIOS over UDP: the name service (RFC 1002, 4.2) on port 137, and datagrams (4.4) with the browser's announcements
// ([MS-BRWS] 2.2) on port 138. Names are sixteen octets, the last a suffix that tells what they name, written as two
// letters an octet (4.1). Without IP, over LLC, datagrams have a header of their own (IBM, LAN Technical Reference,
// chapter 5, NetBIOS frames) with names as they are.

#include "protocol/netbios.h"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::netbios {

namespace {

constexpr std::size_t encoded_size = 32, name_size = 15;
constexpr std::uint16_t flag_response = 0x8000;
constexpr std::uint8_t query = 0, registration = 5, release = 6, refresh = 8, refresh_too = 9, multihomed = 15;
constexpr std::uint8_t suffix_workstation = 0x00, suffix_server = 0x20, suffix_browser = 0x1E;
constexpr std::uint8_t datagram_first = 0x10, datagram_last = 0x16, datagram_flags = 0x1F;
constexpr std::uint16_t frame_header_size = 44, frame_delimiter = 0xEFFF;
constexpr std::uint8_t frame_datagram = 0x08, frame_broadcast = 0x09;
constexpr std::uint32_t smb_magic = 0xFF534D42;
constexpr std::size_t smb_data_count = 55;  // of a transaction ([MS-CIFS] 2.2.4.33): its length, then its offset
constexpr std::string_view browse_slot = "\\MAILSLOT\\BROWSE";
constexpr std::uint8_t host_announcement = 1, domain_announcement = 12, local_master_announcement = 15;

/// A name as it is written on the wire.
struct Name {
  std::array<char, name_size> text{};
  std::uint8_t suffix = 0;
  bool ok = false;
  [[nodiscard]] std::string_view trimmed() const noexcept {
    const std::string_view all{text.data(), text.size()};
    const std::size_t last = all.find_last_not_of(std::string_view{" \0", 2});
    return last == std::string_view::npos ? std::string_view{} : all.substr(0, last + 1);
  }
};

Name read_name(Reader& reader) {
  Name name;
  if (reader.u8() != encoded_size) return name;
  const Bytes encoded = reader.take(encoded_size);
  while (const std::uint8_t scope = reader.u8()) {  // a scope, label by label
    if ((scope & 0xC0U) != 0) return name;
    reader.skip(scope);
  }
  if (!reader.ok()) return name;
  for (std::size_t i = 0; i <= name_size; ++i) {
    const unsigned high = encoded[2 * i] - 'A';
    const unsigned low = encoded[2 * i + 1] - 'A';
    if (high > 15 || low > 15) return name;
    const auto octet = static_cast<std::uint8_t>(high << 4U | low);
    if (i == name_size) name.suffix = octet;
    else name.text.at(i) = static_cast<char>(octet);
  }
  name.ok = true;
  return name;
}

/// A name in sixteen octets.
Name read_plain_name(Reader& reader) {
  Name name;
  const Bytes octets = reader.take(name_size + 1);
  if (!reader.ok()) return name;
  for (std::size_t i = 0; i < name_size; ++i) name.text.at(i) = static_cast<char>(octets[i]);
  name.suffix = octets[name_size];
  name.ok = true;
  return name;
}

Operation operation_of(std::uint8_t code, bool response) noexcept {
  if (response) return Operation::report;
  return code == query ? Operation::discover : code == release ? Operation::session_close : Operation::report;
}

class NetbiosSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Bytes start = reader.peek();
    if (!start.empty() && is_datagram(start)) return datagram(reader, out);
    if (is_frame(start)) return frame_without_ip(reader, out);
    name_service(reader, out);
  }

  static bool is_datagram(Bytes start) noexcept {
    return start.size() >= 4 && start[0] >= datagram_first && start[0] <= datagram_last && start[1] <= datagram_flags;
  }
  static bool is_frame(Bytes start) noexcept {
    Reader reader{start};
    const bool is_header = reader.u16le() == frame_header_size && reader.u16le() == frame_delimiter;
    const std::uint8_t command = reader.u8();
    return is_header && reader.ok() && (command == frame_datagram || command == frame_broadcast);
  }

 private:
  void name_service(Reader reader, Emitter& out) {
    Message message;
    reader.u16be(message.id);
    const std::uint16_t flags = reader.u16be();
    const std::uint16_t questions = reader.u16be();
    const std::uint16_t answers = reader.u16be();
    const unsigned authorities = reader.u16be();
    const unsigned additional = reader.u16be();
    if (!reader.ok()) return out.fault(reader.fault());
    message.code = static_cast<std::uint8_t>(flags >> 11U & 0xFU);
    message.response = (flags & flag_response) != 0;
    message.operation = operation_of(*message.code, *message.response);
    unsigned records = answers + authorities + additional;
    if (questions > 0 || answers > 0) {
      const Name name = read_name(reader);
      reader.skip(4);  // type, class
      if (name.ok) names(name, reader, questions > 0 ? additional > 0 : answers > 0, questions > 0, message);
      if (questions == 0) {  // that was the name of the first answer
        reader.skip(4);      // time to live
        reader.skip(reader.u16be());
        --records;
      }
    }
    for (unsigned i = 0; i < records && reader.ok(); ++i) record(reader);
    out.emit(message);
    (void)reader.rest();
    if (!reader.ok()) out.fault(reader.fault());
  }

  static void record(Reader& reader) {
    const Bytes start = reader.peek();
    if (!start.empty() && (start[0] & 0xC0U) == 0xC0) reader.skip(2);
    else (void)read_name(reader);
    reader.skip(8);  // type, class, time to live
    reader.skip(reader.u16be());
  }

  /// Who registers, refreshes or answers for a unique name is its owner; a group name tells the domain.
  void names(const Name& name, Reader record, bool has_record, bool asked, Message& message) {
    shown_ = std::string{name.trimmed()} + '<' + "0123456789ABCDEF"[name.suffix >> 4U] +
             "0123456789ABCDEF"[name.suffix & 0xFU] + '>';
    message.asked_name = shown_;
    const bool claims = message.code == registration || message.code == refresh || message.code == refresh_too ||
                        message.code == multihomed || (*message.response && message.code == query);
    if (!claims || !has_record || (*message.response && message.code != query)) return;
    if (asked) record.skip(2 + 4);  // a pointer to the name, type, class
    record.skip(4);                 // time to live
    if (record.u16be() < 6) return;
    const bool group = (record.u16be() & 0x8000U) != 0;
    if (!record.ok()) return;
    own_ = name.trimmed();
    if (group) {
      if (name.suffix == suffix_workstation || name.suffix == suffix_browser) message.domain = own_;
    } else if (name.suffix == suffix_workstation || name.suffix == suffix_server) {
      message.host_name = own_;
    }
  }

  void datagram(Reader reader, Emitter& out) {
    Announcement said;
    const Reader whole = reader;
    reader.skip(10);  // type, flags, identifier, source address and port
    const std::size_t announced = reader.u16be();
    reader.skip(2);  // offset
    // Some count the header too: what they send is what they mean.
    const bool too_long = announced > reader.left_on_wire();
    Reader data = reader.sub(std::min(announced, reader.left_on_wire()));
    const Name source = read_name(data);
    (void)read_name(data);
    if (!data.ok()) {
      (void)(say_cut(whole, out) || say_truncated(data, out));
      return;
    }
    announce(source, data, said, out);
    if (!say_cut(whole, out) && too_long)
      out.fault(ParseFault::Kind::length_mismatch, 10, "the length of the datagram");
  }

  void frame_without_ip(Reader reader, Emitter& out) {
    Announcement said;
    const Reader whole = reader;
    reader.skip(12);  // length, delimiter, command, data, correlators
    (void)read_plain_name(reader);
    const Name source = read_plain_name(reader);
    if (!reader.ok()) {
      (void)(say_cut(whole, out) || say_truncated(reader, out));
      return;
    }
    announce(source, reader, said, out);
    if (say_cut(whole, out)) return;
    Reader transaction = reader;
    if (transaction.u32be() == smb_magic) {  // a mailslot's: what it holds is all there is
      transaction.skip(smb_data_count - 4);
      const std::size_t count = transaction.u16le();
      Reader content = reader;
      content.skip(transaction.u16le());
      content.skip(count);
      if (transaction.ok()) transaction = content;
    }
    (void)say_truncated(transaction, out);
  }

  void announce(const Name& source, const Reader& data, Announcement& said, Emitter& out) {
    if (source.ok && source.suffix != suffix_browser) {
      own_ = source.trimmed();
      if (!own_.empty()) said.host_name = own_;
    }
    Reader again = data;
    const std::string_view text = again.text(data.left());
    const std::size_t slot = text.find(browse_slot);
    if (slot != std::string_view::npos) {
      Reader body = data;
      body.skip(slot + browse_slot.size() + 1);
      browse(body, said);
    }
    out.emit(said);
  }

  void browse(Reader& body, Announcement& said) {
    const std::uint8_t command = body.u8();
    const bool of_domain = command == domain_announcement;
    if (command != host_announcement && command != local_master_announcement && !of_domain) return;
    body.skip(5);  // update count, period
    const auto name = fixed_text(body.text(16));
    const unsigned major = body.u8();
    const unsigned minor = body.u8();
    body.skip(8);  // server type, browser version, signature
    if (!body.ok()) return;
    if (of_domain) {  // by its master browser, whose name takes the place of the comment
      if (name) said.domain = *name;
      return;
    }
    if (name) said.host_name = *name;
    system_ = "Windows " + std::to_string(major) + '.' + std::to_string(minor);
    if (major != 0) said.operating_system = system_;
    const auto comment = fixed_text(body.text(body.left()));
    if (comment) said.description = *comment;
  }

  std::string shown_, own_, system_;
};

Match recognise(Bytes start) noexcept {
  if (start.size() < 12) return Match::no;
  if (NetbiosSession::is_frame(start)) return Match::yes;
  if (NetbiosSession::is_datagram(start)) {
    Reader reader{start};
    reader.skip(14);
    return read_name(reader).ok ? Match::yes : Match::no;
  }
  Reader reader{start};
  reader.skip(4);
  const std::uint16_t questions = reader.u16be();
  const std::uint16_t answers = reader.u16be();
  reader.skip(4);
  if (questions + answers == 0 || questions > 1 || answers > 1) return Match::no;
  return read_name(reader).ok ? Match::yes : Match::no;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < 12 || NetbiosSession::is_datagram(pdu) || NetbiosSession::is_frame(pdu)) return Says::nothing;
  return (pdu[2] & 0x80U) != 0 ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::id>("id", "Pairs an answer with its query."),
    field<&Message::code>("code", "Operation: 0 query, 5 registration, 6 release, 8 refresh."),
    field<&Message::response>("response", "Whether it is an answer."),
    field<&Message::asked_name>("name", "Name, with its suffix."),
    field<&Message::host_name>("host_name", "The name, where the sender claims it as its own.", Meaning::host_name),
    field<&Message::domain>("domain", "The name, where it is the group of the sender.", Meaning::domain),
};

constexpr std::array announcement_fields{
    field<&Announcement::operation>("operation", "What it does.", Meaning::operation),
    field<&Announcement::host_name>("host_name", "Name of the host.", Meaning::host_name),
    field<&Announcement::domain>("domain", "Name of the domain that it is the browser of.", Meaning::domain),
    field<&Announcement::operating_system>("operating_system", "Its system, by version.", Meaning::operating_system),
    field<&Announcement::description>("comment", "Comment that its owner gave it.", Meaning::description),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 137}, Carrier{Carrier::Kind::udp, 138},
                              Carrier{Carrier::Kind::llc, 0xF0}};
constexpr std::array messages{&Message::schema, &Announcement::schema};

}  // namespace

constinit const Schema Message::schema = describe<Message>(
    "netbios.message", "A query, registration or answer of the name service.", "RFC 1002, 4.2", message_fields);
constinit const Schema Announcement::schema =
    describe<Announcement>("netbios.announcement", "A datagram of a host, and what it announces of itself.",
                           "RFC 1002, 4.4; [MS-BRWS] 2.2.1", announcement_fields);

constinit const Protocol protocol{
    .name = "netbios",
    .title = "NetBIOS",
    .source = "RFC 1002, [MS-BRWS]",
    .carriers = carriers,
    .max_pdu = 1500,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<NetbiosSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::netbios

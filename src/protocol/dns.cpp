// DNS (RFC 1035), mDNS (RFC 6762), LLMNR (RFC 4795). Names are compressed by pointers that only point back (4.1.4),
// followed a bounded number of times.

#include "protocol/dns.h"

#include <array>

namespace bulkhead::dns {

namespace {

constexpr std::size_t header_size = 12, name_max = 255;
constexpr unsigned jumps_max = 16;
constexpr std::uint16_t flag_response = 0x8000, type_a = 1, type_aaaa = 28;
constexpr std::uint16_t mdns_port = 5353, llmnr_port = 5355;

/// A name, put together where pointers split it.
class Name {
 public:
  /// Reads a name at the reader; `whole` is the message that pointers count in.
  void read(Reader& reader, Bytes whole) {
    Reader at = reader;
    bool jumped = false;
    for (unsigned jumps = 0; jumps < jumps_max;) {
      const std::uint8_t length = at.u8();
      if (!at.ok()) return fail(reader, at, jumped);
      if (length == 0) {
        if (!jumped) reader = at;
        return;
      }
      if ((length & 0xC0U) == 0xC0) {
        const std::size_t to = static_cast<std::size_t>(length & 0x3FU) << 8U | at.u8();
        if (!at.ok()) return fail(reader, at, jumped);
        if (!jumped) reader = at;
        if (to >= whole.size()) return;
        at = Reader{whole.subspan(to)};
        jumped = true;
        ++jumps;
        continue;
      }
      const std::string_view label = at.text(length);
      if (!at.ok()) return fail(reader, at, jumped);
      if (size_ + label.size() + 1 > text_.size()) return;
      if (size_ > 0) text_.at(size_++) = '.';
      for (const char c : label) text_.at(size_++) = c;
    }
  }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  static void fail(Reader& reader, const Reader& at, bool jumped) {
    if (!jumped) reader = at;
  }
  std::array<char, name_max + 1> text_{};
  std::size_t size_ = 0;
};

class DnsSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Bytes whole = reader.peek();
    Message message;
    reader.u16be(message.id);
    const std::uint16_t flags = reader.u16be();
    reader.u16be(message.questions);
    reader.u16be(message.answers);
    const unsigned others = reader.u16be() + reader.u16be();  // authority, additional
    if (!reader.ok()) return out.fault(reader.fault());
    message.response = (flags & flag_response) != 0;
    message.operation = *message.response ? Operation::report : Operation::read;
    if (*message.response) message.result = static_cast<std::uint8_t>(flags & 0xFU);
    Name first;
    for (unsigned i = 0; i < *message.questions && reader.ok(); ++i) {
      Name name;
      name.read(reader, whole);
      const std::uint16_t type = reader.u16be();
      reader.skip(2);
      if (i > 0 || !reader.ok()) continue;
      first = name;
      message.query_name = first.text();
      message.query_type = type;
    }
    out.emit(message);
    const std::uint16_t port = out.origin().source.port.value_or(0);
    const bool own = port == mdns_port || port == llmnr_port;
    records(reader, whole, *message.answers, *message.response && own, out);
    records(reader, whole, others, false, out);
    (void)reader.rest();
    if (!reader.ok()) out.fault(reader.fault());
  }

 private:
  /// Who answers for an address of its own names itself.
  static void records(Reader& reader, Bytes whole, unsigned count, bool names_itself, Emitter& out) {
    for (unsigned i = 0; i < count && reader.ok(); ++i) {
      Name name;
      name.read(reader, whole);
      const std::uint16_t type = reader.u16be();
      reader.skip(6);  // class, time to live
      const Bytes data = reader.take(reader.u16be());
      if (!names_itself || !reader.ok() || (type != type_a && type != type_aaaa)) continue;
      const IpAddress address = type == type_a ? IpAddress::v4(data) : IpAddress::v6(data);
      if (!address.present() || address != out.origin().source.ip) continue;
      OwnName own;
      own.host_name = name.text();
      own.address = address;
      out.emit(own);
    }
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  reader.skip(2);
  const std::uint16_t flags = reader.u16be();
  const std::uint16_t questions = reader.u16be();
  const std::uint16_t answers = reader.u16be();
  reader.skip(4);
  if (!reader.ok()) return Match::no;
  const unsigned opcode = flags >> 11U & 0xFU;
  const bool response = (flags & flag_response) != 0;
  if (opcode > 5 || questions > 64 || answers > 256 || (!response && questions == 0 && answers == 0)) return Match::no;
  return Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < header_size) return Says::nothing;
  return (pdu[2] & 0x80U) != 0 ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::id>("id", "Pairs an answer with its query."),
    field<&Message::response>("response", "Whether it is an answer."),
    field<&Message::result>("result", "Response code of an answer: 3 is no such name."),
    field<&Message::questions>("questions", "Number of questions."),
    field<&Message::answers>("answers", "Number of answers."),
    field<&Message::query_name>("query_name", "Name asked for first."),
    field<&Message::query_type>("query_type", "Type of record asked for."),
};

constexpr std::array own_fields{
    field<&OwnName::host_name>("host_name", "Name that the host answers for.", Meaning::host_name),
    field<&OwnName::address>("address", "Its own address."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 53}, Carrier{Carrier::Kind::udp, mdns_port},
                              Carrier{Carrier::Kind::udp, llmnr_port}};
constexpr std::array messages{&Message::schema, &OwnName::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("dns.message", "A query or an answer.", "RFC 1035, 4", message_fields);
constinit const Schema OwnName::schema =
    describe<OwnName>("dns.own_name", "A host that answers for its own name.", "RFC 6762, 6; RFC 4795, 2", own_fields);

constinit const Protocol protocol{
    .name = "dns",
    .title = "DNS",
    .source = "RFC 1035",
    .carriers = carriers,
    .max_pdu = 65'535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<DnsSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::dns

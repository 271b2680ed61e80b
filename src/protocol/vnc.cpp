// VNC, its remote framebuffer protocol (RFC 6143, 7.1.1): twelve octets that name the version.

#include "protocol/vnc.h"

#include <algorithm>
#include <array>

namespace bulkhead::vnc {

namespace {

constexpr std::string_view start_of_greeting = "RFB ";
constexpr std::size_t greeting_size = 12, version_size = 7, piece_max = 65'535;

std::string_view text_of(Bytes bytes, std::size_t most) {
  Reader reader{bytes};
  return reader.text(std::min(bytes.size(), most));
}

class VncSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const std::string_view text = text_of(reader.peek(), start_of_greeting.size());
    if (text.empty() || !start_of_greeting.starts_with(text)) return;
    Greeting said;
    reader.skip(start_of_greeting.size());
    reader.text(version_size, said.version);
    reader.skip(1);
    out.emit(said);
    if (!reader.ok()) out.fault(reader.fault());
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  const std::string_view text = text_of(buffered, start_of_greeting.size());
  if (!start_of_greeting.starts_with(text)) return {Framing::Kind::pdu, std::min(buffered.size(), piece_max)};
  return {buffered.size() >= greeting_size ? Framing::Kind::pdu : Framing::Kind::need_more, greeting_size};
}

Match recognise(Bytes start) noexcept {
  const std::string_view text = text_of(start, greeting_size);
  if (text.size() < greeting_size) return start_of_greeting.starts_with(text.substr(0, 4)) ? Match::maybe : Match::no;
  return text.starts_with(start_of_greeting) && text[7] == '.' && text[11] == '\n' ? Match::yes : Match::no;
}

constexpr std::array fields{
    field<&Greeting::operation>("operation", "What it does.", Meaning::operation),
    field<&Greeting::version>("version", "Version of the protocol."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 5900}, Carrier{Carrier::Kind::tcp, 5901}};
constexpr std::array messages{&Greeting::schema};

}  // namespace

constinit const Schema Greeting::schema =
    describe<Greeting>("vnc.greeting", "The version with which an end begins.", "RFC 6143, 7.1.1", fields);

constinit const Protocol protocol{
    .name = "vnc",
    .title = "VNC",
    .source = "RFC 6143",
    .carriers = carriers,
    .max_pdu = piece_max,
    .recognise = recognise,
    .frame = frame,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<VncSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::vnc

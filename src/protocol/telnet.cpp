// Telnet (RFC 854): recognised by its negotiation of options, and by nothing that is typed.

#include "protocol/telnet.h"

#include <algorithm>
#include <array>

namespace bulkhead::telnet {

namespace {

constexpr std::uint8_t interpret_as_command = 255, will = 251, dont = 254;
constexpr std::size_t piece_max = 65'535, command_size = 3;

bool is_command(Bytes bytes) noexcept {
  return bytes.size() >= command_size && bytes[0] == interpret_as_command && bytes[1] >= will && bytes[1] <= dont;
}

class TelnetSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    if (!is_command(reader.peek())) {
      if (reader.left() > 0 && reader.left() < command_size && reader.peek()[0] == interpret_as_command) {
        reader.skip(command_size);
        return out.fault(reader.fault());
      }
      return;
    }
    Negotiation said;
    said.options = 0;
    while (is_command(reader.peek())) {
      reader.skip(command_size);
      ++*said.options;
    }
    said.weakness = "plaintext_administration";
    out.emit(said);
    (void)reader.rest();
    if (!reader.ok()) out.fault(reader.fault());
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  if (!buffered.empty() && buffered[0] == interpret_as_command && buffered.size() < command_size)
    return {Framing::Kind::need_more, command_size};
  return {Framing::Kind::pdu, std::min(buffered.size(), piece_max)};
}

/// Two commands in a row are no chance; one could be.
Match recognise(Bytes start) noexcept {
  if (!is_command(start)) return Match::no;
  return is_command(start.subspan(command_size)) ? Match::yes : Match::maybe;
}

constexpr std::array fields{
    field<&Negotiation::operation>("operation", "What it does.", Meaning::operation),
    field<&Negotiation::options>("options", "Options offered or refused in this piece."),
    field<&Negotiation::weakness>("weakness", "A session in the clear.", Meaning::weakness),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 23}};
constexpr std::array messages{&Negotiation::schema};

}  // namespace

constinit const Schema Negotiation::schema = describe<Negotiation>(
    "telnet.negotiation", "The negotiation of options with which a session begins.", "RFC 854", fields);

constinit const Protocol protocol{
    .name = "telnet",
    .title = "Telnet",
    .source = "RFC 854",
    .carriers = carriers,
    .max_pdu = piece_max,
    .recognise = recognise,
    .frame = frame,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<TelnetSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::telnet

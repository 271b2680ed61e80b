// SSH, its identification string (RFC 4253, 4.2). The rest is handed on whole and not read.

#include "protocol/ssh.h"

#include <algorithm>
#include <array>

namespace bulkhead::ssh {

namespace {

constexpr std::string_view start_of_banner = "SSH-";
constexpr std::size_t banner_max = 255, block_max = 65'535;

std::string_view text_of(Bytes bytes, std::size_t most) {
  Reader reader{bytes};
  return reader.text(std::min(bytes.size(), most));
}

class SshSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const std::string_view text = text_of(reader.peek(), banner_max);
    if (!text.starts_with(start_of_banner)) {
      if (start_of_banner.starts_with(text)) reader.skip(reader.left_on_wire() + 1);
      if (!reader.ok()) out.fault(reader.fault());
      return;
    }
    const std::size_t line = text.find_first_of("\r\n");
    const bool has_end = text.find('\n') != std::string_view::npos;
    Banner banner;
    reader.text(line == std::string_view::npos ? reader.left_on_wire() : line, banner.software);
    out.emit(banner);
    if (!reader.ok()) return out.fault(reader.fault());
    if (!has_end) out.fault(ParseFault::Kind::truncated, reader.offset(), "the end of the line");
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  const std::string_view text = text_of(buffered, banner_max);
  const std::string_view known = start_of_banner.substr(0, std::min(text.size(), start_of_banner.size()));
  if (!text.starts_with(known)) return {Framing::Kind::pdu, std::min(buffered.size(), block_max)};
  const std::size_t end = text.find('\n');
  if (end != std::string_view::npos) return {Framing::Kind::pdu, end + 1};
  if (buffered.size() >= banner_max) return {Framing::Kind::pdu, buffered.size()};
  return {Framing::Kind::need_more, buffered.size() + 1};
}

Match recognise(Bytes start) noexcept {
  const std::string_view text = text_of(start, start_of_banner.size());
  if (text == start_of_banner) return Match::yes;
  return start_of_banner.starts_with(text) ? Match::maybe : Match::no;
}

constexpr std::array fields{
    field<&Banner::operation>("operation", "What it does.", Meaning::operation),
    field<&Banner::software>("software", "Protocol version, program and comment.", Meaning::software),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 22}};
constexpr std::array messages{&Banner::schema};

}  // namespace

constinit const Schema Banner::schema =
    describe<Banner>("ssh.banner", "The line with which an end begins.", "RFC 4253, 4.2", fields);

constinit const Protocol protocol{
    .name = "ssh",
    .title = "SSH",
    .source = "RFC 4253",
    .carriers = carriers,
    .max_pdu = block_max,
    .recognise = recognise,
    .frame = frame,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<SshSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::ssh

// RDP, its connection request ([MS-RDPBCGR] 2.2.1.1): TPKT, X.224, an optional line "Cookie: mstshash=USER", a
// negotiation request. The rest of the conversation is encrypted, or graphics, and not read.

#include "protocol/rdp.h"

#include <algorithm>
#include <array>

#include "protocol/faults.h"

namespace bulkhead::rdp {

namespace {

constexpr std::size_t tpkt_header = 4, x224_header = 7, tpkt_max = 65'535;
constexpr std::uint8_t tpkt_version = 3, connection_request = 0xE0, connection_confirm = 0xD0, negotiation_request = 1,
                       negotiation_response = 2, negotiation_failure = 3;
constexpr std::string_view cookie_start = "Cookie: mstshash=";

std::string_view text_of(Bytes bytes) {
  Reader reader{bytes};
  return reader.text(bytes.size());
}

class RdpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    const Bytes start = reader.peek();
    if (!start.empty() && start[0] != tpkt_version) return;  // TLS, or fast path
    reader.skip(2);
    const std::size_t size = reader.u16be();
    Reader body = reader.sub(std::max(size, tpkt_header) - tpkt_header);
    if (start.size() > tpkt_header + 1 && start[tpkt_header + 1] == connection_request) read_request(body, out);
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

 private:
  static void read_request(Reader& reader, Emitter& out) {
    Request request;
    reader.skip(x224_header);
    const std::string_view text = text_of(reader.peek());
    const std::size_t end = text.find("\r\n");
    if (text.starts_with(cookie_start) && end != std::string_view::npos) {
      reader.skip(cookie_start.size());
      request.user = conceal(reader.text(end - cookie_start.size()));
      reader.note(&request.user, end - cookie_start.size());
      reader.skip(2);
    }
    if (reader.left_on_wire() > 0) {
      reader.skip(4);  // type, flags, length
      reader.u32le(request.offered);
    }
    out.emit(request);
    (void)say_truncated(reader, out);
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  if (buffered.empty()) return {Framing::Kind::need_more, 1};
  if (buffered[0] != tpkt_version)
    return {Framing::Kind::pdu, std::min(buffered.size(), tpkt_max)};  // TLS, or fast path
  if (buffered.size() < tpkt_header) return {Framing::Kind::need_more, tpkt_header};
  const std::size_t size = static_cast<std::size_t>(buffered[2]) << 8U | buffered[3];
  if (size < tpkt_header + 3) return {};
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

/// A connection request or confirm whose data is RDP's: the cookie, or a negotiation unit of eight bytes.
Match recognise(Bytes start) noexcept {
  if (start.size() < tpkt_header + x224_header) return Match::no;
  if (start[0] != tpkt_version || start[1] != 0) return Match::no;
  const std::uint8_t type = start[tpkt_header + 1];
  if (type != connection_request && type != connection_confirm) return Match::no;
  const Bytes data = start.subspan(tpkt_header + x224_header);
  if (text_of(data).starts_with("Cookie: mstsh")) return Match::yes;
  if (data.size() < 8) return Match::no;
  const bool unit = data[0] == negotiation_request || data[0] == negotiation_response || data[0] == negotiation_failure;
  return unit && data[2] == 8 && data[3] == 0 ? Match::yes : Match::no;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < tpkt_header + 2 || pdu[0] != tpkt_version) return Says::nothing;
  const std::uint8_t type = pdu[tpkt_header + 1];
  return type == connection_request ? Says::request : type == connection_confirm ? Says::response : Says::nothing;
}

constexpr std::array fields{
    field<&Request::operation>("operation", "What it does.", Meaning::operation),
    field<&Request::user>("user", "Name in the cookie, masked.", Meaning::secret),
    field<&Request::offered>("offered_security", "Security protocols offered: 0 standard, 1 TLS, 2 CredSSP."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 3389}};
constexpr std::array messages{&Request::schema};

}  // namespace

constinit const Schema Request::schema =
    describe<Request>("rdp.request", "A client's first message.", "[MS-RDPBCGR] 2.2.1.1", fields);

constinit const Protocol protocol{
    .name = "rdp",
    .title = "RDP",
    .source = "[MS-RDPBCGR]",
    .carriers = carriers,
    .max_pdu = tpkt_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<RdpSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::rdp

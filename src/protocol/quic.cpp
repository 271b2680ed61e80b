// QUIC, versions 1 and 2 (RFC 9000, 9001, 9369): whom a client means. Its first packets are sealed with keys that
// follow from what stands in them, so the hello of TLS within can be read by whoever sees the first of them; nothing
// after it can. A hello may lie in several pieces over several packets, in any order: they are put together in a room
// of a fixed size, and a longer hello is left alone.

#include "protocol/quic.h"

#include <algorithm>
#include <array>
#include <bitset>

#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/quic_keys.h"
#include "protocol/tls.h"

namespace bulkhead::quic {

namespace {

constexpr std::uint8_t is_long = 0x80, is_fixed = 0x40;
constexpr std::size_t hello_max = 4096, connection_max = 20, packet_max = 65'535;
constexpr std::string_view initial = "initial", retry = "retry", negotiation = "version negotiation";

// RFC 9000, 17.2; RFC 9369, 3.2.
constexpr std::array types_1{Named<std::uint8_t>{0, initial}, Named<std::uint8_t>{1, "0-RTT"},
                             Named<std::uint8_t>{2, "handshake"}, Named<std::uint8_t>{3, retry}};
constexpr std::array types_2{Named<std::uint8_t>{1, initial}, Named<std::uint8_t>{2, "0-RTT"},
                             Named<std::uint8_t>{3, "handshake"}, Named<std::uint8_t>{0, retry}};

// RFC 9000, 19.
constexpr std::uint64_t padding = 0, ping = 1, acknowledge = 2, acknowledge_marked = 3, crypto = 6;

/// The hello as far as it is there.
class Hello {
 public:
  void add(std::uint64_t at, Bytes piece) {
    if (at > hello_max || piece.size() > hello_max - at) return;
    for (const std::uint8_t octet : piece) {
      bytes_.at(static_cast<std::size_t>(at)) = octet;
      there_.set(static_cast<std::size_t>(at++));
    }
  }
  /// The message, once all of it is there.
  [[nodiscard]] Bytes whole() const {
    constexpr std::size_t header = 4;
    const Bytes head = Bytes{bytes_}.first(header);
    const std::size_t size = header + (std::size_t{head[1]} << 16U | std::size_t{head[2]} << 8U | head[3]);
    if (size > hello_max) return {};
    for (std::size_t i = 0; i < size; ++i)
      if (!there_.test(i)) return {};
    return Bytes{bytes_}.first(size);
  }

 private:
  std::array<std::uint8_t, hello_max> bytes_{};
  std::bitset<hello_max> there_;
};

class QuicSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (reader.left_on_wire() == 0) reader.skip(1);  // a datagram holds a packet
    while (reader.ok() && reader.left() > 0 && (reader.peek()[0] & is_long) != 0) packet(reader, out);
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

 private:
  void packet(Reader& reader, Emitter& out) {
    const Bytes bytes = reader.peek();
    Packet said;
    const std::uint8_t first = reader.u8();
    reader.u32be(said.version);
    reader.skip(reader.u8());
    reader.skip(reader.u8());
    if (!reader.ok() || !said.version) return;
    said.packet_type = type_of(*said.version, first);
    if (said.packet_type == initial) {
      said.operation = Operation::session_open;
      const std::uint64_t token = read_number(reader);
      reader.skip(static_cast<std::size_t>(std::min<std::uint64_t>(token, packet_max + 1)));
    }
    const bool has_length = said.packet_type && said.packet_type != retry && said.packet_type != negotiation;
    if (!has_length) {  // it is all that is left
      reader.skip(reader.left_on_wire());
      if (reader.ok()) out.emit(said);
      return;
    }
    const std::uint64_t length = read_number(reader);
    if (reader.ok()) said.length = length;
    reader.skip(static_cast<std::size_t>(std::min<std::uint64_t>(length, packet_max + 1)));
    if (said.length) out.emit(said);
    if (reader.ok() && said.packet_type == initial && !is_told_) open_initial(bytes, out);
  }

  static std::optional<std::string_view> type_of(std::uint32_t version, std::uint8_t first) {
    const auto type = static_cast<std::uint8_t>(first >> 4U & 3U);
    if (version == 0) return negotiation;
    if (version == version_1) return name_in(types_1, type);
    if (version == version_2) return name_in(types_2, type);
    return std::nullopt;
  }

  /// With the keys of the first packet, else with this one's own: a client that is told to retry begins anew.
  void open_initial(Bytes bytes, Emitter& out) {
    const auto head = read_initial(bytes);
    if (!head || head->size > bytes.size()) return;
    const Bytes sealed = bytes.first(head->size);
    Opened room{};
    auto content = keys_ ? open(*keys_, sealed, head->number_at, room) : std::nullopt;
    if (!content) {
      const auto keys = client_keys(head->version, head->connection);
      if (keys) content = open(*keys, sealed, head->number_at, room);
      if (!content) return;  // the server's, whose keys are of the client's first packet
      keys_ = keys;
      hello_ = {};
    }
    frames(Reader{*content});
    if (const Bytes hello = hello_.whole(); !hello.empty()) {
      is_told_ = true;
      if (auto inner = out.inner("tls")) tls::read_client_hello(hello, *inner);
    }
  }

  /// RFC 9000, 12.5: those that an Initial packet may hold before a hello is whole.
  void frames(Reader reader) {
    while (reader.ok() && reader.left() > 0) {
      const std::uint64_t type = read_number(reader);
      if (type == padding || type == ping) continue;
      if (type == acknowledge || type == acknowledge_marked) {
        (void)read_number(reader);
        (void)read_number(reader);
        const std::uint64_t ranges = read_number(reader);
        (void)read_number(reader);
        for (std::uint64_t i = 0; i < ranges && reader.ok(); ++i) {
          (void)read_number(reader);
          (void)read_number(reader);
        }
        for (unsigned i = 0; type == acknowledge_marked && i < 3; ++i) (void)read_number(reader);
        continue;
      }
      if (type != crypto) return;
      const std::uint64_t at = read_number(reader);
      const std::uint64_t size = read_number(reader);
      const Bytes piece = reader.take(static_cast<std::size_t>(std::min<std::uint64_t>(size, packet_max)));
      if (reader.ok()) hello_.add(at, piece);
    }
  }

  std::optional<Keys> keys_;
  Hello hello_;
  bool is_told_ = false;
};

/// A long header of a version that we know and identifiers of a size that there is; a short one only on a port of its
/// own.
Match recognise(Bytes start) noexcept {
  if (start.empty()) return Match::maybe;
  if ((start[0] & is_fixed) == 0) return Match::no;
  if ((start[0] & is_long) == 0) return Match::maybe;
  Reader reader{start};
  reader.skip(1);
  const std::uint32_t version = reader.u32be();
  const std::size_t to = reader.u8();
  reader.skip(to);
  const std::size_t from = reader.u8();
  if (!reader.ok()) return start.size() < 6 ? Match::maybe : Match::no;
  if ((version != version_1 && version != version_2) || to > connection_max || from > connection_max) return Match::no;
  return read_initial(start) ? Match::yes : Match::maybe;
}

constexpr std::array packet_fields{
    field<&Packet::operation>("operation", "What it does.", Meaning::operation),
    field<&Packet::version>("version", "Version of QUIC: 1, or 1798521807 for 2."),
    field<&Packet::packet_type>("packet_type", "Type of the packet, in words."),
    field<&Packet::length>("length", "Octets of its number and content."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 443}};
constexpr std::array messages{&Packet::schema};

}  // namespace

constinit const Schema Packet::schema =
    describe<Packet>("quic.packet", "One packet of the handshake.", "RFC 9000, 17.2", packet_fields);

constinit const Protocol protocol{
    .name = "quic",
    .title = "QUIC",
    .source = "RFC 9000, RFC 9001",
    .carriers = carriers,
    .max_pdu = packet_max,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<QuicSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::quic

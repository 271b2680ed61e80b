// TPKT and the ISO connection-oriented transport protocol, class 0, as carried by TCP.
//
// TPKT: RFC 1006, clause 6 (version 3, a length that counts its own four octets).
// COTP: ITU-T X.224 | ISO/IEC 8073, clause 13 (units and their parameters).
// S7 clients write the kind of connection and the called module's rack and slot into the called TSAP.

#include "protocol/cotp.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::cotp {

namespace {

constexpr std::size_t tpkt_size = 4, packet_min = 7;
constexpr std::uint8_t tpkt_version = 3;
constexpr std::uint8_t type_error = 0x7, type_disconnect_request = 0x8, type_disconnect_confirm = 0xC,
                       type_connection_confirm = 0xD, type_connection_request = 0xE, type_data = 0xF;
constexpr std::uint8_t parameter_size = 0xC0, parameter_calling = 0xC1, parameter_called = 0xC2;
constexpr std::uint8_t normal_disconnect = 0x80;  // X.224 13.5.3: normal disconnect initiated by session entity
constexpr std::uint8_t end_of_data = 0x80;
constexpr std::size_t carried_max = 65536;  // what data units may add up to; larger is dropped, and said

// X.224 13.1, by the high half of the code octet.
constexpr std::array types{
    Named<std::uint8_t>{0x1, "Expedited Data"},
    Named<std::uint8_t>{0x2, "Expedited Data Acknowledgement"},
    Named<std::uint8_t>{0x5, "Reject"},
    Named<std::uint8_t>{0x6, "Data Acknowledgement"},
    Named<std::uint8_t>{type_error, "Error"},
    Named<std::uint8_t>{type_disconnect_request, "Disconnect Request"},
    Named<std::uint8_t>{0xC, "Disconnect Confirm"},
    Named<std::uint8_t>{type_connection_confirm, "Connection Confirm"},
    Named<std::uint8_t>{0xE, "Connection Request"},
    Named<std::uint8_t>{type_data, "Data"},
};

// Parameters of a connection request or confirm, X.224 13.3.4 and 13.4.4.
constexpr std::array<std::uint8_t, 15> parameters{0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0xC0,
                                                  0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xF0};

// First octet of a TSAP that an S7 client calls.
constexpr std::array connection_types{
    Named<std::uint8_t>{1, "programming device (PG)"},
    Named<std::uint8_t>{2, "operator panel (OP)"},
    Named<std::uint8_t>{3, "basic S7 connection"},
};

/// Whether `parameters` of a connection unit are a list of the standard's own: remote desktops put other things there.
Match parameter_list(Reader list) noexcept {
  while (list.ok() && list.left() > 0) {
    const std::uint8_t code = list.u8();
    if (std::find(parameters.begin(), parameters.end(), code) == parameters.end()) return Match::no;
    list.skip(list.u8());
  }
  return list.ok() ? Match::yes : Match::maybe;
}

bool is_carried(Bytes payload) noexcept {
  const auto all = carried_by("cotp");
  return std::any_of(all.begin(), all.end(),
                     [&](const Protocol* protocol) { return protocol->recognise(payload) != Match::no; });
}

class CotpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    reader.skip(2);  // version and reserved: frame() has seen them
    const std::size_t length = reader.u16be();
    Reader packet = reader.sub(length < tpkt_size ? 0 : length - tpkt_size);
    Reader header = packet.sub(packet.u8());
    const std::uint8_t code = header.u8();
    if (!header.ok()) return out.fault(header.fault());
    const auto type = static_cast<std::uint8_t>(code >> 4U);
    message.type = type;
    header.note(&message.type, 1);
    message.type_name = name_in(types, type);
    switch (type) {
      case type_connection_request:
      case type_connection_confirm: read_connection(header, message); break;
      case type_disconnect_request: read_disconnect(header, message); break;
      case type_disconnect_confirm:
        message.operation = Operation::session_close;
        header.u16be(message.destination_reference);
        header.u16be(message.source_reference);
        break;
      case type_error:
        header.u16be(message.destination_reference);
        header.u8(message.reason);
        message.refusal = message.reason;
        break;
      case type_data: return data(header, packet, message, out);
      default: break;
    }
    out.emit(message);
    if (say_cut(whole, out) || say_truncated(header, out)) return;
    if (!message.type_name) out.fault(ParseFault::Kind::bad_value, tpkt_size + 1, "a type of data unit of X.224 13.1");
  }

  void gap(Direction direction) override {
    carried(direction).clear();
    children_.gap(direction);
  }

  void end(Emitter& out) override { children_.end(out); }

 private:
  static void read_connection(Reader& header, Message& message) {
    message.operation = Operation::session_open;
    header.u16be(message.destination_reference);
    header.u16be(message.source_reference);
    const std::uint8_t options = header.u8();
    if (header.ok()) message.transport_class = static_cast<std::uint8_t>(options >> 4U);
    while (header.ok() && header.left_on_wire() > 0) {
      const std::uint8_t parameter = header.u8();
      const std::size_t size = header.u8();
      switch (parameter) {
        case parameter_size: {
          Reader value = header.sub(size);
          const unsigned exponent = value.u8();
          if (value.ok() && exponent >= 7 && exponent <= 13) message.tpdu_size = std::uint32_t{1} << exponent;
          break;
        }
        case parameter_calling: read_tsap(header, size, message.calling_tsap, message.calling_name); break;
        case parameter_called: read_tsap(header, size, message.called_tsap, message.called_name); break;
        default: header.skip(size);
      }
    }
    if (message.type == type_connection_request && message.called_tsap)
      read_called_module(*message.called_tsap, message);
  }

  static void read_tsap(Reader& header, std::size_t size, std::optional<Bytes>& tsap,
                        std::optional<std::string_view>& text) {
    Reader again = header;
    header.take(size, tsap);
    const std::string_view name = again.text(size);
    if (size > 2 && is_printable(name)) {
      text = name;
      header.note(&text, size);
    }
  }

  static void read_called_module(Bytes tsap, Message& message) noexcept {
    if (tsap.size() != 2) return;
    message.connection_type = name_in(connection_types, tsap[0]);
    if (!message.connection_type) return;
    message.rack = static_cast<std::uint8_t>(tsap[1] >> 5U);
    message.slot = static_cast<std::uint8_t>(tsap[1] & 0x1FU);
  }

  static void read_disconnect(Reader& header, Message& message) {
    message.operation = Operation::session_close;
    header.u16be(message.destination_reference);
    header.u16be(message.source_reference);
    header.u8(message.reason);
    if (message.reason && *message.reason != normal_disconnect && *message.reason != 0)
      message.refusal = message.reason;
  }

  void data(Reader& header, Reader& packet, Message& message, Emitter& out) {
    const std::uint8_t number = header.u8();
    const bool last = (number & end_of_data) != 0;
    if (header.ok()) message.last = last;
    out.emit(message);
    if (!header.ok()) return out.fault(header.fault());
    auto& before = carried(out.direction());
    if (last && before.empty()) {
      if (packet.left_on_wire() == 0 || children_.pdu(packet, out)) return;
      (void)packet.rest();
      if (!packet.ok()) out.fault(packet.fault());
      return;
    }
    const Bytes part = packet.rest();
    if (!packet.ok()) {
      before.clear();
      return out.fault(packet.fault());
    }
    if (before.size() + part.size() > carried_max) {
      before.clear();
      return out.fault(ParseFault::Kind::lost, packet.offset(), "data units that add up to 64 KiB at most");
    }
    before.insert(before.end(), part.begin(), part.end());
    if (!last) return;
    const std::vector<std::uint8_t> whole = std::move(before);
    before.clear();
    (void)children_.pdu(Reader{Bytes{whole}}, out);
  }

  std::vector<std::uint8_t>& carried(Direction direction) { return carried_.at(static_cast<std::size_t>(direction)); }

  Children children_{"cotp"};
  std::array<std::vector<std::uint8_t>, 3> carried_;  ///< By direction: what came before the last data unit.
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  Reader reader{buffered};
  const std::uint8_t version = reader.u8();
  if (reader.ok() && version != tpkt_version) return {};
  reader.skip(1);
  const std::size_t length = reader.u16be();
  if (!reader.ok()) return {Framing::Kind::need_more, tpkt_size};
  if (length < packet_min) return {};
  return {length <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, length};
}

/// Version, reserved octet, lengths and type must agree; then either the parameters are the standard's own, or what
/// is carried is known.
Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const std::uint8_t version = reader.u8();
  const std::uint8_t reserved = reader.u8();
  const std::size_t length = reader.u16be();
  const std::size_t header_size = reader.u8();
  if (!reader.ok()) return start.empty() || version == tpkt_version ? Match::maybe : Match::no;
  if (version != tpkt_version || reserved != 0 || length < packet_min || header_size < 2 ||
      header_size + tpkt_size + 1 > length)
    return Match::no;
  Reader header = reader.sub(std::min(header_size, reader.left()));
  const auto type = static_cast<std::uint8_t>(header.u8() >> 4U);
  if (!header.ok()) return Match::maybe;
  if (!name_in(types, type)) return Match::no;
  if (type == type_data) {
    const std::uint8_t number = header.u8();
    if (header_size != 2 || (number & std::uint8_t{0x7F}) != 0) return Match::maybe;
    return reader.left() > 0 && is_carried(reader.peek()) ? Match::yes : Match::maybe;
  }
  if (type != type_connection_request && type != type_connection_confirm) return Match::maybe;
  header.skip(5);
  if (!header.ok() || header.left() + 6 < header_size) return Match::maybe;
  return parameter_list(header);
}

Says says(Bytes pdu) noexcept {
  Reader reader{pdu};
  reader.skip(tpkt_size);
  Reader header = reader.sub(reader.u8());
  const auto type = static_cast<std::uint8_t>(header.u8() >> 4U);
  if (!header.ok()) return Says::nothing;
  switch (type) {
    case type_connection_request: return Says::request;
    case type_connection_confirm: return Says::response;
    case type_data: return says_inside("cotp", reader.peek());
    default: return Says::nothing;
  }
}

constexpr std::array message_fields{
    field<&Message::type>("type", "Type of data unit: 13 connection confirm, 14 connection request, 15 data."),
    field<&Message::type_name>("type_name", "Its name in the standard."),
    field<&Message::operation>("operation", "What is asked; not of data units.", Meaning::operation),
    field<&Message::destination_reference>("destination_reference", "The receiver's number of the connection."),
    field<&Message::source_reference>("source_reference", "The sender's number of the connection."),
    field<&Message::transport_class>("transport_class", "Class of the transport protocol."),
    field<&Message::calling_tsap>("calling_tsap", "Transport selector of who connects."),
    field<&Message::called_tsap>("called_tsap", "Transport selector of who is called."),
    field<&Message::calling_name>("calling_name", "The calling selector, where it is text."),
    field<&Message::called_name>("called_name", "The called selector, where it is text."),
    field<&Message::connection_type>("connection_type", "What an S7 client connects as, by the called selector.",
                                     Meaning::role),
    field<&Message::rack>("rack", "Rack of the module that an S7 client calls."),
    field<&Message::slot>("slot", "Slot of the module that an S7 client calls."),
    field<&Message::tpdu_size>("tpdu_size", "Largest data unit that is proposed or agreed, in bytes."),
    field<&Message::reason>("reason", "Reason of a disconnect or an error."),
    field<&Message::refusal>("refusal", "The reason, where it is not a normal end.", Meaning::refusal),
    field<&Message::last>("last", "Whether a data unit ends what is carried."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 102}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("cotp.message", "A data unit of the ISO transport protocol.", "ITU-T X.224 13", message_fields);

constinit const Protocol protocol{
    .name = "cotp",
    .title = "ISO transport on TCP",
    .source = "RFC 1006; ITU-T X.224",
    .carriers = carriers,
    .max_pdu = 65535,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<CotpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::cotp

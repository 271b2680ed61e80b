// DHCP for IPv4 (RFC 2131, options RFC 2132 and 4702), and BOOTP (RFC 951) before it, whose vendor area may hold none.

#include "protocol/dhcp.h"

#include <algorithm>
#include <array>

#include "protocol/lookup.h"

namespace bulkhead::dhcp {

namespace {

constexpr std::uint8_t boot_request = 1, boot_reply = 2, acknowledge = 5;
constexpr std::uint32_t magic_cookie = 0x63825363;
constexpr std::size_t fixed_size = 236, bootp_size = 300, shortest = 34;  // up to the card's address
constexpr std::uint8_t ethernet = 1, mac_size = 6;

enum Option : std::uint8_t {
  pad = 0,
  host_name = 12,
  domain_name = 15,
  requested_address = 50,
  message_type = 53,
  server_identifier = 54,
  vendor_class = 60,
  client_fqdn = 81,
  end_of_options = 255,
};

struct Type {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};

// RFC 2132, 9.6.
constexpr std::array types{
    Type{1, "Discover", Operation::discover},
    Type{2, "Offer", Operation::report},
    Type{3, "Request", Operation::session_open},
    Type{4, "Decline", Operation::session_close},
    Type{5, "Ack", Operation::report},
    Type{6, "Nak", Operation::exception},
    Type{7, "Release", Operation::session_close},
    Type{8, "Inform", Operation::read},
};

std::optional<IpAddress> present(Bytes octets) noexcept {
  const IpAddress address = IpAddress::v4(octets);
  if (!address.present() || address.is_unspecified()) return std::nullopt;
  return address;
}

class DhcpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    Message message;
    const std::uint8_t code = reader.u8();
    const std::uint8_t hardware = reader.u8();
    const std::uint8_t hardware_length = reader.u8();
    reader.skip(9);
    const auto client = present(reader.take(4));
    const auto yours = present(reader.take(4));
    reader.skip(8);
    const Bytes hardware_address = reader.take(16);
    if (!reader.ok()) return out.fault(reader.fault());
    if (hardware == ethernet && hardware_length == mac_size) {
      MacAddress mac;
      std::copy_n(hardware_address.begin(), mac.octets.size(), mac.octets.begin());
      if (!mac.is_zero()) message.client_mac = mac;
    }
    message.client_ip = client;
    reader.skip(192);  // server host name, boot file name
    const bool has_options = reader.u32be() == magic_cookie;
    const bool ended = !has_options || options(reader, message);
    if (!has_options) reader.skip(bootp_size - fixed_size - 4);
    if (const Type* type = message.type ? row_of(types, *message.type) : nullptr) {
      message.type_name = type->name;
      message.operation = type->operation;
    } else {
      message.operation = code == boot_request ? Operation::discover : Operation::report;
    }
    if (message.type == acknowledge && yours) message.client_ip = yours;
    else message.offered = yours;
    out.emit(message);
    if (!reader.ok()) out.fault(reader.fault());
    else if (!ended) out.fault(ParseFault::Kind::truncated, reader.offset(), "the end of the options");
  }

 private:
  /// False where the options have no end.
  static bool options(Reader& reader, Message& message) {
    while (reader.ok() && reader.left_on_wire() > 0) {
      const std::uint8_t option = reader.u8();
      if (option == pad) continue;
      if (option == end_of_options) return reader.ok();
      Reader value = reader.sub(reader.u8());
      const std::size_t length = value.left_on_wire();
      switch (option) {
        case message_type: value.u8(message.type); break;
        case host_name: value.text(length, message.host_name); break;
        case domain_name: value.text(length, message.domain); break;
        case vendor_class: value.text(length, message.vendor_class); break;
        case requested_address: message.requested = present(value.take(4)); break;
        case server_identifier: message.server = present(value.take(4)); break;
        case client_fqdn:
          value.skip(3);  // flags and two return codes; the name follows, as text where bit E is not set
          if (length > 3 && value.left() > 0 && value.peek()[0] >= 0x20) value.text(length - 3, message.fqdn);
          break;
        default: break;
      }
    }
    return false;
  }
};

Match recognise(Bytes start) noexcept {
  if (start.size() < shortest) return Match::no;
  Reader reader{start};
  const std::uint8_t code = reader.u8();
  const bool by_ethernet = reader.u8() == ethernet && reader.u8() == mac_size;
  if (start.size() < fixed_size + 4)  // a capture may have cut it
    return (code == boot_request || code == boot_reply) && by_ethernet ? Match::maybe : Match::no;
  if (code != boot_request && code != boot_reply) return Match::no;
  reader = Reader{start};
  reader.skip(fixed_size);
  if (reader.u32be() == magic_cookie) return Match::yes;
  return by_ethernet && start.size() == bootp_size ? Match::maybe : Match::no;
}

Says says(Bytes pdu) noexcept {
  if (pdu.empty()) return Says::nothing;
  return pdu[0] == boot_request ? Says::request : pdu[0] == boot_reply ? Says::response : Says::nothing;
}

constexpr std::array fields{
    field<&Message::type>("type", "Message type."),
    field<&Message::type_name>("type_name", "Name of the message type."),
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::client_mac>("client_mac", "Card of the client.", Meaning::subject_mac),
    field<&Message::client_ip>("client_ip", "Address that the client has.", Meaning::subject_ip),
    field<&Message::offered>("offered_ip", "Address that the server offers."),
    field<&Message::requested>("requested_ip", "Address that the client asks for."),
    field<&Message::server>("server_id", "Address of the server."),
    field<&Message::host_name>("host_name", "Option 12.", Meaning::host_name),
    field<&Message::vendor_class>("vendor_class", "Option 60.", Meaning::software),
    field<&Message::domain>("domain_name", "Option 15."),
    field<&Message::fqdn>("client_fqdn", "Option 81.", Meaning::host_name),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 67}, Carrier{Carrier::Kind::udp, 68}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("dhcp.message", "One message of a client or a server.", "RFC 2131, 2", fields);

constinit const Protocol protocol{
    .name = "dhcp",
    .title = "DHCP",
    .source = "RFC 2131",
    .carriers = carriers,
    .max_pdu = 1500,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<DhcpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::dhcp

// ARP for IPv4 over Ethernet (RFC 826). It says itself which address is at which card, so it decides what belongs
// together.

#include "protocol/arp.h"

#include <algorithm>
#include <array>

namespace bulkhead::arp {

namespace {

constexpr std::uint16_t ethernet = 1, ipv4 = 0x0800, request = 1, reply = 2;
constexpr std::size_t size = 28;

MacAddress mac_of(Bytes octets) noexcept {
  MacAddress mac;
  if (octets.size() == mac.octets.size()) std::copy(octets.begin(), octets.end(), mac.octets.begin());
  return mac;
}

class ArpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    Message message;
    reader.skip(6);  // hardware, protocol and their address lengths: recognised by them
    reader.u16be(message.code);
    const MacAddress sender_mac = mac_of(reader.take(6));
    const Bytes sender_ip = reader.take(4);
    reader.skip(6);
    const Bytes target_ip = reader.take(4);
    if (!reader.ok()) return out.fault(reader.fault());
    message.operation = message.code == request ? Operation::discover
                        : message.code == reply ? Operation::report
                                                : Operation::unknown;
    if (!sender_mac.is_zero()) message.sender_mac = sender_mac;
    message.sender_ip = IpAddress::v4(sender_ip);
    message.target_ip = IpAddress::v4(target_ip);
    if (message.sender_ip->is_unspecified()) message.sender_ip.reset();  // a probe: the address is asked about, not had
    out.emit(message);
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const bool known = reader.u16be() == ethernet && reader.u16be() == ipv4 && reader.u8() == 6 && reader.u8() == 4;
  return known || start.size() < 6 ? (start.size() >= size ? Match::yes : Match::maybe) : Match::no;
}

constexpr std::array fields{
    field<&Message::code>("code", "Operation code: 1 request, 2 reply."),
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::sender_mac>("sender_mac", "Card that the sender's address is said to be at.", Meaning::subject_mac),
    field<&Message::sender_ip>("sender_ip", "Address of the sender.", Meaning::subject_ip),
    field<&Message::target_ip>("target_ip", "Address asked for."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x0806}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("arp.message", "Who says that an IP address is at a MAC.", "RFC 826", fields);

constinit const Protocol protocol{
    .name = "arp",
    .title = "ARP",
    .source = "RFC 826",
    .carriers = carriers,
    .max_pdu = 1500,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<ArpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::arp

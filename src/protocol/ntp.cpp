// NTP and SNTP (RFC 5905, 7.3).

#include "protocol/ntp.h"

#include <array>

namespace bulkhead::ntp {

namespace {

constexpr std::uint8_t client = 3, server = 4, broadcast = 5, symmetric_active = 1, symmetric_passive = 2;
constexpr std::size_t header_size = 48;

Operation operation_of(std::uint8_t mode) noexcept {
  if (mode == client || mode == symmetric_active) return Operation::read;
  if (mode == server || mode == broadcast || mode == symmetric_passive) return Operation::report;
  return Operation::unknown;
}

class NtpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    Message message;
    const std::uint8_t flags = reader.u8();
    if (!reader.ok()) return out.fault(reader.fault());
    message.ntp_version = static_cast<std::uint8_t>(flags >> 3U & 7U);
    message.mode = static_cast<std::uint8_t>(flags & 7U);
    message.operation = operation_of(*message.mode);
    reader.u8(message.stratum);
    reader.skip(header_size - 2);
    out.emit(message);
    if (!reader.ok()) out.fault(reader.fault());
  }
};

Match recognise(Bytes start) noexcept {
  if (start.size() < header_size) return Match::no;
  const unsigned version = start[0] >> 3U & 7U;
  const unsigned mode = start[0] & 7U;
  return version >= 1 && version <= 4 && mode >= 1 && mode <= 5 && start[1] <= 16 ? Match::maybe : Match::no;
}

Says says(Bytes pdu) noexcept {
  if (pdu.empty()) return Says::nothing;
  const unsigned mode = pdu[0] & 7U;
  return mode == client ? Says::request : mode == server || mode == broadcast ? Says::response : Says::nothing;
}

constexpr std::array fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::ntp_version>("version", "Version of the protocol."),
    field<&Message::mode>("mode", "Mode: 3 client, 4 server, 5 broadcast."),
    field<&Message::stratum>("stratum", "Distance from the reference clock; 0 where it is not said."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 123}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("ntp.message", "One message of a client or a server.", "RFC 5905, 7.3", fields);

constinit const Protocol protocol{
    .name = "ntp",
    .title = "NTP",
    .source = "RFC 5905",
    .carriers = carriers,
    .max_pdu = 1500,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<NtpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::ntp

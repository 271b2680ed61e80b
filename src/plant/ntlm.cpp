#include "plant/ntlm.h"

#include "plant/ber.h"

namespace bulkhead::plant::ntlm {

namespace {

constexpr std::uint32_t flags =
    0xE2888215;  // Unicode, NTLM, extended session security, target info, version, 56, 128, key exchange
constexpr std::int64_t seconds_1601_to_1970 = 11'644'473'600;

Octets wide(std::string_view text) {
  return Writer{}.utf16le(text).take();
}
Octets mechanism() {
  return ber::object({1, 3, 6, 1, 4, 1, 311, 2, 2, 10});
}
Octets spnego() {
  return ber::object({1, 3, 6, 1, 5, 5, 2});
}

/// Length, space and offset of a payload field.
class Payload {
 public:
  explicit Payload(std::size_t start) : next_(start) {}
  void field(Writer& header, Bytes content) {
    header.u16le(content.size()).u16le(content.size()).u32le(next_);
    content_.bytes(content);
    next_ += content.size();
  }
  [[nodiscard]] Bytes view() const { return content_.view(); }

 private:
  std::size_t next_;
  Writer content_;
};

void add_version(Writer& out, const Party& party) {
  out.u8(party.major).u8(party.minor).u16le(party.build).zeros(3).u8(15);
}

std::uint64_t file_time(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns / 100 + seconds_1601_to_1970 * 10'000'000);
}

Octets target_info(const Party& server, std::int64_t time_ns) {
  Writer out;
  const auto pair = [&](unsigned id, Bytes value) { out.u16le(id).u16le(value.size()).bytes(value); };
  const std::string dns = server.computer + "." + server.dns_domain;
  pair(2, wide(server.domain));
  pair(1, wide(server.computer));
  pair(4, wide(server.dns_domain));
  pair(3, wide(dns));
  pair(7, Writer{}.u64le(file_time(time_ns)).view());
  pair(0, {});
  return out.take();
}

Octets random_octets(Random& random, std::size_t count) {
  Octets octets(count);
  for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random.next() >> 24U);
  return octets;
}

}  // namespace

Octets negotiate(const Party& client) {
  Writer out;
  out.text("NTLMSSP").u8(0).u32le(1).u32le(0xE2088297);
  Payload payload{40};
  payload.field(out, {});
  payload.field(out, {});
  add_version(out, client);
  return out.take();
}

Octets challenge(const Party& server, std::int64_t time_ns, Random& random) {
  Writer out;
  out.text("NTLMSSP").u8(0).u32le(2);
  Payload payload{56};
  payload.field(out, wide(server.domain));
  out.u32le(flags).bytes(random_octets(random, 8)).zeros(8);
  payload.field(out, target_info(server, time_ns));
  add_version(out, server);
  return out.bytes(payload.view()).take();
}

Octets authenticate(const Party& client, Version version, std::int64_t time_ns, Random& random) {
  Octets response = random_octets(random, 24);
  Octets lan_manager = version == Version::v1 ? random_octets(random, 24) : Octets(24, 0);
  if (version == Version::v2) {
    Writer blob;
    blob.bytes(random_octets(random, 16))
        .u8(1)
        .u8(1)
        .zeros(6)
        .u64le(file_time(time_ns))
        .bytes(random_octets(random, 8))
        .zeros(4);
    blob.bytes(target_info(client, time_ns)).zeros(4);
    response = blob.take();
  }
  Writer out;
  out.text("NTLMSSP").u8(0).u32le(3);
  Payload payload{72};
  payload.field(out, lan_manager);
  payload.field(out, response);
  payload.field(out, wide(client.domain));
  payload.field(out, wide(client.user));
  payload.field(out, wide(client.computer));
  payload.field(out, random_octets(random, 16));
  out.u32le(version == Version::v1 ? flags & ~0x80000U : flags);
  add_version(out, client);
  return out.bytes(payload.view()).take();
}

Octets in_spnego_init(Bytes token) {
  const Octets init =
      ber::sequence({ber::tagged(0xA0, ber::sequence({mechanism()})), ber::tagged(0xA2, ber::tagged(4, token))});
  return ber::tagged(0x60, ber::joined({spnego(), ber::tagged(0xA0, init)}));
}

Octets in_spnego_answer(Bytes token) {
  return ber::tagged(0xA1, ber::sequence({ber::tagged(0xA0, Octets{0x0A, 1, 1}), ber::tagged(0xA1, mechanism()),
                                          ber::tagged(0xA2, ber::tagged(4, token))}));
}

Octets in_spnego_token(Bytes token) {
  return ber::tagged(0xA1, ber::sequence({ber::tagged(0xA2, ber::tagged(4, token))}));
}

Octets spnego_offer() {
  return ber::tagged(
      0x60,
      ber::joined({spnego(), ber::tagged(0xA0, ber::sequence({ber::tagged(0xA0, ber::sequence({mechanism()}))}))}));
}

Octets spnego_done() {
  return ber::tagged(0xA1, ber::sequence({ber::tagged(0xA0, Octets{0x0A, 1, 0})}));
}

}  // namespace bulkhead::plant::ntlm

// TLS: hello messages and certificates as far as they are in the clear (RFC 5246, 7.4; RFC 6066, 3; RFC 5280 for
// names).

#include "protocol/tls.h"

#include <algorithm>
#include <array>

#include "protocol/ber.h"
#include "protocol/faults.h"

namespace bulkhead::tls {

namespace {

constexpr std::uint8_t handshake = 22, change_cipher = 20, application_data = 23;
constexpr std::uint8_t client_hello = 1, server_hello = 2, certificate = 11;
constexpr std::size_t record_header = 5, record_max = 16'384 + 2048 + record_header;
constexpr std::uint16_t extension_server_name = 0;

// DER object identifiers of the attributes of a name (X.520): 2.5.4.3 common name, 2.5.4.10 organisation.
constexpr std::array<std::uint8_t, 5> oid_common_name{0x06, 0x03, 0x55, 0x04, 0x03};
constexpr std::array<std::uint8_t, 5> oid_organisation{0x06, 0x03, 0x55, 0x04, 0x0A};
constexpr std::uint8_t der_sequence = 0x30, der_explicit_0 = 0xA0;

/// The last attribute of a kind in a Name: a sequence of sets of sequences.
void read_name(Reader name, std::optional<std::string_view>& common, std::optional<std::string_view>* organisation) {
  while (name.ok() && name.left() > 0) {
    Ber set = read_ber(name);
    while (set.content.ok() && set.content.left() > 0) {
      Ber attribute = read_ber(set.content);
      const Bytes oid = attribute.content.take(oid_common_name.size());
      Ber value = read_ber(attribute.content);
      if (!attribute.content.ok()) break;
      const auto is = [&](const auto& wanted) {
        return std::equal(oid.begin(), oid.end(), wanted.begin(), wanted.end());
      };
      if (is(oid_common_name)) value.content.text(value.content.left(), common);
      if (organisation != nullptr && is(oid_organisation)) value.content.text(value.content.left(), *organisation);
    }
  }
}

/// RFC 5246, 7.4.1.
void read_hello(std::uint8_t message, Reader& body, Emitter& out) {
  Hello said;
  said.from = message == client_hello ? "client" : "server";
  body.u16be(said.tls_version);
  body.skip(32);         // random
  body.skip(body.u8());  // session identifier
  if (message == client_hello) {
    body.skip(body.u16be());  // cipher suites
    body.skip(body.u8());     // compression
  } else {
    body.skip(3);
  }
  Reader extensions = body.left() > 0 ? body.sub(body.u16be()) : Reader{Bytes{}};
  while (extensions.ok() && extensions.left() >= 4) {
    const std::uint16_t type = extensions.u16be();
    Reader value = extensions.sub(extensions.u16be());
    if (type != extension_server_name || message != client_hello) continue;
    value.skip(3);  // list length, name type
    value.text(value.u16be(), said.server_name);
  }
  out.emit(said);
}

class TlsSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    const std::uint8_t type = reader.u8();
    reader.skip(2);
    Reader record = reader.sub(reader.u16be());
    if (!reader.ok() && reader.fault().offset < record_header) return out.fault(reader.fault());
    while (type == handshake && record.ok() && record.left() >= 4) {
      const std::uint8_t message = record.u8();
      if (message != client_hello && message != server_hello && message != certificate) break;  // others, or encrypted
      Reader body = record.sub(record.u24be());
      if (message == certificate) read_certificate(body, out);
      else read_hello(message, body, out);
      if (record.ok()) (void)say_truncated(body, out);
    }
    if (!say_cut(whole, out) && !say_truncated(reader, out)) (void)say_truncated(record, out);
  }

 private:
  /// The first certificate of the list: the end's own. RFC 5280, 4.1: version, serial, algorithm, issuer, validity,
  /// subject.
  static void read_certificate(Reader& body, Emitter& out) {
    body.skip(3);
    Reader first = body.sub(body.u24be());
    Certificate said;
    Ber outer = read_ber(first);
    Ber inner = read_ber(outer.content);
    Reader fields = inner.content;
    if (fields.left() > 0 && fields.peek()[0] == der_explicit_0) (void)read_ber(fields);
    (void)read_ber(fields);  // serial
    (void)read_ber(fields);  // algorithm
    const Ber issuer = read_ber(fields);
    (void)read_ber(fields);  // validity
    const Ber subject = read_ber(fields);
    if (!fields.ok() || subject.tag != der_sequence || issuer.tag != der_sequence) return;
    read_name(issuer.content, said.issuer, nullptr);
    read_name(subject.content, said.subject, &said.organisation);
    out.emit(said);
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  Reader reader{buffered};
  const std::uint8_t type = reader.u8();
  const std::uint8_t major = reader.u8();
  reader.skip(1);
  const std::size_t size = record_header + reader.u16be();
  if (!reader.ok()) return {Framing::Kind::need_more, record_header};
  if (type < change_cipher || type > application_data + 1 || major != 3 || size > record_max) return {};
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

/// A record of the handshake that begins with a hello is sure; another record could be chance.
Match recognise(Bytes start) noexcept {
  if (frame(start, Direction::unknown, nullptr).kind == Framing::Kind::not_mine) return Match::no;
  if (start.size() < record_header + 1) return Match::maybe;
  const bool hello =
      start[0] == handshake && (start[record_header] == client_hello || start[record_header] == server_hello);
  return hello ? Match::yes : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() <= record_header || pdu[0] != handshake) return Says::nothing;
  return pdu[record_header] == client_hello   ? Says::request
         : pdu[record_header] == server_hello ? Says::response
                                              : Says::nothing;
}

constexpr std::array hello_fields{
    field<&Hello::operation>("operation", "What it does.", Meaning::operation),
    field<&Hello::from>("from", "Which end says hello."),
    field<&Hello::tls_version>("version", "Version offered or chosen: 769 is 1.0, 771 is 1.2 and later."),
    field<&Hello::server_name>("server_name", "Whom the client means (SNI).", Meaning::host_name, Subject::receiver),
};

constexpr std::array certificate_fields{
    field<&Certificate::subject>("subject", "Common name of the certificate's owner.", Meaning::description),
    field<&Certificate::issuer>("issuer", "Common name of who issued it."),
    field<&Certificate::organisation>("organisation", "Organisation of the owner.", Meaning::description),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 443}, Carrier{Carrier::Kind::tcp, 8443},
                              Carrier{Carrier::Kind::tcp, 8883}, Carrier{Carrier::Kind::tcp, 4911},
                              Carrier{Carrier::Kind::tcp, 636}};
constexpr std::array messages{&Hello::schema, &Certificate::schema};

}  // namespace

void read_client_hello(Bytes message, Emitter& out) {
  Reader reader{message};
  if (reader.u8() != client_hello) return;
  Reader body = reader.sub(reader.u24be());
  read_hello(client_hello, body, out);
  (void)say_truncated(body, out);
}

constinit const Schema Hello::schema =
    describe<Hello>("tls.hello", "A hello of the handshake.", "RFC 5246, 7.4.1", hello_fields);
constinit const Schema Certificate::schema = describe<Certificate>(
    "tls.certificate", "A certificate's names.", "RFC 5246, 7.4.2; RFC 5280, 4.1", certificate_fields);

constinit const Protocol protocol{
    .name = "tls",
    .title = "TLS",
    .source = "RFC 5246, RFC 8446",
    .carriers = carriers,
    .max_pdu = record_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<TlsSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::tls

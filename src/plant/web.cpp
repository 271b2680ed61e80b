#include "plant/web.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "plant/ber.h"
#include "plant/datagrams.h"

namespace bulkhead::plant {

namespace {

std::string base64(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += i + j > text.size() ? '=' : letters[group >> (18 - 6 * j) & 63U];
  }
  return out;
}

Octets record(unsigned type, Bytes content) {
  return Writer{}.u8(type).u16be(0x0303).u16be(content.size()).bytes(content).take();
}
Octets handshake(unsigned type, Bytes content) {
  return Writer{}.u8(type).u24be(content.size()).bytes(content).take();
}

Octets name(std::string_view common_name) {
  return ber::sequence({ber::tagged(0x31, ber::sequence({ber::object({2, 5, 4, 3}), ber::text(0x0C, common_name)}))});
}

/// YYMMDDHHMMSSZ.
Octets utc_time(std::int64_t time_ns) {
  const std::string text = to_text_utc(time_ns, 0);
  std::string digits;
  for (const char letter : text.substr(2, 17))
    if (letter >= '0' && letter <= '9') digits += letter;
  return ber::text(0x17, digits + "Z");
}

}  // namespace

HttpTalk::HttpTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 80),
      method_(fields.optional_text("method").value_or("GET")),
      path_(fields.optional_text("path").value_or("/")),
      agent_(fields.optional_text("agent").value_or("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
                                                    "(KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36")),
      user_(fields.optional_text("user").value_or("")),
      title_(fields.optional_text("title").value_or("")),
      host_(fields.optional_text("host").value_or(to_text(IpAddress::v4(world.ip(server_))))),
      octets_(static_cast<std::size_t>(fields.optional_integer("octets", 0, 1'000'000).value_or(1200))) {}

std::int64_t HttpTalk::act(std::int64_t now_ns) {
  const Node& own = server_identity("http");
  const std::string server = own.optional_text("server").value_or(std::nullopt).value_or("");
  const std::string title =
      title_.empty() ? own.optional_text("title").value_or(std::nullopt).value_or(server_device().model) : title_;
  std::string asked =
      method_ + " " + path_ + " HTTP/1.1\r\nHost: " + host_ + "\r\nUser-Agent: " + agent_ + "\r\nAccept: */*\r\n";
  if (!user_.empty()) asked += "Authorization: Basic " + base64(user_) + "\r\n";
  if (method_ == "POST")
    asked += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nstate=run";
  else asked += "\r\n";
  std::string body = "<html><head><title>" + title + "</title></head><body>";
  while (body.size() + 14 < octets_) body += "<p>" + to_hex(random_octets(random_, 24)) + "</p>\n";
  body += "</body></html>";
  std::string answered = "HTTP/1.1 200 OK\r\n";
  if (!server.empty()) answered += "Server: " + server + "\r\n";
  answered += "Content-Type: text/html\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\nConnection: close\r\n\r\n" + body;
  const std::int64_t done = exchange(now_ns, Writer{}.text(asked).view(), Writer{}.text(answered).view());
  reveal(done, "server", server);
  reveal(done, "title", title);
  return done;
}

Octets TlsHandshake::client_hello(Random& random) const {
  Writer extensions;
  if (!server_name_.empty())
    extensions.u16be(0)
        .u16be(server_name_.size() + 5)
        .u16be(server_name_.size() + 3)
        .u8(0)
        .u16be(server_name_.size())
        .text(server_name_);
  extensions.u16be(0x17).u16be(0).u16be(0x23).u16be(0);
  extensions.u16be(0x0A).u16be(8).u16be(6).u16be(0x1D).u16be(0x17).u16be(0x18);
  extensions.u16be(0x0B).u16be(2).u8(1).u8(0);
  extensions.u16be(0x0D).u16be(10).u16be(8).u16be(0x0403).u16be(0x0804).u16be(0x0401).u16be(0x0201);
  Writer out;
  out.u16be(0x0303).bytes(random_octets(random, 32)).u8(0);
  out.u16be(14).u16be(0xC02F).u16be(0xC030).u16be(0xC013).u16be(0xC014).u16be(0x009C).u16be(0x009D).u16be(0x002F);
  out.u8(1).u8(0).u16be(extensions.size()).bytes(extensions.view());
  return record(22, handshake(1, out.view()));
}

Octets TlsHandshake::certificate(std::int64_t now_ns, Random& random) const {
  const Octets null{5, 0};
  const Octets algorithm = ber::sequence({ber::object({1, 2, 840, 113549, 1, 1, 11}), null});
  Octets modulus = random_octets(random, 257);
  modulus[0] = 0;
  modulus[1] |= 0x80;
  const Octets key = ber::sequence({ber::tagged(2, modulus), ber::integer(65'537)});
  const Octets key_info = ber::sequence({ber::sequence({ber::object({1, 2, 840, 113549, 1, 1, 1}), null}),
                                         ber::tagged(3, Writer{}.u8(0).bytes(key).view())});
  const Octets names = ber::sequence({ber::text(0x82, subject_)});
  const Octets extensions =
      ber::tagged(0xA3, ber::sequence({ber::sequence({ber::object({2, 5, 29, 17}), ber::tagged(4, names)})}));
  const std::int64_t year = second_ns * 86'400 * 365;
  const Octets signed_part = ber::sequence(
      {ber::tagged(0xA0, ber::integer(2)), ber::integer(random.next() >> 1U), algorithm, name(issuer_),
       ber::sequence({utc_time(now_ns - year), utc_time(now_ns + 2 * year)}), name(subject_), key_info, extensions});
  return ber::sequence(
      {signed_part, algorithm, ber::tagged(3, Writer{}.u8(0).bytes(random_octets(random, 256)).view())});
}

Octets TlsHandshake::server_flight(std::int64_t now_ns, Random& random) const {
  const Octets hello = Writer{}
                           .u16be(0x0303)
                           .bytes(random_octets(random, 32))
                           .u8(32)
                           .bytes(random_octets(random, 32))
                           .u16be(0x009C)
                           .u8(0)
                           .u16be(4)
                           .u16be(0x17)
                           .u16be(0)
                           .take();
  const Octets der = certificate(now_ns, random);
  Writer chain;
  chain.u24be(der.size() + 3).u24be(der.size()).bytes(der);
  Writer out;
  out.bytes(record(22, handshake(2, hello)))
      .bytes(record(22, handshake(11, chain.view())))
      .bytes(record(22, handshake(14, {})));
  return out.take();
}

std::int64_t TlsHandshake::perform(Tcp& tcp, std::int64_t now_ns, std::int64_t server_time_ns, Random& random) const {
  std::int64_t now = tcp.say(Side::client, now_ns, client_hello(random));
  now = tcp.say(Side::server, now + server_time_ns, server_flight(now, random));
  const Octets key = handshake(16, Writer{}.u16be(256).bytes(random_octets(random, 256)).view());
  Writer finish;
  finish.bytes(record(22, key)).bytes(record(20, Octets{1})).bytes(record(22, random_octets(random, 40)));
  now = tcp.say(Side::client, now + random.between(800'000, 4'000'000), finish.view());
  Writer finished;
  finished.bytes(record(20, Octets{1})).bytes(record(22, random_octets(random, 40)));
  return tcp.say(Side::server, now + server_time_ns, finished.view());
}

Octets TlsHandshake::data(Random& random, std::size_t octets) {
  Writer out;
  while (octets > 0) {
    const std::size_t part = std::min<std::size_t>(octets, 16'000);
    out.bytes(record(23, random_octets(random, part + 24)));
    octets -= part;
  }
  return out.take();
}

TlsTalk::TlsTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 443),
      name_(fields.optional_text("name").value_or("")),
      subject_(fields.optional_text("subject").value_or(name_.empty() ? server_device().name : name_)),
      issuer_(fields.optional_text("issuer").value_or(subject_)),
      up_(static_cast<std::size_t>(fields.optional_integer("up", 1, 1'000'000).value_or(500))),
      down_(static_cast<std::size_t>(fields.optional_integer("down", 1, 1'000'000).value_or(3000))) {}

std::int64_t TlsTalk::greet(std::int64_t now_ns) {
  const TlsHandshake handshake{name_, subject_, issuer_};
  const std::int64_t done = handshake.perform(*tcp_, now_ns, thinking(), random_);
  reveal(done, "certificate_subject", subject_);
  reveal(done, "certificate_issuer", issuer_);
  return done;
}

std::int64_t TlsTalk::act(std::int64_t now_ns) {
  return exchange(now_ns, TlsHandshake::data(random_, up_), TlsHandshake::data(random_, down_));
}

}  // namespace bulkhead::plant

#include "plant/remote.h"

#include <array>

#include "plant/datagrams.h"
#include "plant/web.h"

namespace bulkhead::plant {

namespace {

std::string name_of(const Device& device) {
  return device.host_name.empty() ? device.name : device.host_name;
}

Octets of_text(std::string_view text) {
  return Writer{}.text(text).take();
}

}  // namespace

RdpTalk::RdpTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 3389), user_(fields.optional_text("user").value_or("administrator")) {}

std::int64_t RdpTalk::greet(std::int64_t now_ns) {
  const std::string cookie = "Cookie: mstshash=" + user_ + "\r\n";
  Writer asked;  // X.224 connection request with the cookie and a negotiation request: TLS or CredSSP
  asked.u8(3).u8(0).u16be(19 + cookie.size()).u8(14 + cookie.size()).u8(0xE0).u16be(0).u16be(0).u8(0).text(cookie);
  asked.u8(1).u8(0).u16le(8).u32le(3);
  Writer answered;
  answered.u8(3).u8(0).u16be(19).u8(14).u8(0xD0).u16be(0).u16be(0x1234).u8(0).u8(2).u8(0).u16le(8).u32le(2);
  const std::int64_t now = exchange(now_ns, asked.view(), answered.view());
  const std::string subject = name_of(server_device());
  const std::int64_t done = TlsHandshake{subject, subject, subject}.perform(
      *tcp_, now + random_.between(400'000, 2'000'000), thinking(), random_);
  reveal(done, "certificate_subject", subject);
  return done;
}

std::int64_t RdpTalk::act(std::int64_t now_ns) {
  return exchange(now_ns, TlsHandshake::data(random_, static_cast<std::size_t>(random_.between(20, 120))),
                  TlsHandshake::data(random_, static_cast<std::size_t>(random_.between(100, 5000))));
}

VncTalk::VncTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 5900),
      has_password_(fields.optional_choice("security", {"password", "none"}).value_or(0) == 0),
      desktop_(fields.optional_text("desktop").value_or(server_device().name)) {}

std::int64_t VncTalk::greet(std::int64_t now_ns) {
  std::int64_t now = answer(now_ns, of_text("RFB 003.008\n"));
  now = exchange(now + 300'000, of_text("RFB 003.008\n"), Octets{1, static_cast<std::uint8_t>(has_password_ ? 2 : 1)});
  if (has_password_) {
    now = exchange(now + 300'000, Octets{2}, random_octets(random_, 16));
    now = exchange(now + random_.between(2'000'000, 9'000'000), random_octets(random_, 16), Octets{0, 0, 0, 0});
  } else {
    now = exchange(now + 300'000, Octets{1}, Octets{0, 0, 0, 0});
  }
  Writer init;
  init.u16be(800)
      .u16be(480)
      .u8(32)
      .u8(24)
      .u8(0)
      .u8(1)
      .u16be(255)
      .u16be(255)
      .u16be(255)
      .u8(16)
      .u8(8)
      .u8(0)
      .zeros(3)
      .u32be(desktop_.size())
      .text(desktop_);
  now = exchange(now + 500'000, Octets{1}, init.view());
  reveal(now, "desktop", desktop_);
  Writer encodings;
  encodings.u8(2).u8(0).u16be(1).u32be(0);
  return ask(now + 400'000, encodings.view());
}

std::int64_t VncTalk::act(std::int64_t now_ns) {
  Writer asked;
  asked.u8(3).u8(1).u16be(0).u16be(0).u16be(800).u16be(480);
  Writer update;
  update.u8(0)
      .u8(0)
      .u16be(1)
      .u16be(random_.below(700))
      .u16be(random_.below(400))
      .u16be(24)
      .u16be(12)
      .u32be(0)
      .bytes(random_octets(random_, std::size_t{24} * 12 * 4));
  return exchange(now_ns, asked.view(), update.view());
}

SshTalk::SshTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 22), client_banner_(fields.optional_text("banner").value_or("SSH-2.0-PuTTY_Release_0.78")) {}

Octets SshTalk::algorithms() {
  constexpr std::array<std::string_view, 10> lists{"curve25519-sha256,diffie-hellman-group14-sha256",
                                                   "ssh-ed25519,rsa-sha2-256",
                                                   "aes256-ctr,aes128-ctr",
                                                   "aes256-ctr,aes128-ctr",
                                                   "hmac-sha2-256",
                                                   "hmac-sha2-256",
                                                   "none",
                                                   "none",
                                                   "",
                                                   ""};
  Writer payload;
  payload.u8(20).bytes(random_octets(random_, 16));
  for (const std::string_view list : lists) payload.u32be(list.size()).text(list);
  payload.u8(0).u32be(0);
  std::size_t fill = 8 - (payload.size() + 5) % 8;
  if (fill < 4) fill += 8;
  return Writer{}.u32be(payload.size() + fill + 1).u8(fill).bytes(payload.view()).zeros(fill).take();
}

std::int64_t SshTalk::greet(std::int64_t now_ns) {
  const std::string banner =
      server_identity("ssh").optional_text("banner").value_or(std::nullopt).value_or("SSH-2.0-OpenSSH_7.4");
  std::int64_t now = exchange(now_ns, of_text(client_banner_ + "\r\n"), of_text(banner + "\r\n"));
  reveal(now, "banner", banner);
  now = exchange(now + 400'000, algorithms(), algorithms());
  const auto packet = [&](const Octets& payload) {
    std::size_t fill = 8 - (payload.size() + 5) % 8;
    if (fill < 4) fill += 8;
    return Writer{}.u32be(payload.size() + fill + 1).u8(fill).bytes(payload).zeros(fill).take();
  };
  const auto string = [](const Octets& content) { return Writer{}.u32be(content.size()).bytes(content).take(); };
  const Octets kind = string(of_text("ssh-ed25519"));
  const Octets point = string(random_octets(random_, 32));
  Writer reply;  // host key, the server's point, its signature
  reply.u8(31)
      .bytes(string(Writer{}.bytes(kind).bytes(string(random_octets(random_, 32))).take()))
      .bytes(string(random_octets(random_, 32)));
  reply.bytes(string(Writer{}.bytes(kind).bytes(string(random_octets(random_, 64))).take()));
  now = exchange(now + 2'000'000, packet(Writer{}.u8(30).bytes(point).take()), packet(reply.take()));
  return exchange(now + 2'000'000, Writer{}.u32be(12).u8(10).u8(21).zeros(10).view(),
                  Writer{}.u32be(12).u8(10).u8(21).zeros(10).view());
}

std::int64_t SshTalk::act(std::int64_t now_ns) {
  return exchange(now_ns, random_octets(random_, 52),
                  random_octets(random_, static_cast<std::size_t>(random_.between(3, 30)) * 16 + 4));
}

LineTalk::LineTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 23), lines_(fields.texts("lines")) {
  if (lines_.size() % 2 != 0)
    fields.fail(fields.whole(), "lines: expected as many lines of the client as of the server");
}

std::int64_t LineTalk::act(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  for (std::size_t i = 0; i + 1 < lines_.size(); i += 2) {
    now = answer(now, of_text(lines_[i]));
    now = ask(now + random_.between(200'000'000, 900'000'000), of_text(lines_[i + 1] + "\r\n"));
  }
  return now;
}

TdsTalk::TdsTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 1433),
      user_(fields.optional_text("user").value_or("app")),
      database_(fields.optional_text("database").value_or("master")),
      application_(fields.optional_text("application").value_or(".Net SqlClient Data Provider")),
      sql_(fields.optional_text("sql").value_or("SELECT 1")) {}

namespace {

Octets tds(unsigned type, Bytes content) {
  return Writer{}.u8(type).u8(1).u16be(content.size() + 8).u16be(type == 4 ? 53 : 0).u8(1).u8(0).bytes(content).take();
}

Octets prelogin(unsigned major, unsigned build) {
  Writer out;
  out.u8(0).u16be(21).u16be(6).u8(1).u16be(27).u16be(1).u8(2).u16be(28).u16be(1).u8(3).u16be(29).u16be(4).u8(0xFF);
  out.u8(major).u8(0).u16be(build).u16be(0).u8(2).u8(0).u32be(0);  // encryption is not supported
  return out.take();
}

}  // namespace

Octets TdsTalk::login() const {
  const std::array<std::string, 9> fields{
      name_of(client_device()), user_, "********", application_, name_of(server_device()), "", "ODBC", "", database_};
  Writer body;
  body.u32le(0)
      .u32le(0x74000004)
      .u32le(4096)
      .u32le(0x07000000)
      .u32le(4242)
      .u32le(0)
      .u8(0xE0)
      .u8(3)
      .u8(0)
      .u8(0)
      .u32le(0)
      .u32le(0x0409);
  std::size_t offset = 94;
  Writer content;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    body.u16le(offset).u16le(fields.at(i).size());
    Octets wide = Writer{}.utf16le(fields.at(i)).take();
    if (i == 2)  // the password is turned by four bits and hidden by A5
      for (std::uint8_t& octet : wide)
        octet = static_cast<std::uint8_t>((unsigned{octet} << 4U | unsigned{octet} >> 4U) ^ 0xA5U);
    content.bytes(wide);
    offset += wide.size();
  }
  body.bytes(world_.mac(client_).octets);
  for (unsigned i = 0; i < 3; ++i) body.u16le(offset).u16le(0);
  body.u32le(0).bytes(content.view());
  body.patch_u32le(0, body.size());
  return body.take();
}

std::int64_t TdsTalk::greet(std::int64_t now_ns) {
  std::int64_t now = exchange(now_ns, tds(0x12, prelogin(17, 4000)), tds(4, prelogin(15, 2000)));
  Writer token;
  const std::string program = "Microsoft SQL Server";
  token.u8(1).u32be(0x74000004).u8(program.size() + 2).utf16le(program).zeros(4).u32be(0x0F0007D0);
  Writer answered;
  answered.u8(0xAD).u16le(token.size()).bytes(token.view()).u8(0xFD).u16le(0).u16le(0).u64le(0);
  now = exchange(now + random_.between(500'000, 3'000'000), tds(0x10, login()), tds(4, answered.view()));
  reveal(now, "product", program + " 15.0.2000");
  return now;
}

std::int64_t TdsTalk::act(std::int64_t now_ns) {
  Writer batch;
  batch.u32le(22).u32le(18).u16le(2).u64le(0).u32le(1).utf16le(sql_);
  return exchange(now_ns, tds(1, batch.view()), tds(4, Writer{}.u8(0xFD).u16le(0x10).u16le(0xC3).u64le(1).view()));
}

ProbeTalk::ProbeTalk(World& world, const Line& line, Fields& fields)
    : Talk(world, line),
      outcome_(static_cast<Outcome>(fields.optional_choice("outcome", {"refused", "unanswered", "open"}).value_or(0))) {
  for (const double port : fields.optional_numbers("ports")) ports_.push_back(static_cast<std::uint16_t>(port));
  if (ports_.empty()) fields.fail(fields.whole(), "ports: expected at least one");
}

void ProbeTalk::turn(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  for (const std::uint16_t port : ports_) {
    Tcp tcp{world_, client_, server_, port, {line_.story, 0.0, std::nullopt}, random_};
    switch (outcome_) {
      case Outcome::refused: (void)tcp.refused(now); break;
      case Outcome::unanswered: (void)tcp.unanswered(now); break;
      case Outcome::open: tcp.reset(Side::client, tcp.open(now)); break;
    }
    now += random_.between(2'000'000, 30'000'000);
  }
}

}  // namespace bulkhead::plant

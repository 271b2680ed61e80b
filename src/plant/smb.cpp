#include "plant/smb.h"

#include <algorithm>

#include "base/text.h"
#include "plant/datagrams.h"

namespace bulkhead::plant {

namespace {

constexpr std::int64_t seconds_1601_to_1970 = 11'644'473'600;
constexpr std::uint32_t more_processing = 0xC0000016;

std::uint64_t file_time(std::int64_t time_ns) {
  return static_cast<std::uint64_t>(time_ns / 100 + seconds_1601_to_1970 * 10'000'000);
}

Octets in_netbios(Bytes message) {
  return Writer{}.u8(0).u24be(message.size()).bytes(message).take();
}

std::string name_of(const Device& device) {
  return device.host_name.empty() ? device.name : device.host_name;
}

enum Smb1 : std::uint8_t {
  negotiate_1 = 0x72,
  session_setup_1 = 0x73,
  tree_connect_1 = 0x75,
  create_1 = 0xA2,
  write_1 = 0x2F
};
enum Smb2 : std::uint8_t {
  negotiate_2_command = 0,
  session_setup_2 = 1,
  tree_connect_2 = 3,
  create_2 = 5,
  write_2 = 9
};

}  // namespace

SmbTalk::SmbTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 445),
      is_version_1_(fields.optional_choice("dialect", {"smb1", "smb2"}).value_or(1) == 0),
      ntlm_(fields.optional_choice("ntlm", {"v1", "v2"}).value_or(is_version_1_ ? 0 : 1) == 0 ? ntlm::Version::v1
                                                                                              : ntlm::Version::v2),
      user_(fields.optional_text("user").value_or("svc_backup")),
      domain_(fields.optional_text("domain").value_or("WORKGROUP")),
      share_(fields.optional_text("share").value_or("data")),
      file_(fields.optional_text("file").value_or("")),
      octets_(static_cast<std::size_t>(fields.optional_integer("octets", 0, 10'000'000).value_or(4000))) {}

ntlm::Party SmbTalk::party(const Device& device) const {
  ntlm::Party party;
  party.computer = name_of(device);
  party.domain = domain_;
  party.dns_domain = lower(domain_) + ".example";
  party.user = user_;
  const Node* const own = device.identity.find("smb");
  const auto number = [&](std::string_view key, std::int64_t otherwise) {
    return own == nullptr ? otherwise : own->optional_integer(key, 0, 65535).value_or(std::nullopt).value_or(otherwise);
  };
  party.major = static_cast<std::uint8_t>(number("major", 10));
  party.minor = static_cast<std::uint8_t>(number("minor", 0));
  party.build = static_cast<std::uint16_t>(number("build", 17'763));
  return party;
}

std::int64_t SmbTalk::act(std::int64_t now_ns) {
  if (!is_first_turn()) return file_.empty() ? now_ns : is_version_1_ ? file_1(now_ns) : file_2(now_ns);
  session_ = random_.next() | 1U;
  user_id_ = static_cast<std::uint16_t>(random_.between(1, 60'000));
  tree_id_ = static_cast<std::uint16_t>(random_.between(1, 60'000));
  const std::int64_t now = is_version_1_ ? act_1(now_ns) : act_2(now_ns);
  reveal(now, "host_name", name_of(server_device()));
  world_.reveal(now, client_, server_, client_.device, "smb", "host_name", name_of(client_device()));
  return now;
}

Octets SmbTalk::message_1(bool is_answer, unsigned command, unsigned status, Bytes words, Bytes data) const {
  const bool in_session = command != negotiate_1 && (command != session_setup_1 || multiplex_ > 1);
  const bool in_tree = command == create_1 || command == write_1 || (command == tree_connect_1 && is_answer);
  Writer out;
  out.u8(0xFF)
      .text("SMB")
      .u8(command)
      .u32le(status)
      .u8(is_answer ? 0x98 : 0x18)
      .u16le(0xC807)
      .u16le(0)
      .zeros(8)
      .u16le(0);
  out.u16le(in_tree ? tree_id_ : 0xFFFF).u16le(0xFEFF).u16le(in_session ? user_id_ : 0).u16le(multiplex_);
  out.u8(words.size() / 2).bytes(words).u16le(data.size()).bytes(data);
  return in_netbios(out.view());
}

std::int64_t SmbTalk::act_1(std::int64_t now_ns) {
  multiplex_ = 0;
  Writer dialects;
  for (const char* dialect :
       {"PC NETWORK PROGRAM 1.0", "LANMAN1.0", "Windows for Workgroups 3.1a", "LM1.2X002", "LANMAN2.1", "NT LM 0.12"})
    dialects.u8(2).text(dialect).u8(0);
  Writer words;
  words.u16le(5)
      .u8(3)
      .u16le(50)
      .u16le(1)
      .u32le(16'644)
      .u32le(65'536)
      .u32le(0)
      .u32le(0x8001F3FD)
      .u64le(file_time(now_ns))
      .u16le(0)
      .u8(0);
  const Octets offer = ntlm::spnego_offer();
  Writer data;
  data.bytes(random_octets(random_, 16)).bytes(offer);
  std::int64_t now = exchange(now_ns, message_1(false, negotiate_1, 0, {}, dialects.view()),
                              message_1(true, negotiate_1, 0, words.view(), data.view()));
  now = session_1(now + random_.between(300'000, 3'000'000));
  Writer tree;
  tree.u8(0xFF).u8(0).u16le(0).u16le(8).u16le(1);
  Writer path;
  path.u8(0).utf16le("\\\\" + name_of(server_device()) + "\\" + share_).u16le(0).text("?????").u8(0);
  Writer tree_answer;
  tree_answer.u8(0xFF).u8(0).u16le(0).u16le(1);
  ++multiplex_;
  now =
      exchange(now + random_.between(300'000, 3'000'000), message_1(false, tree_connect_1, 0, tree.view(), path.view()),
               message_1(true, tree_connect_1, 0, tree_answer.view(),
                         Writer{}.text("A:").u8(0).utf16le("NTFS").u16le(0).view()));
  return file_.empty() ? now : file_1(now + random_.between(300'000, 3'000'000));
}

std::int64_t SmbTalk::session_1(std::int64_t now_ns) {
  const ntlm::Party client = party(client_device());
  const ntlm::Party server = party(server_device());
  const Node& own = server_identity("smb");
  const std::string system =
      own.optional_text("native_os").value_or(std::nullopt).value_or("Windows 7 Professional 7601 Service Pack 1");
  const std::string manager =
      own.optional_text("native_lan_manager").value_or(std::nullopt).value_or("Windows 7 Professional 6.1");
  std::int64_t now = now_ns;
  for (unsigned round = 0; round < 2; ++round) {
    ++multiplex_;
    const Octets asked = round == 0 ? ntlm::in_spnego_init(ntlm::negotiate(client))
                                    : ntlm::in_spnego_token(ntlm::authenticate(client, ntlm_, now, random_));
    const Octets answered =
        round == 0 ? ntlm::in_spnego_answer(ntlm::challenge(server, now, random_)) : ntlm::spnego_done();
    Writer words;
    words.u8(0xFF)
        .u8(0)
        .u16le(0)
        .u16le(16'644)
        .u16le(50)
        .u16le(1)
        .u32le(0)
        .u16le(asked.size())
        .u32le(0)
        .u32le(0x800000D4);
    Writer data;
    data.bytes(asked);
    if (asked.size() % 2 == 0) data.u8(0);  // text begins at an even offset of the message
    data.utf16le("Windows 2002 Service Pack 3 2600").u16le(0).utf16le("Windows 2002 5.1").u16le(0);
    Writer answer_words;
    answer_words.u8(0xFF).u8(0).u16le(0).u16le(0).u16le(answered.size());
    Writer answer_data;
    answer_data.bytes(answered);
    if (answered.size() % 2 == 0) answer_data.u8(0);
    answer_data.utf16le(system).u16le(0).utf16le(manager).u16le(0);
    now = exchange(
        now + random_.between(300'000, 3'000'000), message_1(false, session_setup_1, 0, words.view(), data.view()),
        message_1(true, session_setup_1, round == 0 ? more_processing : 0, answer_words.view(), answer_data.view()));
  }
  reveal(now, "native_os", system);
  return now;
}

std::int64_t SmbTalk::file_1(std::int64_t now_ns) {
  const Octets name = Writer{}.utf16le("\\" + file_).take();
  Writer words;
  words.u8(0xFF)
      .u8(0)
      .u16le(0)
      .u8(0)
      .u16le(name.size())
      .u32le(0)
      .u32le(0)
      .u32le(0x0012019F)
      .u64le(0)
      .u32le(0x80)
      .u32le(3)
      .u32le(5)
      .u32le(0x44)
      .u32le(2)
      .u8(0);
  Writer answer;
  answer.u8(0xFF).u8(0).u16le(0).u8(0).u16le(0x4001).u32le(2);
  for (unsigned i = 0; i < 4; ++i) answer.u64le(file_time(now_ns));
  answer.u32le(0x20).u64le(0).u64le(0).u16le(0).u16le(7).u8(0);
  ++multiplex_;
  std::int64_t now =
      exchange(now_ns, message_1(false, create_1, 0, words.view(), Writer{}.u8(0).bytes(name).u16le(0).view()),
               message_1(true, create_1, 0, answer.view(), {}));
  std::size_t written = 0;
  while (written < octets_) {
    const std::size_t part = std::min<std::size_t>(octets_ - written, 4096);
    Writer write;
    write.u8(0xFF)
        .u8(0)
        .u16le(0)
        .u16le(0x4001)
        .u32le(written)
        .u32le(0)
        .u16le(0)
        .u16le(0)
        .u16le(0)
        .u16le(part)
        .u16le(64)
        .u32le(0);
    Writer data;
    data.u8(0).bytes(random_octets(random_, part));
    Writer done;
    done.u8(0xFF).u8(0).u16le(0).u16le(part).u16le(0xFFFF).u16le(0).u16le(0);
    ++multiplex_;
    now = exchange(now + random_.between(300'000, 2'000'000), message_1(false, write_1, 0, write.view(), data.view()),
                   message_1(true, write_1, 0, done.view(), {}));
    written += part;
  }
  return now;
}

Octets SmbTalk::message_2(bool is_answer, unsigned command, std::uint32_t status, Bytes body) const {
  const bool in_session = command > session_setup_2 || (command == session_setup_2 && (is_answer || message_ > 1));
  const bool in_tree = command > tree_connect_2 || (command == tree_connect_2 && is_answer);
  Writer out;
  out.u8(0xFE)
      .text("SMB")
      .u16le(64)
      .u16le(1)
      .u32le(status)
      .u16le(command)
      .u16le(is_answer ? 1 : 31)
      .u32le(is_answer ? 1 : 0)
      .u32le(0);
  out.u64le(message_)
      .u32le(0xFEFF)
      .u32le(in_tree ? tree_id_ : 0)
      .u64le(in_session ? session_ : 0)
      .zeros(16)
      .bytes(body);
  return in_netbios(out.view());
}

std::int64_t SmbTalk::act_2(std::int64_t now_ns) {
  message_ = 0;
  std::int64_t now = negotiate_2(now_ns);
  now = session_2(now);
  const Octets path = Writer{}.utf16le("\\\\" + name_of(server_device()) + "\\" + share_).take();
  Writer asked;
  asked.u16le(9).u16le(0).u16le(72).u16le(path.size()).bytes(path);
  Writer answered;
  answered.u16le(16).u8(1).u8(0).u32le(0x800).u32le(0).u32le(0x001F01FF);
  ++message_;
  now = exchange(now + random_.between(300'000, 3'000'000), message_2(false, tree_connect_2, 0, asked.view()),
                 message_2(true, tree_connect_2, 0, answered.view()));
  return file_.empty() ? now : file_2(now + random_.between(300'000, 3'000'000));
}

std::int64_t SmbTalk::negotiate_2(std::int64_t now_ns) {
  Writer asked;
  asked.u16le(36).u16le(4).u16le(1).u16le(0).u32le(0x7F).bytes(random_octets(random_, 16)).u64le(0);
  asked.u16le(0x0202).u16le(0x0210).u16le(0x0300).u16le(0x0302);
  const Octets offer = ntlm::spnego_offer();
  Writer answered;
  answered.u16le(65)
      .u16le(1)
      .u16le(0x0302)
      .u16le(0)
      .bytes(random_octets(random_, 16))
      .u32le(0x2F)
      .u32le(0x100000)
      .u32le(0x100000)
      .u32le(0x100000);
  answered.u64le(file_time(now_ns)).u64le(0).u16le(128).u16le(offer.size()).u32le(0).bytes(offer);
  return exchange(now_ns, message_2(false, negotiate_2_command, 0, asked.view()),
                  message_2(true, negotiate_2_command, 0, answered.view()));
}

std::int64_t SmbTalk::session_2(std::int64_t now_ns) {
  const ntlm::Party client = party(client_device());
  const ntlm::Party server = party(server_device());
  std::int64_t now = now_ns;
  for (unsigned round = 0; round < 2; ++round) {
    ++message_;
    const Octets token = round == 0 ? ntlm::in_spnego_init(ntlm::negotiate(client))
                                    : ntlm::in_spnego_token(ntlm::authenticate(client, ntlm_, now, random_));
    const Octets reply =
        round == 0 ? ntlm::in_spnego_answer(ntlm::challenge(server, now, random_)) : ntlm::spnego_done();
    Writer asked;
    asked.u16le(25).u8(0).u8(1).u32le(1).u32le(0).u16le(88).u16le(token.size()).u64le(0).bytes(token);
    Writer answered;
    answered.u16le(9).u16le(0).u16le(72).u16le(reply.size()).bytes(reply);
    now = exchange(now + random_.between(300'000, 3'000'000), message_2(false, session_setup_2, 0, asked.view()),
                   message_2(true, session_setup_2, round == 0 ? more_processing : 0, answered.view()));
  }
  return now;
}

std::int64_t SmbTalk::file_2(std::int64_t now_ns) {
  const Octets name = Writer{}.utf16le(file_).take();
  Writer create;
  create.u16le(57).u8(0).u8(0).u32le(2).u64le(0).u64le(0).u32le(0x0012019F).u32le(0x80).u32le(3).u32le(5).u32le(0x44);
  create.u16le(120).u16le(name.size()).u32le(0).u32le(0).bytes(name);
  const Octets id = random_octets(random_, 16);
  Writer created;
  created.u16le(89).u8(0).u8(0).u32le(2);
  for (unsigned i = 0; i < 4; ++i) created.u64le(file_time(now_ns));
  created.u64le(0).u64le(0).u32le(0x20).u32le(0).bytes(id).u32le(0).u32le(0);
  ++message_;
  std::int64_t now =
      exchange(now_ns, message_2(false, create_2, 0, create.view()), message_2(true, create_2, 0, created.view()));
  std::size_t written = 0;
  while (written < octets_) {
    const std::size_t part = std::min<std::size_t>(octets_ - written, 16'384);
    Writer write;
    write.u16le(49).u16le(112).u32le(part).u64le(written).bytes(id).u32le(0).u32le(0).u16le(0).u16le(0).u32le(0).bytes(
        random_octets(random_, part));
    Writer done;
    done.u16le(17).u16le(0).u32le(part).u32le(0).u16le(0).u16le(0);
    ++message_;
    now = exchange(now + random_.between(300'000, 2'000'000), message_2(false, write_2, 0, write.view()),
                   message_2(true, write_2, 0, done.view()));
    written += part;
  }
  return now;
}

}  // namespace bulkhead::plant

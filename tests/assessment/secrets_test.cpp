// What is typed on the wire in the clear leaves no trace in what is stored, shown or handed over.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "assessment/assess.h"
#include "assessment/ids.h"
#include "assessment/observations_store.h"
#include "base/text.h"
#include "capture/writer.h"
#include "content/catalogue.h"
#include "support/frames.h"

namespace bulkhead::test {

namespace {

/// A capture of conversations, one a secret: each is a client's message to a server's port.
class Seeded {
 public:
  explicit Seeded(const std::filesystem::path& path) : writer_(*PcapWriter::create(path, 1)) {}

  void over_tcp(unsigned port, std::string_view text) {
    const unsigned client = 40'000 + count_++;
    send(6, tcp_to(client, port, 100, 0x02, {}));
    std::uint32_t sequence = 101;
    const Octets payload = bytes_of(text);
    send(6, tcp_to(client, port, sequence, 0x18, payload));
    sequence += static_cast<std::uint32_t>(payload.size());
    send(6, tcp_to(client, port, sequence, 0x18, payload));  // twice: once is enough to claim, the second is read
  }
  void over_udp(unsigned port, std::string_view text) { send(17, udp(40'000 + count_++, port, bytes_of(text))); }
  void close() { ASSERT_TRUE(writer_.close()); }

 private:
  static Octets tcp_to(unsigned source, unsigned destination, std::uint32_t sequence, unsigned flags, Bytes payload) {
    Octets segment = tcp(sequence, flags, payload);
    segment[0] = static_cast<std::uint8_t>(source >> 8U);
    segment[1] = static_cast<std::uint8_t>(source);
    segment[2] = static_cast<std::uint8_t>(destination >> 8U);
    segment[3] = static_cast<std::uint8_t>(destination);
    return segment;
  }
  void send(std::uint8_t protocol, const Octets& payload) {
    Ip ip;
    ip.protocol = protocol;
    const Octets frame = ethernet(0x0800, ipv4(payload, ip));
    time_ns_ += 1'000'000;
    ASSERT_TRUE(writer_.write({++number_, time_ns_, frame, frame.size(), 1, 0, 0}));
  }

  PcapWriter writer_;
  std::uint64_t number_ = 0;
  std::int64_t time_ns_ = 1'700'000'000'000'000'000;
  unsigned count_ = 0;
};

std::string utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) (wide += c) += '\0';
  return wide;
}

std::string snmp(std::string_view community) {
  const std::string oid = "\x30\x0b\x30\x09\x06\x05\x2b\x06\x01\x02\x01\x05" + std::string{'\0'};
  const std::string pdu = "\xa0" + std::string{static_cast<char>(9 + 13 - 0)} + "\x02\x01\x01\x02\x01" +
                          std::string{'\0'} + "\x02\x01" + std::string{'\0'} + oid.substr(0, 13);
  const std::string body =
      "\x02\x01\x01\x04" + std::string{static_cast<char>(community.size())} + std::string{community} + pdu;
  return "\x30" + std::string{static_cast<char>(body.size())} + body;
}

/// [MS-NLMP] 2.2.1.3: an authenticate message with these fields.
std::string ntlm(std::string_view user, std::string_view response) {
  const auto field = [](std::size_t length, std::size_t offset) {
    std::string out;
    for (int twice = 0; twice < 2; ++twice)
      (out += static_cast<char>(length & 0xFFU)) += static_cast<char>(length >> 8U);
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(offset >> shift & 0xFFU);
    return out;
  };
  const std::string name = utf16(user);
  const std::size_t head = 64;
  std::string message{"NTLMSSP\0\x03\0\0\0", 12};
  message += field(0, head) + field(response.size(), head) + field(0, head) +
             field(name.size(), head + response.size()) + field(0, head) + field(0, head) +
             std::string{"\x01\0\0\0", 4};
  return message + std::string{response} + name;
}

std::string smb_setup(std::string_view blob) {
  std::string head{"\xfeSMB", 4};
  head += std::string(8, '\0') + std::string{"\x01\0", 2} + std::string(50, '\0');
  const std::string body = head + std::string(24, '\0') + std::string{blob};
  return std::string{'\0'} + std::string{static_cast<char>(body.size() >> 16U)} +
         static_cast<char>(body.size() >> 8U & 0xFFU) + static_cast<char>(body.size() & 0xFFU) + body;
}

const std::vector<std::string> secrets{
    "hunter2-ftp-pass",         "ftp-user-jane",     "Y29ycmVjdC1ob3JzZQ",     "correct-horse",
    "plantcommunity1",          "writecommunity2",   "jane.doe.rdp",           "ntlm-user-smith",
    "NTRESPONSEBYTES-24-LONG!", "telnet-typed-pw",   "DOE^JANE^PATIENT",       "19700131-MRN-555",
    "mail-pop-secret",          "imap-login-secret", "redis-auth-secret",      "ldap-simple-bind-pw",
    "mqtt-password-77",         "sip-digest-abcdef", "cookie-session-token-9", "form-field-password-3"};

void seed(const std::filesystem::path& path) {
  Seeded capture{path};
  capture.over_tcp(21, "USER ftp-user-jane\r\n");
  capture.over_tcp(21, "USER anonymous\r\nPASS hunter2-ftp-pass\r\n");
  capture.over_tcp(80, "GET / HTTP/1.1\r\nHost: plc\r\nAuthorization: Basic Y29ycmVjdC1ob3JzZQ==\r\n\r\n");
  capture.over_tcp(80, "GET /a HTTP/1.1\r\nHost: plc\r\nCookie: s=cookie-session-token-9\r\n\r\n");
  capture.over_tcp(
      80, "POST /login HTTP/1.1\r\nHost: plc\r\nContent-Length: 35\r\n\r\nuser=x&password=form-field-password-3");
  capture.over_udp(161, snmp("plantcommunity1"));
  capture.over_udp(161, snmp("writecommunity2"));
  capture.over_tcp(3389, std::string{"\x03\0\0\x29\x24\xe0\0\0\0\0\0", 11} + "Cookie: mstshash=jane.doe.rdp\r\n");
  capture.over_tcp(445, smb_setup(ntlm("ntlm-user-smith", "NTRESPONSEBYTES-24-LONG!")));
  capture.over_tcp(23, std::string{"\xff\xfd\x01\xff\xfd\x03"} + "telnet-typed-pw\r\n");
  capture.over_tcp(
      2575, "\x0bMSH|^~\\&|LAB|H|EHR|H|2026||ORU^R01|1|P|2.3\rPID|1||19700131-MRN-555||DOE^JANE^PATIENT\r\x1c\r");
  capture.over_tcp(110, "USER bob\r\nPASS mail-pop-secret\r\n");
  capture.over_tcp(143, "a1 LOGIN bob imap-login-secret\r\n");
  capture.over_tcp(6379, "AUTH redis-auth-secret\r\n");
  capture.over_tcp(389, std::string{"\x30\x29\x02\x01\x01\x60\x24\x02\x01\x03\x04\x0a"} + "cn=admin,dc" +
                            "\x80\x13ldap-simple-bind-pw");
  capture.over_tcp(1883, std::string{"\x10\x25\0\x04MQTT\x04\xc2\0\x3c\0\x01"
                                     "c\0\x03"
                                     "bob\0\x10",
                                     24} +
                             "mqtt-password-77");
  capture.over_udp(5060, "REGISTER sip:x SIP/2.0\r\nAuthorization: Digest response=\"sip-digest-abcdef\"\r\n\r\n");
  capture.close();
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST(Secrets, LeaveNoTraceInTheStoreOrInTheAssessment) {
  const auto folder = std::filesystem::temp_directory_path() / ("bulkhead_secrets_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  seed(folder / "seeded.pcap");
  ASSERT_NE(contents(folder / "seeded.pcap").find("hunter2-ftp-pass"), std::string::npos);
  const auto observations = observe({folder / "seeded.pcap"}, {}, {});
  ASSERT_TRUE(observations);

  // That they were seen is kept: a masked fact each, of those that a parser reads.
  const auto masked = std::count_if(observations->facts.begin(), observations->facts.end(),
                                    [](const Fact& fact) { return fact.meaning == Meaning::secret; });
  EXPECT_GE(masked, 6);

  auto store = ObservationsStore::open(folder / "bulkhead.db");
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->add(*observations));
  std::string everything = contents(folder / "bulkhead.db") + contents(folder / "bulkhead.db-wal");
  for (const Fact& fact : observations->facts) everything += fact.value + '\n';
  for (const KeptPdu& pdu : observations->kept) {
    everything += to_hex(pdu.bytes) + '\n' + std::string{pdu.bytes.begin(), pdu.bytes.end()} + '\n';
    for (const KeptMessage& message : pdu.messages)
      for (const KeptField& field : message.fields) everything += field.name + '=' + field.value + '\n';
  }
  for (const std::string& secret : secrets) {
    EXPECT_EQ(everything.find(secret), std::string::npos) << secret;
    EXPECT_EQ(everything.find(utf16(secret)), std::string::npos) << secret;
    EXPECT_EQ(everything.find(to_hex(Bytes{bytes_of(secret)})), std::string::npos) << secret;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace bulkhead::test

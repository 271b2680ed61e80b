// What is typed on the wire in the clear leaves no trace in what is stored, shown or handed over.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "assessment/assess.h"
#include "assessment/ids.h"
#include "assessment/observations_store.h"
#include "base/text.h"
#include "capture/writer.h"
#include "content/catalogue.h"
#include "report/filter.h"
#include "report/html.h"
#include "report/json.h"
#include "report/table.h"
#include "report/tables.h"
#include "report/xlsx.h"
#include "server/api.h"
#include "support/assessment_fixture.h"
#include "support/frames.h"
#include "support/program.h"

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
  /// A device that announces itself to its switch (IEEE 802.1AB) under this name.
  void announced(std::string_view name) {
    const auto unit = [](unsigned type, Bytes value) {
      return Build{}.u16be(type << 9U | static_cast<unsigned>(value.size())).add(value).bytes();
    };
    const unsigned station = 0x100 + count_++;
    const Octets mac = Build{}.u32be(0x02000000).u16be(station).bytes();
    const Octets chassis = unit(1, Build{}.u8(4).add(mac));
    const Octets port = unit(2, Build{}.u8(7).text("1"));
    const Octets time_to_live = unit(3, Build{}.u16be(120));
    const Octets system_name = unit(5, bytes_of(name));
    write(Build{}
              .u32be(0x0180C200)
              .u16be(0x000E)
              .add(mac)
              .u16be(0x88CC)
              .add(chassis)
              .add(port)
              .add(time_to_live)
              .add(system_name)
              .u16be(0)
              .bytes());
  }
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
    write(ethernet(0x0800, ipv4(payload, ip)));
  }
  void write(const Octets& frame) {
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

void seed(Seeded& capture) {
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
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void expect_no_secret(const std::string& where, const std::string& text) {
  for (const std::string& secret : secrets) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret << " in " << where;
    EXPECT_EQ(text.find(utf16(secret)), std::string::npos) << secret << ", as UTF-16, in " << where;
    EXPECT_EQ(text.find(to_hex(Bytes{bytes_of(secret)})), std::string::npos) << secret << ", in hex, in " << where;
    EXPECT_EQ(text.find(to_hex(Bytes{bytes_of(utf16(secret))})), std::string::npos)
        << secret << ", as UTF-16 in hex, in " << where;
  }
}

/// Everything that an assessment of the seeded capture leaves behind, shows or answers, by what it is called.
class Shown {
 public:
  explicit Shown(const std::filesystem::path& folder) : folder_(folder) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    const std::filesystem::path capture = folder_ / ("seeded " + capture_name);
    Seeded seeded{capture};
    seed(seeded);
    for (const std::string& name : {markup_name, script_name, reversed_name, control_name, formula_name})
      seeded.announced(name);
    seeded.close();
    const auto site = SiteFolder::open(folder_ / "site");
    EXPECT_TRUE(site && site->add_capture(capture));
    auto assessed = assess(*site, Catalogue{}, {});
    EXPECT_TRUE(assessed);
    assessment = std::move(*assessed);
    add_report(*site);
    add_tables();
    add_answers();
    add_files(site->path());
  }
  Shown(const Shown&) = delete;
  Shown& operator=(const Shown&) = delete;
  ~Shown() { std::filesystem::remove_all(folder_); }

  static inline const std::string capture_name = "<img src=x onerror=alert(1)>.pcap";
  Assessment assessment;
  std::map<std::string, std::string> texts;

 private:
  void add_report(const SiteFolder& site) {
    texts["report.html"] = html_report(assessment);
    texts["report.json"] = json_report(assessment);
    const std::filesystem::path workbook = site.out() / "assessment.xlsx";
    EXPECT_TRUE(write_xlsx(assessment, workbook));
    const Outcome unpacked = run_program({"python3", "-c",
                                          "import sys, zipfile\n"
                                          "z = zipfile.ZipFile(sys.argv[1])\n"
                                          "for n in z.namelist(): sys.stdout.buffer.write(z.read(n))",
                                          workbook.string()});
    EXPECT_EQ(unpacked.status, 0) << unpacked.err;
    EXPECT_GT(unpacked.out.size(), 10'000U);
    texts["assessment.xlsx, unpacked"] = unpacked.out;
  }
  void add_tables() {
    const View view{assessment};
    for (const std::string_view name : table_names) {
      const auto found = table_named(name, view);
      const auto rows = filtered("", *found);
      const std::string key{name};
      texts["table " + key] = table(*found, *rows, 400);
      texts["JSON rows " + key] = json_rows(*found, *rows);
      texts["CSV " + key] = csv(*found, *rows);
    }
  }
  void add_answers() {
    Api api{assessment, "127.0.0.1"};
    std::vector<std::string> targets{"/", "/api/v1/summary"};
    for (const std::string_view name : table_names)
      for (const char* query : {"", "?limit=1000", "?format=csv", "?q=secret"})
        targets.push_back(fmt::format("/api/v1/{}{}", name, query));
    for (const Finding& finding : assessment.findings)
      for (const Evidence& evidence : finding.evidence) targets.push_back("/api/v1/evidence/" + evidence.tag);
    for (const std::string& target : targets) {
      const Response response = api.answer({"GET", target, "127.0.0.1"});
      EXPECT_EQ(response.status, 200U) << target;
      texts["GET " + target] = response.body;
    }
  }
  void add_files(const std::filesystem::path& site) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator{site})
      if (entry.is_regular_file() && entry.path().parent_path() != site / "captures")
        texts["file " + entry.path().lexically_relative(site).string()] = contents(entry.path());
  }
  std::filesystem::path folder_;
};

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("bulkhead_" + name + '_' + std::to_string(::getpid()));
}

}  // namespace

TEST(Secrets, LeaveNoTraceInTheStoreOrInTheAssessment) {
  const auto folder = std::filesystem::temp_directory_path() / ("bulkhead_secrets_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  Seeded capture{folder / "seeded.pcap"};
  seed(capture);
  capture.close();
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
  expect_no_secret("what is stored", everything);
  std::filesystem::remove_all(folder);
}

TEST(Secrets, LeaveNoTraceInReportTablesAndAnswers) {
  const Shown shown{scratch("secrets_shown")};
  EXPECT_EQ(secrets.size(), 20U);
  EXPECT_GT(shown.texts.size(), 60U);
  EXPECT_FALSE(shown.assessment.findings.empty());
  for (const auto& [where, text] : shown.texts) {
    EXPECT_FALSE(text.empty()) << where;
    expect_no_secret(where, text);
  }
}

TEST(HostileNames, AreShownAsText) {
  const Shown shown{scratch("names_shown")};
  const std::string reversing = "\xE2\x80\xAE";  // U+202E
  for (const auto& [where, text] : shown.texts) {
    if (where.starts_with("file bulkhead.db") || where == "file out/assessment.xlsx") continue;  // not text
    EXPECT_EQ(text.find(reversing), std::string::npos) << where;
    EXPECT_TRUE(std::none_of(text.begin(), text.end(),
                             [](char c) {
                               return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
                                      c == 0x7F;
                             }))
        << where << " holds a control character";
    if (where.starts_with("GET /api") && where.find("csv") == std::string::npos) {
      EXPECT_TRUE(nlohmann::json::accept(text)) << where;
    }
  }
  for (const char* page : {"report.html", "GET /", "assessment.xlsx, unpacked"}) {
    const std::string& text = shown.texts.at(page);
    EXPECT_EQ(text.find("<img"), std::string::npos) << page;
    EXPECT_EQ(text.find("<script>document"), std::string::npos) << page;
    EXPECT_NE(text.find("&lt;img src=x onerror"), std::string::npos) << page;
    EXPECT_NE(text.find("U+202E"), std::string::npos) << page << " names what it does not show";
    EXPECT_NE(text.find("ESC"), std::string::npos) << page;
  }
  EXPECT_EQ(shown.texts.at("assessment.xlsx, unpacked").find("<f>"), std::string::npos) << "a formula";
  EXPECT_EQ(shown.texts.at("assessment.xlsx, unpacked").find("<hyperlink"), std::string::npos);
  EXPECT_NE(shown.texts.at("CSV assets").find("'=HYPERLINK"), std::string::npos);
  EXPECT_EQ(shown.texts.at("CSV assets").find(",=HYPERLINK"), std::string::npos);
  for (const char* answer : {"GET /api/v1/assets", "JSON rows assets"}) {
    const auto parsed = nlohmann::json::parse(shown.texts.at(answer), nullptr, false);
    const auto& rows = parsed.is_object() ? parsed["rows"] : parsed;
    for (const std::string& name : {markup_name, script_name, formula_name})
      EXPECT_TRUE(std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row["name"] == name; }))
          << answer << " does not tell " << name << " as it is";
  }
  EXPECT_NE(shown.texts.at("table assets").find("<U+202E>"), std::string::npos);
}

}  // namespace bulkhead::test

// Every frame that a finding of the demonstration plant cites, shown to another program: is it there, between those
// ends, in that protocol, with that code, and do the bytes that were kept stand in it?

#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "event/vocabulary.h"
#include "support/demo_site.h"
#include "support/program.h"

namespace bulkhead::test {

namespace {

/// How tshark prints a number.
enum class Shape : std::uint8_t { decimal, hex2, hex4, hex8, text };

/// A field of ours that says which message it is, and what tshark calls it.
struct Code {
  std::string_view schema, field, tshark;
  Shape shape = Shape::decimal;
};
constexpr std::array codes{
    Code{"s7comm.message", "rosctr", "s7comm.header.rosctr"},
    Code{"s7comm.message", "function", "s7comm.param.func", Shape::hex2},
    Code{"s7comm.identity", "as_name", "s7comm.szl.001c.0001.name", Shape::text},
    Code{"s7comm.identity", "module_name", "s7comm.szl.001c.0002.name", Shape::text},
    Code{"s7comm.identity", "plant", "s7comm.szl.001c.0003.tag", Shape::text},
    Code{"s7comm.identity", "copyright", "s7comm.szl.001c.0004.copyright", Shape::text},
    Code{"s7comm.identity", "serial_number", "s7comm.szl.001c.0005.serialn", Shape::text},
    Code{"s7comm.identity", "module_type", "s7comm.szl.001c.0007.cputypname", Shape::text},
    Code{"modbus.message", "function", "modbus.func_code"},
    Code{"enip.message", "command", "enip.command", Shape::hex4},
    Code{"cip.message", "service", "cip.sc", Shape::hex2},
    Code{"cip.identity", "vendor_id", "cip.id.vendor_id", Shape::hex4},
    Code{"cip.identity", "product_name", "enip.lir.name", Shape::text},
    Code{"smb.message", "command", "smb2.cmd"},
    Code{"smb.message", "command", "smb.cmd", Shape::hex2},
    Code{"smb.ntlm", "type", "ntlmssp.messagetype", Shape::hex8},
    Code{"smb.ntlm", "host_name", "ntlmssp.auth.hostname", Shape::text},
    Code{"smb.system", "operating_system", "smb.native_os", Shape::text},
    Code{"pn_dcp.message", "service", "pn_dcp.service_id"},
    Code{"pn_dcp.identity", "name_of_station", "pn_dcp.suboption_device_nameofstation", Shape::text},
    Code{"pn_dcp.identity", "ip_address", "pn_dcp.suboption_ip_ip", Shape::text},
    Code{"pn_rt.frame", "frame_id", "pn_rt.frame_id"},
    Code{"pn_rt.frame", "cycle_counter", "pn_rt.cycle_counter"},
    Code{"lldp.announcement", "system_name", "lldp.tlv.system.name", Shape::text},
    Code{"snmp.message", "pdu_type", "snmp.data"},
    Code{"snmp.system", "description", "snmp.var-bind_str", Shape::text},
    Code{"snmp.system", "name", "snmp.var-bind_str", Shape::text},
    Code{"opcua.message", "message_type", "opcua.transport.type", Shape::text},
    Code{"opcua.message", "service", "opcua.servicenodeid.numeric"},
    Code{"http.message", "method", "http.request.method", Shape::text},
    Code{"http.message", "host", "http.host", Shape::text},
    Code{"netbios.message", "code", "nbns.flags.opcode"},
    Code{"dns.message", "query_name", "dns.qry.name", Shape::text},
    Code{"tls.hello", "server_name", "tls.handshake.extensions_server_name", Shape::text},
    Code{"rdp.request", "offered_security", "rdp.negReq.requestedProtocols", Shape::hex8},
    Code{"vnc.greeting", "version", "vnc.server_proto_ver", Shape::text},
    Code{"vnc.greeting", "version", "vnc.client_proto_ver", Shape::text},
    Code{"ntp.message", "version", "ntp.flags.vn"},
    Code{"ntp.message", "stratum", "ntp.stratum"},
};

/// What tshark calls the protocols of ours that it calls otherwise.
const std::map<std::string, std::set<std::string>>& layers() {
  static const std::map<std::string, std::set<std::string>> names{
      {"netbios", {"nbns", "nbdgm", "browser"}}, {"smb", {"smb", "smb2"}}, {"cip", {"enip", "cip", "cipcm"}},
      {"modbus", {"mbtcp", "modbus"}},           {"rdp", {"rdp"}},
  };
  return names;
}

/// One frame, as tshark reads it: every field by its name, in whatever layer.
struct Frame {
  std::multimap<std::string, std::string> fields;
  std::string bytes;  ///< Hexadecimal.
  [[nodiscard]] bool has(const std::string& name, const std::string& value) const {
    const auto [first, last] = fields.equal_range(name);
    return std::any_of(first, last, [&](const auto& field) { return field.second == value; });
  }
  [[nodiscard]] std::string all(const std::string& name) const {
    std::string text;
    const auto [first, last] = fields.equal_range(name);
    for (auto field = first; field != last; ++field) text += field->second + ' ';
    return text;
  }
  /// The last of a name: of what a tunnel carries, the innermost.
  [[nodiscard]] std::string last(const std::string& name) const {
    const auto [first, end] = fields.equal_range(name);
    return first == end ? std::string{} : std::prev(end)->second;
  }
  /// "10.0.0.5:502", or the MAC.
  [[nodiscard]] std::string end(const std::string& side) const {
    const std::string address = last(side == "src" ? "ip.src" : "ip.dst");
    if (address.empty()) return last("eth." + side);
    const std::string port = side + "port";
    const std::string number = fields.contains("tcp." + port) ? last("tcp." + port) : last("udp." + port);
    return address + (number.empty() ? "" : ':' + number);
  }
};

void collect(const nlohmann::json& node, Frame& frame) {
  if (node.is_array()) {
    for (const auto& item : node) collect(item, frame);
    return;
  }
  if (!node.is_object()) return;
  for (const auto& [name, value] : node.items()) {
    if (name == "frame_raw") frame.bytes = value.at(0).get<std::string>();
    else if (name.ends_with("_raw")) continue;
    else if (value.is_string()) frame.fields.emplace(name, value.get<std::string>());
    else {
      if (value.is_array())
        for (const auto& item : value)
          if (item.is_string()) frame.fields.emplace(name, item.get<std::string>());
      collect(value, frame);
    }
  }
}

/// One run of tshark for all that is asked of a capture.
std::map<std::uint64_t, Frame> read_frames(const std::filesystem::path& capture,
                                           const std::set<std::uint64_t>& numbers) {
  const Outcome outcome = run_program(
      {"tshark", "-n", "-r", capture.string(), "-Y", fmt::format("frame.number in {{{}}}", fmt::join(numbers, ",")),
       // A port that nobody reserves, which the plant's OPC server uses: content told us, tshark has to be told.
       "-d", "tcp.port==49320,opcua", "-T", "json", "-x", "--no-duplicate-keys"});
  std::map<std::uint64_t, Frame> frames;
  const auto parsed = nlohmann::json::parse(outcome.out, nullptr, false);
  EXPECT_TRUE(parsed.is_array()) << capture << ": " << outcome.err;
  if (!parsed.is_array()) return frames;
  for (const auto& packet : parsed) {
    Frame frame;
    collect(packet.at("_source").at("layers"), frame);
    frames.emplace(std::stoull(frame.last("frame.number")), std::move(frame));
  }
  return frames;
}

std::string value_of(const KeptMessage& message, std::string_view name) {
  const auto found = std::find_if(message.fields.begin(), message.fields.end(),
                                  [&](const KeptField& field) { return field.name == name; });
  return found == message.fields.end() ? std::string{} : found->value;
}

std::string as_tshark_prints(const std::string& value, Shape shape) {
  if (shape == Shape::hex2) return fmt::format("0x{:02x}", std::stoull(value));
  if (shape == Shape::hex4) return fmt::format("0x{:04x}", std::stoull(value));
  if (shape == Shape::hex8) return fmt::format("0x{:08x}", std::stoull(value));
  return value;
}

class Judge {
 public:
  explicit Judge(const Assessment& assessment) : assessment_(assessment) {}

  void hold(const Finding& finding, const Evidence& evidence, const Frame& frame) {
    const std::string place = to_text(evidence.citation, assessment_) + ", for " + finding.rule;
    const KeptPdu* pdu = assessment_.pdu(evidence.citation);
    if (pdu == nullptr) return hold_contact(evidence, frame, place);
    for (const KeptMessage& message : pdu->messages) hold_message(message, frame, place);
    hold_bytes(*pdu, frame, place);
    hold_operation(evidence, *pdu, place);
  }
  std::size_t frames = 0, codes_compared = 0, bytes_compared = 0;

 private:
  /// A contact without a message: the frame begins a conversation between those that the finding names.
  void hold_contact(const Evidence& evidence, const Frame& frame, const std::string& place) {
    const auto& conversations = assessment_.traffic.conversations;
    const auto found = std::find_if(conversations.begin(), conversations.end(), [&](const Conversation& conversation) {
      return conversation.first.capture == evidence.citation.capture &&
             conversation.first.frame == evidence.citation.frame;
    });
    ASSERT_NE(found, conversations.end()) << place;
    EXPECT_TRUE(found->operations.empty()) << place << ": its messages were understood, and none is cited";
    EXPECT_EQ(frame.last("ip.src"), to_text(found->client)) << place;
    EXPECT_EQ(frame.end("dst"), fmt::format("{}:{}", to_text(found->server), found->port.value_or(0))) << place;
  }

  void hold_message(const KeptMessage& message, const Frame& frame, const std::string& place) {
    EXPECT_EQ(frame.end("src"), message.source) << place << ' ' << message.schema;
    EXPECT_EQ(frame.end("dst"), message.destination) << place << ' ' << message.schema;
    const std::string protocol = message.schema.substr(0, message.schema.find('.'));
    const auto known = layers().find(protocol);
    const std::set<std::string> expected = known == layers().end() ? std::set{protocol} : known->second;
    const std::string stack = ':' + frame.last("frame.protocols") + ':';
    EXPECT_TRUE(
        std::any_of(expected.begin(), expected.end(),
                    [&](const std::string& layer) { return stack.find(':' + layer + ':') != std::string::npos; }))
        << place << ": " << stack << " carries no " << protocol;
    std::size_t compared = 0;
    for (const Code& code : codes) {
      const std::string value = value_of(message, code.field);
      const std::string name{code.tshark};
      if (code.schema != message.schema || value.empty() || !frame.fields.contains(name)) continue;
      ++compared;
      EXPECT_TRUE(frame.has(name, as_tshark_prints(value, code.shape)))
          << place << ": " << message.schema << ' ' << code.field << ' ' << value << ", and tshark reads " << name
          << ' ' << frame.all(name);
    }
    EXPECT_GT(compared, 0U) << place << ": nothing of " << message.schema << " was compared; " << stack;
    codes_compared += compared;
  }

  /// The bytes that were kept stand in the frame, but for those that are masked.
  void hold_bytes(const KeptPdu& pdu, const Frame& frame, const std::string& place) {
    if (pdu.bytes.empty() || pdu.first_frame != pdu.frame) return;
    std::set<std::size_t> masked;
    for (const auto& [offset, size] : pdu.masked)
      for (std::size_t i = 0; i < size; ++i) masked.insert(offset + i);
    const std::string kept = to_hex(pdu.bytes);
    bool found = false;
    for (std::size_t at = 0; !found && at + kept.size() <= frame.bytes.size(); at += 2) {
      std::size_t same = 0;
      while (same < kept.size() && (masked.contains(same / 2) || kept[same] == frame.bytes[at + same])) ++same;
      found = same == kept.size();
    }
    EXPECT_TRUE(found) << place << ": " << kept << " is not in " << frame.bytes;
    bytes_compared += pdu.bytes.size();
  }

  /// What the sentence says was done is what a message of the frame does.
  static void hold_operation(const Evidence& evidence, const KeptPdu& pdu, const std::string& place) {
    std::set<std::string> done;
    for (const KeptMessage& message : pdu.messages) done.insert(value_of(message, "operation"));
    const std::string sentence = evidence.sentence.substr(evidence.sentence.rfind(": ") + 1) + ' ';
    for (unsigned code = 1; code < operation_count; ++code) {
      const std::string operation{name(static_cast<Operation>(code))};
      if (sentence.find(' ' + operation + ' ') == std::string::npos) continue;
      EXPECT_TRUE(done.contains(operation)) << place << ": " << evidence.sentence;
    }
  }

  const Assessment& assessment_;
};

}  // namespace

TEST(CitedFrames, CarryWhatTheFindingSays) {
  if (run_program({"tshark", "--version"}).status != 0) GTEST_SKIP() << "tshark is not installed";
  const DemoSite site{"cited"};
  const Assessment assessment = site.assessed();
  std::map<std::uint32_t, std::set<std::uint64_t>> wanted;
  for (const Finding& finding : assessment.findings)
    for (const Evidence& evidence : finding.evidence) wanted[evidence.citation.capture].insert(evidence.citation.frame);
  std::map<std::uint32_t, std::map<std::uint64_t, Frame>> read;
  for (const auto& [capture, numbers] : wanted)
    read[capture] = read_frames(site.capture(assessment.capture(capture)->name), numbers);

  Judge judge{assessment};
  for (const Finding& finding : assessment.findings)
    for (const Evidence& evidence : finding.evidence) {
      const auto& frames = read[evidence.citation.capture];
      const auto frame = frames.find(evidence.citation.frame);
      ASSERT_NE(frame, frames.end()) << to_text(evidence.citation, assessment) << ": tshark has no such frame";
      judge.hold(finding, evidence, frame->second);
      ++judge.frames;
    }
  EXPECT_GT(judge.frames, 50U);
  RecordProperty("frames", static_cast<int>(judge.frames));
  fmt::print("{} citations in {} captures, {} codes and {} bytes compared\n", judge.frames, wanted.size(),
             judge.codes_compared, judge.bytes_compared);
}

}  // namespace bulkhead::test

// Every message of the OT protocols, by its code, against another program's count of them, capture by capture.
//
// tshark is a second opinion, not the truth. A difference stands in `explained`, with its size and the reason; one that
// does not, or that has another size than it had, fails.

#include <array>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "event/json.h"
#include "pipeline/pipeline.h"

namespace bulkhead::test {

namespace {

/// How tshark prints a code.
enum class Shape : std::uint8_t { decimal, hex2, hex4, hex8, text };

/// One counter of the oracle, and the fields that it should equal. Two fields are a pair: `4/1`.
struct Counter {
  std::string_view protocol;  ///< As the oracle calls it.
  std::string_view name;
  std::string_view schema;
  std::vector<std::string_view> fields;
  Shape shape = Shape::decimal;
  bool by_side = false;          ///< Split by the protocol's own port: to it is a request.
  std::string_view needs = {};   ///< Counted only where this field ...
  std::string_view equals = {};  ///< ... has this value; after `!`, where it has another.
};

const std::vector<Counter>& counters() {
  static const std::vector<Counter> all{
      {"modbus", "func", "modbus.message", {"function"}, Shape::decimal, true},
      {"modbus", "exception", "modbus.message", {"exception"}},
      {"modbus", "unit", "modbus.message", {"unit"}},
      {"s7comm", "rosctr", "s7comm.message", {"rosctr"}},
      {"s7comm", "func", "s7comm.message", {"function"}, Shape::hex2, true},
      {"s7comm", "userdata", "s7comm.message", {"userdata_type", "function_group"}},
      {"s7comm", "subfunc", "s7comm.message", {"function_group", "sub_function"}},
      {"s7comm", "errcls", "s7comm.message", {"error_class"}, Shape::hex2},
      {"s7comm", "szl", "s7comm.message", {"szl_id", "szl_index"}, Shape::hex4},
      {"s7comm", "pi_service", "s7comm.message", {"service"}, Shape::text},
      {"enip", "command", "enip.message", {"command"}, Shape::hex4, true},
      {"enip", "status", "enip.message", {"status"}, Shape::hex8},
      {"cip", "service", "cip.message", {"service"}, Shape::hex2},
      {"cip", "class", "cip.message", {"class"}, Shape::hex2},
      {"cip", "genstat", "cip.message", {"general_status"}, Shape::hex2},
      {"cspv4", "cmd", "cip.pccc", {"command"}, Shape::hex2, false, "response", "false"},
      {"dnp3", "prifunc", "dnp3.message", {"link_function"}, Shape::decimal, false, "primary", "true"},
      {"dnp3", "secfunc", "dnp3.message", {"link_function"}, Shape::decimal, false, "primary", "false"},
      {"dnp3", "func", "dnp3.message", {"function"}},
      {"dnp3", "obj", "dnp3.object", {"group", "variation"}, Shape::hex2},
      {"dnp3", "src_dst", "dnp3.message", {"link_source", "link_destination"}},
      {"iec104", "type", "iec104.message", {"format"}, Shape::hex8},
      {"iec104", "utype", "iec104.message", {"u_function"}, Shape::hex8},
      {"iec104", "typeid", "iec104.message", {"type"}, Shape::decimal, true},
      {"iec104", "asdu", "iec104.message", {"type", "cause"}},
      {"iec104", "addr", "iec104.message", {"common_address"}},
      {"bacnet", "bvlc", "bacnet.message", {"bvlc_function"}, Shape::hex2},
      {"bacnet", "npdu", "bacnet.message", {"network_message"}, Shape::hex2},
      {"bacnet", "apdu", "bacnet.message", {"pdu_type"}},
      {"bacnet", "unconfirmed", "bacnet.message", {"service"}, Shape::decimal, false, "pdu_type", "1"},
      {"bacnet", "confirmed", "bacnet.message", {"pdu_type", "service"}, Shape::decimal, false, "pdu_type", "!1"},
      {"pn_dcp", "service", "pn_dcp.message", {"service", "service_type"}},
      {"mms", "confirmed_req", "mms.message", {"service"}, Shape::decimal, false, "pdu_type", "0"},
      {"mms", "confirmed_rsp", "mms.message", {"service"}, Shape::decimal, false, "pdu_type", "1"},
      {"mms", "unconfirmed", "mms.message", {"service"}, Shape::decimal, false, "pdu_type", "3"},
      {"s7comm_plus", "version", "s7comm_plus.message", {"version"}},
      {"cotp", "type", "cotp.message", {"type"}, Shape::hex2},
      {"opcua", "transport", "opcua.message", {"message_type"}, Shape::text, true},
      {"opcua", "service", "opcua.message", {"service"}, Shape::decimal, true},
      {"ethercat", "cmd", "ethercat.datagram", {"command"}, Shape::hex2},
      {"epl", "mtyp", "powerlink.message", {"type"}},
      {"epl", "src", "powerlink.message", {"source_node"}},
      {"pn_io", "operation", "pn_cm.message", {"procedure"}},
      {"pn_mrp", "type", "mrp.frame", {"type"}, Shape::hex2},
      {"prp", "type", "prp.supervision", {"type"}},
      {"ptp", "type", "ptp.message", {"type"}, Shape::hex2, false, "version", "2"},
  };
  return all;
}

const std::map<std::string_view, std::set<std::uint16_t>>& own_ports() {
  static const std::map<std::string_view, std::set<std::uint16_t>> ports{
      {"modbus", {502}}, {"s7comm", {102}}, {"enip", {44818, 2222}}, {"iec104", {2404}}, {"opcua", {4840}}};
  return ports;
}

/// A difference that is understood.
struct Explained {
  std::string_view path, counter;
  std::uint64_t difference;  ///< Sum over the codes of how far the two counts are apart.
  std::string_view reason;
};
// Why two counts differ.
constexpr std::string_view not_a_repeat =
    "tshark reads no segment that it takes for a retransmission, even where no copy came before";
constexpr std::string_view forged_sequence =
    "fuzzed sequence numbers: tshark reads each segment apart and skips those that seem repeated";
constexpr std::string_view octet_by_octet = "requests that come octet by octet, which tshark does not join";
constexpr std::string_view mode_report = "tshark does not call the sub-function of a mode report one";
constexpr std::string_view all_classes =
    "tshark counts each class segment of every path, also of the path that it repeats with an answer";
constexpr std::string_view transport_wraps =
    "tshark does not join a fragment whose transport sequence wraps from 63 to 0, or misreads its end";
constexpr std::string_view octet_string = "the variation of an octet string is its length; tshark says 0";
constexpr std::string_view authentication_objects = "tshark reads no objects of authentication requests and responses";
constexpr std::string_view common_time = "tshark does not know group 51 variation 2 and stops there";
constexpr std::string_view link_function =
    "link functions 5 and 10 do not exist; tshark reads user data in them all the same";
constexpr std::string_view bacnet_version = "a datagram of network layer version 16, which tshark reads as version 1";
constexpr std::string_view no_association =
    "tshark knows MMS only by the contexts that an association agreed on, and the capture misses its start";
constexpr std::string_view remote_desktop = "the start of a remote desktop is read as RDP";
constexpr std::string_view a_repeat = "tshark reads a segment again that was sent again";
constexpr std::string_view process_images =
    "datagrams of process data are counted with their frame, not told one by one";

constexpr std::array explained{
    Explained{"ethercat/ct-ethercat.pcap", "ethercat.cmd", 124, process_images},
    Explained{"goose-sv/iti-sample_file_mms_and_goose.pcap", "mms.unconfirmed", 28, no_association},
    Explained{"mms/iti-iec.pcap", "mms.confirmed_req", 1, no_association},
    Explained{"it/ndpi-rdp.pcap", "cotp.type", 2, remote_desktop},
    Explained{"it/ndpi-rdp3.pcap", "cotp.type", 24, remote_desktop},
    Explained{"it/ndpi-rdp_over_tls.pcap", "cotp.type", 2, remote_desktop},
    Explained{"malformed/zeek-rdp-invalid-length.pcap", "cotp.type", 1, remote_desktop},
    Explained{"opcua/tfg-t0802-autocollect-opcua.pcapng", "cotp.type", 3, a_repeat},
    Explained{"opcua/tfg-t0802-autocollect-opcua.pcapng", "s7comm_plus.version", 1, a_repeat},
    Explained{"mms/robidev-mms_resp.pcap", "cotp.type", 1, not_a_repeat},
    Explained{"s7comm-plus/emre-cotp.pcap", "cotp.type", 4, not_a_repeat},
    Explained{"s7comm-plus/emre-cotp.pcap", "s7comm_plus.version", 4, not_a_repeat},
    Explained{"s7comm/iti-s7comm_clean.pcap", "cotp.type", 12, not_a_repeat},
    Explained{"s7comm/iti-wincc_s300_setup-alarm-read_2.pcap", "cotp.type", 1, not_a_repeat},
    Explained{"enip-cip/emre-cipvalue.pcap", "cip.service", 9, not_a_repeat},
    Explained{"enip-cip/emre-cipvalue.pcap", "enip.command.req", 9, not_a_repeat},
    Explained{"enip-cip/emre-cipvalue.pcap", "enip.status", 9, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "cip.class", 26, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "cip.genstat", 37, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "cip.service", 71, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "cspv4.cmd", 34, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "enip.command.req", 34, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "enip.command.rsp", 37, not_a_repeat},
    Explained{"enip-cip/malcolm-winxp.pcap", "enip.status", 71, not_a_repeat},
    Explained{"modbus/iti-mb2.pcap", "modbus.func.req", 4, not_a_repeat},
    Explained{"modbus/iti-mb2.pcap", "modbus.func.rsp", 3, not_a_repeat},
    Explained{"modbus/iti-mb2.pcap", "modbus.unit", 7, not_a_repeat},
    Explained{"s7comm/iti-s7comm_clean.pcap", "s7comm.errcls", 12, not_a_repeat},
    Explained{"s7comm/iti-s7comm_clean.pcap", "s7comm.func.rsp", 12, not_a_repeat},
    Explained{"s7comm/iti-s7comm_clean.pcap", "s7comm.rosctr", 12, not_a_repeat},
    Explained{"modbus/iti-fuzz-72.pcap", "modbus.exception", 5, forged_sequence},
    Explained{"modbus/iti-fuzz-72.pcap", "modbus.func.req", 2, forged_sequence},
    Explained{"modbus/iti-fuzz-72.pcap", "modbus.func.rsp", 5, forged_sequence},
    Explained{"modbus/iti-fuzz-72.pcap", "modbus.unit", 5, forged_sequence},
    Explained{"modbus/tfg-t0814-inhibitresponsefunction_2.pcap", "modbus.func.req", 1242, octet_by_octet},
    Explained{"modbus/tfg-t0814-inhibitresponsefunction_2.pcap", "modbus.unit", 1242, octet_by_octet},
    Explained{"s7comm/iti-step7_s300_stop.pcap", "s7comm.subfunc", 1, mode_report},
    Explained{"enip-cip/emre-controllogix_logix5000_download_upload_run.pcap", "cip.class", 264, all_classes},
    Explained{"enip-cip/emre-enip_cip-cm.pcap", "cip.class", 4, all_classes},
    Explained{"enip-cip/ipal-cip.pcapng", "cip.class", 10, all_classes},
    Explained{"enip-cip/iti-cip_unlock_cpu.pcap", "cip.class", 1, all_classes},
    Explained{"enip-cip/iti-eip-lockplcattempt.pcap", "cip.class", 12, all_classes},
    Explained{"enip-cip/iti-eip-rebootorrestart.pcap", "cip.class", 915, all_classes},
    Explained{"enip-cip/iti-eip-remotemodechangeattempt.pcap", "cip.class", 4, all_classes},
    Explained{"enip-cip/tfg-t0814-dos-pcc.pcapng", "cip.class", 3, all_classes},
    Explained{"modbus/iti-mb2.pcap", "cip.class", 57, all_classes},
    Explained{"dnp3/icsnpp-dnp3-dnp3_example.pcap", "dnp3.func", 6, transport_wraps},
    Explained{"dnp3/icsnpp-dnp3-dnp3_example.pcap", "dnp3.obj", 14, transport_wraps},
    Explained{"dnp3/tfg-t0843-fileread-dnp3-fixed.pcapng", "dnp3.func", 19, transport_wraps},
    Explained{"dnp3/tfg-t0843-fileread-dnp3-fixed.pcapng", "dnp3.obj", 16, transport_wraps},
    Explained{"dnp3/emre-dnp3value.pcap", "dnp3.obj", 2, octet_string},
    Explained{"dnp3/emre-dnpoctestring.pcap", "dnp3.obj", 4, octet_string},
    Explained{"dnp3/iti-auth_change_session_keys.pcap", "dnp3.obj", 4, authentication_objects},
    Explained{"dnp3/iti-auth_control_challenge_response.pcap", "dnp3.obj", 2, authentication_objects},
    Explained{"dnp3/iti-conf-8.14.2.12.pcap", "dnp3.obj", 1, common_time},
    Explained{"dnp3/iti-conf-6.6.2.2.pcap", "dnp3.func", 2, link_function},
    Explained{"dnp3/iti-conf-6.6.2.2.pcap", "dnp3.obj", 2, link_function},
    Explained{"bacnet/ct-bacnet-stack-services.pcap", "bacnet.apdu", 1, bacnet_version},
    Explained{"bacnet/ct-bacnet-stack-services.pcap", "bacnet.bvlc", 1, bacnet_version},
    Explained{"bacnet/ct-bacnet-stack-services.pcap", "bacnet.confirmed", 1, bacnet_version},
};

/// Messages of a protocol that tshark does not see at all.
struct Claimed {
  std::string_view path, protocol, reason;
};
constexpr std::array claimed{
    Claimed{"cotp/emre-pres.pcapng", "mms", no_association},
    Claimed{"cotp/emre-pres1.pcapng", "mms", no_association},
    Claimed{"mms/robidev-mms_resp.pcap", "mms", no_association},
    Claimed{"roc-plus/icsnpp-roc-plus-all_opcodes_tcp.pcap", "modbus",
            "a request of ROC Plus has the shape and the checksum of one of Modbus RTU"},
};

using Counts = std::map<std::string, std::map<std::string, std::uint64_t>>;  // "modbus.func.req" -> "3" -> messages

class Counting final : public Consumer {
 public:
  [[nodiscard]] bool wants(const Schema& schema) const override {
    return std::any_of(counters().begin(), counters().end(),
                       [&](const Counter& counter) { return counter.schema == schema.name; });
  }
  void on(const Event& event) override {
    for (const Counter& counter : counters())
      if (counter.schema == event.schema.name) count(counter, event);
  }
  Counts counts;

 private:
  static Value value_of(const Event& event, std::string_view name) {
    for (const Field& field : event.schema.fields)
      if (field.name == name) return field.get(event.message);
    ADD_FAILURE() << event.schema.name << " has no field " << name;
    return {};
  }

  static std::string key_of(const Counter& counter, std::string_view name, const Event& event) {
    const Value value = value_of(event, name);
    const auto* number = std::get_if<std::uint64_t>(&value);
    if (number == nullptr) return to_text(value);
    std::uint64_t code = *number;
    if (counter.protocol == "cip" && name == "service" && to_text(value_of(event, "response")) == "true") code |= 0x80U;
    switch (counter.shape) {
      case Shape::hex2: return code > 0xFF ? fmt::format("0x{:04x}", code) : fmt::format("0x{:02x}", code);
      case Shape::hex4: return fmt::format("0x{:04x}", code);
      case Shape::hex8: return fmt::format("0x{:08x}", code);
      case Shape::decimal:
      case Shape::text: break;
    }
    return std::to_string(code);
  }

  void count(const Counter& counter, const Event& event) {
    if (!counter.needs.empty()) {
      const std::string has = to_text(value_of(event, counter.needs));
      const bool unlike = counter.equals.starts_with('!');
      if (unlike == (has == counter.equals.substr(unlike ? 1 : 0))) return;
    }
    std::string key;
    for (const std::string_view field : counter.fields) {
      const std::string part = key_of(counter, field, event);
      if (part.empty()) return;
      if (counter.name == "obj" && !key.empty()) key += part.substr(2);
      else key += (key.empty() ? "" : "/") + part;
    }
    std::string name = fmt::format("{}.{}", counter.protocol, counter.name);
    if (counter.by_side) {
      const auto& ports = own_ports().at(counter.protocol);
      const bool to = ports.contains(event.origin.destination.port.value_or(0));
      const bool from = ports.contains(event.origin.source.port.value_or(0));
      name += to == from ? ".?" : to ? ".req" : ".rsp";
    }
    ++counts[name][key];
  }
};

Counts count_messages(const std::filesystem::path& path) {
  const std::vector<CaptureInput> inputs{{path, path.filename().string(), 0, 0, 0}};
  RunOptions options;
  options.keep_duplicates = true;
  options.classify_others = false;
  Counting counting;
  const auto summary = run(inputs, options, [&](std::size_t) { return std::vector<Consumer*>{&counting}; });
  EXPECT_TRUE(summary) << path;
  return counting.counts;
}

/// Nobody else's traffic is called one of these protocols.
void expect_no_other(const std::string& path, const std::set<std::string_view>& protocols, const Counts& ours) {
  std::map<std::string_view, std::uint64_t> others;
  for (const auto& [name, codes] : ours) {
    const std::string_view protocol = std::string_view{name}.substr(0, name.find('.'));
    if (protocols.contains(protocol)) continue;
    std::uint64_t sum = 0;
    for (const auto& [code, count] : codes) sum += count;
    others[protocol] = std::max(others[protocol], sum);
  }
  for (const auto& [protocol, messages] : others) {
    const bool known = std::any_of(claimed.begin(), claimed.end(), [&](const Claimed& entry) {
      return entry.path == path && entry.protocol == protocol;
    });
    EXPECT_TRUE(known) << path << ": " << messages << " messages of " << protocol << ", of which tshark sees none";
  }
}

struct Line {
  std::size_t files = 0;
  std::uint64_t messages = 0, equal = 0, explained = 0;
};

}  // namespace

TEST(Messages, AreAsManyOfEachCodeAsTsharkCounts) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  std::ifstream file{folder / "oracle.json"};
  if (!file) GTEST_SKIP() << folder << " is not there";
  const auto oracle = nlohmann::json::parse(file);
  std::map<std::string, Line> table;
  std::set<const Explained*> used;
  for (const auto& [path, seen] : oracle["captures"].items()) {
    std::set<std::string_view> protocols;
    for (const Counter& counter : counters())
      if (seen["messages"].contains(counter.protocol)) protocols.insert(counter.protocol);
    if (seen["format"].get<std::string>().starts_with("other")) continue;
    const Counts ours = count_messages(folder / path);
    expect_no_other(path, protocols, ours);
    std::set<std::string> files_of;
    for (const Counter& counter : counters()) {
      if (!protocols.contains(counter.protocol)) continue;
      const auto& theirs = seen["messages"][std::string{counter.protocol}];
      for (const std::string_view side : {"", ".req", ".rsp", ".?"}) {
        const std::string name = std::string{counter.name} + std::string{side};
        const std::string full = std::string{counter.protocol} + '.' + name;
        std::map<std::string, std::uint64_t> expected;
        if (theirs.contains(name))
          for (const auto& [key, count] : theirs[name].items()) expected[key] = count;
        const bool only_the_first = theirs.contains(name + ".distinct");
        std::map<std::string, std::uint64_t> found;
        if (const auto known = ours.find(full); known != ours.end()) found = known->second;
        Line& line = table[fmt::format("{}.{}", counter.protocol, counter.name)];
        if (files_of.insert(fmt::format("{}.{}", counter.protocol, counter.name)).second) ++line.files;
        std::uint64_t difference = 0;
        std::string details;
        for (const auto& [key, count] : expected) found.try_emplace(key, 0);
        for (const auto& [key, count] : found) {
          const auto known = expected.find(key);
          if (known == expected.end() && only_the_first) continue;
          const std::uint64_t wanted = known == expected.end() ? 0 : known->second;
          line.messages += wanted;
          line.equal += std::min(wanted, count);
          if (wanted == count) continue;
          difference += std::max(wanted, count) - std::min(wanted, count);
          details += fmt::format(" {}: {} instead of {};", key, count, wanted);
        }
        const auto* reason = std::find_if(explained.begin(), explained.end(), [&](const Explained& entry) {
          return entry.path == path && entry.counter == full;
        });
        if (reason != explained.end()) {
          used.insert(reason);
          line.explained += difference;
          EXPECT_EQ(difference, reason->difference) << path << ' ' << full << details.substr(0, 600);
        } else {
          EXPECT_EQ(difference, 0U) << path << ' ' << full << details.substr(0, 600);
        }
      }
    }
  }
  fmt::print("{:<20}{:>7}{:>10}{:>10}{:>10}\n", "counter", "files", "messages", "equal", "explained");
  for (const auto& [name, line] : table)
    fmt::print("{:<20}{:>7}{:>10}{:>10}{:>10}\n", name, line.files, line.messages, line.equal, line.explained);
  for (const Explained& entry : explained)
    EXPECT_TRUE(used.contains(&entry)) << entry.path << ' ' << entry.counter << " is explained and was not compared";
}

}  // namespace bulkhead::test

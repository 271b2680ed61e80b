// What devices say of themselves, against another program's reading, fact by fact: whether it was learnt, of whom, and
// whether the frame that is cited holds it. Kinds are not pooled: each has its own bar.

#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "assessment/observe.h"
#include "base/numbered_ids.h"
#include "content/catalogue.h"
#include "event/json.h"
#include "inventory/roles.h"
#include "net/packet.h"
#include "pipeline/pipeline.h"
#include "protocol/quic_keys.h"
#include "support/build.h"
#include "support/replay.h"

namespace bulkhead::test {

namespace {

/// How two ways of writing a value are compared.
enum class Form : std::uint8_t {
  text,
  number,    ///< `0x000e` is 14.
  hex,       ///< Octets.
  major,     ///< 15 in "15.4".
  minor,     ///< 4 in "15.4".
  revision,  ///< A word: 1027 is "4.3".
  within,    ///< A part of what we say, or the other way round.
  net_id,    ///< Six octets with points between.
  present,   ///< Said in another form: that something was said is enough.
};

/// Whom a fact is about.
enum class Owner : std::uint8_t { sender, receiver, nobody };

struct Row {
  std::string_view kind, field;
  std::vector<std::string_view> sources;  ///< "cip.identity product_name": schema and field.
  Form form = Form::text;
  Owner owner = Owner::sender;  ///< `nobody`: it names no device, so no asset need carry it.
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"cip.identity", "name", {"cip.identity product_name"}},
      {"cip.identity", "serial", {"cip.identity serial_number"}, Form::hex},
      {"cip.identity", "vendor", {"cip.identity vendor_id"}, Form::number, Owner::nobody},
      {"cip.identity", "devtype", {"cip.identity device_type"}, Form::number, Owner::nobody},
      {"cip.identity", "code", {"cip.identity product_code"}, Form::number, Owner::nobody},
      {"cip.identity", "major", {"cip.identity revision"}, Form::major},
      {"cip.identity", "minor", {"cip.identity revision"}, Form::minor},
      {"enip.list_identity", "name", {"cip.identity product_name"}},
      {"enip.list_identity", "serial", {"cip.identity serial_number"}, Form::hex},
      {"enip.list_identity", "vendor", {"cip.identity vendor_id"}, Form::number, Owner::nobody},
      {"enip.list_identity", "devtype", {"cip.identity device_type"}, Form::number, Owner::nobody},
      {"enip.list_identity", "code", {"cip.identity product_code"}, Form::number, Owner::nobody},
      {"enip.list_identity", "rev", {"cip.identity revision"}, Form::revision},
      {"enip.list_identity", "state", {"cip.identity state"}, Form::number, Owner::nobody},
      {"s7.module", "order", {"s7comm.identity order_number"}},
      {"s7.component", "plc_name", {"s7comm.identity as_name"}},
      {"s7.component", "module_name", {"s7comm.identity module_name"}},
      {"s7.component", "copyright", {"s7comm.identity copyright"}, Form::text, Owner::nobody},
      {"s7.component", "serial", {"s7comm.identity serial_number"}},
      {"s7.component", "cpu_type", {"s7comm.identity module_type"}},
      {"s7.component", "mmc", {"s7comm.identity memory_card"}, Form::text, Owner::nobody},
      {"modbus.device_id", "0", {"modbus.identity vendor"}},
      {"modbus.device_id", "1", {"modbus.identity product_code"}},
      {"modbus.device_id", "2", {"modbus.identity revision"}},
      {"bacnet.i_am", "instance", {"bacnet.identity instance"}, Form::number, Owner::nobody},
      {"bacnet.i_am", "vendor", {"bacnet.identity vendor_id"}, Form::number, Owner::nobody},
      {"bacnet.property", "value", {"bacnet.identity *", "bacnet.item text"}, Form::text, Owner::nobody},
      {"bacnet.net", "snet", {"bacnet.message source_network"}, Form::number, Owner::nobody},
      {"dnp3.addr", "addr", {"dnp3.message link_source"}, Form::number, Owner::nobody},
      {"iec104.ca", "ca", {"iec104.message common_address"}, Form::number, Owner::nobody},
      {"cotp.tsap", "src", {"cotp.message calling_tsap"}, Form::hex, Owner::nobody},
      {"cotp.tsap", "dst", {"cotp.message called_tsap"}, Form::hex, Owner::nobody},
      {"goose.cb", "gocbRef", {"goose.message gocb_ref"}},
      {"goose.cb", "datSet", {"goose.message data_set"}, Form::text, Owner::nobody},
      {"goose.cb", "goID", {"goose.message go_id"}, Form::text, Owner::nobody},
      {"goose.cb", "appid", {"goose.message appid"}, Form::number, Owner::nobody},
      {"goose.cb", "confRev", {"goose.message conf_rev"}, Form::number, Owner::nobody},
      {"sv.stream", "svID", {"sv.message sv_id"}},
      {"sv.stream", "appid", {"sv.message appid"}, Form::number, Owner::nobody},
      {"sv.stream", "confRev", {"sv.message conf_rev"}, Form::number, Owner::nobody},
      {"mqtt.client", "id", {"mqtt.message client_id"}},
      {"mqtt.client", "ver", {"mqtt.message level"}, Form::number, Owner::nobody},
      {"mqtt.client", "user", {"mqtt.message user"}, Form::present, Owner::nobody},
      {"ams.netid",
       "src",
       {"ads.message station", "ads.message client", "ads.discovery net_id"},
       Form::net_id,
       Owner::nobody},
      {"ams.netid", "dst", {"ads.message station", "ads.message client"}, Form::net_id, Owner::nobody},
      {"omron.controller", "model", {"fins.identity model"}},
      {"omron.controller", "version", {"fins.identity version"}},
      {"vnc", "server", {"vnc.greeting version"}, Form::text, Owner::nobody},
      {"vnc", "client", {"vnc.greeting version"}, Form::text, Owner::nobody},
      {"vnc", "name", {"vnc.desktop desktop"}},
      {"lldp", "name", {"lldp.announcement system_name"}},
      {"lldp", "desc", {"lldp.announcement system_description"}},
      {"lldp", "chassis", {"lldp.announcement chassis"}, Form::within, Owner::nobody},
      {"lldp", "chassis_mac", {"lldp.announcement chassis_mac"}, Form::hex, Owner::nobody},
      {"lldp", "port", {"lldp.announcement port"}},
      {"lldp", "port_desc", {"lldp.announcement port_description"}, Form::text, Owner::nobody},
      {"lldp", "mgmt", {"lldp.announcement management_address"}, Form::text, Owner::nobody},
      {"cdp", "device", {"cdp.announcement device"}},
      {"cdp", "platform", {"cdp.announcement platform"}},
      {"cdp", "software", {"cdp.announcement software"}},
      {"cdp", "port", {"cdp.announcement port"}},
      {"dhcp", "mac", {"dhcp.message client_mac"}, Form::hex, Owner::nobody},
      {"dhcp", "hostname", {"dhcp.message host_name"}, Form::text, Owner::nobody},
      {"dhcp", "vendor_class", {"dhcp.message vendor_class"}, Form::text, Owner::nobody},
      {"dhcp", "fqdn", {"dhcp.message client_fqdn"}, Form::text, Owner::nobody},
      {"snmp.system", "sysDescr", {"snmp.system description"}},
      {"http.server", "server", {"http.message server"}},
      {"http.agent", "agent", {"http.message user_agent"}},
      {"http.host", "host", {"http.message host"}, Form::text, Owner::receiver},
      {"tls.sni", "sni", {"tls.hello server_name"}, Form::text, Owner::receiver},
      {"ssh", "banner", {"ssh.banner software"}, Form::within},
      {"browser", "server", {"netbios.announcement host_name", "netbios.announcement domain"}},
      {"browser", "comment", {"netbios.announcement comment"}},
      {"ntlmssp", "host", {"smb.ntlm host_name"}},
      {"ntlmssp", "domain", {"smb.ntlm domain", "smb.ntlm target"}},
      {"ntlmssp", "target", {"smb.ntlm domain", "smb.ntlm host_name"}, Form::text, Owner::nobody},
      {"ntlmssp", "user", {"smb.ntlm user"}, Form::present, Owner::nobody},
      {"smb.native", "os", {"smb.system operating_system"}},
      {"smb.native", "lm", {"smb.system software"}},
      {"opcua.endpoint", "url", {"opcua.message endpoint_url"}, Form::text, Owner::nobody},
      {"opcua.user", "user", {"opcua.message user"}, Form::present, Owner::nobody},
      {"opcua.app",
       "app_uri",
       {"opcua.identity application_uri", "opcua.endpoint application_uri"},
       Form::text,
       Owner::nobody},
      {"opcua.app", "product_uri", {"opcua.identity product_uri"}},
      {"opcua.app", "discovery", {"opcua.identity discovery_url"}, Form::text, Owner::nobody},
      {"opcua.app", "endpoint", {"opcua.endpoint url", "opcua.message endpoint_url"}, Form::text, Owner::nobody},
      {"opcua.app", "policy", {"opcua.endpoint security_policy"}, Form::within, Owner::nobody},
      {"opcua.app", "mode", {"opcua.endpoint security_mode"}, Form::number, Owner::nobody},
      {"mms.identify", "vendor", {"mms.identity vendor"}},
      {"mms.identify", "model", {"mms.identity model"}},
      {"mms.identify", "revision", {"mms.identity revision"}},
      {"rdp", "cookie", {"rdp.request user"}, Form::present, Owner::nobody},
      {"pn_dcp.device", "name", {"pn_dcp.identity name_of_station", "pn_dcp.block text"}, Form::text, Owner::nobody},
      {"pn_dcp.device", "vendor_id", {"pn_dcp.identity vendor_id"}, Form::number, Owner::nobody},
      {"pn_dcp.device", "device_id", {"pn_dcp.identity device_id"}, Form::number, Owner::nobody},
      {"pn_dcp.device", "ip", {"pn_dcp.identity ip_address", "pn_dcp.block ip"}, Form::text, Owner::nobody},
      {"pn_io.station", "name", {"pn_cm.relation name_of_station"}},
  };
  return all;
}

/// Kinds of facts that no parser of ours reads.
constexpr std::array<std::string_view, 4> without_a_parser{"dicom.ae", "doip.vin", "hart.device", "synphasor.station"};

/// Examples that are not learnt, and why.
struct Missed {
  std::string_view path, kind;
  std::uint64_t examples;
  std::string_view reason;
};
constexpr std::string_view other_value = "adds the value of another element of the same name";
constexpr std::string_view forged = "fuzzed, or octets that are no text";
constexpr std::string_view not_an_order_number = "calls the name of the boot loader an order number";
constexpr std::string_view no_name_there = "reads what follows an SMB message that carries no such text";

/// Where tshark is wrong: these examples are no examples.
constexpr std::array tshark_is_wrong{
    Missed{"attack/malcolm-metasploit-ms017-010-win7x64.pcap", "smb.native", 2, no_name_there},
    Missed{"attack/tfg-t0866-vulnaccess-smbv1.pcapng", "smb.native", 2, no_name_there},
    Missed{"attack/tfg-t0866-vulnaccess-smbv1_-fragmentado.pcap", "smb.native", 2, no_name_there},
    Missed{"goose-sv/robidev-rgoose2.pcapng", "cdp", 3, other_value},
    Missed{"malformed/ndpi-fuzz-2006-06-26-2594.pcap", "dhcp", 1, forged},
    Missed{"malformed/ndpi-fuzz-2006-09-29-28586.pcap", "http.host", 1, forged},
    Missed{"malformed/ndpi-http_invalid_server.pcap", "http.server", 1, forged},
    Missed{"s7comm/iti-s7comm_reading_plc_status.pcap", "s7.module", 1, not_an_order_number},
};
/// What tshark reads with session keys that somebody put into the file: a capture on a plant has none, so these are no
/// examples either.
constexpr std::array with_keys{
    Missed{"it/ndpi-tls_heur__trojan-tcp-tls.pcapng", "tls.sni", 1,
           "TLS within TLS, opened by the secrets in the file"},
};

/// One field of one message, or one fact: who said it, to whom, and where.
struct Said {
  std::string source, destination;  ///< IP, else MAC.
  std::string schema, field, value;
  std::uint64_t frame = 0;
};

std::string address_of(const EndPoint& end) {
  if (end.ip.present()) return to_text(end.ip);
  return end.mac ? to_text(*end.mac) : std::string{};
}

/// Hears every field that a row asks for.
class Listening final : public Consumer {
 public:
  [[nodiscard]] bool wants(const Schema& schema) const override {
    return std::any_of(rows().begin(), rows().end(), [&](const Row& row) {
      return std::any_of(row.sources.begin(), row.sources.end(),
                         [&](std::string_view source) { return source.substr(0, source.find(' ')) == schema.name; });
    });
  }
  void on(const Event& event) override {
    for (const Field& field : event.schema.fields) {
      const Value value = field.get(event.message);
      if (std::holds_alternative<std::monostate>(value)) continue;
      std::string text = to_text(value);
      Said said{address_of(event.origin.source),
                address_of(event.origin.destination),
                std::string{event.schema.name},
                std::string{field.name},
                std::move(text),
                event.origin.frame};
      const std::string key =
          fmt::format("{} {} {} {} {}", said.source, said.destination, said.schema, said.field, said.value);
      if (known_.insert(key).second) all.push_back(std::move(said));
    }
  }
  std::vector<Said> all;

 private:
  std::set<std::string> known_;
};

/// One line without padding: line breaks are written by name, in events and by tshark, in different ways.
std::string plain(std::string_view said) {
  std::string text{said};
  for (const std::string_view control : {"<CR>", "<LF>", "<NUL>", "<TAB>", "\\n", "\\r"})
    for (std::size_t at = text.find(control); at != std::string::npos; at = text.find(control))
      text.replace(at, control.size(), " ");
  std::string out;
  for (const char c : text) {
    if (c == '\0') continue;
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '|';
    if (!blank) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::optional<std::uint64_t> number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string digits(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::string out;
  for (const char c : text)
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) out += static_cast<char>(std::tolower(c));
  return out;
}

bool equal(Form form, const std::string& theirs, const std::string& ours) {
  const std::size_t dot = ours.find('.');
  switch (form) {
    case Form::text: {
      const std::string a = plain(theirs);
      const std::string b = plain(ours);
      return a == b || (a.size() >= 280 && b.starts_with(a.substr(0, 250)));
    }
    case Form::number: return number(theirs).has_value() && number(theirs) == number(ours);
    case Form::hex: return digits(theirs) == digits(ours);
    case Form::major: return ours.substr(0, dot) == theirs;
    case Form::minor: return dot != std::string::npos && ours.substr(dot + 1) == theirs;
    case Form::revision: {
      const std::uint64_t word = number(theirs).value_or(0);
      return ours == fmt::format("{}.{}", word >> 8U, word & 0xFFU);
    }
    case Form::within: {
      const std::string a = plain(theirs);
      const std::string b = plain(ours);
      return !b.empty() && (a.find(b) != std::string::npos || b.find(a) != std::string::npos);
    }
    case Form::net_id: return theirs == ours;
    case Form::present: return true;
  }
  return false;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (;;) {
    const std::size_t to = text.find('|', from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string::npos) return parts;
    from = to + 1;
  }
}

bool matches(const Row& row, const Said& said) {
  return std::any_of(row.sources.begin(), row.sources.end(), [&](std::string_view source) {
    const std::size_t space = source.find(' ');
    return said.schema == source.substr(0, space) &&
           (source.substr(space + 1) == "*" || said.field == source.substr(space + 1));
  });
}

struct Count {
  std::uint64_t examples = 0;  ///< Without those where tshark is wrong.
  std::uint64_t found = 0, on_asset = 0, cited = 0, learnt = 0, named = 0;
  /// All of a few, nearly all of many.
  [[nodiscard]] bool passes() const { return examples < 20 ? learnt == examples : learnt * 100 >= examples * 98; }
};

/// The frames of a capture, to look up what was cited.
class Frames {
 public:
  explicit Frames(const std::filesystem::path& path) : frames_(frames_of(path)) {}

  /// Whether the frame holds the value, or ends the stream's segments that do.
  [[nodiscard]] bool hold(std::uint64_t number, Form form, const std::string& value) const {
    if (number == 0 || number > frames_.size()) return false;
    const std::vector<Octets> needles = octets_of(form, value);
    if (needles.empty() || contains(frames_[number - 1].bytes, needles)) return true;
    return contains(stream_up_to(number - 1), needles) || contains(opened(number - 1), needles);
  }

 private:
  using Octets = std::vector<std::uint8_t>;

  static bool contains(const Octets& bytes, const std::vector<Octets>& needles) {
    return std::any_of(needles.begin(), needles.end(), [&](const Octets& needle) {
      return std::search(bytes.begin(), bytes.end(), needle.begin(), needle.end()) != bytes.end();
    });
  }

  /// What a frame seals with keys that stand in it: a QUIC client's first packet, whose tag proves that it was opened.
  [[nodiscard]] Octets opened(std::size_t index) const {
    Packet packet;
    decode(frames_[index].bytes, frames_[index].on_wire, frames_[index].link, packet);
    const auto head = quic::read_initial(packet.payload);
    if (!head || head->size > packet.payload.size()) return {};
    const auto keys = quic::client_keys(head->version, head->connection);
    quic::Opened room{};
    const auto content =
        keys ? quic::open(*keys, packet.payload.first(head->size), head->number_at, room) : std::nullopt;
    return content ? Octets{content->begin(), content->end()} : Octets{};
  }

  /// The payload of the same direction of the same conversation, over some frames before and with this one.
  [[nodiscard]] Octets stream_up_to(std::size_t last) const {
    constexpr std::size_t frames_before = 400, bytes_max = 100'000;
    const auto decoded = [&](std::size_t index) {
      Packet packet;
      decode(frames_[index].bytes, frames_[index].on_wire, frames_[index].link, packet);
      return packet;
    };
    const Packet cited = decoded(last);
    Octets bytes;
    for (std::size_t i = last + 1; i-- > 0 && last - i < frames_before && bytes.size() < bytes_max;) {
      const Packet packet = decoded(i);
      if (packet.source != cited.source || packet.destination != cited.destination) continue;
      if (!packet.fragment && packet.source_port != cited.source_port && cited.source_port && !cited.fragment) continue;
      bytes.insert(bytes.begin(), packet.payload.begin(), packet.payload.end());
    }
    return bytes;
  }

  /// The ways in which a value may stand on the wire; none where it stands in no such way.
  static std::vector<Octets> octets_of(Form form, const std::string& value) {
    switch (form) {
      case Form::text:
      case Form::within: return text_octets(value);
      case Form::number: {
        const auto parsed = number(value);
        return parsed ? number_octets(*parsed) : std::vector<Octets>{};
      }
      case Form::major:
      case Form::minor: return number_octets(number(value).value_or(0));
      case Form::revision: {
        const std::uint64_t word = number(value).value_or(0);  // as tshark reads it
        return {{static_cast<std::uint8_t>(word >> 8U), static_cast<std::uint8_t>(word)}};
      }
      case Form::hex: {
        const Octets octets = from_hex_text(digits(value));
        return {octets, {octets.rbegin(), octets.rend()}};
      }
      case Form::net_id: {
        Octets octets;
        for (std::size_t at = 0; at != std::string::npos && at < value.size();) {
          octets.push_back(static_cast<std::uint8_t>(std::stoul(value.substr(at))));
          at = value.find('.', at);
          if (at != std::string::npos) ++at;
        }
        return {octets};
      }
      case Form::present: return {};
    }
    return {};
  }

  static std::vector<Octets> number_octets(std::uint64_t value) {
    Octets big;
    do {
      big.insert(big.begin(), static_cast<std::uint8_t>(value));
      value >>= 8U;
    } while (value != 0);
    return {big, {big.rbegin(), big.rend()}};
  }

  /// The longest run of plain characters: in octets, in UTF-16 of either order, as NetBIOS writes it in two letters an
  /// octet. An address may stand as its octets.
  static std::vector<Octets> text_octets(const std::string& value) {
    std::string best, run;
    for (const char c : value + '\n') {
      const bool plain = c > 0x20 && c < 0x7F && c != '\\' && c != '<' && c != '>' && c != '|';
      if (plain) run += c;
      else {
        if (run.size() > best.size()) best = run;
        run.clear();
      }
    }
    if (best.empty()) return {};
    std::vector<Octets> ways;
    ways.emplace_back(best.begin(), best.end());
    Octets little, big, letters;
    for (const char c : best) {
      letters.insert(letters.end(),
                     {static_cast<std::uint8_t>('A' + (c >> 4)), static_cast<std::uint8_t>('A' + (c & 15))});
      little.insert(little.end(), {static_cast<std::uint8_t>(c), 0});
      big.insert(big.end(), {0, static_cast<std::uint8_t>(c)});
    }
    ways.insert(ways.end(), {little, big, letters});
    if (const auto ip = parse_ip(best)) ways.emplace_back(ip->octets.begin(), ip->octets.begin() + 4);
    return ways;
  }

  std::vector<OwnedFrame> frames_;
};

/// Whether an asset at this address, or one behind it, carries the value; and whether a frame that it cites holds it.
struct Carried {
  bool carried = false, cited = false;
};
Carried carries(const Inventory& inventory, const Frames& frames, const std::string& address, Form form,
                const std::string& value) {
  Carried result;
  (void)std::any_of(inventory.assets.begin(), inventory.assets.end(), [&](const Asset& asset) {
    const bool here =
        std::any_of(asset.ips.begin(), asset.ips.end(), [&](const IpAddress& ip) { return to_text(ip) == address; }) ||
        std::any_of(asset.macs.begin(), asset.macs.end(),
                    [&](const MacAddress& mac) { return to_text(mac) == address; });
    if (!here) return false;
    for (const Attribute& attribute : asset.attributes)
      for (const Attribute::Candidate& candidate : attribute.candidates) {
        if (candidate.citation.frame == 0 || !equal(form, value, candidate.value)) continue;
        result.carried = true;
        result.cited = result.cited || frames.hold(candidate.citation.frame, form, value);
      }
    return result.cited;
  });
  return result;
}

/// What tshark prints for nothing.
bool is_no_value(const std::string& part) {
  return part == "NULL" || part == "0.0.0.0";
}

/// A host that is meant by its address, which names it no further.
bool is_address(const std::string& host) {
  return parse_ip(host.substr(0, host.find(':'))).has_value();
}

/// What is known of one capture.
struct Heard {
  const std::vector<Said>& said;
  const Inventory& inventory;
  const Frames& frames;
  bool is_tunnelled = false;  ///< tshark names the outer sender, or none.
};

/// How far one fact, or one field of it, was learnt.
struct Learnt {
  bool found = true, on_asset = true, cited = true;
  bool named = false;  ///< It names a device, so an asset must carry it.
  [[nodiscard]] bool all() const { return found && on_asset && cited; }
};

/// Compares one field of one fact: said at all, carried by the asset that it is about, and held by the frame cited.
Learnt compare(const Row& row, const std::string& sender, const std::string& value, const Heard& heard) {
  Learnt learnt;
  for (const std::string& part : split(value)) {
    if (plain(part).empty() || is_no_value(part)) continue;
    const auto says = [&](const Said& said) {
      return (said.source == sender || sender.empty() || heard.is_tunnelled) && matches(row, said) &&
             (equal(row.form, part, said.value) || equal(row.form, value, said.value));
    };
    const auto holds = [&](const Said& said) { return says(said) && heard.frames.hold(said.frame, row.form, part); };
    auto entry = std::find_if(heard.said.begin(), heard.said.end(), holds);
    if (entry == heard.said.end()) {
      entry = std::find_if(heard.said.begin(), heard.said.end(), says);
      learnt.cited = false;
    }
    if (entry == heard.said.end()) {
      learnt.found = false;
      continue;
    }
    if (row.owner == Owner::nobody || is_address(part)) continue;
    learnt.named = true;
    const std::string& owner = row.owner == Owner::sender ? entry->source : entry->destination;
    Carried carried = carries(heard.inventory, heard.frames, owner, row.form, part);
    if (!carried.carried) carried = carries(heard.inventory, heard.frames, owner, row.form, value);
    learnt.on_asset = learnt.on_asset && carried.carried;
    learnt.cited = learnt.cited && (carried.cited || !carried.carried);
  }
  return learnt;
}

ObserveOptions plain_options() {
  ObserveOptions options;
  options.hash_files = false;
  options.keep_duplicates = true;
  options.workers = 1;
  return options;
}

/// Neither as a fact, nor in a field or the bytes of evidence of the message that carried it.
void expect_not_kept(const std::string& path, const std::string& schema, const std::string& name,
                     const Observations& observations) {
  for (const Fact& fact : observations.facts)
    EXPECT_FALSE(fact.schema == schema && fact.value.find(name) != std::string::npos) << path << ' ' << name;
  std::string wide;
  for (const char c : name) {
    wide += c;
    wide += '\0';
  }
  for (const KeptPdu& pdu : observations.kept) {
    if (std::none_of(pdu.messages.begin(), pdu.messages.end(),
                     [&](const KeptMessage& kept) { return kept.schema == schema; }))
      continue;
    for (const KeptMessage& message : pdu.messages)
      for (const KeptField& field : message.fields)
        EXPECT_EQ(field.value.find(name), std::string::npos) << path << ' ' << message.schema << ' ' << field.name;
    const std::string bytes{pdu.bytes.begin(), pdu.bytes.end()};
    EXPECT_EQ(bytes.find(name), std::string::npos) << path << " frame " << pdu.frame << ' ' << name;
    EXPECT_EQ(bytes.find(wide), std::string::npos) << path << " frame " << pdu.frame << ' ' << name;
  }
}

}  // namespace

TEST(Identities, EverySenderOfArpIsPairedWithItsCard) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  std::ifstream file{folder / "oracle.json"};
  if (!file) GTEST_SKIP() << folder << " is not there";
  const auto oracle = nlohmann::json::parse(file);
  std::uint64_t pairs = 0, found = 0;
  for (const auto& [path, seen] : oracle["captures"].items()) {
    if (!seen.contains("arp") || seen["arp"].size() >= 300 || path.starts_with("malformed/")) continue;
    if (seen["format"].get<std::string>().starts_with("other")) continue;
    const auto observations = observe({folder / path}, {}, plain_options());
    ASSERT_TRUE(observations) << path;
    for (const std::string pair : seen["arp"]) {
      const std::string mac = pair.substr(0, pair.find(' '));
      const std::string ip = pair.substr(pair.find(' ') + 1);
      if (ip == "0.0.0.0" || mac == "00:00:00:00:00:00" || (std::stoul(mac.substr(0, 2), nullptr, 16) & 1U) != 0)
        continue;
      ++pairs;
      const bool here = std::any_of(observations->facts.begin(), observations->facts.end(), [&](const Fact& fact) {
        return fact.schema == "arp.message" && fact.value == ip && fact.subject.mac &&
               to_text(*fact.subject.mac) == mac && fact.first.frame != 0;
      });
      found += here ? 1U : 0U;
      EXPECT_TRUE(here) << path << ' ' << pair;
    }
  }
  fmt::print("{} of {} pairs of a card and an address\n", found, pairs);
  EXPECT_GT(pairs, 100U);
}

TEST(Identities, NamesOfPeopleAndCommunitiesAreSeenAndNotKept) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  std::ifstream file{folder / "oracle.json"};
  if (!file) GTEST_SKIP() << folder << " is not there";
  const auto oracle = nlohmann::json::parse(file);
  std::map<std::string, std::uint64_t> seen_of;
  for (const auto& [path, seen] : oracle["captures"].items()) {
    std::map<std::string, std::set<std::string>> names;  // schema -> what must not be kept
    const auto facts_of = [&](const char* kind, const char* field, const char* schema) {
      if (!seen["facts"].contains(kind)) return;
      for (const auto& example : seen["facts"][kind])
        if (example[1].contains(field)) {
          std::string name = example[1][field];
          if (const std::size_t at = name.find("mstshash="); at != std::string::npos) name = name.substr(at + 9);
          if (name != "NULL" && name.size() >= 4) names[schema].insert(name);
        }
    };
    if (!seen.contains("facts")) continue;
    facts_of("opcua.user", "user", "opcua.message");
    facts_of("rdp", "cookie", "rdp.request");
    facts_of("ntlmssp", "user", "smb.ntlm");
    bool has_snmp = false;  // of its own, not quoted in an ICMP error
    for (const auto& [stack, frames] : seen["stacks"].items())
      has_snmp = has_snmp || (stack.ends_with(":snmp") && stack.find("icmp") == std::string::npos);
    if (has_snmp && seen["messages"]["snmp"].contains("community"))
      for (const auto& [community, count] : seen["messages"]["snmp"]["community"].items())
        if (community.size() >= 4) names["snmp.message"].insert(community);
    if (names.empty()) continue;
    const auto observations = observe({folder / path}, {}, plain_options());
    ASSERT_TRUE(observations) << path;
    for (const auto& [schema, list] : names) {
      const bool masked =
          std::any_of(observations->facts.begin(), observations->facts.end(), [&, of = schema](const Fact& fact) {
            return fact.schema == of && fact.meaning == Meaning::secret &&
                   (fact.value.starts_with("secret") || fact.value.starts_with("known default"));
          });
      EXPECT_TRUE(masked) << path << ": no secret of " << schema;
      seen_of[schema] += list.size();
      for (const std::string& name : list) expect_not_kept(path, schema, name, *observations);
    }
  }
  for (const auto& [schema, count] : seen_of) fmt::print("{}: {} names masked\n", schema, count);
  EXPECT_EQ(seen_of.size(), 4U);
}

TEST(Identities, AreLearntOfTheRightDeviceAsTsharkReadsThem) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  std::ifstream file{folder / "oracle.json"};
  if (!file) GTEST_SKIP() << folder << " is not there";
  const auto oracle = nlohmann::json::parse(file);
  const auto roles = read_roles(Catalogue{});
  ASSERT_TRUE(roles);
  std::map<std::string, Count> table;
  std::set<std::string> unread;
  std::map<std::pair<std::string, std::string>, std::uint64_t> missing_of;
  std::map<std::pair<std::string, std::string>, std::string> details;
  for (const auto& [path, seen] : oracle["captures"].items()) {
    if (!seen.contains("facts") || seen["facts"].empty()) continue;
    const auto observations = observe({folder / path}, {}, plain_options());
    ASSERT_TRUE(observations) << path;
    Listening listening;
    RunOptions run_options;
    run_options.keep_duplicates = true;
    run_options.classify_others = false;
    const std::vector<CaptureInput> inputs{{folder / path, path, 0, 0, 0}};
    ASSERT_TRUE(run(inputs, run_options, [&](std::size_t) { return std::vector<Consumer*>{&listening}; }));
    NumberedIds ids{"A-", 4, {}};
    const Inventory inventory =
        take_inventory({observations->traffic, observations->facts, {}, {}, {}, {}, &*roles}, ids);
    const Frames frames{folder / path};
    const Heard heard{listening.all, inventory, frames,
                      seen["layers"].contains("vxlan") || path.starts_with("it-encap/")};
    for (const auto& [kind, examples] : seen["facts"].items()) {
      if (std::none_of(rows().begin(), rows().end(), [&](const Row& row) { return row.kind == kind; })) {
        unread.insert(kind);
        continue;
      }
      for (const auto& example : examples) {
        const std::string sender = example[0];
        Learnt whole;
        std::string missing;
        for (const auto& [field, value] : example[1].items()) {
          const auto row = std::find_if(rows().begin(), rows().end(),
                                        [&](const Row& r) { return r.kind == kind && r.field == field; });
          if (row == rows().end()) continue;
          const Learnt learnt = compare(*row, sender, value.get<std::string>(), heard);
          if (!learnt.all())
            missing += fmt::format(" {}={}{}{}", field, value.get<std::string>().substr(0, 60),
                                   learnt.on_asset ? "" : " (asset)", learnt.cited ? "" : " (frame)");
          whole.found = whole.found && learnt.found;
          whole.on_asset = whole.on_asset && learnt.on_asset;
          whole.cited = whole.cited && learnt.cited;
          whole.named = whole.named || learnt.named;
        }
        Count& count = table[kind];
        ++count.examples;
        count.found += whole.found ? 1U : 0U;
        count.on_asset += whole.found && whole.on_asset ? 1U : 0U;
        count.cited += whole.found && whole.cited ? 1U : 0U;
        count.learnt += whole.all() ? 1U : 0U;
        count.named += whole.named ? 1U : 0U;
        if (whole.all()) continue;
        ++missing_of[{path, kind}];
        details[{path, kind}] += fmt::format("\n  {}:{}", sender, missing);
      }
    }
  }
  for (const auto& list : {std::span<const Missed>{tshark_is_wrong}, std::span<const Missed>{with_keys}})
    for (const Missed& entry : list) table[std::string{entry.kind}].examples -= entry.examples;

  fmt::print("{:<20}{:>9}{:>8}{:>9}{:>8}{:>8}{:>8}{:>8}\n", "kind", "examples", "found", "on asset", "cited", "learnt",
             "share", "named");
  for (const auto& [kind, count] : table) {
    fmt::print("{:<20}{:>9}{:>8}{:>9}{:>8}{:>8}{:>7.1f}%{:>8}\n", kind, count.examples, count.found, count.on_asset,
               count.cited, count.learnt,
               100.0 * static_cast<double>(count.learnt) / static_cast<double>(count.examples), count.named);
    EXPECT_TRUE(count.passes()) << kind;
  }
  std::set<std::pair<std::string, std::string>> explained;
  for (const auto& list : {std::span<const Missed>{tshark_is_wrong}, std::span<const Missed>{with_keys}})
    for (const Missed& entry : list) {
      const std::pair where{std::string{entry.path}, std::string{entry.kind}};
      explained.insert(where);
      EXPECT_EQ(missing_of[where], entry.examples)
          << entry.path << ' ' << entry.kind << ", " << entry.reason << ':' << details[where];
    }
  for (const auto& [where, examples] : missing_of)
    EXPECT_TRUE(explained.contains(where)) << where.first << ' ' << where.second << details[where];
  for (const Missed& entry : with_keys) fmt::print("with keys: {} {} ({})\n", entry.path, entry.kind, entry.reason);
  for (const std::string& kind : unread) fmt::print("no parser: {}\n", kind);
  EXPECT_EQ(unread, (std::set<std::string>{without_a_parser.begin(), without_a_parser.end()}));
}

}  // namespace bulkhead::test

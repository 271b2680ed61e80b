// The table of everything that simulated devices can say to each other.

#include <array>

#include "base/text.h"
#include "plant/cip.h"
#include "plant/datagrams.h"
#include "plant/fins.h"
#include "plant/link_layer.h"
#include "plant/modbus.h"
#include "plant/names.h"
#include "plant/opcua.h"
#include "plant/profinet.h"
#include "plant/remote.h"
#include "plant/s7.h"
#include "plant/smb.h"
#include "plant/talk.h"
#include "plant/web.h"

namespace bulkhead::plant {

namespace {

struct Spoken {
  std::string_view protocol;
  MakeTalk make;
};
constexpr std::array spoken{
    Spoken{"modbus", talk_of<ModbusTalk>},
    Spoken{"s7", talk_of<S7Talk>},
    Spoken{"cip", talk_of<CipTalk>},
    Spoken{"cip_io", talk_of<CipIoTalk>},
    Spoken{"cip_discover", talk_of<CipDiscoverTalk>},
    Spoken{"opcua", talk_of<OpcUaTalk>},
    Spoken{"fins", talk_of<FinsTalk>},
    Spoken{"profinet_rt", talk_of<ProfinetTalk>},
    Spoken{"profinet_dcp", talk_of<DcpTalk>},
    Spoken{"lldp", talk_of<LldpTalk>},
    Spoken{"stp", talk_of<StpTalk>},
    Spoken{"cdp", talk_of<CdpTalk>},
    Spoken{"arp", talk_of<ArpTalk>},
    Spoken{"dns", talk_of<DnsTalk>},
    Spoken{"local_name", talk_of<LocalNameTalk>},
    Spoken{"dhcp", talk_of<DhcpTalk>},
    Spoken{"ssdp", talk_of<SsdpTalk>},
    Spoken{"ntp", talk_of<NtpTalk>},
    Spoken{"syslog", talk_of<SyslogTalk>},
    Spoken{"snmp", talk_of<SnmpTalk>},
    Spoken{"openvpn", talk_of<OpenVpnTalk>},
    Spoken{"ping", talk_of<PingTalk>},
    Spoken{"smb", talk_of<SmbTalk>},
    Spoken{"http", talk_of<HttpTalk>},
    Spoken{"tls", talk_of<TlsTalk>},
    Spoken{"rdp", talk_of<RdpTalk>},
    Spoken{"vnc", talk_of<VncTalk>},
    Spoken{"ssh", talk_of<SshTalk>},
    Spoken{"lines", talk_of<LineTalk>},
    Spoken{"tds", talk_of<TdsTalk>},
    Spoken{"probe", talk_of<ProbeTalk>},
};

}  // namespace

Result<std::unique_ptr<Talk>> make_talk(World& world, const Line& line) {
  for (const Spoken& each : spoken) {
    if (each.protocol != line.protocol) continue;
    Fields fields{line.options};
    allow_common_keys(fields);
    return each.make(world, line, fields);
  }
  std::vector<std::string_view> known;
  known.reserve(spoken.size());
  for (const Spoken& each : spoken) known.push_back(each.protocol);
  const std::string meant = nearest(line.protocol, known);
  return line.options.error("protocol '" + plain_text(line.protocol, 64) + "' is not spoken here",
                            meant.empty() ? "" : "did you mean '" + meant + "'?");
}

}  // namespace bulkhead::plant

// Where and when assets were seen, what they serve, and what they do: the ground on which roles are told.

#include <algorithm>
#include <array>

#include "inventory/draft.h"

namespace bulkhead {

namespace {

constexpr std::array<std::string_view, 18> office_protocols{"dns", "mdns", "nbns", "llmnr",    "http", "tls",
                                                            "smb", "rdp",  "ntp",  "dhcp",     "arp",  "ssdp",
                                                            "ssh", "icmp", "ldap", "kerberos", "quic", "dcerpc"};

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

bool is_ot(const Conversation& conversation) {
  if (conversation.service.empty()) return false;
  return conversation.operations_known &&
         std::find(office_protocols.begin(), office_protocols.end(), conversation.service) == office_protocols.end() &&
         conversation.service != "snmp" && conversation.service != "lldp" && conversation.service != "cdp" &&
         conversation.service != "mqtt";
}

void see(Asset& asset, const Conversation& conversation, std::uint64_t frames) {
  asset.frames += frames;
  if (asset.first_ns == 0 || conversation.first_ns < asset.first_ns) asset.first_ns = conversation.first_ns;
  asset.last_ns = std::max(asset.last_ns, conversation.last_ns);
  if (asset.first.frame == 0) asset.first = conversation.first;
  for (const Sighting& sighting : conversation.sightings) {
    add_once(asset.points, sighting.point);
    if (sighting.vlan) add_once(asset.vlans, *sighting.vlan);
  }
}

/// What it does whoever asks.
void behave(Behaviour& did, const Conversation& conversation) {
  if (conversation.service == "goose" || conversation.service == "sv" || conversation.service == "sampled_values")
    did.publishes_goose = true;
  if (conversation.transport == "llc" && conversation.port == 0x42) did.bridges = true;
}

void behave_as_client(Behaviour& did, const Conversation& conversation, bool has_server) {
  const bool ot = is_ot(conversation);
  if (ot) did.speaks_it_only = false;
  const bool nbns = conversation.service == "netbios" || conversation.service == "smb";
  if (nbns || conversation.label.starts_with("SMB") || conversation.label.starts_with("NetBIOS"))
    did.uses_windows = true;
  if (!ot || !has_server) return;
  add_once(did.asks_ot, conversation.service);
  if (conversation.service == "opcua") did.asks_opc_ua = true;
  for (const OperationUse& use : conversation.operations) {
    const bool transfers =
        class_of(use.operation) == OperationClass::program || use.operation == Operation::program_upload;
    if (transfers && use.asked > 0) {
      did.programs = true;
      did.citation = use.first;
    }
  }
  if (did.citation.frame == 0) did.citation = conversation.first;
}

/// Our protocol that read it, else the classifier's opinion.
const std::string& protocol_of(const Conversation& conversation) {
  return conversation.service.empty() ? conversation.label : conversation.service;
}

void behave_as_server(Behaviour& did, const Conversation& conversation) {
  if (conversation.service == "opcua") {
    did.serves_opc_ua = true;
    did.speaks_it_only = false;
  } else if (is_ot(conversation)) {
    add_once(did.serves_ot, conversation.service);
    did.speaks_it_only = false;
  }
  const std::string& what = protocol_of(conversation);
  if (what == "MsSQL-TDS" || conversation.port == 1433) did.serves_sql = true;
  if (what == "ntp" || what == "NTP") did.serves_time = true;
  if (what == "kerberos" || what == "ldap" || what == "Kerberos" || what == "LDAP") did.serves_directory = true;
  if (what == "dns" || what == "DNS") did.serves_names = true;
  if (what == "smb" || what.starts_with("SMB")) did.serves_files = true;
  if (what == "rdp" || what == "RDP" || what == "vnc" || what == "VNC") did.serves_desktop = true;
  if (what == "http" || what == "tls" || what == "HTTP" || what == "TLS") did.serves_web = true;
  if (did.citation.frame == 0) did.citation = conversation.first;
}

void add_service(Asset& asset, const Conversation& conversation) {
  if (conversation.transport != "tcp" && conversation.transport != "udp") return;
  const std::uint16_t port = conversation.port.value_or(0);
  const std::string& protocol = protocol_of(conversation);
  auto known = std::find_if(asset.services.begin(), asset.services.end(), [&](const Service& service) {
    return service.transport == conversation.transport && service.port == port;
  });
  if (known == asset.services.end())
    known = asset.services.insert(known, {conversation.transport, port, protocol, 0, conversation.first});
  if (known->protocol.empty()) known->protocol = protocol;
  ++known->clients;
}

/// A station is seen where the device in front of it is.
void see_stations(Draft& draft) {
  for (const auto& [station, front_of_it] : draft.fronts) {
    Asset& behind = draft.inventory.assets[station];
    const Asset& front = draft.inventory.assets[front_of_it];
    behind.first_ns = front.first_ns;
    behind.last_ns = front.last_ns;
    behind.points = front.points;
    behind.vlans = front.vlans;
    behind.never_heard = false;
  }
}

}  // namespace

void add_conversations(Draft& draft, const Traffic& traffic) {
  std::vector<Asset>& assets = draft.inventory.assets;
  std::map<std::size_t, std::set<std::size_t>> polled;
  for (const Conversation& conversation : traffic.conversations) {
    const auto client = draft.inventory.at(conversation.client);
    const auto server = conversation.server.is_group() ? std::nullopt : draft.inventory.at(conversation.server);
    const bool client_known = conversation.client_reason != ClientReason::unknown;
    if (client) {
      see(assets[*client], conversation, conversation.frames_out);
      behave(draft.behaviours[*client], conversation);
    }
    if (server) see(assets[*server], conversation, conversation.frames_in);
    if (!client_known) continue;
    if (client) behave_as_client(draft.behaviours[*client], conversation, server.has_value());
    if (client && server && is_ot(conversation) && conversation.service != "opcua" && conversation.answered)
      polled[*client].insert(*server);
    if (server && conversation.frames_in > 0) {
      behave_as_server(draft.behaviours[*server], conversation);
      add_service(assets[*server], conversation);
    }
  }
  for (const auto& [at, servers] : polled) draft.behaviours[at].controllers_asked = servers.size();
  for (Asset& asset : assets) {
    asset.never_heard = asset.frames == 0 && asset.station.empty() && asset.attributes.empty();
    std::sort(asset.vlans.begin(), asset.vlans.end());
    std::sort(asset.points.begin(), asset.points.end());
  }
  see_stations(draft);
}

}  // namespace bulkhead

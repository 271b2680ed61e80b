// What devices say of themselves, by how far it is trusted.

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "inventory/draft.h"

namespace bulkhead {

namespace {

/// The order of trust among sources that speak of the same attribute: lower is better.
int distrust(const Attribute::Candidate& candidate) {
  // A server is often asked for by its address: that is the last of its names.
  if (parse_ip(std::string_view{candidate.value}.substr(0, candidate.value.find(':')))) return 20;
  const std::string& source = candidate.source;
  if (source == "site.yml") return 0;
  if (source.starts_with("oui")) return 9;
  for (const std::string_view banner : {"http", "tls", "ssh", "mqtt", "rdp", "telnet", "ftp", "vnc"})
    if (source.starts_with(banner)) return 6;
  for (const std::string_view network : {"dhcp", "nbns", "netbios", "browser", "smb", "ntlm", "mdns", "llmnr", "dns"})
    if (source.starts_with(network)) return 4;
  for (const std::string_view neighbour : {"lldp", "cdp", "snmp"})
    if (source.starts_with(neighbour)) return 3;
  return 2;  // an OT protocol's own identity
}

bool is_more_trusted(const Attribute::Candidate& a, const Attribute::Candidate& b) {
  return std::tuple{distrust(a), -a.last_ns, a.value} < std::tuple{distrust(b), -b.last_ns, b.value};
}

/// The asset that a fact speaks of: the device at its address, or the station behind it.
std::optional<std::size_t> asset_of(const Draft& draft, const FactSubject& subject) {
  const auto at = draft.inventory.at({subject.space, subject.ip, subject.mac});
  if (!at || subject.station.empty()) return at;
  const auto known = draft.stations.find({*at, subject.station});
  return known == draft.stations.end() ? at : std::optional{known->second};
}

bool describes(const Fact& fact) {
  return fact.meaning != Meaning::ip_address && fact.meaning != Meaning::mac_address &&
         fact.meaning != Meaning::secret && fact.meaning != Meaning::weakness;
}

void note_role(const std::string& said, Behaviour& did) {
  const std::string role = lower(said);
  const bool bridges = role.find("bridge") != std::string::npos;
  if (bridges || role.find("switch") != std::string::npos) did.bridges = true;
  if (role.find("router") != std::string::npos && !bridges) did.routes = true;
}

}  // namespace

void add_candidate(Asset& asset, Meaning meaning, Attribute::Candidate candidate) {
  auto found = std::find_if(asset.attributes.begin(), asset.attributes.end(),
                            [&](const Attribute& attribute) { return attribute.meaning == meaning; });
  if (found == asset.attributes.end()) found = asset.attributes.insert(found, {meaning, {}});
  const auto same = [&](const Attribute::Candidate& other) {
    return other.value == candidate.value && other.source == candidate.source;
  };
  if (std::none_of(found->candidates.begin(), found->candidates.end(), same))
    found->candidates.push_back(std::move(candidate));
}

void add_facts(Draft& draft, const InventoryInput& input) {
  for (const Fact& fact : input.facts) {
    const auto at = asset_of(draft, fact.subject);
    if (!at || !describes(fact)) continue;
    Asset& asset = draft.inventory.assets[*at];
    add_candidate(asset, fact.meaning, {fact.value, fact.schema, fact.first, fact.last_ns, fact.count});
    if (asset.first.frame == 0 || fact.first.time_ns < asset.first.time_ns) asset.first = fact.first;
    if (fact.meaning == Meaning::role) note_role(fact.value, draft.behaviours[*at]);
  }
  for (Asset& asset : draft.inventory.assets) {
    for (Attribute& attribute : asset.attributes)
      std::stable_sort(attribute.candidates.begin(), attribute.candidates.end(), is_more_trusted);
    std::sort(asset.attributes.begin(), asset.attributes.end(),
              [](const Attribute& a, const Attribute& b) { return a.meaning < b.meaning; });
  }
}

}  // namespace bulkhead

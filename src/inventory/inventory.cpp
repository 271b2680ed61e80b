// From addresses to assets.
//
// An address is not a device. A link address belongs to the station that uses it on its own segment; beyond a router
// every frame carries the router's. So an IP address and a MAC are one device only where the device said so itself
// (ARP, DHCP, PROFINET DCP, LLDP), or where the frame came straight from it: its hop limit is one that senders start
// with, and no other address uses that MAC. Virtual router addresses and MACs that answer for many are kept apart. The
// cards of a router are one device where a frame is seen going in at one and coming out at another, one hop later. What
// is seen from both sides of an address translation is one device where it says the same serial number on both. A
// station behind an address is an asset of its own where more than one station answers there.

#include "inventory/inventory.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "inventory/ids.h"
#include "inventory/oui.h"
#include "inventory/roles.h"

namespace bulkhead {

namespace {

constexpr std::size_t addresses_of_one_device = 8;  // a MAC that answers for more is a router or a proxy
constexpr std::array<std::uint8_t, 6> initial_hop_limits{30, 32, 60, 64, 128, 255};
constexpr std::array<std::string_view, 16> office_protocols{"dns", "mdns", "nbns", "llmnr",   "http", "tls",
                                                            "smb", "rdp",  "ntp",  "dhcp",    "arp",  "ssdp",
                                                            "ssh", "icmp", "ldap", "kerberos"};

using IpKey = std::pair<std::uint16_t, IpAddress>;
using MacKey = std::pair<std::uint16_t, MacAddress>;

/// VRRP and CARP, HSRP v1 and v2, GLBP: the address of a role, not of a device.
bool is_virtual_router(const MacAddress& mac) noexcept {
  const auto& o = mac.octets;
  const bool vrrp = o[0] == 0 && o[1] == 0 && o[2] == 0x5E && o[3] == 0 && (o[4] == 1 || o[4] == 2);
  const bool hsrp = o[0] == 0 && o[1] == 0 && o[2] == 0x0C &&
                    ((o[3] == 7 && o[4] == 0xAC) || (o[3] == 0x9F && (o[4] & 0xF0U) == 0xF0));
  const bool glbp = o[0] == 0 && o[1] == 7 && o[2] == 0xB4;
  return vrrp || hsrp || glbp;
}

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

class Builder {
 public:
  Builder(const InventoryInput& input, NumberedIds& ids) : input_(input), ids_(ids) {}

  Inventory build() {
    collect_addresses();
    pair_addresses();
    join_by_name();
    join_by_serial_number();
    apply_merges();
    make_assets();
    attach_facts();
    add_conversations();
    apply_overrides();
    infer();
    name_and_number();
    return std::move(inventory_);
  }

 private:
  /// One IP or MAC address; a union-find over these makes devices.
  struct Address {
    std::uint16_t space;
    IpAddress ip;
    std::optional<MacAddress> mac;
    std::size_t parent;
  };

  std::size_t root(std::size_t at) {
    while (addresses_[at].parent != at) at = addresses_[at].parent = addresses_[addresses_[at].parent].parent;
    return at;
  }
  void join(std::size_t a, std::size_t b, const std::string& reason) {
    const std::size_t ra = root(a);
    const std::size_t rb = root(b);
    if (ra == rb) return;
    addresses_[std::max(ra, rb)].parent = std::min(ra, rb);
    joins_.emplace_back(std::min(ra, rb), reason);
  }
  std::optional<std::size_t> address_of(std::uint16_t space, const IpAddress& ip) {
    if (!ip.present() || ip.is_group() || ip.is_unspecified()) return std::nullopt;
    const auto [known, is_new] = ips_.try_emplace({space, ip}, addresses_.size());
    if (is_new) addresses_.push_back({space, ip, {}, addresses_.size()});
    return known->second;
  }
  std::optional<std::size_t> address_of(std::uint16_t space, const MacAddress& mac) {
    if (mac.is_group() || mac.is_zero()) return std::nullopt;
    const auto [known, is_new] = macs_.try_emplace({space, mac}, addresses_.size());
    if (is_new) addresses_.push_back({space, {}, mac, addresses_.size()});
    return known->second;
  }

  static bool is_broadcast_of_a_subnet(const Party& party) {
    return party.ip.family == IpAddress::Family::v4 && party.mac && party.mac->is_group();
  }

  void collect_addresses() {
    for (const Conversation& conversation : input_.traffic.conversations) {
      for (const Party* party : {&conversation.client, &conversation.server}) {
        if (party->is_group() || is_broadcast_of_a_subnet(*party)) continue;
        if (party->ip.present()) address_of(party->space, party->ip);
        else if (party->mac) address_of(party->space, *party->mac);
      }
    }
    for (const Fact& fact : input_.facts) {
      if (fact.subject.ip.present()) address_of(fact.subject.space, fact.subject.ip);
      else if (fact.subject.mac) address_of(fact.subject.space, *fact.subject.mac);
    }
  }

  void pair_addresses() {
    // What devices say of themselves.
    std::map<MacKey, std::map<IpAddress, std::string>> said;
    for (const Fact& fact : input_.facts) {
      if (!fact.subject.mac || fact.meaning != Meaning::ip_address) continue;
      if (const auto ip = parse_ip(fact.value)) said[{fact.subject.space, *fact.subject.mac}].emplace(*ip, fact.schema);
    }
    // A port's card and the chassis it belongs to.
    for (const Fact& fact : input_.facts) {
      if (!fact.subject.mac || fact.meaning != Meaning::mac_address) continue;
      const auto chassis = parse_mac(fact.value);
      const auto port = address_of(fact.subject.space, *fact.subject.mac);
      if (!chassis || !port || *chassis == *fact.subject.mac) continue;
      if (is_virtual_router(*chassis) || is_virtual_router(*fact.subject.mac)) continue;
      if (is_split(to_text(*chassis)) || is_split(to_text(*fact.subject.mac))) continue;
      const auto whole = address_of(fact.subject.space, *chassis);
      if (!whole) continue;
      if (fact.schema == "copy") {
        routers_.insert({fact.subject.space, *chassis});
        join(*port, *whole,
             fmt::format("what was sent to {} left {} one hop later", to_text(*chassis), to_text(*fact.subject.mac)));
      } else {
        join(*port, *whole,
             fmt::format("{} says that {} belongs to {}", fact.schema, to_text(*fact.subject.mac), to_text(*chassis)));
      }
    }
    // What frames show.
    std::map<MacKey, std::vector<const AddressPair*>> shown;
    for (const AddressPair& pair : input_.traffic.pairs) shown[{pair.space, pair.mac}].push_back(&pair);

    std::set<IpKey> paired;
    for (const auto& [key, addresses] : said) {
      const auto& [space, mac] = key;
      if (is_virtual_router(mac)) continue;
      if (addresses.size() > addresses_of_one_device) {
        routers_.insert(key);
        continue;
      }
      for (const auto& [ip, schema] : addresses) {
        // A MAC that answers for an address whose packets come from further away translates or stands in for it.
        const auto frames = std::find_if(
            input_.traffic.pairs.begin(), input_.traffic.pairs.end(), [&, wanted = ip](const AddressPair& pair) {
              return pair.space == key.first && pair.mac == key.second && pair.ip == wanted;
            });
        const bool seen = frames != input_.traffic.pairs.end();
        if (addresses.size() > 1 && seen && !came_straight(*frames)) continue;
        // Nor is one that it only answers ARP for, besides its own.
        if (addresses.size() > 1 && !seen && schema == "arp.message") continue;
        pair(space, mac, ip, fmt::format("{} says that {} is at {}", schema, to_text(ip), to_text(mac)));
        paired.insert({space, ip});
      }
    }
    for (const auto& [key, pairs] : shown) {
      const auto& [space, mac] = key;
      if (is_virtual_router(mac)) continue;
      const auto direct = [](const AddressPair* pair) { return came_straight(*pair); };
      const auto routed = std::count_if(pairs.begin(), pairs.end(), [&](const AddressPair* pair) {
        return !direct(pair) && !pair->ip.is_link_local();
      });
      if (routed > 1 || pairs.size() > addresses_of_one_device) routers_.insert(key);
      const auto known = said.find(key);
      for (const AddressPair* pair : pairs) {
        if (paired.contains({space, pair->ip})) continue;
        const bool alone = pairs.size() == 1 || (known == said.end() && routed == 0 && same_subnet(pairs));
        if (alone && direct(pair))
          this->pair(space, mac, pair->ip,
                     fmt::format("frames from {} come straight from {}", to_text(pair->ip), to_text(mac)));
      }
    }
  }

  static bool came_straight(const AddressPair& pair) {
    return !pair.hop_limit ||
           std::find(initial_hop_limits.begin(), initial_hop_limits.end(), *pair.hop_limit) != initial_hop_limits.end();
  }

  /// Addresses of one card that are not all in one network are more likely several hosts behind a router.
  static bool same_subnet(const std::vector<const AddressPair*>& pairs) {
    std::optional<IpPrefix> network;
    for (const AddressPair* pair : pairs) {
      if (pair->ip.family == IpAddress::Family::v6) continue;
      if (!network) network = IpPrefix{pair->ip, 24};
      if (!network->contains(pair->ip) && !pair->ip.is_link_local()) return false;
    }
    return pairs.size() <= 3;
  }

  void pair(std::uint16_t space, const MacAddress& mac, const IpAddress& ip, const std::string& reason) {
    const auto a = address_of(space, ip);
    const auto b = address_of(space, mac);
    if (!a || !b) return;
    if (is_split(to_text(ip)) || is_split(to_text(mac))) return;
    join(*a, *b, reason);
  }

  [[nodiscard]] bool is_split(const std::string& address) const {
    return std::find(input_.splits.begin(), input_.splits.end(), address) != input_.splits.end();
  }

  /// A Windows host claims its name for itself alone in its network, so two cards that claim one name are one host's.
  void join_by_name() {
    std::map<std::pair<std::uint16_t, std::string>, std::set<std::size_t>> by_name;
    for (const Fact& fact : input_.facts) {
      if (fact.meaning != Meaning::host_name || !fact.subject.station.empty()) continue;
      if (fact.schema != "netbios.message" && fact.schema != "netbios.announcement" && fact.schema != "smb.ntlm")
        continue;
      const auto known = ips_.find({fact.subject.space, fact.subject.ip});
      if (known != ips_.end() && !is_split(to_text(fact.subject.ip)))
        by_name[{fact.subject.space, lower(fact.value)}].insert(root(known->second));
    }
    for (const auto& [name, roots] : by_name) {
      if (roots.size() != 2) continue;  // more is a name that is copied about
      join(*roots.begin(), *std::next(roots.begin()), fmt::format("both claim the name '{}'", name.second));
    }
  }

  /// A maker gives a serial number once. A device that says the same one in two address spaces is seen from both sides
  /// of what translates between them. Within one space it may be a copied configuration, or a simulator.
  void join_by_serial_number() {
    constexpr std::size_t shortest = 4, copied_about = 3;
    std::map<std::tuple<std::string, std::string, std::string>, std::map<std::uint16_t, std::set<std::size_t>>> said;
    std::map<std::pair<FactSubject, std::string>, std::string> products;
    for (const Fact& fact : input_.facts)
      if (fact.meaning == Meaning::product) products[{fact.subject, fact.schema}] = fact.value;
    for (const Fact& fact : input_.facts) {
      if (fact.meaning != Meaning::serial_number || !fact.subject.station.empty()) continue;
      const bool is_blank = fact.value.find_first_not_of(fact.value.front()) == std::string::npos;
      const auto product = products.find({fact.subject, fact.schema});
      const auto known = ips_.find({fact.subject.space, fact.subject.ip});
      if (is_blank || fact.value.size() < shortest || product == products.end() || known == ips_.end()) continue;
      if (is_split(to_text(fact.subject.ip))) continue;
      said[{fact.schema, product->second, fact.value}][fact.subject.space].insert(root(known->second));
    }
    for (const auto& [what, spaces] : said) {
      if (spaces.size() < 2 || spaces.size() > copied_about) continue;
      if (std::any_of(spaces.begin(), spaces.end(), [](const auto& space) { return space.second.size() > 1; }))
        continue;
      const std::size_t first = *spaces.begin()->second.begin();
      for (const auto& [space, roots] : spaces)
        join(first, *roots.begin(),
             fmt::format("both say that they are '{}' with serial number {}", std::get<1>(what), std::get<2>(what)));
    }
  }

  void apply_merges() {
    for (const std::vector<std::string>& merge : input_.merges) {
      std::vector<std::size_t> members;
      for (std::size_t i = 0; i < addresses_.size(); ++i) {
        const Address& address = addresses_[i];
        const std::string text = address.ip.present() ? to_text(address.ip) : to_text(*address.mac);
        if (std::find(merge.begin(), merge.end(), text) != merge.end()) members.push_back(i);
      }
      for (std::size_t i = 1; i < members.size(); ++i) join(members[0], members[i], "a person said so (merge)");
    }
  }

  [[nodiscard]] bool is_inside(const IpAddress& ip) const {
    if (ip.is_private() || ip.is_link_local() || ip.is_loopback()) return true;
    return std::any_of(input_.inside.begin(), input_.inside.end(),
                       [&](const IpPrefix& prefix) { return prefix.contains(ip); });
  }

  void make_assets() {
    std::map<std::size_t, std::size_t> of_root;
    std::vector<std::set<std::uint16_t>> card_spaces;
    std::vector<std::map<IpAddress, std::uint16_t>> ip_spaces;
    for (std::size_t i = 0; i < addresses_.size(); ++i) {
      const auto [known, is_new] = of_root.try_emplace(root(i), inventory_.assets.size());
      const Address& address = addresses_[i];
      if (is_new) {
        inventory_.assets.emplace_back().space = address.space;
        behaviours_.emplace_back();
        card_spaces.emplace_back();
        ip_spaces.emplace_back();
      }
      Asset& asset = inventory_.assets[known->second];
      asset.space = std::min(asset.space, address.space);
      if (address.ip.present()) {
        ip_spaces[known->second].emplace(address.ip, address.space);
        inventory_.by_ip[{address.space, address.ip}] = known->second;
      } else {
        asset.macs.push_back(*address.mac);
        card_spaces[known->second].insert(address.space);
        inventory_.by_mac[{address.space, *address.mac}] = known->second;
      }
    }
    // Seen from both sides of a translation, a device lives where its card is; its addresses there come first.
    for (std::size_t i = 0; i < inventory_.assets.size(); ++i) {
      Asset& asset = inventory_.assets[i];
      if (!card_spaces[i].empty()) asset.space = *card_spaces[i].begin();
      for (const auto& [ip, space] : ip_spaces[i]) asset.ips.push_back(ip);
      std::stable_partition(asset.ips.begin(), asset.ips.end(),
                            [&](const IpAddress& ip) { return ip_spaces[i].at(ip) == asset.space; });
    }
    for (const auto& [at, reason] : joins_) {
      std::vector<std::string>& reasons = inventory_.assets[of_root.at(root(at))].merge_reasons;
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(reason);
    }
    for (std::size_t i = 0; i < inventory_.assets.size(); ++i) {
      Asset& asset = inventory_.assets[i];
      // A public address that answers ARP, or came straight from its card, is on the site's own segment.
      asset.external =
          asset.macs.empty() && !asset.ips.empty() &&
          std::none_of(asset.ips.begin(), asset.ips.end(), [&](const IpAddress& ip) { return is_inside(ip); });
      for (const MacAddress& mac : asset.macs)
        if (routers_.contains({asset.space, mac})) behaviours_[i].routes = true;
      for (const MacAddress& mac : asset.macs)
        if (const auto organisation = organisation_of(mac))
          add_candidate(asset, Meaning::vendor, {*organisation, "oui", {}, 0, 0});
    }
  }

  static void add_candidate(Asset& asset, Meaning meaning, Attribute::Candidate candidate) {
    auto found = std::find_if(asset.attributes.begin(), asset.attributes.end(),
                              [&](const Attribute& attribute) { return attribute.meaning == meaning; });
    if (found == asset.attributes.end()) found = asset.attributes.insert(found, {meaning, {}});
    const auto same = [&](const Attribute::Candidate& other) {
      return other.value == candidate.value && other.source == candidate.source;
    };
    if (std::none_of(found->candidates.begin(), found->candidates.end(), same))
      found->candidates.push_back(std::move(candidate));
  }

  /// The asset that a fact speaks of: the device at its address, or the station behind it.
  std::optional<std::size_t> asset_of(const FactSubject& subject) {
    const auto at = inventory_.at({subject.space, subject.ip, subject.mac});
    if (!at || subject.station.empty()) return at;
    const auto known = stations_.find({*at, subject.station});
    return known == stations_.end() ? at : std::optional{known->second};
  }

  void make_stations() {
    std::map<std::pair<std::size_t, std::string>, std::set<std::string>> answering;  // device, kind of station
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto at = inventory_.at(conversation.server);
      if (!at) continue;
      for (const OperationUse& use : conversation.operations)
        if (!use.station.empty() && use.answered > use.refused)
          answering[{*at, kind_of(use.station)}].insert(use.station);
    }
    for (const Fact& fact : input_.facts) {
      const auto at = inventory_.at({fact.subject.space, fact.subject.ip, fact.subject.mac});
      if (at && !fact.subject.station.empty())
        answering[{*at, kind_of(fact.subject.station)}].insert(fact.subject.station);
    }
    for (const auto& [device, stations] : answering) {
      const bool always_behind = device.second == "network";
      if (stations.size() < 2 && !always_behind) continue;
      if (is_split("stations")) continue;
      for (const std::string& station : stations) {
        if (station == "unit 0" || station == "unit 255") continue;  // the gateway itself
        Asset behind;
        behind.space = inventory_.assets[device.first].space;
        behind.ips = inventory_.assets[device.first].ips;
        behind.macs = {};
        behind.station = station;
        behind.merge_reasons = {
            fmt::format("{} stations answer at {}", stations.size(), inventory_.assets[device.first].address_text())};
        stations_[{device.first, station}] = inventory_.assets.size();
        parents_[inventory_.assets.size()] = device.first;
        inventory_.assets.push_back(std::move(behind));
        behaviours_.emplace_back();
      }
    }
  }
  static std::string kind_of(const std::string& station) { return station.substr(0, station.find(' ')); }

  void attach_facts() {
    make_stations();
    for (const Fact& fact : input_.facts) {
      const auto at = asset_of(fact.subject);
      if (!at) continue;
      Asset& asset = inventory_.assets[*at];
      const bool describes = fact.meaning != Meaning::ip_address && fact.meaning != Meaning::mac_address &&
                             fact.meaning != Meaning::secret && fact.meaning != Meaning::weakness;
      if (!describes) continue;
      add_candidate(asset, fact.meaning, {fact.value, fact.schema, fact.first, fact.last_ns, fact.count});
      if (asset.first.frame == 0 || fact.first.time_ns < asset.first.time_ns) asset.first = fact.first;
      if (fact.meaning == Meaning::role) {
        const std::string role = lower(fact.value);
        Behaviour& did = behaviours_[*at];
        if (role.find("bridge") != std::string::npos || role.find("switch") != std::string::npos) did.bridges = true;
        if (role.find("router") != std::string::npos && role.find("bridge") == std::string::npos) did.routes = true;
      }
    }
    for (Asset& asset : inventory_.assets) {
      for (Attribute& attribute : asset.attributes) {
        std::stable_sort(attribute.candidates.begin(), attribute.candidates.end(),
                         [](const Attribute::Candidate& a, const Attribute::Candidate& b) {
                           return std::tuple{distrust(a), -a.last_ns, a.value} <
                                  std::tuple{distrust(b), -b.last_ns, b.value};
                         });
      }
      std::sort(asset.attributes.begin(), asset.attributes.end(),
                [](const Attribute& a, const Attribute& b) { return a.meaning < b.meaning; });
    }
  }

  static bool is_ot(const Conversation& conversation) {
    if (conversation.service.empty()) return false;
    return conversation.operations_known &&
           std::find(office_protocols.begin(), office_protocols.end(), conversation.service) ==
               office_protocols.end() &&
           conversation.service != "snmp" && conversation.service != "lldp" && conversation.service != "cdp" &&
           conversation.service != "mqtt";
  }

  void see(std::size_t at, const Conversation& conversation, std::uint64_t frames) {
    Asset& asset = inventory_.assets[at];
    asset.frames += frames;
    if (asset.first_ns == 0 || conversation.first_ns < asset.first_ns) asset.first_ns = conversation.first_ns;
    asset.last_ns = std::max(asset.last_ns, conversation.last_ns);
    if (asset.first.frame == 0) asset.first = conversation.first;
    for (const Sighting& sighting : conversation.sightings) {
      if (std::find(asset.points.begin(), asset.points.end(), sighting.point) == asset.points.end())
        asset.points.push_back(sighting.point);
      if (sighting.vlan && std::find(asset.vlans.begin(), asset.vlans.end(), *sighting.vlan) == asset.vlans.end())
        asset.vlans.push_back(*sighting.vlan);
    }
  }

  void add_conversations() {
    std::map<std::size_t, std::set<std::size_t>> polled;
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto client = inventory_.at(conversation.client);
      const auto server = conversation.server.is_group() ? std::nullopt : inventory_.at(conversation.server);
      if (client) see(*client, conversation, conversation.frames_out);
      if (server) see(*server, conversation, conversation.frames_in);
      const bool client_known = conversation.client_reason != ClientReason::unknown;
      if (client) behave_as_client(*client, conversation, client_known, server, polled);
      if (server && client_known && conversation.frames_in > 0) behave_as_server(*server, conversation);
    }
    for (const auto& [at, servers] : polled) behaviours_[at].controllers_asked = servers.size();
    for (Asset& asset : inventory_.assets) {
      asset.never_heard = asset.frames == 0 && asset.station.empty() && asset.attributes.empty();
      std::sort(asset.vlans.begin(), asset.vlans.end());
      std::sort(asset.points.begin(), asset.points.end());
    }
    for (const auto& [station, parent] : parents_) {
      Asset& behind = inventory_.assets[station];
      const Asset& front = inventory_.assets[parent];
      behind.first_ns = front.first_ns;
      behind.last_ns = front.last_ns;
      behind.points = front.points;
      behind.vlans = front.vlans;
      behind.never_heard = false;
    }
  }

  void behave_as_client(std::size_t at, const Conversation& conversation, bool client_known,
                        const std::optional<std::size_t>& server,
                        std::map<std::size_t, std::set<std::size_t>>& polled) {
    Behaviour& did = behaviours_[at];
    if (conversation.service == "goose" || conversation.service == "sv" || conversation.service == "sampled_values")
      did.publishes_goose = true;
    if (conversation.transport == "llc" && conversation.port == 0x42) did.bridges = true;
    if (!client_known) return;
    const bool ot = is_ot(conversation);
    if (ot) did.speaks_it_only = false;
    const bool nbns = conversation.service == "netbios" || conversation.service == "smb";
    if (nbns || conversation.label.starts_with("SMB") || conversation.label.starts_with("NetBIOS"))
      did.uses_windows = true;
    if (!ot || !server) return;
    add_once(did.asks_ot, conversation.service);
    if (conversation.service == "opcua") did.asks_opc_ua = true;
    else if (conversation.answered) polled[at].insert(*server);
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

  void behave_as_server(std::size_t at, const Conversation& conversation) {
    Behaviour& did = behaviours_[at];
    Asset& asset = inventory_.assets[at];
    const bool ot = is_ot(conversation);
    if (ot && conversation.service != "opcua") {
      add_once(did.serves_ot, conversation.service);
      did.speaks_it_only = false;
    }
    if (conversation.service == "opcua") {
      did.serves_opc_ua = true;
      did.speaks_it_only = false;
    }
    const std::string& what = conversation.service.empty() ? conversation.label : conversation.service;
    const std::uint16_t port = conversation.port.value_or(0);
    if (what == "MsSQL-TDS" || port == 1433) did.serves_sql = true;
    if (what == "ntp" || what == "NTP") did.serves_time = true;
    if (what == "kerberos" || what == "ldap" || what == "Kerberos" || what == "LDAP") did.serves_directory = true;
    if (what == "dns" || what == "DNS") did.serves_names = true;
    if (what == "smb" || what.starts_with("SMB")) did.serves_files = true;
    if (what == "rdp" || what == "RDP" || what == "vnc" || what == "VNC") did.serves_desktop = true;
    if (what == "http" || what == "tls" || what == "HTTP" || what == "TLS") did.serves_web = true;
    if (did.citation.frame == 0) did.citation = conversation.first;
    if (conversation.transport != "tcp" && conversation.transport != "udp") return;
    const auto same = [&](const Service& service) {
      return service.transport == conversation.transport && service.port == port;
    };
    auto known = std::find_if(asset.services.begin(), asset.services.end(), same);
    if (known == asset.services.end())
      known = asset.services.insert(known, {conversation.transport, port, what, 0, conversation.first});
    if (known->protocol.empty()) known->protocol = what;
    ++known->clients;
  }

  static void add_once(std::vector<std::string>& list, const std::string& text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  }

  [[nodiscard]] static bool is_meant(const AssetOverride& override, const Asset& asset) {
    if (override.match == asset.id || override.match == asset.name) return true;
    const std::string wanted = lower(override.match);
    if (wanted == lower(asset.attribute(Meaning::host_name)) && !wanted.empty()) return true;
    if (!asset.station.empty()) return wanted == lower(asset.address_text());
    const auto is_ip = [&](const IpAddress& ip) { return to_text(ip) == wanted; };
    if (std::any_of(asset.ips.begin(), asset.ips.end(), is_ip)) return true;
    const auto mac = parse_mac(wanted);
    return mac && std::find(asset.macs.begin(), asset.macs.end(), *mac) != asset.macs.end();
  }

  void apply_overrides() {
    give_asset_ids(inventory_.assets, input_.traffic, ids_);
    for (const AssetOverride& override : input_.overrides) {
      for (Asset& asset : inventory_.assets) {
        if (!is_meant(override, asset)) continue;
        if (override.name) asset.name = *override.name;
        if (override.role) asset.role = {override.role, Confidence::certain, {"site.yml says so"}, {}, true};
        if (override.level) asset.level = {override.level, Confidence::certain, {"site.yml says so"}, {}, true};
        if (override.zone) asset.zone = *override.zone;
        if (override.criticality) asset.criticality = override.criticality;
        if (override.note) asset.note = override.note;
      }
    }
  }

  void infer() {
    for (std::size_t i = 0; i < inventory_.assets.size(); ++i) {
      Asset& asset = inventory_.assets[i];
      if (!asset.role.by_person) asset.role = infer_role(asset, behaviours_[i], *input_.roles);
      const bool fronts =
          std::any_of(parents_.begin(), parents_.end(), [&](const auto& pair) { return pair.second == i; });
      const bool said = asset.best(Meaning::product) != nullptr || asset.best(Meaning::order_number) != nullptr;
      if (fronts && !asset.role.by_person && !said) {
        asset.role.value = Role::gateway;
        asset.role.confidence = Confidence::likely;
        asset.role.reasons = {"several stations answer at its address"};
      }
      if (parents_.contains(i) && !asset.role.value) {
        asset.role.value = Role::field_device;
        asset.role.confidence = Confidence::possible;
        asset.role.reasons = {"it answers behind a gateway"};
      }
    }
    infer_levels(inventory_.assets);
  }

  void name_and_number() {
    for (Asset& asset : inventory_.assets) {
      if (!asset.name.empty()) continue;
      asset.name = asset.attribute(Meaning::host_name);
      const bool is_address = parse_ip(asset.name.substr(0, asset.name.find(':'))).has_value();
      if (asset.name.empty() || is_address || !asset.station.empty()) asset.name = asset.address_text();
    }
    for (const auto& [station, parent] : parents_) inventory_.assets[station].behind = inventory_.assets[parent].id;
  }

  const InventoryInput& input_;
  NumberedIds& ids_;
  std::vector<Address> addresses_;
  std::map<IpKey, std::size_t> ips_;
  std::map<MacKey, std::size_t> macs_;
  std::set<MacKey> routers_;
  std::vector<std::pair<std::size_t, std::string>> joins_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> stations_;
  std::map<std::size_t, std::size_t> parents_;
  std::vector<Behaviour> behaviours_;
  Inventory inventory_;
};

}  // namespace

Inventory take_inventory(const InventoryInput& input, NumberedIds& ids) {
  return Builder{input, ids}.build();
}

}  // namespace bulkhead

// From addresses to devices.
//
// An address is not a device. A link address belongs to the station that uses it on its own segment; beyond a router
// every frame carries the router's. So an IP address and a MAC are one device only where the device said so itself
// (ARP, DHCP, PROFINET DCP, LLDP), or where the frame came straight from it: its hop limit is one that senders start
// with, and no other address uses that MAC. Virtual router addresses and MACs that answer for many are kept apart. The
// cards of a router are one device where a frame is seen going in at one and coming out at another, one hop later, or
// where its agent lists their addresses. What is seen from both sides of an address translation, or in two networks, is
// one device where it says the same serial number on both. That MAC addresses follow each other joins nothing.

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"
#include "inventory/draft.h"

namespace bulkhead {

namespace {

constexpr std::uint16_t ethercat_type = 0x88A4;
constexpr std::uint8_t local_bit = 0x02;            // of an address's first octet: IEEE 802, 8.2
constexpr std::size_t addresses_of_one_device = 8;  // a MAC that answers for more is a router or a proxy
constexpr std::array<std::uint8_t, 6> initial_hop_limits{30, 32, 60, 64, 128, 255};

using IpKey = std::pair<std::uint16_t, IpAddress>;

/// VRRP and CARP, HSRP v1 and v2, GLBP: the address of a role, not of a device.
bool is_virtual_router(const MacAddress& mac) noexcept {
  const auto& o = mac.octets;
  const bool vrrp = o[0] == 0 && o[1] == 0 && o[2] == 0x5E && o[3] == 0 && (o[4] == 1 || o[4] == 2);
  const bool hsrp = o[0] == 0 && o[1] == 0 && o[2] == 0x0C &&
                    ((o[3] == 7 && o[4] == 0xAC) || (o[3] == 0x9F && (o[4] & 0xF0U) == 0xF0));
  const bool glbp = o[0] == 0 && o[1] == 7 && o[2] == 0xB4;
  return vrrp || hsrp || glbp;
}

bool is_broadcast_of_a_subnet(const Party& party) {
  return party.ip.family == IpAddress::Family::v4 && party.mac && party.mac->is_group();
}

bool came_straight(const AddressPair& pair) {
  return !pair.hop_limit ||
         std::find(initial_hop_limits.begin(), initial_hop_limits.end(), *pair.hop_limit) != initial_hop_limits.end();
}

/// Addresses of one card that are not all in one network are more likely several hosts behind a router.
bool same_subnet(const std::vector<const AddressPair*>& pairs) {
  std::optional<IpPrefix> network;
  for (const AddressPair* pair : pairs) {
    if (pair->ip.family == IpAddress::Family::v6) continue;
    if (!network) network = IpPrefix{pair->ip, 24};
    if (!network->contains(pair->ip) && !pair->ip.is_link_local()) return false;
  }
  return pairs.size() <= 3;
}

/// What devices say of the addresses of their cards: by card and address, the schema that said it.
using SaidAddresses = std::map<MacKey, std::map<IpAddress, std::string>>;

SaidAddresses addresses_said(const std::vector<Fact>& facts) {
  SaidAddresses said;
  for (const Fact& fact : facts) {
    if (!fact.subject.mac || fact.meaning != Meaning::ip_address) continue;
    if (const auto ip = parse_ip(fact.value)) said[{fact.subject.space, *fact.subject.mac}].emplace(*ip, fact.schema);
  }
  return said;
}

/// A union-find over addresses.
class Grouping {
 public:
  /// The address's place; nothing where it is nobody's own.
  std::optional<std::size_t> address_of(std::uint16_t space, const IpAddress& ip) {
    if (!ip.present() || ip.is_group() || ip.is_unspecified()) return std::nullopt;
    const auto [known, is_new] = ips_.try_emplace({space, ip}, addresses().size());
    if (is_new) addresses().push_back({space, ip, {}, addresses().size()});
    return known->second;
  }
  std::optional<std::size_t> address_of(std::uint16_t space, const MacAddress& mac) {
    if (mac.is_group() || mac.is_zero()) return std::nullopt;
    const auto returned = groups_.returned.find({space, mac});
    const MacAddress& own = returned == groups_.returned.end() ? mac : returned->second;
    const auto [known, is_new] = macs_.try_emplace({space, own}, addresses().size());
    if (is_new) addresses().push_back({space, {}, own, addresses().size()});
    return known->second;
  }
  /// The place of an address, where it was met.
  [[nodiscard]] std::optional<std::size_t> place_of(std::uint16_t space, const IpAddress& ip) const {
    const auto known = ips_.find({space, ip});
    return known == ips_.end() ? std::nullopt : std::optional{known->second};
  }
  /// The device at an address that was met.
  std::optional<std::size_t> device_at(std::uint16_t space, const IpAddress& ip) {
    const auto place = place_of(space, ip);
    return place ? std::optional{root(*place)} : std::nullopt;
  }
  /// The device that an address's place belongs to.
  std::size_t device_of(std::size_t place) { return root(place); }
  void join(std::size_t a, std::size_t b, const std::string& reason) {
    const auto [first, second] = std::minmax({root(a), root(b)});
    if (first == second) return;
    addresses()[second].group = first;
    groups_.reasons.push_back({first, reason});
  }
  /// What is sent from `card` is the frame of another, sent back.
  void add_returned(const MacKey& card, const MacAddress& sender) { groups_.returned.emplace(card, sender); }
  void add_router(const MacKey& card) { groups_.routers.insert(card); }

  [[nodiscard]] const std::vector<AddressGroups::Address>& met() const noexcept { return groups_.addresses; }
  AddressGroups take() {
    for (std::size_t i = 0; i < addresses().size(); ++i) addresses()[i].group = root(i);
    for (AddressGroups::Reason& reason : groups_.reasons) reason.group = root(reason.group);
    return std::move(groups_);
  }

 private:
  std::vector<AddressGroups::Address>& addresses() noexcept { return groups_.addresses; }
  std::size_t root(std::size_t at) {
    while (addresses()[at].group != at) at = addresses()[at].group = addresses()[addresses()[at].group].group;
    return at;
  }

  AddressGroups groups_;
  std::map<IpKey, std::size_t> ips_;
  std::map<MacKey, std::size_t> macs_;
};

/// The slaves of EtherCAT send their master's frame back, with the locally administered bit set in its source: that is
/// no address of another device.
void find_returned_frames(const InventoryInput& input, Grouping& grouping) {
  std::set<MacKey> senders;
  for (const Conversation& conversation : input.traffic.conversations)
    if (conversation.transport == "ethertype" && conversation.port == ethercat_type)
      for (const Party* party : {&conversation.client, &conversation.server})
        if (party->mac && !party->mac->is_group()) senders.insert({party->space, *party->mac});
  for (const auto& [space, mac] : senders) {
    if ((mac.octets[0] & local_bit) == 0) continue;
    MacAddress master = mac;
    master.octets[0] = static_cast<std::uint8_t>(mac.octets[0] ^ local_bit);
    if (senders.contains({space, master})) grouping.add_returned({space, mac}, master);
  }
}

void collect(const InventoryInput& input, Grouping& grouping) {
  for (const Conversation& conversation : input.traffic.conversations) {
    for (const Party* party : {&conversation.client, &conversation.server}) {
      if (party->is_group() || is_broadcast_of_a_subnet(*party)) continue;
      if (party->ip.present()) grouping.address_of(party->space, party->ip);
      else if (party->mac) grouping.address_of(party->space, *party->mac);
    }
  }
  for (const Fact& fact : input.facts) {
    if (fact.subject.ip.present()) grouping.address_of(fact.subject.space, fact.subject.ip);
    else if (fact.subject.mac) grouping.address_of(fact.subject.space, *fact.subject.mac);
  }
}

/// A port's card and the chassis it belongs to.
void join_cards(const InventoryInput& input, Grouping& grouping) {
  for (const Fact& fact : input.facts) {
    if (!fact.subject.mac || fact.meaning != Meaning::mac_address) continue;
    const MacAddress& card = *fact.subject.mac;
    const auto chassis = parse_mac(fact.value);
    const auto port = grouping.address_of(fact.subject.space, card);
    if (!chassis || !port || *chassis == card) continue;
    if (is_virtual_router(*chassis) || is_virtual_router(card)) continue;
    if (is_split(input, to_text(*chassis)) || is_split(input, to_text(card))) continue;
    const auto whole = grouping.address_of(fact.subject.space, *chassis);
    if (!whole) continue;
    if (fact.schema == "copy") {
      grouping.add_router({fact.subject.space, *chassis});
      grouping.join(*port, *whole,
                    fmt::format("what was sent to {} left {} one hop later", to_text(*chassis), to_text(card)));
    } else {
      grouping.join(*port, *whole,
                    fmt::format("{} says that {} belongs to {}", fact.schema, to_text(card), to_text(*chassis)));
    }
  }
}

void pair_up(const MacKey& card, const IpAddress& ip, const std::string& reason, const InventoryInput& input,
             Grouping& grouping) {
  const auto a = grouping.address_of(card.first, ip);
  const auto b = grouping.address_of(card.first, card.second);
  if (!a || !b) return;
  if (is_split(input, to_text(ip)) || is_split(input, to_text(card.second))) return;
  grouping.join(*a, *b, reason);
}

/// A MAC that answers for an address whose packets come from further away translates or stands in for it; and so does
/// one that only answers ARP for it, besides its own.
bool stands_in(const MacKey& card, const IpAddress& ip, const std::string& schema,
               const std::vector<AddressPair>& pairs) {
  const auto frames = std::find_if(pairs.begin(), pairs.end(), [&](const AddressPair& pair) {
    return pair.space == card.first && pair.mac == card.second && pair.ip == ip;
  });
  return frames == pairs.end() ? schema == "arp.message" : !came_straight(*frames);
}

/// Pairs what devices say of themselves; gives the addresses that it decided about.
std::set<IpKey> pair_said(const SaidAddresses& said, const InventoryInput& input, Grouping& grouping) {
  std::set<IpKey> paired;
  for (const auto& [card, addresses] : said) {
    if (is_virtual_router(card.second)) continue;
    if (addresses.size() > addresses_of_one_device) {
      grouping.add_router(card);
      continue;
    }
    for (const auto& [ip, schema] : addresses) {
      if (addresses.size() > 1 && stands_in(card, ip, schema, input.traffic.pairs)) continue;
      pair_up(card, ip, fmt::format("{} says that {} is at {}", schema, to_text(ip), to_text(card.second)), input,
              grouping);
      paired.insert({card.first, ip});
    }
  }
  return paired;
}

/// Pairs what frames show, where no device said otherwise.
void pair_shown(const SaidAddresses& said, const std::set<IpKey>& paired, const InventoryInput& input,
                Grouping& grouping) {
  std::map<MacKey, std::vector<const AddressPair*>> shown;
  for (const AddressPair& pair : input.traffic.pairs) shown[{pair.space, pair.mac}].push_back(&pair);
  for (const auto& [card, pairs] : shown) {
    if (is_virtual_router(card.second)) continue;
    const auto routed = std::count_if(pairs.begin(), pairs.end(), [](const AddressPair* pair) {
      return !came_straight(*pair) && !pair->ip.is_link_local();
    });
    if (routed > 1 || pairs.size() > addresses_of_one_device) grouping.add_router(card);
    const bool alone = pairs.size() == 1 || (!said.contains(card) && routed == 0 && same_subnet(pairs));
    for (const AddressPair* shown_pair : pairs) {
      const IpAddress& ip = shown_pair->ip;
      if (!alone || paired.contains({card.first, ip}) || !came_straight(*shown_pair)) continue;
      pair_up(card, ip, fmt::format("frames from {} come straight from {}", to_text(ip), to_text(card.second)), input,
              grouping);
    }
  }
}

/// The device that speaks, where its address was met and nobody split it off.
std::optional<std::size_t> speaker_of(const Fact& fact, const InventoryInput& input, Grouping& grouping) {
  if (is_split(input, to_text(fact.subject.ip))) return std::nullopt;
  return grouping.device_at(fact.subject.space, fact.subject.ip);
}

/// A Windows host claims its name for itself alone in its network, so two cards that claim one name are one host's.
void join_by_name(const InventoryInput& input, Grouping& grouping) {
  std::map<std::pair<std::uint16_t, std::string>, std::set<std::size_t>> by_name;
  for (const Fact& fact : input.facts) {
    if (fact.meaning != Meaning::host_name || !fact.subject.station.empty()) continue;
    if (fact.schema != "netbios.message" && fact.schema != "netbios.announcement" && fact.schema != "smb.ntlm")
      continue;
    if (const auto speaker = speaker_of(fact, input, grouping))
      by_name[{fact.subject.space, lower(fact.value)}].insert(*speaker);
  }
  for (const auto& [name, roots] : by_name) {
    if (roots.size() != 2) continue;  // more is a name that is copied about
    grouping.join(*roots.begin(), *std::next(roots.begin()), fmt::format("both claim the name '{}'", name.second));
  }
}

/// An agent that lists the addresses of its cards (SNMP) is one device at all of them. An address that others list as
/// well, who are not on its list, is shared: of a virtual router, or of a network that machines have within.
void join_listed_addresses(const InventoryInput& input, Grouping& grouping) {
  std::map<std::size_t, std::set<std::size_t>> listed;           // by whom: addresses
  std::map<std::size_t, std::map<std::size_t, std::string>> of;  // address: those who list it, and how it is said
  for (const Fact& fact : input.facts) {
    if (fact.meaning != Meaning::ip_address || fact.schema != "snmp.address") continue;
    const auto own = parse_ip(fact.value);
    if (!own || is_split(input, fact.value) || is_split(input, to_text(fact.subject.ip))) continue;
    const auto agent = grouping.place_of(fact.subject.space, fact.subject.ip);
    const auto known = grouping.place_of(fact.subject.space, *own);
    if (!agent || !known) continue;  // of a network that is not seen
    listed[*agent].insert(*known);
    of[*known].emplace(*agent, fmt::format("{} lists {} as its own by SNMP", to_text(fact.subject.ip), fact.value));
  }
  for (const auto& [address, agents] : of) {
    const bool is_shared = std::any_of(agents.begin(), agents.end(), [&, own = address](const auto& agent) {
      return std::any_of(agents.begin(), agents.end(), [&](const auto& other) {
        return agent.first != other.first && other.first != own && !listed[agent.first].contains(other.first);
      });
    });
    if (is_shared || !listed[agents.begin()->first].contains(agents.begin()->first)) continue;
    for (const auto& [agent, reason] : agents) grouping.join(agent, address, reason);
  }
}

/// A maker gives a serial number once. A device that says the same one in two address spaces is seen from both sides
/// of what translates between them; one that says it at two addresses of different networks has a card in each.
/// Within one network it may be a copied configuration, or a simulator.
void join_by_serial_number(const InventoryInput& input, Grouping& grouping) {
  constexpr std::size_t shortest = 4;
  constexpr std::size_t copied_about = 3;
  std::map<std::tuple<std::string, std::string, std::string, std::uint16_t>, std::set<IpAddress>> within;
  std::map<std::tuple<std::string, std::string, std::string>, std::map<std::uint16_t, std::set<std::size_t>>> said;
  std::map<std::pair<FactSubject, std::string>, std::string> products;
  for (const Fact& fact : input.facts)
    if (fact.meaning == Meaning::product) products[{fact.subject, fact.schema}] = fact.value;
  for (const Fact& fact : input.facts) {
    if (fact.meaning != Meaning::serial_number || !fact.subject.station.empty()) continue;
    const bool is_blank = fact.value.find_first_not_of(fact.value.front()) == std::string::npos;
    const auto product = products.find({fact.subject, fact.schema});
    const auto speaker = speaker_of(fact, input, grouping);
    if (is_blank || fact.value.size() < shortest || product == products.end() || !speaker) continue;
    said[{fact.schema, product->second, fact.value}][fact.subject.space].insert(*speaker);
    within[{fact.schema, product->second, fact.value, fact.subject.space}].insert(fact.subject.ip);
  }
  for (const auto& [what, ips] : within) {
    const IpAddress& a = *ips.begin();
    const IpAddress& b = *ips.rbegin();
    if (ips.size() != 2 || a.family != b.family || IpPrefix{a, 24}.contains(b)) continue;
    const auto& [schema, product, serial, space] = what;
    grouping.join(*grouping.place_of(space, a), *grouping.place_of(space, b),
                  fmt::format("{} and {} both say that they are '{}' with serial number {}", to_text(a), to_text(b),
                              product, serial));
  }
  for (auto& [what, spaces] : said)
    for (auto& [space, devices] : spaces) {
      std::set<std::size_t> joined;
      for (const std::size_t device : devices) joined.insert(grouping.device_of(device));
      devices = std::move(joined);
    }
  for (const auto& [what, spaces] : said) {
    if (spaces.size() < 2 || spaces.size() > copied_about) continue;
    if (std::any_of(spaces.begin(), spaces.end(), [](const auto& space) { return space.second.size() > 1; })) continue;
    const std::size_t first = *spaces.begin()->second.begin();
    for (const auto& [space, roots] : spaces)
      grouping.join(
          first, *roots.begin(),
          fmt::format("both say that they are '{}' with serial number {}", std::get<1>(what), std::get<2>(what)));
  }
}

void join_merges(const InventoryInput& input, Grouping& grouping) {
  for (const std::vector<std::string>& merge : input.merges) {
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < grouping.met().size(); ++i) {
      const AddressGroups::Address& address = grouping.met()[i];
      const std::string text = address.ip.present() ? to_text(address.ip) : to_text(*address.mac);
      if (std::find(merge.begin(), merge.end(), text) != merge.end()) members.push_back(i);
    }
    for (std::size_t i = 1; i < members.size(); ++i) grouping.join(members[0], members[i], "a person said so (merge)");
  }
}

}  // namespace

AddressGroups group_addresses(const InventoryInput& input) {
  Grouping grouping;
  find_returned_frames(input, grouping);
  collect(input, grouping);
  join_cards(input, grouping);
  const SaidAddresses said = addresses_said(input.facts);
  const std::set<IpKey> paired = pair_said(said, input, grouping);
  pair_shown(said, paired, input, grouping);
  join_by_name(input, grouping);
  join_listed_addresses(input, grouping);
  join_by_serial_number(input, grouping);
  join_merges(input, grouping);
  return grouping.take();
}

bool is_split(const InventoryInput& input, const std::string& address) {
  return std::find(input.splits.begin(), input.splits.end(), address) != input.splits.end();
}

}  // namespace bulkhead

// Roles and levels.
//
// What a device says of itself decides. Where it says nothing, what it does is evidence, what it is called is a little,
// and two kinds that agree make it likely. Where the strongest evidence points both ways, the role is unknown.

#include "inventory/roles.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "content/catalogue.h"

namespace bulkhead {

namespace {

Result<std::vector<RoleCatalogue::Entry>> read_entries(const Node& root, std::string_view list, std::string_view key) {
  std::vector<RoleCatalogue::Entry> entries;
  TRY(const auto items, root.list(list));
  for (const Node& item : items) {
    TRY(const std::string text, item.text(key));
    TRY(const std::string role_text, item.text("role"));
    const auto role = role_named(role_text);
    if (!role) return item.error("no role is called '" + role_text + "'", "see docs/site-file.md for the roles");
    entries.push_back({lower(text), *role});
  }
  return entries;
}

struct Vote {
  Role role;
  Confidence confidence;
  std::string reason;
  Citation citation;
  unsigned weight = 10;  ///< Of one kind of evidence; what a device says of itself weighs a hundred.
};

constexpr std::array said_by_itself{Meaning::product,  Meaning::order_number, Meaning::role,
                                    Meaning::software, Meaning::description,  Meaning::vendor};

void vote_by_texts(const Asset& asset, const RoleCatalogue& catalogue, std::vector<Vote>& votes) {
  for (const Meaning meaning : said_by_itself) {
    const auto found = std::find_if(asset.attributes.begin(), asset.attributes.end(),
                                    [&](const Attribute& attribute) { return attribute.meaning == meaning; });
    if (found == asset.attributes.end()) continue;
    for (const Attribute::Candidate& candidate : found->candidates) {
      if (candidate.source == "oui" || candidate.source.starts_with("http")) continue;
      const std::string text = lower(candidate.value);
      const auto add = [&](const std::vector<RoleCatalogue::Entry>& entries, auto matches) {
        const auto entry = std::find_if(entries.begin(), entries.end(), matches);
        if (entry == entries.end()) return false;
        votes.push_back({entry->role, Confidence::certain,
                         fmt::format("it says {} '{}' ({})", name(meaning), candidate.value, candidate.source),
                         candidate.citation});
        return true;
      };
      if (add(catalogue.products, [&](const auto& entry) { return text.find(entry.text) != std::string::npos; }))
        continue;
      add(catalogue.types, [&](const auto& entry) { return text == entry.text; });
    }
  }
}

void vote_by_name(const Asset& asset, const RoleCatalogue& catalogue, std::vector<Vote>& votes) {
  const auto* best = asset.best(Meaning::host_name);
  if (best == nullptr) return;
  std::vector<std::string> words{{}};
  for (const char c : lower(best->value)) {
    if (c >= 'a' && c <= 'z') words.back() += c;
    else if (!words.back().empty()) words.emplace_back();
  }
  for (const RoleCatalogue::Entry& entry : catalogue.names) {
    if (std::find(words.begin(), words.end(), entry.text) == words.end()) continue;
    votes.push_back({entry.role, Confidence::possible, fmt::format("it is called '{}'", best->value), best->citation});
    return;
  }
}

/// Protocols that only programmable controllers answer. Modbus and CIP are spoken by meters, drives and robots as well.
bool answers_as_controller(const Behaviour& did) {
  return std::any_of(did.serves_ot.begin(), did.serves_ot.end(), [](const std::string& protocol) {
    return protocol == "s7comm" || protocol == "s7comm_plus" || protocol == "umas" || protocol == "fins";
  });
}

void vote_by_behaviour(const Behaviour& did, std::vector<Vote>& votes) {
  const auto vote = [&](Role role, std::string reason) {
    votes.push_back({role, Confidence::possible, std::move(reason), did.citation});
  };
  const auto weak = [&](Role role, std::string reason) {
    votes.push_back({role, Confidence::possible, std::move(reason), did.citation, 5});
  };
  if (did.publishes_goose) vote(Role::protection_relay, "it publishes GOOSE or sampled values");
  const bool bacnet = std::find(did.serves_ot.begin(), did.serves_ot.end(), "bacnet") != did.serves_ot.end();
  const bool telecontrol = std::any_of(did.serves_ot.begin(), did.serves_ot.end(), [](const std::string& protocol) {
    return protocol == "dnp3" || protocol == "iec104";
  });
  if (bacnet) vote(Role::building_controller, "it answers BACnet");
  else if (telecontrol) vote(Role::rtu, fmt::format("it answers {} as the controlled station", did.serves_ot.front()));
  else if (answers_as_controller(did)) vote(Role::plc, fmt::format("it answers {}", fmt::join(did.serves_ot, ", ")));
  if (did.programs) vote(Role::engineering_workstation, "it transfers programs to or from controllers");
  if (did.serves_ot.empty() && did.controllers_asked > 0 && !did.programs) {
    if (did.controllers_asked >= 3)
      vote(Role::scada_server, fmt::format("it polls {} controllers", did.controllers_asked));
    else if (!did.asks_opc_ua)  // who reads OPC UA besides may as well be a batch, recipe or data server
      vote(Role::hmi,
           fmt::format("it polls {} controller{}", did.controllers_asked, did.controllers_asked == 1 ? "" : "s"));
  }
  if (did.serves_sql && did.asks_opc_ua) vote(Role::historian, "it reads OPC UA and serves a database");
  if (did.serves_directory) vote(Role::domain_controller, "it serves Kerberos or LDAP");
  else if (did.serves_time && did.asks_ot.empty() && did.serves_ot.empty()) vote(Role::time_server, "it answers NTP");
  if (did.bridges) vote(Role::network_switch, "it speaks as a bridge (spanning tree, LLDP or CDP)");
  if (did.routes) vote(Role::router, "its MAC carries other hosts' addresses");
  // Pages alone are no server's: printers, switches and panels have them. Names alone may be a domain controller's or a
  // router's, and a database may be a historian's.
  const bool only_it = did.asks_ot.empty() && did.serves_ot.empty() && did.speaks_it_only;
  if (only_it && did.serves_files && !did.serves_sql && !did.serves_directory)
    weak(Role::it_server, "it serves files, and speaks no OT protocol");
  else if (only_it && did.uses_windows && !did.serves_directory) vote(Role::it_host, "it speaks office protocols only");
}

}  // namespace

Result<RoleCatalogue> read_roles(const Catalogue& catalogue) {
  TRY(const Node root, catalogue.read("inventory/products.yml"));
  RoleCatalogue roles;
  TRY(roles.products, read_entries(root, "products", "has"));
  TRY(roles.types, read_entries(root, "types", "is"));
  TRY(roles.names, read_entries(root, "names", "word"));
  return roles;
}

Stated<Role> infer_role(const Asset& asset, const Behaviour& behaviour, const RoleCatalogue& catalogue) {
  Stated<Role> role;
  if (asset.external) {
    role.value = Role::external_host;
    role.confidence = Confidence::likely;
    role.reasons = {"its address is public and nothing on the site's segments answers for it"};
    return role;
  }
  std::vector<Vote> votes;
  vote_by_texts(asset, catalogue, votes);
  vote_by_name(asset, catalogue, votes);
  vote_by_behaviour(behaviour, votes);
  if (votes.empty()) {
    if (!behaviour.serves_ot.empty())
      role.reasons = {
          fmt::format("it answers {}: a controller or a field device", fmt::join(behaviour.serves_ot, ", "))};
    return role;
  }

  std::map<Role, unsigned> weights;
  for (const Vote& vote : votes) weights[vote.role] += vote.confidence == Confidence::certain ? 100 : vote.weight;
  const auto best = std::max_element(weights.begin(), weights.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto ties =
      std::count_if(weights.begin(), weights.end(), [&](const auto& weight) { return weight.second == best->second; });
  if (ties > 1) {
    // The first vote of the strongest kind is the device's firmest word; two such words that differ are a conflict only
    // below it.
    const auto firm = std::find_if(votes.begin(), votes.end(), [&](const Vote& vote) {
      return weights.at(vote.role) == best->second && vote.confidence == Confidence::certain;
    });
    if (firm == votes.end()) {
      for (const Vote& vote : votes) role.reasons.push_back(fmt::format("{}: {}", title(vote.role), vote.reason));
      role.reasons.insert(role.reasons.begin(), "evidence conflicts");
      return role;
    }
    role.value = firm->role;
  } else {
    role.value = best->first;
  }
  unsigned kinds = 0;
  for (const Vote& vote : votes) {
    if (vote.role != *role.value) continue;
    if (std::find(role.reasons.begin(), role.reasons.end(), vote.reason) != role.reasons.end()) continue;
    ++kinds;
    role.confidence = std::max(role.confidence, vote.confidence);
    role.reasons.push_back(vote.reason);
    if (vote.citation.frame != 0) role.citations.push_back(vote.citation);
  }
  if (role.confidence == Confidence::possible && kinds > 1) role.confidence = Confidence::likely;
  return role;
}

namespace {

/// Where a role lives when nothing else is known; nothing for what lives at any level.
std::optional<Level> home_of(Role role) noexcept {
  switch (role) {
    case Role::drive:
    case Role::remote_io:
    case Role::field_device:
    case Role::plc:
    case Role::rtu:
    case Role::safety_controller:
    case Role::protection_relay:
    case Role::building_controller:
    case Role::gateway:  // in front of field devices
    case Role::medical_device: return Level{2};
    case Role::hmi:
    case Role::scada_server:
    case Role::engineering_workstation: return Level{4};
    case Role::historian:
    case Role::operations_server: return Level{6};
    case Role::jump_host: return Level{7};
    case Role::it_server:
    case Role::it_host: return Level{8};
    case Role::external_host:
    case Role::unknown:
    case Role::domain_controller:
    case Role::time_server:
    case Role::remote_access:
    case Role::router:
    case Role::network_switch:
    case Role::wireless_access_point:
    case Role::camera: break;
  }
  return std::nullopt;
}

/// The neighbourhood by which an asset's level may be told: its /24 (IPv4) or /64, in its address space; else its VLAN.
std::string neighbourhood(const Asset& asset) {
  if (!asset.ips.empty()) {
    const IpAddress& ip = asset.ips.front();
    const unsigned bits = ip.family == IpAddress::Family::v4 ? 24 : 64;
    IpAddress network = ip;
    for (std::size_t i = bits / 8; i < network.octets.size(); ++i) network.octets.at(i) = 0;
    return fmt::format("{} {}", asset.space, to_text(IpPrefix{network, bits}));
  }
  return asset.vlans.empty() ? std::string{} : fmt::format("{} VLAN {}", asset.space, asset.vlans.front());
}

}  // namespace

void infer_levels(std::vector<Asset>& assets) {
  std::map<std::string, std::map<Level, unsigned>> levels;
  for (const Asset& asset : assets) {
    if (!asset.role.value || asset.external) continue;
    if (const auto home = home_of(*asset.role.value)) ++levels[neighbourhood(asset)][*home];
  }
  for (Asset& asset : assets) {
    if (asset.level.by_person) continue;
    asset.level = {};
    const std::optional<Level> home = asset.role.value ? home_of(*asset.role.value) : std::nullopt;
    const auto around = levels.find(neighbourhood(asset));
    if (home) {
      asset.level.value = home;
      asset.level.confidence = asset.role.confidence;
      asset.level.reasons = {fmt::format("its role: {}", title(*asset.role.value))};
      continue;
    }
    if (asset.external || asset.role.value == Role::router) continue;  // a router stands between levels
    if (!asset.role.value && asset.role.reasons.size() == 1 && asset.role.reasons.front().starts_with("it answers")) {
      asset.level.value = Level{2};
      asset.level.confidence = Confidence::possible;
      asset.level.reasons = asset.role.reasons;
      continue;
    }
    if (around == levels.end() || neighbourhood(asset).empty()) continue;
    // A segment with controllers is theirs, whatever else stands in it: its switches and panels are at level 2.
    const auto most = std::max_element(around->second.begin(), around->second.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    unsigned all = 0;
    for (const auto& [level, count] : around->second) all += count;
    if (most->second * 2 <= all) continue;
    if (most->first <= Level{2} && !asset.role.value) continue;  // one more controller, or what stands beside them
    asset.level.value = most->first <= Level{2} ? Level{4} : most->first;
    asset.level.confidence = Confidence::possible;
    asset.level.reasons = {
        fmt::format("{} of {} devices of its subnet are at level {}", most->second, all, to_text(most->first))};
  }
}

}  // namespace bulkhead

// What is wrong.
//
// Each rule looks at conversations, facts or crossings and gathers what it finds by cause: the same rule, and what a
// person would mend in one go (a host, a server, a pair of zones). A cause is one finding, however many frames show it.
// What a rule says of levels it says only where both are known well enough: a level that was guessed from one kind of
// evidence accuses nobody.

#include "finding/review.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/numbered_ids.h"
#include "base/text.h"
#include "base/time.h"

namespace bulkhead {

namespace {

constexpr std::size_t evidence_max = 6;     // of one finding: enough to open it, not a log
constexpr std::size_t scan_peers_min = 12;  // servers or ports that one host tries without an answer
constexpr std::size_t named_max = 6;
constexpr std::int64_t burst_ns = 600'000'000'000;
constexpr std::uint64_t changes_min = 50;  // files changed on one server

std::string label_of(const Asset& asset) {
  const std::string address = asset.address_text();
  if (asset.name.empty() || asset.name == address) return plain_text(address);
  return fmt::format("{} ({})", plain_text(asset.name), plain_text(address));
}

/// The asset by the address at which it was met: it may have several.
std::string label_at(const Asset& asset, const IpAddress& ip) {
  if (!ip.present() || !asset.station.empty()) return label_of(asset);
  const bool named = !asset.name.empty() && asset.name != asset.address_text();
  return named ? fmt::format("{} ({})", plain_text(asset.name), to_text(ip)) : to_text(ip);
}

std::string service_of(const Conversation& conversation) {
  if (!conversation.service.empty()) return conversation.service;
  const std::string where =
      conversation.port ? fmt::format("{}/{}", conversation.transport, *conversation.port) : conversation.transport;
  return conversation.label.empty() ? where : fmt::format("{} ({})", conversation.label, where);
}

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (count < named_max) text += (count == 0 ? "" : ", ") + name;
    ++count;
  }
  if (count > named_max) text += fmt::format(" and {} more", count - named_max);
  return text;
}

bool is_sure(const Stated<Level>& level) {
  return level.value && (level.by_person || level.confidence >= Confidence::likely);
}

bool has_any(const std::string& text, const std::vector<std::string>& parts) {
  const std::string low = lower(text);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return low.find(part) != std::string::npos; });
}

constexpr std::array controllers{Role::plc,   Role::rtu,       Role::safety_controller,   Role::protection_relay,
                                 Role::drive, Role::remote_io, Role::building_controller, Role::field_device};

bool is_controller(const Asset& asset) {
  return asset.role.value && std::find(controllers.begin(), controllers.end(), *asset.role.value) != controllers.end();
}

/// Everything gathered for one cause.
struct Cause {
  std::string rule;
  std::string key;
  std::optional<std::uint16_t> space;  ///< Where the key means something only in its address space.
  std::set<std::string> clients, servers, services;
  std::set<std::string> asset_ids, zones;
  std::set<std::uint64_t> conversations;
  std::vector<Evidence> evidence;
  std::string what;  ///< Where not made from clients and servers.
  std::string conduit;
  Confidence confidence = Confidence::unknown;
  bool against_approved = false;
  std::int64_t first_ns = 0;
};

class Review {
 public:
  Review(const ReviewInput& input, NumberedIds& ids) : input_(input), ids_(ids) {}

  std::vector<Finding> all() {
    for (const Crossing& crossing : input_.crossings) {
      if (crossing.verdict == Crossing::Verdict::proposed) continue;
      for (const std::size_t i : crossing.conversations)
        if (std::find(crossing.forbidden.begin(), crossing.forbidden.end(), i) == crossing.forbidden.end())
          allowed_.insert(input_.traffic.conversations[i].id);
    }
    find_downloads();
    find_habits();
    for (const Conversation& conversation : input_.traffic.conversations) look_at(conversation);
    look_at_facts();
    look_for_scans();
    look_for_discovery();
    look_for_mass_changes();
    look_for_identical_addresses();
    look_for_dual_homed();
    look_for_shared_domains();
    look_for_second_servers();
    look_at_segments();
    look_at_crossings();
    return finish();
  }

 private:
  Cause& cause(const std::string& rule, const std::string& key, std::optional<std::uint16_t> space = {}) {
    Cause& found = causes_[{rule, space, key}];
    found.rule = rule;
    found.key = key;
    found.space = space;
    return found;
  }
  static void cite(Cause& cause, Citation citation, std::string sentence) {
    if (citation.frame == 0) return;
    const auto same = [&](const Evidence& evidence) { return evidence.citation == citation; };
    if (std::any_of(cause.evidence.begin(), cause.evidence.end(), same)) return;
    if (cause.evidence.size() < evidence_max) cause.evidence.push_back({{}, std::move(sentence), citation});
    if (cause.first_ns == 0 || citation.time_ns < cause.first_ns) cause.first_ns = citation.time_ns;
  }
  const Asset* asset_at(const Party& party) const {
    const auto at = input_.inventory.at(party);
    return at ? &input_.inventory.assets[*at] : nullptr;
  }
  static void add_asset(Cause& cause, const Asset& asset) {
    cause.asset_ids.insert(asset.id);
    if (!asset.zone.empty()) cause.zones.insert(asset.zone);
  }
  void add(Cause& cause, const Conversation& conversation, const Asset& client, const Asset& server) {
    const std::string from = label_at(client, conversation.client.ip);
    const std::string to = label_at(server, conversation.server.ip);
    cause.clients.insert(from);
    cause.servers.insert(to);
    cause.services.insert(service_of(conversation));
    add_asset(cause, client);
    add_asset(cause, server);
    cause.conversations.insert(conversation.id);
    const OperationUse* use = conversation.telling_use();
    cite(cause, conversation.witness(),
         fmt::format("{} to {}: {}{}", from, to, service_of(conversation),
                     use == nullptr ? std::string{} : fmt::format(" {}", name(use->operation))));
  }

  void find_downloads() {
    for (const Conversation& conversation : input_.traffic.conversations) {
      const Asset* client = asset_at(conversation.client);
      if (client != nullptr && conversation.does(OperationClass::program)) downloads_.insert(client->id);
    }
  }

  void look_at(const Conversation& conversation) {
    if (conversation.server.is_group()) return;
    const Asset* client = asset_at(conversation.client);
    const Asset* server = asset_at(conversation.server);
    if (client == nullptr || server == nullptr || client == server) return;
    const bool client_known = conversation.client_reason != "unknown";
    internet(conversation, *client, *server);
    remote_tools(conversation, *client, *server);
    if (!client_known) return;
    if (conversation.answered) level_jump(conversation, *client, *server);
    operations(conversation, *client, *server);
    clear_text(conversation, *client, *server);
  }

  void internet(const Conversation& conversation, const Asset& client, const Asset& server) {
    const Asset& inside = client.external ? server : client;
    if (client.external == server.external) return;
    if (!inside.level.value || inside.level.value->doubled > 6) return;
    // A site with public addresses of its own: which of the others are its own as well, only a person knows.
    const Party& party = client.external ? conversation.server : conversation.client;
    if (!party.ip.is_private() && !is_declared_inside(party.ip)) return;
    Cause& found = cause("internet_contact", "");
    found.confidence = std::max(found.confidence, inside.level.confidence);
    add(found, conversation, client, server);
  }

  bool is_declared_inside(const IpAddress& ip) const {
    return std::any_of(input_.site.inside.begin(), input_.site.inside.end(),
                       [&](const IpPrefix& prefix) { return prefix.contains(ip); });
  }

  void remote_tools(const Conversation& conversation, const Asset& client, const Asset& server) {
    const std::string what = conversation.service + " " + conversation.label;
    const bool low = server.level.value && server.level.value->doubled <= 6;
    const bool from_outside = client.external || client.role.value == Role::remote_access ||
                              client.role.value == Role::it_host || client.role.value == Role::it_server ||
                              (client.level.value && client.level.value->doubled >= 8);
    if (has_any(what, input_.catalogue.remote_tools) && low && from_outside && !allowed_.contains(conversation.id) &&
        conversation.client_reason != "unknown") {
      Cause& found = cause("remote_access_path", client.zone.empty() ? client.id : client.zone);
      found.confidence = std::max(found.confidence, Confidence::likely);
      add(found, conversation, client, server);
    }
    if (has_any(conversation.label, input_.catalogue.tunnels) ||
        has_any(conversation.service, input_.catalogue.tunnels)) {
      const Asset& inside = client.external ? server : client;
      if (inside.level.value && inside.level.value->doubled >= 8) return;
      Cause& found = cause("tunnel", inside.id);
      found.confidence = Confidence::possible;  // the classifier's opinion
      add(found, conversation, client, server);
    }
  }

  void level_jump(const Conversation& conversation, const Asset& client, const Asset& server) {
    if (!is_sure(client.level) || !is_sure(server.level) || client.external || server.external) return;
    const unsigned from = client.level.value->doubled;
    const unsigned to = server.level.value->doubled;
    const bool jumps = (from >= 8 && to <= 6) || (from <= 6 && to >= 8);
    if (!jumps || allowed_.contains(conversation.id)) return;
    if (has_any(conversation.service + " " + conversation.label, input_.catalogue.remote_tools))
      return;  // said already
    const Asset& business = from >= 8 ? client : server;
    const Asset& control = from >= 8 ? server : client;
    Cause& found =
        cause("enterprise_to_control", fmt::format("{} {}", business.zone.empty() ? business.id : business.zone,
                                                   control.zone.empty() ? control.id : control.zone));
    found.confidence = std::max(found.confidence, std::min(client.level.confidence, server.level.confidence));
    add(found, conversation, client, server);
  }

  /// Roles whose task is to write to controllers, or to load their programs.
  static bool may_write(const Asset& asset) {
    if (!asset.role.value) return false;
    const Role role = *asset.role.value;
    return role == Role::hmi || role == Role::scada_server || role == Role::engineering_workstation ||
           role == Role::operations_server || role == Role::rtu || role == Role::gateway || is_controller(asset);
  }

  void operations(const Conversation& conversation, const Asset& client, const Asset& server) {
    for (const OperationUse& use : conversation.operations) {
      if (use.asked == 0 || use.refused >= use.asked) continue;
      const OperationClass kind = class_of(use.operation);
      const bool transfer = kind == OperationClass::program || use.operation == Operation::program_upload;
      const std::string sentence = fmt::format("{} to {}: {} by {}, {} times", label_at(client, conversation.client.ip),
                                               label_at(server, conversation.server.ip), name(use.operation),
                                               service_of(conversation), use.asked);
      if (transfer) {
        // An engineering workstation may read programs; beside a download, what it read belongs to the same deed.
        const bool engineering = client.role.value == Role::engineering_workstation;
        const bool upload = use.operation == Operation::program_upload;
        if ((engineering || is_reading(conversation)) && upload && !downloads_.contains(client.id)) continue;
        if (!upload) downloads_.insert(client.id);
        Cause& found = cause(engineering ? "program_download" : "program_transfer", client.id);
        found.confidence = std::max(found.confidence, Confidence::certain);
        note(found, conversation, client, server, use, sentence);
      } else if (use.operation == Operation::mode_stop || use.operation == Operation::mode_start ||
                 use.operation == Operation::restart ||
                 (use.operation == Operation::comm_disable && !is_polling(conversation))) {
        Cause& found = cause("mode_change", client.id);
        found.confidence = Confidence::certain;
        note(found, conversation, client, server, use, sentence);
      } else if (kind == OperationClass::change && use.operation != Operation::time_set &&
                 use.operation != Operation::alarm_ack) {
        const bool is_device = is_controller(server);
        const bool engineering = client.role.value == Role::engineering_workstation;
        if (!is_device || (may_write(client) && !engineering) || !client.role.value) continue;
        Cause& found = cause("unexpected_write", client.id);
        found.confidence = std::max(found.confidence, client.role.confidence);
        note(found, conversation, client, server, use, sentence);
      }
    }
  }

  /// S7comm-plus reads long values, of a program or of an OPC server's list of tags, by one and the same function.
  static bool is_reading(const Conversation& conversation) { return conversation.service == "s7comm_plus"; }
  /// A DNP3 master that polls tells the outstation not to report by itself, as its first request (IEEE 1815, 4.6).
  static bool is_polling(const Conversation& conversation) { return conversation.service == "dnp3"; }

  void note(Cause& found, const Conversation& conversation, const Asset& client, const Asset& server,
            const OperationUse& use, const std::string& sentence) {
    found.clients.insert(label_at(client, conversation.client.ip));
    found.servers.insert(label_at(server, conversation.server.ip));
    found.services.insert(fmt::format("{} {}", service_of(conversation), name(use.operation)));
    add_asset(found, client);
    add_asset(found, server);
    found.conversations.insert(conversation.id);
    cite(found, use.first, sentence);
  }

  void clear_text(const Conversation& conversation, const Asset& client, const Asset& server) {
    const std::string what = lower(conversation.service + " " + conversation.label);
    const bool telnet = what.find("telnet") != std::string::npos;
    const bool ftp = conversation.service == "ftp" || what.find("ftp_control") != std::string::npos;
    if (!telnet && !ftp) return;
    if (!conversation.answered || conversation.bytes_in == 0) return;
    Cause& found = cause("plaintext_administration", server.id);
    found.confidence = Confidence::likely;
    add(found, conversation, client, server);
  }

  void look_at_facts() {
    for (const Fact& fact : input_.facts) {
      const auto at = input_.inventory.at({fact.subject.space, fact.subject.ip, fact.subject.mac});
      if (!at) continue;
      const Asset& asset = input_.inventory.assets[*at];
      if (fact.meaning == Meaning::weakness) weakness(fact, asset);
      if (fact.meaning == Meaning::secret && fact.value.starts_with("known default")) default_secret(fact, asset);
      if (fact.meaning == Meaning::operating_system) unsupported(fact, asset);
    }
  }

  void weakness(const Fact& fact, const Asset& asset) {
    if (!input_.catalogue.rules.contains(fact.value)) return;
    const std::string service = fact.schema.substr(0, fact.schema.find('.'));
    const Habit habit = habit_of(asset, service);
    // Endpoints are asked for without security before every secure session (OPC 10000-4, 5.4): what follows tells.
    if (fact.value == "opcua_without_security" && !habit.works) return;
    const bool by_device = fact.value == "plaintext_administration";
    // Either end may have said it, and the one that is administered is the server.
    const Asset& accused = by_device && !habit.serves && habit.asked != nullptr ? *habit.asked : asset;
    Cause& found = cause(fact.value, by_device ? accused.id : std::string{});
    found.confidence = Confidence::certain;
    const std::string label = &accused == &asset ? label_at(asset, fact.subject.ip) : label_of(accused);
    (by_device ? found.servers : found.clients).insert(label);
    found.services.insert(service);
    add_asset(found, accused);
    cite(found, fact.first, fmt::format("{}: {}", label, fact.schema));
  }

  /// What an asset does in one service.
  struct Habit {
    const Asset* asked = nullptr;  ///< One of those it asks.
    bool serves = false;
    bool works = false;  ///< More than to open sessions and to look for others.
  };
  void find_habits() {
    for (const Conversation& conversation : input_.traffic.conversations) {
      if (conversation.service.empty()) continue;
      const Asset* client = asset_at(conversation.client);
      const Asset* server = asset_at(conversation.server);
      const bool works = std::any_of(conversation.operations.begin(), conversation.operations.end(),
                                     [](const OperationUse& use) { return is_work(use.operation); });
      for (const Asset* asset : {client, server})
        if (asset != nullptr && works) habits_[{asset, conversation.service}].works = true;
      if (client == nullptr || server == nullptr || conversation.client_reason == "unknown") continue;
      habits_[{client, conversation.service}].asked = server;
      habits_[{server, conversation.service}].serves = true;
    }
  }
  Habit habit_of(const Asset& asset, const std::string& service) const {
    const auto found = habits_.find({&asset, service});
    return found == habits_.end() ? Habit{} : found->second;
  }
  static bool is_work(Operation operation) {
    return operation != Operation::discover && class_of(operation) != OperationClass::session &&
           class_of(operation) != OperationClass::unknown;
  }

  void default_secret(const Fact& fact, const Asset& asset) {
    const bool community = fact.schema.starts_with("snmp");
    const bool person = fact.field == "user" || fact.field.find("name") != std::string::npos;
    if (person) return;                                                // a usual name is no credential
    if (!community && fact.value == "known default, 0 bytes") return;  // nor is nothing at all
    Cause& found = cause(community ? "default_community" : "default_credentials", community ? std::string{} : asset.id);
    found.confidence = Confidence::certain;
    found.servers.insert(label_at(asset, fact.subject.ip));
    found.services.insert(fact.schema.substr(0, fact.schema.find('.')));
    add_asset(found, asset);
    cite(found, fact.first, fmt::format("{}: {} in {}", label_at(asset, fact.subject.ip), fact.value, fact.schema));
  }

  void unsupported(const Fact& fact, const Asset& asset) {
    const std::string text = lower(fact.value);
    for (const UnsupportedSystem& system : input_.catalogue.unsupported_systems) {
      if (text.find(system.text) == std::string::npos) continue;
      Cause& found = cause("unsupported_system", "");
      found.confidence = Confidence::certain;
      found.servers.insert(label_of(asset));
      found.services.insert(fmt::format("{}, support ended {}", system.name, system.ended));
      add_asset(found, asset);
      cite(found, fact.first, fmt::format("{} says '{}'", label_of(asset), plain_text(fact.value)));
      return;
    }
  }

  void look_for_scans() {
    struct Tries {
      std::set<std::string> silent;
      std::vector<const Conversation*> conversations;
    };
    std::map<std::size_t, Tries> tries;
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto client = input_.inventory.at(conversation.client);
      if (!client || conversation.server.is_group() || conversation.transport != "tcp") continue;
      const bool silent =
          !conversation.answered || (conversation.reset && conversation.bytes_in < 200 && conversation.service.empty());
      if (!silent || conversation.frames_out == 0) continue;
      Tries& of_client = tries[*client];
      of_client.silent.insert(fmt::format("{} {}", to_text(conversation.server), conversation.port.value_or(0)));
      of_client.conversations.push_back(&conversation);
    }
    for (const auto& [at, of_client] : tries) {
      if (of_client.silent.size() < scan_peers_min) continue;
      const std::int64_t took = of_client.conversations.back()->last_ns - of_client.conversations.front()->first_ns;
      if (took > burst_ns && of_client.silent.size() < scan_peers_min * 4) continue;
      const Asset& asset = input_.inventory.assets[at];
      Cause& found = cause("network_scan", asset.id);
      found.confidence = Confidence::likely;
      add_asset(found, asset);
      found.clients.insert(label_of(asset));
      found.what = fmt::format("{} tried {} addresses and ports that did not answer within {}.", label_of(asset),
                               of_client.silent.size(), to_text_duration(took));
      for (const Conversation* conversation : of_client.conversations) {
        found.conversations.insert(conversation->id);
        cite(found, conversation->first,
             fmt::format("{} to {}: no answer", label_of(asset), to_text(conversation->server)));
        if (found.conversations.size() > 32) break;
      }
    }
  }

  /// A host that asks everyone "who is there?" in an OT protocol, and is none of those whose task that is: a
  /// controller, a panel, a SCADA server, or an engineering workstation in the protocol that it works in. Devices look
  /// for each other as well (BACnet's Who-Is, PROFINET's search for its own name) and answer to all: of whom nothing
  /// else is known is accused only where it behaves like a computer.
  void look_for_discovery() {
    std::map<std::size_t, std::set<std::string>> works_in;
    const std::set<std::size_t> computers = find_computers();
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto client = input_.inventory.at(conversation.client);
      if (!client || conversation.server.is_group()) continue;
      for (const OperationUse& use : conversation.operations) {
        if (use.asked > 0 && is_work(use.operation)) works_in[*client].insert(family_of(conversation.service));
      }
    }
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto client = input_.inventory.at(conversation.client);
      if (!client || !conversation.server.is_group() || !is_ot_discovery(conversation)) continue;
      const OperationUse* use = conversation.use_of(Operation::discover);
      const Asset& asset = input_.inventory.assets[*client];
      if (use == nullptr || is_controller(asset) || asset.role.value == Role::hmi ||
          asset.role.value == Role::scada_server || asset.role.value == Role::network_switch ||
          asset.role.value == Role::gateway || (!asset.role.value && !computers.contains(*client)) ||
          works_in[*client].contains(family_of(conversation.service)))
        continue;
      Cause& found = cause("network_scan", asset.id);
      found.confidence = std::max(found.confidence, Confidence::possible);
      add_asset(found, asset);
      found.clients.insert(label_of(asset));
      found.services.insert(conversation.service);
      if (found.evidence.empty() || found.services.size() > 1)
        found.what = fmt::format("{} asks everyone on its segment who is there, in {}, which is not its work.",
                                 label_of(asset), listed(found.services));
      found.conversations.insert(conversation.id);
      cite(found, use->first, fmt::format("{}: {} by {}", label_of(asset), name(use->operation), conversation.service));
    }
  }
  /// Those that name an operating system, or ask in services that people's computers ask in.
  std::set<std::size_t> find_computers() const {
    std::set<std::size_t> computers;
    for (std::size_t i = 0; i < input_.inventory.assets.size(); ++i)
      if (input_.inventory.assets[i].best(Meaning::operating_system) != nullptr) computers.insert(i);
    for (const Conversation& conversation : input_.traffic.conversations) {
      const std::string& service = conversation.service;
      if (service != "tls" && service != "http" && service != "smb" && service != "rdp" && service != "ssh") continue;
      if (const auto client = input_.inventory.at(conversation.client)) computers.insert(*client);
    }
    return computers;
  }

  /// Protocols of one maker's family: who works in one is at home in the others.
  static std::string family_of(const std::string& service) {
    if (service == "enip" || service == "cip") return "cip";
    return service == "pn_dcp" || service == "s7comm" || service == "s7comm_plus" ? "s7" : service;
  }
  static bool is_ot_discovery(const Conversation& conversation) {
    return conversation.service == "pn_dcp" || conversation.service == "enip" || conversation.service == "cip" ||
           conversation.service == "bacnet" || conversation.service == "opcua" || conversation.service == "s7comm" ||
           conversation.service == "knxip" || conversation.service == "ads";
  }

  /// Roles whose task is to write many files on servers: backup, deployment, replication.
  static bool moves_files(const Asset& asset) {
    return asset.role.value == Role::operations_server || asset.role.value == Role::it_server ||
           asset.role.value == Role::domain_controller;
  }

  /// Many files written or deleted on several servers at once: what ransomware and wipers do.
  void look_for_mass_changes() {
    struct Changes {
      std::uint64_t changes = 0;
      std::set<std::string> servers;
      std::vector<std::pair<const Conversation*, const OperationUse*>> uses;
    };
    std::map<std::size_t, Changes> by_client;
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto client = input_.inventory.at(conversation.client);
      if (!client || conversation.service != "smb" || moves_files(input_.inventory.assets[*client])) continue;
      for (const OperationUse& use : conversation.operations) {
        if ((use.operation != Operation::file_write && use.operation != Operation::file_delete) ||
            use.asked < changes_min)
          continue;
        Changes& changes = by_client[*client];
        changes.changes += use.asked;
        changes.servers.insert(to_text(conversation.server));
        changes.uses.emplace_back(&conversation, &use);
      }
    }
    for (const auto& [at, changes] : by_client) {
      if (changes.servers.size() < 2) continue;
      const Asset& client = input_.inventory.assets[at];
      Cause& found = cause("mass_file_change", client.id);
      found.confidence = Confidence::likely;
      add_asset(found, client);
      found.what = fmt::format("{} changed or deleted files {} times on {} servers.", label_of(client), changes.changes,
                               changes.servers.size());
      for (const auto& [conversation, use] : changes.uses) {
        found.conversations.insert(conversation->id);
        if (const Asset* server = asset_at(conversation->server)) add_asset(found, *server);
        cite(found, use->first,
             fmt::format("{} to {}: {}, {} times", label_of(client), to_text(conversation->server),
                         name(use->operation), use->asked));
      }
    }
  }

  /// The same private address at different cards of different address spaces: machines behind address translation.
  void look_for_identical_addresses() {
    std::map<IpAddress, std::vector<const Asset*>> by_ip;
    for (const Asset& asset : input_.inventory.assets)
      for (const IpAddress& ip : asset.ips)
        if (ip.is_private() && asset.behind.empty() && !asset.macs.empty()) by_ip[ip].push_back(&asset);
    for (const auto& [ip, assets] : by_ip) {
      std::set<std::uint16_t> spaces;
      std::set<MacAddress> macs;
      for (const Asset* asset : assets) {
        spaces.insert(asset->space);
        macs.insert(asset->macs.begin(), asset->macs.end());
      }
      if (spaces.size() < 2 || macs.size() < 2) continue;
      Cause& found = cause("shared_address", "");
      found.confidence = Confidence::certain;
      found.servers.insert(to_text(ip));
      for (const Asset* asset : assets) {
        add_asset(found, *asset);
        cite(found, asset->first, fmt::format("{} at {}", to_text(ip), to_text(asset->macs.front())));
      }
      found.what = fmt::format("{} addresses stand for several machines, each in an address space of its own: {}.",
                               found.servers.size(), listed(found.servers));
    }
  }

  void look_for_dual_homed() {
    std::map<std::string, std::vector<const Asset*>> by_name;
    for (const Asset& asset : input_.inventory.assets) {
      const auto* name = asset.best(Meaning::host_name);
      if (name == nullptr || !asset.station.empty() || asset.ips.empty() || asset.external) continue;
      if (asset.role.value == Role::router || asset.role.value == Role::network_switch) continue;  // it is their task
      if (name->value.find('.') == std::string::npos) by_name[lower(name->value)].push_back(&asset);
    }
    for (const auto& [name, assets] : by_name) {
      std::set<std::string> networks;
      std::set<MacAddress> macs;
      for (const Asset* asset : assets) {
        macs.insert(asset->macs.begin(), asset->macs.end());
        for (const IpAddress& ip : asset->ips)
          if (ip.family == IpAddress::Family::v4 && !ip.is_link_local())
            networks.insert(fmt::format("{} {}.{}.{}", asset->space, ip.octets[0], ip.octets[1], ip.octets[2]));
      }
      if (networks.size() < 2 || macs.size() < 2) continue;
      Cause& found = cause("dual_homed_host", name);
      found.confidence = Confidence::likely;
      found.what = fmt::format("One host name, '{}', answers from {} networks with {} network cards.", plain_text(name),
                               networks.size(), macs.size());
      for (const Asset* asset : assets) {
        add_asset(found, *asset);
        const auto* candidate = asset->best(Meaning::host_name);
        cite(found, candidate->citation,
             fmt::format("{} says it is '{}'", asset->address_text(), plain_text(candidate->value)));
      }
    }
  }

  void look_for_shared_domains() {
    std::map<std::string, std::array<std::vector<const Asset*>, 2>> domains;
    for (const Asset& asset : input_.inventory.assets) {
      const auto* domain = asset.best(Meaning::domain);
      if (domain == nullptr || !asset.level.value) continue;
      const std::string name = lower(domain->value);
      if (name.empty() || name == "workgroup" || name == "local") continue;
      const unsigned level = asset.level.value->doubled;
      if (level >= 8) domains[name][0].push_back(&asset);
      if (level <= 6) domains[name][1].push_back(&asset);
    }
    for (const auto& [domain, sides] : domains) {
      if (sides[0].empty() || sides[1].empty()) continue;
      Cause& found = cause("shared_windows_domain", domain);
      found.confidence = Confidence::likely;
      found.what = fmt::format("Domain '{}' has {} members above the boundary and {} at level 3 and below.",
                               plain_text(domain), sides[0].size(), sides[1].size());
      for (const auto& side : sides)
        for (const Asset* asset : side) {
          add_asset(found, *asset);
          const auto* said = asset->best(Meaning::domain);
          cite(found, said->citation, fmt::format("{} names domain '{}'", label_of(*asset), plain_text(said->value)));
        }
    }
  }

  void look_for_second_servers() {
    struct Servers {
      std::set<std::size_t> servers;
      std::vector<const Conversation*> conversations;
    };
    using Zone = std::pair<std::uint16_t, std::string>;  // of an address space
    std::map<Zone, Servers> dhcp;
    std::map<Zone, Servers> time;
    for (const Conversation& conversation : input_.traffic.conversations) {
      const auto server = input_.inventory.at(conversation.server);
      const auto client = input_.inventory.at(conversation.client);
      if (conversation.service == "dhcp" && client && conversation.operations_known) {
        // A server's answers go from its port 67.
        const Asset& asset = input_.inventory.assets[*client];
        if (conversation.port == 68) {
          Servers& of_zone = dhcp[{asset.space, asset.zone}];
          of_zone.servers.insert(*client);
          of_zone.conversations.push_back(&conversation);
        }
      }
      if (conversation.service == "dhcp" && server && conversation.frames_in > 0 && conversation.port == 67) {
        const Asset& asset = input_.inventory.assets[*server];
        Servers& of_zone = dhcp[{asset.space, asset.zone}];
        of_zone.servers.insert(*server);
        of_zone.conversations.push_back(&conversation);
      }
      const bool is_time = conversation.service == "ntp" || lower(conversation.label) == "ntp";
      if (!is_time || !server || !client || conversation.frames_in == 0) continue;
      const Asset& asked = input_.inventory.assets[*server];
      const Asset& asks = input_.inventory.assets[*client];
      if (asked.external || !asks.level.value || asks.level.value->doubled > 4) continue;
      Servers& of_zone = time[{asks.space, asks.zone}];
      of_zone.servers.insert(*server);
      of_zone.conversations.push_back(&conversation);
    }
    for (const auto& [rule, zones] : {std::pair{"second_dhcp_server", &dhcp}, std::pair{"second_time_server", &time}}) {
      for (const auto& [zone, found_servers] : *zones) {
        if (found_servers.servers.size() < 2) continue;
        Cause& found = cause(rule, zone.second, zone.first);
        found.confidence = Confidence::certain;
        for (const std::size_t at : found_servers.servers) {
          found.servers.insert(label_of(input_.inventory.assets[at]));
          add_asset(found, input_.inventory.assets[at]);
        }
        for (const Conversation* conversation : found_servers.conversations) {
          found.conversations.insert(conversation->id);
          cite(found, conversation->witness(),
               fmt::format("{} and {}", to_text(conversation->client), to_text(conversation->server)));
        }
      }
    }
  }

  using Segment = std::pair<std::uint16_t, std::string>;  ///< Of an address space, as a prefix.

  /// Business hosts and safety controllers that share a segment with control.
  void look_at_segments() {
    std::map<Segment, std::vector<const Asset*>> segments;
    for (const Asset& asset : input_.inventory.assets) {
      if (asset.external || !asset.behind.empty() || asset.ips.empty()) continue;
      const IpAddress& ip = asset.ips.front();
      if (ip.family == IpAddress::Family::v4 && !ip.is_link_local())
        segments[{asset.space, fmt::format("{}.{}.{}.0/24", ip.octets[0], ip.octets[1], ip.octets[2])}].push_back(
            &asset);
    }
    for (const auto& [segment, assets] : segments) {
      std::vector<const Asset*> control;
      std::vector<const Asset*> safety;
      std::vector<const Asset*> business;
      for (const Asset* asset : assets) {
        if (!asset->role.value || asset->role.confidence < Confidence::likely) continue;
        if (asset->role.value == Role::safety_controller) safety.push_back(asset);
        else if (asset->role.value == Role::plc || asset->role.value == Role::hmi || asset->role.value == Role::drive ||
                 asset->role.value == Role::remote_io)
          control.push_back(asset);
        else if (asset->role.value == Role::it_host) business.push_back(asset);
      }
      segment_finding("safety_on_control_network", segment, safety, control);
      segment_finding("business_in_control_segment", segment, business, control);
    }
  }

  void segment_finding(const std::string& rule, const Segment& segment, const std::vector<const Asset*>& odd,
                       const std::vector<const Asset*>& control) {
    if (odd.empty() || control.empty()) return;
    Cause& found = cause(rule, segment.second, segment.first);
    std::set<std::string> names;
    for (const Asset* asset : odd) {
      names.insert(label_of(*asset));
      add_asset(found, *asset);
      found.confidence = std::max(found.confidence, asset->role.confidence);
      cite(found, asset->role.citations.empty() ? asset->first : asset->role.citations.front(),
           fmt::format(
               "{}: {}", label_of(*asset),
               asset->role.reasons.empty() ? std::string{title(*asset->role.value)} : asset->role.reasons.front()));
    }
    add_asset(found, *control.front());
    cite(found, control.front()->first, fmt::format("{} on the same segment", label_of(*control.front())));
    found.what =
        fmt::format("On segment {}: {} beside {} control assets.", segment.second, listed(names), control.size());
  }

  void look_at_crossings() {
    std::set<std::uint64_t> said;  // one cause is one finding: what a rule has named already is not named again
    for (const auto& [key, found] : causes_)
      if (found.rule == "remote_access_path" || found.rule == "internet_contact" ||
          found.rule == "enterprise_to_control" || found.rule == "tunnel" || found.rule == "network_scan" ||
          found.rule == "mass_file_change")
        said.insert(found.conversations.begin(), found.conversations.end());
    for (const Crossing& crossing : input_.crossings) {
      const bool new_here = std::any_of(crossing.forbidden.begin(), crossing.forbidden.end(), [&](std::size_t i) {
        return !said.contains(input_.traffic.conversations[i].id);
      });
      if (!new_here) continue;
      const bool none = crossing.verdict == Crossing::Verdict::not_designed;
      Cause& found = cause(none ? "not_designed" : "beyond_conduit", crossing.from + " " + crossing.to);
      found.against_approved = true;
      found.confidence = Confidence::certain;
      found.conduit = crossing.conduit;
      for (const std::size_t i : crossing.forbidden) {
        const Conversation& conversation = input_.traffic.conversations[i];
        if (said.contains(conversation.id)) continue;
        const Asset* client = asset_at(conversation.client);
        const Asset* server = asset_at(conversation.server);
        if (client != nullptr && server != nullptr) add(found, conversation, *client, *server);
      }
      found.zones.insert(crossing.from);
      found.zones.insert(crossing.to);
    }
  }

  std::string what_of(const Cause& cause) const {
    if (!cause.what.empty()) return cause.what;
    const std::string by = cause.services.empty() ? std::string{} : fmt::format(" ({})", listed(cause.services));
    if (cause.servers.empty()) return fmt::format("Seen at {}{}.", listed(cause.clients), by);
    if (cause.clients.empty()) return fmt::format("Seen at {}{}.", listed(cause.servers), by);
    return fmt::format("{} reach{} {} with {}.", listed(cause.clients), cause.clients.size() == 1 ? "es" : "",
                       listed(cause.servers), listed(cause.services));
  }

  /// An address space is known by the names of what was captured in it, whatever its number in this run.
  std::vector<std::string> keys_of(const Cause& cause) const {
    const std::string key = fmt::format("{} {}", cause.rule, cause.key);
    if (!cause.space) return {key};
    std::vector<std::string> keys;
    for (const std::string& name : input_.traffic.names_of_space(*cause.space))
      keys.push_back(fmt::format("{} in {}", key, name));
    return keys.empty() ? std::vector{key} : keys;
  }

  std::vector<Finding> finish() {
    std::vector<Finding> findings;
    std::map<std::string, std::vector<std::string>> keys;
    for (auto& [key, cause] : causes_) {
      const FindingRule& rule = input_.catalogue.rules.at(cause.rule);
      Finding finding;
      std::vector<std::string> known_by = keys_of(cause);
      finding.key = known_by.front();
      keys.emplace(finding.key, std::move(known_by));
      finding.rule = cause.rule;
      finding.severity = rule.severity;
      finding.confidence = cause.confidence;
      finding.title = rule.title;
      finding.what = what_of(cause);
      finding.why = rule.why;
      finding.action = rule.action;
      finding.closed_when = rule.closed_when;
      finding.would_change = rule.would_change;
      finding.against_approved = cause.against_approved;
      finding.requirements = rule.requirements;
      finding.techniques = rule.techniques;
      finding.assets.assign(cause.asset_ids.begin(), cause.asset_ids.end());
      finding.zones.assign(cause.zones.begin(), cause.zones.end());
      std::erase(finding.zones, std::string{});
      finding.conduit = cause.conduit;
      finding.conversations.assign(cause.conversations.begin(), cause.conversations.end());
      finding.evidence = std::move(cause.evidence);
      std::stable_sort(finding.evidence.begin(), finding.evidence.end(),
                       [](const Evidence& a, const Evidence& b) { return a.citation.time_ns < b.citation.time_ns; });
      findings.push_back(std::move(finding));
    }
    std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
      return std::tuple{-static_cast<int>(a.severity), -static_cast<int>(a.confidence), a.key} <
             std::tuple{-static_cast<int>(b.severity), -static_cast<int>(b.confidence), b.key};
    });
    std::size_t number = 0;
    IdGiver ids{ids_};
    for (Finding& finding : findings) {
      finding.id = ids.give(keys.at(finding.key));
      for (Evidence& evidence : finding.evidence) evidence.tag = fmt::format("E{}", ++number);
    }
    return findings;
  }

  const ReviewInput& input_;
  NumberedIds& ids_;
  std::set<std::uint64_t> allowed_;                               ///< Conversations that an approved model allows.
  std::set<std::string> downloads_;                               ///< Assets that load programs into controllers.
  std::map<std::pair<const Asset*, std::string>, Habit> habits_;  ///< By asset and service.
  std::map<std::tuple<std::string, std::optional<std::uint16_t>, std::string>, Cause> causes_;
};

}  // namespace

std::vector<Finding> review(const ReviewInput& input, NumberedIds& ids) {
  return Review{input, ids}.all();
}

}  // namespace bulkhead

// Rules that look at what a host does over all its conversations.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/time.h"
#include "finding/rules.h"

namespace bulkhead {

namespace {

constexpr std::size_t scan_peers_min = 12;  // servers or ports that one host tries without an answer
constexpr std::size_t scan_cited_max = 33;
constexpr std::int64_t burst_ns = 600'000'000'000;
constexpr std::uint64_t changes_min = 50;  // files changed on one server

/// Many addresses or ports that do not answer.
void scans(const ReviewInput& input, Causes& causes) {
  struct Tries {
    std::set<std::string> silent;
    std::vector<const Conversation*> conversations;
  };
  std::map<std::size_t, Tries> tries;
  for (const Conversation& conversation : input.traffic.conversations) {
    const auto client = input.inventory.at(conversation.client);
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
    const Asset& asset = input.inventory.assets[at];
    Cause& found = causes.of("network_scan", asset.id);
    found.confidence = Confidence::likely;
    found.add(asset);
    found.clients.insert(label(asset));
    found.what = fmt::format("{} tried {} addresses and ports that did not answer within {}.", label(asset),
                             of_client.silent.size(), to_text_duration(took));
    for (const Conversation* conversation : of_client.conversations) {
      found.conversations.insert(conversation->id);
      found.cite(conversation->first, fmt::format("{} to {}: no answer", label(asset), to_text(conversation->server)));
      if (found.conversations.size() >= scan_cited_max) break;
    }
  }
}

/// Those that name an operating system, or ask in services that people's computers ask in.
std::set<std::size_t> computers_of(const ReviewInput& input) {
  std::set<std::size_t> computers;
  for (std::size_t i = 0; i < input.inventory.assets.size(); ++i)
    if (input.inventory.assets[i].best(Meaning::operating_system) != nullptr) computers.insert(i);
  for (const Conversation& conversation : input.traffic.conversations) {
    const std::string& service = conversation.service;
    if (service != "tls" && service != "http" && service != "smb" && service != "rdp" && service != "ssh") continue;
    if (const auto client = input.inventory.at(conversation.client)) computers.insert(*client);
  }
  return computers;
}

/// Protocols of one maker's family: who works in one is at home in the others.
std::string family_of(const std::string& service) {
  if (service == "enip" || service == "cip") return "cip";
  return service == "pn_dcp" || service == "s7comm" || service == "s7comm_plus" ? "s7" : service;
}

/// The families of protocols in which each asset works.
std::map<std::size_t, std::set<std::string>> families_of(const ReviewInput& input) {
  std::map<std::size_t, std::set<std::string>> families;
  for (const Conversation& conversation : input.traffic.conversations) {
    const auto client = input.inventory.at(conversation.client);
    if (!client || conversation.server.is_group()) continue;
    for (const OperationUse& use : conversation.operations)
      if (use.asked > 0 && is_work(use.operation)) families[*client].insert(family_of(conversation.service));
  }
  return families;
}

bool is_ot_discovery(const Conversation& conversation) {
  return conversation.service == "pn_dcp" || conversation.service == "enip" || conversation.service == "cip" ||
         conversation.service == "bacnet" || conversation.service == "opcua" || conversation.service == "s7comm" ||
         conversation.service == "knxip" || conversation.service == "ads";
}

/// Roles whose task is to look for devices, and devices that look for each other.
bool may_search(const Asset& asset) {
  return is_controller(asset) || asset.role.value == Role::hmi || asset.role.value == Role::scada_server ||
         asset.role.value == Role::network_switch || asset.role.value == Role::gateway;
}

/// A host that asks everyone "who is there?" in an OT protocol, and is none of those whose task that is: a
/// controller, a panel, a SCADA server, or an engineering workstation in the protocol that it works in. Devices look
/// for each other as well (BACnet's Who-Is, PROFINET's search for its own name) and answer to all: of whom nothing
/// else is known is accused only where it behaves like a computer.
void discovery(const ReviewInput& input, Causes& causes) {
  const std::set<std::size_t> computers = computers_of(input);
  auto works_in = families_of(input);
  for (const Conversation& conversation : input.traffic.conversations) {
    const auto client = input.inventory.at(conversation.client);
    if (!client || !conversation.server.is_group() || !is_ot_discovery(conversation)) continue;
    const OperationUse* use = conversation.use_of(Operation::discover);
    const Asset& asset = input.inventory.assets[*client];
    if (use == nullptr || may_search(asset) || (!asset.role.value && !computers.contains(*client)) ||
        works_in[*client].contains(family_of(conversation.service)))
      continue;
    Cause& found = causes.of("network_scan", asset.id);
    found.confidence = std::max(found.confidence, Confidence::possible);
    found.add(asset);
    found.clients.insert(label(asset));
    found.services.insert(conversation.service);
    if (found.evidence.empty() || found.services.size() > 1)
      found.what = fmt::format("{} asks everyone on its segment who is there, in {}, which is not its work.",
                               label(asset), listed(found.services));
    found.conversations.insert(conversation.id);
    found.cite(use->first, fmt::format("{}: {} by {}", label(asset), name(use->operation), conversation.service));
  }
}

/// Roles whose task is to write many files on servers: backup, deployment, replication.
bool moves_files(const Asset& asset) {
  return asset.role.value == Role::operations_server || asset.role.value == Role::it_server ||
         asset.role.value == Role::domain_controller;
}

/// Many files written or deleted on several servers at once: what ransomware and wipers do.
void mass_file_changes(const ReviewInput& input, Causes& causes) {
  struct Changes {
    std::uint64_t changes = 0;
    std::set<std::string> servers;
    std::vector<std::pair<const Conversation*, const OperationUse*>> uses;
  };
  std::map<std::size_t, Changes> by_client;
  for (const Conversation& conversation : input.traffic.conversations) {
    const auto client = input.inventory.at(conversation.client);
    if (!client || conversation.service != "smb" || moves_files(input.inventory.assets[*client])) continue;
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
    const Asset& client = input.inventory.assets[at];
    Cause& found = causes.of("mass_file_change", client.id);
    found.confidence = Confidence::likely;
    found.add(client);
    found.what = fmt::format("{} changed or deleted files {} times on {} servers.", label(client), changes.changes,
                             changes.servers.size());
    for (const auto& [conversation, use] : changes.uses) {
      found.conversations.insert(conversation->id);
      if (const Asset* server = asset_at(input.inventory, conversation->server)) found.add(*server);
      found.cite(use->first, fmt::format("{} to {}: {}, {} times", label(client), to_text(conversation->server),
                                         name(use->operation), use->asked));
    }
  }
}

}  // namespace

void review_behaviour(const ReviewInput& input, Causes& causes) {
  scans(input, causes);
  discovery(input, causes);
  mass_file_changes(input, causes);
}

}  // namespace bulkhead

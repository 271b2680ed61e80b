// Rules that look at what hosts say of themselves.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "finding/rules.h"

namespace bulkhead {

namespace {

/// What an asset does in one service.
struct Habit {
  const Asset* asked = nullptr;  ///< One of those it asks.
  bool serves = false;
  bool works = false;
};

/// By asset and service.
using Habits = std::map<std::pair<const Asset*, std::string>, Habit>;

Habits habits_of(const ReviewInput& input) {
  Habits habits;
  for (const Conversation& conversation : input.traffic.conversations) {
    if (conversation.service.empty()) continue;
    const Asset* client = asset_at(input.inventory, conversation.client);
    const Asset* server = asset_at(input.inventory, conversation.server);
    const bool works = std::any_of(conversation.operations.begin(), conversation.operations.end(),
                                   [](const OperationUse& use) { return is_work(use.operation); });
    for (const Asset* asset : {client, server})
      if (asset != nullptr && works) habits[{asset, conversation.service}].works = true;
    if (client == nullptr || server == nullptr || conversation.client_reason == ClientReason::unknown) continue;
    habits[{client, conversation.service}].asked = server;
    habits[{server, conversation.service}].serves = true;
  }
  return habits;
}

/// "modbus" of "modbus.identity".
std::string protocol_of(const Fact& fact) {
  return fact.schema.substr(0, fact.schema.find('.'));
}

void weakness(const Fact& fact, const Asset& asset, const ReviewInput& input, const Habits& habits, Causes& causes) {
  if (!input.catalogue.rules.contains(fact.value)) return;
  const std::string service = protocol_of(fact);
  const auto known = habits.find({&asset, service});
  const Habit habit = known == habits.end() ? Habit{} : known->second;
  // Endpoints are asked for without security before every secure session (OPC 10000-4, 5.4): what follows tells.
  if (fact.value == "opcua_without_security" && !habit.works) return;
  const bool by_device = fact.value == "plaintext_administration";
  // Either end may have said it, and the one that is administered is the server.
  const Asset& accused = by_device && !habit.serves && habit.asked != nullptr ? *habit.asked : asset;
  Cause& found = causes.of(fact.value, by_device ? accused.id : std::string{});
  found.confidence = Confidence::certain;
  const std::string named = &accused == &asset ? label_at(asset, fact.subject.ip) : label(accused);
  (by_device ? found.servers : found.clients).insert(named);
  found.services.insert(service);
  found.add(accused);
  found.cite(fact.first, fmt::format("{}: {}", named, fact.schema));
}

void default_secret(const Fact& fact, const Asset& asset, Causes& causes) {
  if (!fact.value.starts_with("known default")) return;
  const bool community = fact.schema.starts_with("snmp");
  const bool person = fact.field == "user" || fact.field.find("name") != std::string::npos;
  if (person) return;                                                // a usual name is no credential
  if (!community && fact.value == "known default, 0 bytes") return;  // nor is nothing at all
  Cause& found =
      causes.of(community ? "default_community" : "default_credentials", community ? std::string{} : asset.id);
  const std::string label = label_at(asset, fact.subject.ip);
  found.confidence = Confidence::certain;
  found.servers.insert(label);
  found.services.insert(protocol_of(fact));
  found.add(asset);
  found.cite(fact.first, fmt::format("{}: {} in {}", label, fact.value, fact.schema));
}

void unsupported_system(const Fact& fact, const Asset& asset, const FindingCatalogue& catalogue, Causes& causes) {
  const std::string text = lower(fact.value);
  const auto system =
      std::find_if(catalogue.unsupported_systems.begin(), catalogue.unsupported_systems.end(),
                   [&](const UnsupportedSystem& known) { return text.find(known.text) != std::string::npos; });
  if (system == catalogue.unsupported_systems.end()) return;
  Cause& found = causes.of("unsupported_system", "");
  found.confidence = Confidence::certain;
  found.servers.insert(label(asset));
  found.services.insert(fmt::format("{}, support ended {}", system->name, system->ended));
  found.add(asset);
  found.cite(fact.first, fmt::format("{} says '{}'", label(asset), plain_text(fact.value)));
}

}  // namespace

void review_facts(const ReviewInput& input, Causes& causes) {
  const Habits habits = habits_of(input);
  for (const Fact& fact : input.facts) {
    const Asset* asset = asset_at(input.inventory, {fact.subject.space, fact.subject.ip, fact.subject.mac});
    if (asset == nullptr) continue;
    if (fact.meaning == Meaning::weakness) weakness(fact, *asset, input, habits, causes);
    if (fact.meaning == Meaning::secret) default_secret(fact, *asset, causes);
    if (fact.meaning == Meaning::operating_system) unsupported_system(fact, *asset, input.catalogue, causes);
  }
}

}  // namespace bulkhead

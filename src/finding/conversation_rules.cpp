// Rules that look at one conversation at a time.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "finding/rules.h"

namespace bulkhead {

namespace {

constexpr unsigned control_max = 6;   // level 3 and below, doubled
constexpr unsigned business_min = 8;  // level 4 and above, doubled

/// What the rules know besides the conversation that they look at.
struct Background {
  const ReviewInput& input;
  std::set<std::uint64_t> allowed;    ///< Conversations that an approved model allows.
  std::set<std::string> programmers;  ///< Assets that load programs into controllers.
};

bool is_sure(const Stated<Level>& level) {
  return level.value && (level.by_person || level.confidence >= Confidence::likely);
}

bool has_any(const std::string& text, const std::vector<std::string>& parts) {
  const std::string low = lower(text);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const std::string& part) { return low.find(part) != std::string::npos; });
}

bool is_remote_tool(const Conversation& conversation, const FindingCatalogue& catalogue) {
  return has_any(conversation.service + " " + conversation.label, catalogue.remote_tools);
}

/// Where a person would close it: at the zone, else at the asset.
const std::string& place_of(const Asset& asset) {
  return asset.zone.empty() ? asset.id : asset.zone;
}

bool is_declared_inside(const Site& site, const IpAddress& ip) {
  return std::any_of(site.inside.begin(), site.inside.end(),
                     [&](const IpPrefix& prefix) { return prefix.contains(ip); });
}

/// Roles whose task is to write to controllers, or to load their programs.
bool may_write(const Asset& asset) {
  if (!asset.role.value) return false;
  const Role role = *asset.role.value;
  return role == Role::hmi || role == Role::scada_server || role == Role::engineering_workstation ||
         role == Role::operations_server || role == Role::rtu || role == Role::gateway || is_controller(asset);
}

/// S7comm-plus reads long values, of a program or of an OPC server's list of tags, by one and the same function.
bool is_reading(const Conversation& conversation) {
  return conversation.service == "s7comm_plus";
}

/// A DNP3 master that polls tells the outstation not to report by itself, as its first request (IEEE 1815, 4.6).
bool is_polling(const Conversation& conversation) {
  return conversation.service == "dnp3";
}

void internet_contact(const Exchange& exchange, const Background& background, Causes& causes) {
  const auto& [conversation, client, server] = exchange;
  const Asset& inside = client.external ? server : client;
  if (client.external == server.external) return;
  if (!inside.level.value || inside.level.value->doubled > control_max) return;
  // A site with public addresses of its own: which of the others are its own as well, only a person knows.
  const Party& party = client.external ? conversation.server : conversation.client;
  if (!party.ip.is_private() && !is_declared_inside(background.input.site, party.ip)) return;
  Cause& found = causes.of("internet_contact", "");
  found.confidence = std::max(found.confidence, inside.level.confidence);
  found.add(exchange);
}

void tunnel(const Exchange& exchange, const Background& background, Causes& causes) {
  const auto& [conversation, client, server] = exchange;
  const std::vector<std::string>& tunnels = background.input.catalogue.tunnels;
  if (!has_any(conversation.label, tunnels) && !has_any(conversation.service, tunnels)) return;
  const Asset& inside = client.external ? server : client;
  if (inside.level.value && inside.level.value->doubled >= business_min) return;
  Cause& found = causes.of("tunnel", inside.id);
  found.confidence = Confidence::possible;  // the classifier's opinion
  found.add(exchange);
}

void remote_access(const Exchange& exchange, const Background& background, Causes& causes) {
  const auto& [conversation, client, server] = exchange;
  const bool low = server.level.value && server.level.value->doubled <= control_max;
  const bool from_outside = client.external || client.role.value == Role::remote_access ||
                            client.role.value == Role::it_host || client.role.value == Role::it_server ||
                            (client.level.value && client.level.value->doubled >= business_min);
  if (!low || !from_outside || !is_remote_tool(conversation, background.input.catalogue)) return;
  if (background.allowed.contains(conversation.id)) return;
  Cause& found = causes.of("remote_access_path", place_of(client));
  found.confidence = std::max(found.confidence, Confidence::likely);
  found.add(exchange);
}

void level_jump(const Exchange& exchange, const Background& background, Causes& causes) {
  const auto& [conversation, client, server] = exchange;
  if (!conversation.answered) return;
  if (!is_sure(client.level) || !is_sure(server.level) || client.external || server.external) return;
  const unsigned from = client.level.value->doubled;
  const unsigned to = server.level.value->doubled;
  const bool jumps = (from >= business_min && to <= control_max) || (from <= control_max && to >= business_min);
  if (!jumps || background.allowed.contains(conversation.id)) return;
  if (is_remote_tool(conversation, background.input.catalogue)) return;  // said already
  const Asset& business = from >= business_min ? client : server;
  const Asset& control = from >= business_min ? server : client;
  Cause& found = causes.of("enterprise_to_control", fmt::format("{} {}", place_of(business), place_of(control)));
  found.confidence = std::max(found.confidence, std::min(client.level.confidence, server.level.confidence));
  found.add(exchange);
}

void program_transfer(const Exchange& exchange, const OperationUse& use, const Background& background, Causes& causes) {
  const Asset& client = exchange.client;
  const bool upload = use.operation == Operation::program_upload;
  if (!upload && class_of(use.operation) != OperationClass::program) return;
  // An engineering workstation may read programs; beside a download, what it read belongs to the same deed.
  const bool engineering = client.role.value == Role::engineering_workstation;
  const bool may_read = engineering || is_reading(exchange.conversation);
  if (upload && may_read && !background.programmers.contains(client.id)) return;
  Cause& found = causes.of(engineering ? "program_download" : "program_transfer", client.id);
  found.confidence = std::max(found.confidence, Confidence::certain);
  found.add(exchange, use);
}

void mode_change(const Exchange& exchange, const OperationUse& use, Causes& causes) {
  const bool silences = use.operation == Operation::comm_disable && !is_polling(exchange.conversation);
  if (use.operation != Operation::mode_stop && use.operation != Operation::mode_start &&
      use.operation != Operation::restart && !silences)
    return;
  Cause& found = causes.of("mode_change", exchange.client.id);
  found.confidence = Confidence::certain;
  found.add(exchange, use);
}

void unexpected_write(const Exchange& exchange, const OperationUse& use, Causes& causes) {
  const Asset& client = exchange.client;
  if (class_of(use.operation) != OperationClass::change || use.operation == Operation::time_set ||
      use.operation == Operation::alarm_ack)
    return;
  const bool engineering = client.role.value == Role::engineering_workstation;
  if (!is_controller(exchange.server) || (may_write(client) && !engineering) || !client.role.value) return;
  Cause& found = causes.of("unexpected_write", client.id);
  found.confidence = std::max(found.confidence, client.role.confidence);
  found.add(exchange, use);
}

void clear_text(const Exchange& exchange, Causes& causes) {
  const Conversation& conversation = exchange.conversation;
  const std::string what = lower(conversation.service + " " + conversation.label);
  const bool telnet = what.find("telnet") != std::string::npos;
  const bool ftp = conversation.service == "ftp" || what.find("ftp_control") != std::string::npos;
  if (!telnet && !ftp) return;
  if (!conversation.answered || conversation.bytes_in == 0) return;
  Cause& found = causes.of("plaintext_administration", exchange.server.id);
  found.confidence = Confidence::likely;
  found.add(exchange);
}

std::set<std::uint64_t> allowed_conversations(const ReviewInput& input) {
  std::set<std::uint64_t> allowed;
  for (const Crossing& crossing : input.crossings) {
    if (crossing.verdict == Crossing::Verdict::proposed) continue;
    for (const std::size_t i : crossing.conversations)
      if (std::find(crossing.forbidden.begin(), crossing.forbidden.end(), i) == crossing.forbidden.end())
        allowed.insert(input.traffic.conversations[i].id);
  }
  return allowed;
}

std::set<std::string> programmers_of(const ReviewInput& input) {
  std::set<std::string> programmers;
  for (const Conversation& conversation : input.traffic.conversations) {
    const Asset* client = asset_at(input.inventory, conversation.client);
    if (client != nullptr && conversation.does(OperationClass::program)) programmers.insert(client->id);
  }
  return programmers;
}

}  // namespace

void review_conversations(const ReviewInput& input, Causes& causes) {
  const Background background{input, allowed_conversations(input), programmers_of(input)};
  for (const Conversation& conversation : input.traffic.conversations) {
    if (conversation.server.is_group()) continue;
    const Asset* client = asset_at(input.inventory, conversation.client);
    const Asset* server = asset_at(input.inventory, conversation.server);
    if (client == nullptr || server == nullptr || client == server) continue;
    const Exchange exchange{conversation, *client, *server};
    internet_contact(exchange, background, causes);
    tunnel(exchange, background, causes);
    if (conversation.client_reason == ClientReason::unknown) continue;  // and who asks is not said
    remote_access(exchange, background, causes);
    level_jump(exchange, background, causes);
    for (const OperationUse& use : conversation.operations) {
      if (use.asked == 0 || use.refused >= use.asked) continue;
      program_transfer(exchange, use, background, causes);
      mode_change(exchange, use, causes);
      unexpected_write(exchange, use, causes);
    }
    clear_text(exchange, causes);
  }
}

}  // namespace bulkhead

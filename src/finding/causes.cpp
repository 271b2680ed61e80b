#include "finding/causes.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace bulkhead {

namespace {

constexpr std::size_t evidence_max = 6;  // of one finding: enough to open it, not a log
constexpr std::size_t named_max = 6;

}  // namespace

std::string label_at(const Asset& asset, const IpAddress& ip) {
  if (!ip.present() || !asset.station.empty()) return label(asset);
  const bool named = !asset.name.empty() && asset.name != asset.address_text();
  return named ? fmt::format("{} ({})", plain_text(asset.name), to_text(ip)) : to_text(ip);
}

std::string service_of(const Conversation& conversation) {
  if (!conversation.service.empty()) return conversation.service;
  const std::string where =
      conversation.port ? fmt::format("{}/{}", conversation.transport, *conversation.port) : conversation.transport;
  return conversation.label.empty() ? where : fmt::format("{} ({})", conversation.label, where);
}

std::string listed(const std::set<std::string>& names) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (count < named_max) text += (count == 0 ? "" : ", ") + name;
    ++count;
  }
  if (count > named_max) text += fmt::format(" and {} more", count - named_max);
  return text;
}

void Cause::cite(Citation citation, std::string sentence) {
  if (citation.frame == 0) return;
  const auto same = [&](const Evidence& known) { return known.citation == citation; };
  if (std::any_of(evidence.begin(), evidence.end(), same)) return;
  if (evidence.size() < evidence_max) evidence.push_back({{}, std::move(sentence), citation});
}

void Cause::add(const Asset& asset) {
  asset_ids.insert(asset.id);
  if (!asset.zone.empty()) zones.insert(asset.zone);
}

void Cause::add(const Exchange& exchange) {
  const auto& [conversation, client, server] = exchange;
  const std::string from = label_at(client, conversation.client.ip);
  const std::string to = label_at(server, conversation.server.ip);
  const std::string service = service_of(conversation);
  clients.insert(from);
  servers.insert(to);
  services.insert(service);
  add(client);
  add(server);
  conversations.insert(conversation.id);
  const OperationUse* use = conversation.telling_use();
  cite(conversation.witness(), fmt::format("{} to {}: {}{}", from, to, service,
                                           use == nullptr ? std::string{} : fmt::format(" {}", name(use->operation))));
}

void Cause::add(const Exchange& exchange, const OperationUse& use) {
  const auto& [conversation, client, server] = exchange;
  const std::string from = label_at(client, conversation.client.ip);
  const std::string to = label_at(server, conversation.server.ip);
  const std::string service = service_of(conversation);
  clients.insert(from);
  servers.insert(to);
  services.insert(fmt::format("{} {}", service, name(use.operation)));
  add(client);
  add(server);
  conversations.insert(conversation.id);
  cite(use.first, fmt::format("{} to {}: {} by {}, {} times", from, to, name(use.operation), service, use.asked));
}

Cause& Causes::of(const std::string& rule, const std::string& key, std::optional<std::uint16_t> space) {
  Cause& found = causes_[{rule, space, key}];
  found.rule = rule;
  found.key = key;
  found.space = space;
  return found;
}

}  // namespace bulkhead

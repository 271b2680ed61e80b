// What an approved model does not allow.

#include <algorithm>
#include <array>
#include <set>

#include "finding/rules.h"

namespace bulkhead {

namespace {

/// Rules that name conversations which a model forbids as well: one cause is one finding.
constexpr std::array<std::string_view, 6> more_telling{
    "remote_access_path", "internet_contact", "enterprise_to_control", "tunnel", "network_scan", "mass_file_change"};

std::set<std::uint64_t> named_already(const Causes& causes) {
  std::set<std::uint64_t> named;
  for (const auto& [key, cause] : causes.all())
    if (std::find(more_telling.begin(), more_telling.end(), cause.rule) != more_telling.end())
      named.insert(cause.conversations.begin(), cause.conversations.end());
  return named;
}

void forbidden_crossing(const Crossing& crossing, const std::set<std::uint64_t>& named, const ReviewInput& input,
                        Causes& causes) {
  std::vector<const Conversation*> forbidden;
  for (const std::size_t i : crossing.forbidden)
    if (const Conversation& conversation = input.traffic.conversations[i]; !named.contains(conversation.id))
      forbidden.push_back(&conversation);
  if (forbidden.empty()) return;
  const bool none = crossing.verdict == Crossing::Verdict::not_designed;
  // Two zones between which nothing was designed are one cause, whoever begins.
  const bool turned = none && crossing.to < crossing.from;
  const std::string between = turned ? crossing.to + " " + crossing.from : crossing.from + " " + crossing.to;
  Cause& found = causes.of(none ? "not_designed" : "beyond_conduit", between);
  found.against_approved = true;
  found.confidence = Confidence::certain;
  if (!crossing.conduit.empty()) found.conduit = crossing.conduit;
  for (const Conversation* conversation : forbidden) {
    const Asset* client = asset_at(input.inventory, conversation->client);
    const Asset* server = asset_at(input.inventory, conversation->server);
    if (client != nullptr && server != nullptr) found.add(Exchange{*conversation, *client, *server});
  }
  found.zones.insert(crossing.from);
  found.zones.insert(crossing.to);
}

}  // namespace

void review_crossings(const ReviewInput& input, Causes& causes) {
  const std::set<std::uint64_t> named = named_already(causes);
  for (const Crossing& crossing : input.crossings) forbidden_crossing(crossing, named, input, causes);
}

}  // namespace bulkhead

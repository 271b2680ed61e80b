#include "report/view.h"

#include <algorithm>

#include <fmt/format.h>

namespace bulkhead {

View::View(const Assessment& assessment) : all(assessment) {
  for (const Zone& zone : all.site.zones) zones_.emplace(zone.id, &zone);
  for (const Asset& asset : all.inventory.assets) assets_.emplace(asset.id, &asset);
  for (const Finding& finding : all.findings) {
    findings_.emplace(finding.id, &finding);
    for (const std::string& asset : finding.assets) findings_of_[asset].push_back(&finding);
  }
  for (const Crossing& crossing : all.crossings) crossings_.emplace(std::pair{crossing.from, crossing.to}, &crossing);
  verdicts_.assign(all.traffic.conversations.size(), "unplaced");
  for (std::size_t i = 0; i < all.traffic.conversations.size(); ++i) {
    const Conversation& conversation = all.traffic.conversations[i];
    conversations_.emplace(conversation.id, i);
    conversations_at_.emplace(std::pair{conversation.first.capture, conversation.first.frame}, i);
    const Asset* client = asset_at(conversation.client);
    const Asset* server = asset_at(conversation.server);
    if (client != nullptr) conversations_of_[client->id].push_back(i);
    if (server != nullptr && server != client) conversations_of_[server->id].push_back(i);
    if (client != nullptr && server != nullptr && client->zone == server->zone) verdicts_[i] = "inside";
  }
  for (const Crossing& crossing : all.crossings) {
    const bool judged = crossing.verdict != Crossing::Verdict::proposed;
    for (const std::size_t i : crossing.conversations)
      if (i < verdicts_.size())
        verdicts_[i] = name(judged ? Crossing::Verdict::conforming : Crossing::Verdict::proposed);
    for (const std::size_t i : crossing.forbidden)
      if (i < verdicts_.size()) verdicts_[i] = name(Crossing::Verdict::not_designed);
  }
}

std::string View::zone_name(std::string_view id) const {
  const auto found = zones_.find(id);
  if (found == zones_.end() || found->second->name.empty()) return std::string{id};
  return found->second->name;
}

const Asset* View::asset(std::string_view id) const noexcept {
  const auto found = assets_.find(id);
  return found == assets_.end() ? nullptr : found->second;
}

const Asset* View::asset_at(const Party& party) const {
  const auto index = all.inventory.at(party);
  return index && *index < all.inventory.assets.size() ? &all.inventory.assets[*index] : nullptr;
}

const Finding* View::finding(std::string_view id) const noexcept {
  const auto found = findings_.find(id);
  return found == findings_.end() ? nullptr : found->second;
}

const std::vector<const Finding*>& View::findings_of(std::string_view asset) const {
  static const std::vector<const Finding*> none;
  const auto found = findings_of_.find(asset);
  return found == findings_of_.end() ? none : found->second;
}

std::optional<Severity> View::worst_of(std::string_view asset) const {
  std::optional<Severity> worst;
  for (const Finding* finding : findings_of(asset))
    worst = worst ? std::max(*worst, finding->severity) : finding->severity;
  return worst;
}

const std::vector<std::size_t>& View::conversations_of(std::string_view asset) const {
  static const std::vector<std::size_t> none;
  const auto found = conversations_of_.find(asset);
  return found == conversations_of_.end() ? none : found->second;
}

const Conversation* View::conversation(std::uint64_t id) const noexcept {
  const auto found = conversations_.find(id);
  return found == conversations_.end() ? nullptr : &all.traffic.conversations[found->second];
}

const Conversation* View::conversation_at(const Citation& citation) const noexcept {
  const auto found = conversations_at_.find({citation.capture, citation.frame});
  return found == conversations_at_.end() ? nullptr : &all.traffic.conversations[found->second];
}

const Crossing* View::crossing_of(const Conduit& conduit) const noexcept {
  for (const Crossing& crossing : all.crossings)
    if (crossing.from == conduit.from && crossing.to == conduit.to) return &crossing;
  return nullptr;
}

std::string_view View::verdict_of(const Conduit& conduit) const noexcept {
  const Crossing* crossing = crossing_of(conduit);
  return crossing == nullptr ? "unused" : name(crossing->verdict);
}

std::string service_text(const Conversation& conversation) {
  if (!conversation.service.empty()) return conversation.service;
  const std::string where =
      conversation.port ? fmt::format("{}/{}", conversation.transport, *conversation.port) : conversation.transport;
  return conversation.label.empty() ? where : fmt::format("{} ({})", where, conversation.label);
}

std::string words(std::string_view name) {
  static const std::map<std::string_view, std::string_view> known{
      {"dmz", "Boundary zone (DMZ)"},
      {"not_designed", "Not designed, seen"},
      {"partly_designed", "Partly designed"},
      {"conforming", "Conforming"},
      {"proposed", "Proposed, not judged"},
      {"unused", "Designed, not seen"},
      {"inside", "Inside one zone"},
      {"unplaced", "An end is no asset"},
      {"read", "Read to its end"},
      {"cut_off", "Cut off: read as far as it goes"},
      {"damaged", "Damaged: read as far as it goes"},
      {"link_type_not_supported", "Link type not supported"},
      {"not_a_capture", "Not a capture"},
      {"both_ways", "Both ways"},
  };
  if (const auto found = known.find(name); found != known.end()) return std::string{found->second};
  std::string text{name};
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string level_text(const Zone& zone) {
  const auto low = zone.level_low ? zone.level_low : zone.level_high;
  const auto high = zone.level_high ? zone.level_high : zone.level_low;
  if (!low || !high) return {};
  return *low == *high ? to_text(*low) : to_text(*low) + " to " + to_text(*high);
}

std::string level_text(const Asset& asset) {
  return asset.level.value ? to_text(*asset.level.value) : std::string{};
}

std::string rank_text(const Risk& risk, const RiskMatrix& matrix) {
  const auto word = [&](std::size_t rank) {
    return rank < matrix.ranks.size() ? matrix.ranks[rank] : std::to_string(rank);
  };
  return risk.rank_low == risk.rank_high ? word(risk.rank_high) : word(risk.rank_low) + " to " + word(risk.rank_high);
}

std::string consequence_text(const Risk& risk, const RiskMatrix& matrix) {
  const auto word = [&](std::size_t level) {
    return level < matrix.consequence_levels.size() ? matrix.consequence_levels[level] : std::to_string(level);
  };
  return risk.consequence_low == risk.consequence_high
             ? word(risk.consequence_high)
             : word(risk.consequence_low) + " to " + word(risk.consequence_high);
}

std::string listed(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
  return text;
}

}  // namespace bulkhead

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "assessment/assessment.h"

namespace bulkhead {

/// An assessment with the look-ups that tables and pages need. A view: the assessment outlives it.
class View {
 public:
  explicit View(const Assessment& assessment);

  const Assessment& all;

  /// Its name, else its id; empty for no zone.
  [[nodiscard]] std::string zone_name(std::string_view id) const;
  [[nodiscard]] const Asset* asset(std::string_view id) const noexcept;
  [[nodiscard]] const Asset* asset_at(const Party& party) const;
  [[nodiscard]] const Finding* finding(std::string_view id) const noexcept;
  /// Findings that name an asset, worst first.
  [[nodiscard]] const std::vector<const Finding*>& findings_of(std::string_view asset) const;
  [[nodiscard]] std::optional<Severity> worst_of(std::string_view asset) const;
  [[nodiscard]] const std::vector<std::size_t>& conversations_of(std::string_view asset) const;
  [[nodiscard]] const Conversation* conversation(std::uint64_t id) const noexcept;
  /// The conversation that begins at a frame; null for none.
  [[nodiscard]] const Conversation* conversation_at(const Citation& citation) const noexcept;
  /// What the model says of one conversation: a crossing's verdict (`not_designed` where it is forbidden), "inside" of
  /// one zone, or "unplaced" where an end is no asset.
  [[nodiscard]] std::string_view verdict_of(std::size_t conversation) const noexcept { return verdicts_[conversation]; }
  [[nodiscard]] std::string_view verdict_of(const Conduit& conduit) const noexcept;
  [[nodiscard]] const Crossing* crossing_of(const Conduit& conduit) const noexcept;

 private:
  std::map<std::string, const Zone*, std::less<>> zones_;
  std::map<std::string, const Asset*, std::less<>> assets_;
  std::map<std::string, const Finding*, std::less<>> findings_;
  std::map<std::string, std::vector<const Finding*>, std::less<>> findings_of_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> conversations_of_;
  std::map<std::uint64_t, std::size_t> conversations_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> conversations_at_;  // by capture and first frame
  std::map<std::pair<std::string, std::string>, const Crossing*> crossings_;
  std::vector<std::string_view> verdicts_;
};

/// "S7comm", else "tcp/443", with the classifier's opinion in brackets where nothing of ours read it.
std::string service_text(const Conversation& conversation);
/// "Safety", "Control": kind of a zone for people; a verdict, a capture's ending, in words.
std::string words(std::string_view name);
/// "1 to 2", "2", empty where unknown.
std::string level_text(const Zone& zone);
std::string level_text(const Asset& asset);
/// "high to critical", or one rank.
std::string rank_text(const Risk& risk, const RiskMatrix& matrix);
std::string consequence_text(const Risk& risk, const RiskMatrix& matrix);
/// Of a list that may be long: the first `most`, then "and n more".
std::string listed(const std::vector<std::string>& names, std::size_t most);

}  // namespace bulkhead

// The register.
//
// A finding endangers the zones that its path leads to. For each of them the register asks what is at stake there (a
// person's word, else the sector's default for the roles in it, which is a range and makes the rank one), and adds up
// how near the harm is: what the path already offers, where it starts, and whether it was already walked. The sum is
// kept with the risk, so a rank opens to it.

#include "risk/assess.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/numbered_ids.h"
#include "base/text.h"

namespace bulkhead {

namespace {

constexpr std::size_t questions_max = 10;

struct Stake {
  std::size_t low = 0, high = 0;
  bool assumed = true;
  std::string text;
  const Asset* asset = nullptr;
};

class Register {
 public:
  Register(const RiskInput& input, NumberedIds& ids) : input_(input), ids_(ids) {
    register_.matrix = input.catalogue.matrix;
  }

  RiskRegister all() {
    for (const Finding& finding : input_.findings) add(finding);
    std::sort(register_.risks.begin(), register_.risks.end(), [](const Risk& a, const Risk& b) {
      return std::tuple{-static_cast<long>(a.rank_high), -static_cast<long>(a.rank_low),
                        -static_cast<long>(a.likelihood),
                        a.key} < std::tuple{-static_cast<long>(b.rank_high), -static_cast<long>(b.rank_low),
                                            -static_cast<long>(b.likelihood), b.key};
    });
    IdGiver ids{ids_};
    for (Risk& risk : register_.risks) risk.id = ids.give(std::array{risk.key});
    ask();
    return std::move(register_);
  }

 private:
  [[nodiscard]] int points(const std::string& name) const {
    const auto found = input_.catalogue.points.find(name);
    return found == input_.catalogue.points.end() ? 0 : found->second;
  }

  [[nodiscard]] std::optional<std::size_t> level(const std::string& word) const {
    const auto& levels = register_.matrix.consequence_levels;
    const auto found = std::find(levels.begin(), levels.end(), word);
    if (found == levels.end()) return std::nullopt;
    return static_cast<std::size_t>(found - levels.begin());
  }

  /// What a person said is at stake at a target; the worst of its kinds.
  [[nodiscard]] std::optional<Stake> stated(const std::string& target) const {
    std::optional<Stake> stake;
    for (const StatedConsequence& consequence : input_.site.consequences) {
      if (consequence.target != target) continue;
      for (const std::string* word :
           {&consequence.safety, &consequence.environment, &consequence.production, &consequence.other}) {
        const auto at = level(*word);
        if (!at) continue;
        if (!stake) stake = Stake{*at, *at, false, consequence.text, nullptr};
        stake->low = stake->high = std::max(stake->high, *at);
      }
    }
    return stake;
  }

  [[nodiscard]] Stake assumed(const Asset& asset) const {
    const std::string role{name(asset.role.value.value_or(Role::unknown))};
    for (const std::string& sector : {input_.site.sector, std::string{"default"}}) {
      const auto of_sector = input_.catalogue.consequences.find(sector);
      if (of_sector == input_.catalogue.consequences.end()) continue;
      const auto found = of_sector->second.find(role);
      if (found != of_sector->second.end())
        return {found->second.low, found->second.high, true, found->second.text, &asset};
    }
    return {0, register_.matrix.consequence_levels.size() - 1, true, "not known what it is", &asset};
  }

  /// What is at stake in a zone: a person's word for the zone or an asset of it, else the worst assumed of the assets
  /// that the finding names there.
  [[nodiscard]] Stake stake_of(const std::string& zone, const std::vector<const Asset*>& assets) const {
    if (const auto of_zone = stated(zone)) return *of_zone;
    std::optional<Stake> worst;
    for (const Asset* asset : assets) {
      std::optional<Stake> stake = stated(asset->id);
      if (!stake) stake = stated(asset->name);
      if (!stake) stake = assumed(*asset);
      stake->asset = asset;
      if (!worst || std::tuple{stake->high, stake->low} > std::tuple{worst->high, worst->low}) worst = stake;
    }
    return worst.value_or(
        Stake{0, register_.matrix.consequence_levels.size() - 1, true, "not known what is there", nullptr});
  }

  void add(const Finding& finding) {
    std::map<std::string, std::vector<const Asset*>> zones;
    for (const std::string& id : finding.assets) {
      const Asset* asset = input_.inventory.find(id);
      if (asset == nullptr || asset->external) continue;
      zones[asset->zone].push_back(asset);
    }
    // The zone where most is at stake stands for the finding; the others it passes through are named with it.
    const std::pair<const std::string, std::vector<const Asset*>>* target = nullptr;
    Stake stake;
    for (const auto& zone : zones) {
      const Stake there = stake_of(zone.first, zone.second);
      if (target != nullptr && std::tuple{there.high, there.low} <= std::tuple{stake.high, stake.low}) continue;
      target = &zone;
      stake = there;
    }
    if (target == nullptr) return;
    Risk risk;
    risk.key = finding.id;
    risk.zone = target->first;
    risk.conduit = finding.conduit;
    risk.assets = finding.assets;
    risk.findings = {finding.id};
    risk.techniques = finding.techniques;
    risk.consequence_low = stake.low;
    risk.consequence_high = stake.high;
    risk.consequence_assumed = stake.assumed;
    risk.consequence_text = stake.text;
    add_terms(finding, risk);
    risk.likelihood = likelihood_of(risk.terms);
    risk.rank_low = register_.matrix.cells[risk.consequence_low][risk.likelihood];
    risk.rank_high = register_.matrix.cells[risk.consequence_high][risk.likelihood];
    risk.scenario = scenario_of(finding, risk, stake);
    register_.risks.push_back(std::move(risk));
  }

  void add_terms(const Finding& finding, Risk& risk) const {
    const auto term = [&](int value, std::string reason) {
      if (value != 0) risk.terms.push_back({value, std::move(reason)});
    };
    term(points(fmt::format("finding_{}", name(finding.severity))),
         fmt::format("{}: a {} finding, {}", finding.id, name(finding.severity), name(finding.confidence)));
    bool from_internet = false;
    bool from_business = false;
    for (const std::string& id : finding.assets) {
      const Asset* asset = input_.inventory.find(id);
      if (asset == nullptr) continue;
      from_internet = from_internet || asset->external;
      from_business = from_business || (asset->level.value && asset->level.value->doubled >= 8 && !asset->external);
    }
    if (from_internet) term(points("from_internet"), "the path reaches the internet");
    else if (from_business) term(points("from_business"), "the path starts in the business network");
    bool unauthenticated = false;
    bool executed = false;
    for (const Conversation& conversation : input_.traffic.conversations) {
      if (std::find(finding.conversations.begin(), finding.conversations.end(), conversation.id) ==
          finding.conversations.end())
        continue;
      unauthenticated = unauthenticated || conversation.operations_known;
      executed = executed || conversation.does(OperationClass::program) || conversation.does(OperationClass::disrupt);
    }
    if (unauthenticated) term(points("unauthenticated_protocol"), "the protocol used asks for no authentication");
    if (executed) term(points("executed"), "it was already done: programs or modes were changed in what was captured");
  }

  [[nodiscard]] std::size_t likelihood_of(const std::vector<LikelihoodTerm>& terms) const {
    int sum = 0;
    for (const LikelihoodTerm& term : terms) sum += term.points;
    std::size_t level = 0;
    for (std::size_t i = 0; i < input_.catalogue.likelihood_bounds.size(); ++i)
      if (sum >= input_.catalogue.likelihood_bounds[i]) level = i;
    return level;
  }

  [[nodiscard]] std::string zone_name(const std::string& id) const {
    const Zone* zone = input_.site.zone(id);
    return zone == nullptr ? std::string{"assets in no zone"} : plain_text(zone->name);
  }

  [[nodiscard]] std::string scenario_of(const Finding& finding, const Risk& risk, const Stake& stake) const {
    const std::string at = stake.asset == nullptr
                               ? zone_name(risk.zone)
                               : fmt::format("{} in {}", plain_text(stake.asset->name), zone_name(risk.zone));
    std::string title = finding.title;
    const bool is_name = title.size() > 1 && title[1] >= 'A' && title[1] <= 'Z';  // SMB, OPC UA
    if (!title.empty() && !is_name) title.front() = lower(title.substr(0, 1)).front();
    return fmt::format("Because {}, an intruder can reach {}; at stake: {}.", title, at,
                       stake.text.empty() ? "what the site stated" : stake.text);
  }

  /// Each unknown that makes a rank a range is a question; answers that move several ranks come first.
  void ask() {
    std::map<std::string, Question> questions;
    for (const Risk& risk : register_.risks) {
      if (!risk.consequence_assumed || risk.consequence_low == risk.consequence_high) continue;
      Question& question = questions[risk.zone];
      question.text = fmt::format(
          "What is the worst credible consequence for people, environment and production if {} is manipulated or lost?",
          zone_name(risk.zone));
      question.where =
          fmt::format("consequences: [{{ target: {}, safety: ..., environment: ..., production: ... }}]", risk.zone);
      if (risk.rank_low != risk.rank_high) ++question.moves;
    }
    std::erase_if(questions, [](const auto& question) { return question.second.moves == 0; });
    for (const Asset& asset : input_.inventory.assets) {
      if (asset.role.value || asset.external || !asset.behind.empty()) continue;
      std::size_t touched = 0;
      for (const Risk& risk : register_.risks)
        if (std::find(risk.assets.begin(), risk.assets.end(), asset.id) != risk.assets.end()) ++touched;
      if (touched == 0) continue;
      Question& question = questions["asset " + asset.id];
      question.text = fmt::format("What is {}?", label(asset));
      question.where = fmt::format("assets: [{{ match: {}, role: ... }}]", plain_text(asset.address_text()));
      question.moves = touched;
    }
    for (auto& [key, question] : questions) register_.questions.push_back(std::move(question));
    std::stable_sort(register_.questions.begin(), register_.questions.end(),
                     [](const Question& a, const Question& b) { return a.moves > b.moves; });
    if (register_.questions.size() > questions_max) register_.questions.resize(questions_max);
  }

  const RiskInput& input_;
  NumberedIds& ids_;
  RiskRegister register_;
};

}  // namespace

RiskRegister assess_risk(const RiskInput& input, NumberedIds& ids) {
  return Register{input, ids}.all();
}

}  // namespace bulkhead

#include "inventory/learner.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "event/json.h"

namespace bulkhead {

namespace {

constexpr std::size_t value_size_max = 512;

/// A description of several lines becomes one, with single blanks; padding goes.
std::string one_line(std::string_view text) {
  constexpr std::string_view blanks{" \t\r\n\0", 5};
  std::string out;
  for (const char c : trimmed(text)) {
    const bool blank = blanks.find(c) != std::string_view::npos;
    if (!blank) out += c;
    else if (out.back() != ' ') out += ' ';
  }
  return out;
}

}  // namespace

FactLearner::FactLearner(std::span<const Schema* const> schemas, Keeper& keeper) : keeper_(keeper) {
  for (const Schema* schema : schemas) {
    Columns columns;
    for (const Field& field : schema->fields) {
      if (identifies(field.meaning) || field.meaning == Meaning::secret) columns.identities.push_back(&field);
      if (field.meaning == Meaning::station && columns.station == nullptr) columns.station = &field;
      if (field.meaning == Meaning::subject_mac) columns.subject_mac = &field;
      if (field.meaning == Meaning::subject_ip) columns.subject_ip = &field;
    }
    if (!columns.identities.empty() || (columns.subject_mac != nullptr && columns.subject_ip != nullptr))
      columns_.emplace(schema, std::move(columns));
  }
}

FactSubject FactLearner::subject_of(const Event& event, const Columns& columns, Subject subject) {
  const EndPoint& end = subject == Subject::sender ? event.origin.source : event.origin.destination;
  FactSubject about{event.origin.space, end.ip, end.mac, {}};
  const bool named = columns.subject_mac != nullptr || columns.subject_ip != nullptr;
  if (named) {
    about.ip = {};
    about.mac.reset();
    if (columns.subject_mac != nullptr) {
      const Value value = columns.subject_mac->get(event.message);
      if (const auto* mac = std::get_if<MacAddress>(&value); mac != nullptr && !mac->is_zero() && !mac->is_group())
        about.mac = *mac;
    }
    if (columns.subject_ip != nullptr) {
      const Value value = columns.subject_ip->get(event.message);
      if (const auto* ip = std::get_if<IpAddress>(&value); ip != nullptr && !ip->is_unspecified() && !ip->is_group())
        about.ip = *ip;
    }
  }
  // Beyond a router the frame's MAC is the router's, and one conversation may come by two of them: the address decides.
  if (!named && about.ip.present() && !about.ip.is_unspecified()) about.mac.reset();
  if (about.ip.is_unspecified()) about.ip = {};
  if (columns.station != nullptr) {
    const Value value = columns.station->get(event.message);
    const std::string text = to_text(value);
    if (!text.empty())
      about.station =
          std::holds_alternative<std::string_view>(value) ? text : std::string{columns.station->name} + ' ' + text;
  }
  return about;
}

void FactLearner::on(const Event& event) {
  const Columns& columns = columns_.at(&event.schema);
  for (const Field* field : columns.identities) {
    const Value value = field->get(event.message);
    if (std::holds_alternative<std::monostate>(value)) continue;
    std::string text{trimmed(to_text(value))};
    if (const auto* view = std::get_if<std::string_view>(&value)) text = plain_text(one_line(*view), value_size_max);
    if (text.empty()) continue;
    note(event, subject_of(event, columns, field->subject), *field, std::move(text));
  }
  if (columns.subject_mac == nullptr || columns.subject_ip == nullptr) return;
  const FactSubject both = subject_of(event, columns, Subject::sender);
  if (both.mac && both.ip.present()) note(event, both, *columns.subject_ip, to_text(both.ip));
}

void FactLearner::note(const Event& event, const FactSubject& subject, const Field& field, std::string value) {
  if (!subject.ip.present() && !subject.mac) return;
  Key key{subject, &field, std::move(value)};
  const auto known = facts_.find(key);
  if (known != facts_.end()) {
    ++known->second.count;
    known->second.last_ns = std::max(known->second.last_ns, event.origin.time_ns);
    return;
  }
  std::size_t& values = values_[{subject, &field}];
  if (facts_.size() >= facts_max || values >= values_max) {
    ++dropped_;
    return;
  }
  ++values;
  keeper_.keep(event);
  facts_.emplace(std::move(key), Noted{&event.schema, 1, cite(event.origin), event.origin.time_ns});
}

std::vector<Fact> FactLearner::facts() const {
  std::vector<Fact> all;
  all.reserve(facts_.size());
  for (const auto& [key, noted] : facts_) {
    const Meaning meaning = key.field->meaning == Meaning::subject_ip ? Meaning::ip_address : key.field->meaning;
    all.push_back({key.subject, meaning, key.value, std::string{noted.schema->name}, std::string{key.field->name},
                   noted.count, noted.first, noted.last_ns});
  }
  return all;
}

std::vector<Fact> merge(std::span<const FactLearner* const> learners) {
  std::map<std::tuple<FactSubject, std::string, std::string, std::string>, Fact> facts;
  for (const FactLearner* learner : learners) {
    for (const Fact& fact : learner->facts()) {
      const auto [known, is_new] = facts.emplace(std::tuple{fact.subject, fact.schema, fact.field, fact.value}, fact);
      if (is_new) continue;
      Fact& sum = known->second;
      sum.count += fact.count;
      sum.last_ns = std::max(sum.last_ns, fact.last_ns);
      if (std::tie(fact.first.time_ns, fact.first.capture, fact.first.frame) <
          std::tie(sum.first.time_ns, sum.first.capture, sum.first.frame))
        sum.first = fact.first;
    }
  }
  std::vector<Fact> all;
  all.reserve(facts.size());
  for (auto& [key, fact] : facts) all.push_back(std::move(fact));
  return all;
}

}  // namespace bulkhead

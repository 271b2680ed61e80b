#include "traffic/learner.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "event/json.h"

namespace bulkhead {

namespace {

constexpr std::size_t uses_max = 256;     // operations times stations of one conversation
constexpr std::size_t open_max = 16'384;  // flows that have said a message and not ended
constexpr std::size_t sightings_max = 16;
constexpr std::size_t pairs_max = 65'536;
constexpr std::uint64_t deltas_for_a_period = 5;
constexpr std::size_t millisecond_bits = 20;  // 2^20 ns; what comes faster is counted there

std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) noexcept {
  std::uint64_t value = seed;
  for (const char c : text) value = mix(value ^ static_cast<std::uint8_t>(c));
  return value;
}

std::uint64_t hash_party(const Party& party) noexcept {
  const std::uint64_t address = party.ip.present() ? hash(party.ip) : party.mac ? hash(*party.mac) : 0;
  return mix(address + party.space);
}

Party party_of(const EndPoint& end, std::uint16_t space) {
  return {space, end.ip, end.mac};
}

/// Adds what one part of a conversation did to what is known of the whole.
void add_use(std::vector<OperationUse>& uses, OperationUse&& said) {
  const auto found = std::find_if(uses.begin(), uses.end(), [&](const OperationUse& known) {
    return known.operation == said.operation && known.station == said.station;
  });
  if (found == uses.end()) {
    if (uses.size() < uses_max) uses.push_back(std::move(said));
    return;
  }
  if (said.first.time_ns < found->first.time_ns) found->first = said.first;
  found->asked += said.asked;
  found->answered += said.answered;
  found->refused += said.refused;
  found->last_ns = std::max(found->last_ns, said.last_ns);
}

std::string station_text(const Field& field, const Value& value) {
  const std::string text = to_text(value);
  if (text.empty() || std::holds_alternative<std::string_view>(value)) return text;
  return std::string{field.name} + ' ' + text;
}

}  // namespace

bool Party::same_address(const Party& other) const noexcept {
  if (space != other.space || ip != other.ip) return false;
  return ip.present() || mac == other.mac;
}

bool Party::is_group() const noexcept {
  if (ip.present()) return ip.is_group() || ip.is_unspecified() || (mac && mac->is_group());
  return !mac || mac->is_group();
}

std::string to_text(const Party& party) {
  if (party.ip.present()) return to_text(party.ip);
  return party.mac ? to_text(*party.mac) : std::string{};
}

const OperationUse* Conversation::use_of(Operation operation) const noexcept {
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const OperationUse& use) { return use.operation == operation; });
  return found == operations.end() ? nullptr : &*found;
}

bool Conversation::does(OperationClass operation_class) const noexcept {
  return std::any_of(operations.begin(), operations.end(), [&](const OperationUse& use) {
    return class_of(use.operation) == operation_class && use.asked > 0;
  });
}

const OperationUse* Conversation::telling_use() const noexcept {
  using enum OperationClass;
  constexpr std::array order{unknown, session, observe, change, disrupt, program};
  const auto weight = [&](const OperationUse& use) {
    const auto* const rank = std::find(order.begin(), order.end(), class_of(use.operation));
    return std::pair{use.asked > use.refused, rank - order.begin()};
  };
  const auto most =
      std::max_element(operations.begin(), operations.end(),
                       [&](const OperationUse& a, const OperationUse& b) { return weight(a) < weight(b); });
  return most == operations.end() ? nullptr : &*most;
}

Citation Conversation::witness() const noexcept {
  const OperationUse* use = telling_use();
  return use == nullptr ? first : use->first;
}

TrafficLearner::TrafficLearner(std::span<const Schema* const> schemas, Keeper& keeper) : keeper_(keeper) {
  for (const Schema* schema : schemas) {
    Columns columns;
    for (const Field& field : schema->fields) {
      if (field.meaning == Meaning::operation && field.code != nullptr) columns.operation = &field;
      if (field.meaning == Meaning::station && columns.station == nullptr) columns.station = &field;
      if (field.meaning == Meaning::refusal) columns.refusal = &field;
    }
    if (columns.operation != nullptr) columns_.emplace(schema, columns);
  }
}

bool TrafficLearner::wants(const Schema& schema) const {
  return columns_.contains(&schema) || &schema == &Flow::schema || &schema == &FlowView::schema ||
         &schema == &ParseFault::schema;
}

void TrafficLearner::on(const Event& event) {
  if (event.as<Flow>() != nullptr) return on_flow(event);
  if (event.as<FlowView>() != nullptr) return on_view(event);
  if (const auto* fault = event.as<ParseFault>()) {
    const auto known = faults_.find(fault->protocol);
    if (known != faults_.end()) ++known->second;
    else faults_.emplace(fault->protocol, 1);
    if (const auto open = open_.find(event.origin.flow); open != open_.end()) ++open->second.faults;
    return;
  }
  on_message(event, columns_.at(&event.schema));
}

void TrafficLearner::on_message(const Event& event, const Columns& columns) {
  // A carrier's own message, or a part of one, asks nothing: what it carries is a message of its own.
  if (std::holds_alternative<std::monostate>(columns.operation->get(event.message))) return;
  if (last_open_ == nullptr || last_flow_ != event.origin.flow) {
    auto found = open_.find(event.origin.flow);
    if (found == open_.end()) {
      if (open_.size() >= open_max) return;
      found = open_.try_emplace(event.origin.flow).first;
    }
    last_flow_ = event.origin.flow;
    last_open_ = &found->second;
  }
  Open& open = *last_open_;
  if (event.as<Unanswered>() != nullptr) {
    ++open.unanswered;
    return;
  }
  open.protocol = event.schema.protocol();
  const auto operation = static_cast<Operation>(columns.operation->code(event.message));
  std::uint64_t station_key = 0;
  Value station;
  if (columns.station != nullptr) {
    station = columns.station->get(event.message);
    if (const auto* number = std::get_if<std::uint64_t>(&station)) station_key = *number + 1;
    else if (const auto* text = std::get_if<std::string_view>(&station)) station_key = hash_text(*text, 1);
  }
  const auto same = [&](const Use& use) { return use.operation == operation && use.station == station_key; };
  auto use = std::find_if(open.uses.begin(), open.uses.end(), same);
  const bool asks = event.origin.direction == Direction::to_server;
  if (use == open.uses.end()) {
    if (open.uses.size() >= uses_max) return;
    use = open.uses.insert(use, Use{operation, station_key, {}, 0});
    use->said.operation = operation;
    if (station_key != 0) use->said.station = station_text(*columns.station, station);
    use->said.first = cite(event.origin);
    keeper_.keep(event);
  } else if (asks && use->said.asked == 0) {
    use->said.first = cite(event.origin);  // the request is the better witness
    keeper_.keep(event);
  }
  use->said.last_ns = std::max(use->said.last_ns, event.origin.time_ns);
  if (asks) ++use->said.asked;
  else ++use->said.answered;
  if (columns.refusal != nullptr) {
    const Value refusal = columns.refusal->get(event.message);
    if (!std::holds_alternative<std::monostate>(refusal)) ++use->said.refused;
  }
  if (event.origin.direction != Direction::to_client || use->said.asked == 0) {
    if (use->last_asked_ns != 0 && event.origin.time_ns > use->last_asked_ns) {
      const auto delta = static_cast<std::uint64_t>(event.origin.time_ns - use->last_asked_ns);
      const std::size_t width = std::max(static_cast<std::size_t>(std::bit_width(delta)), millisecond_bits);
      const std::size_t bucket = std::min(width - millisecond_bits, open.periods.size() - 1);
      ++open.periods.at(bucket);
      open.period_sums.at(bucket) += static_cast<std::int64_t>(delta);
    }
    use->last_asked_ns = event.origin.time_ns;
  }
}

void TrafficLearner::on_flow(const Event& event) {
  const Flow& flow = *event.as<Flow>();
  const Origin& origin = event.origin;
  last_said_.reset();
  Open open;
  if (const auto found = open_.find(origin.flow); found != open_.end()) {
    open = std::move(found->second);
    open_.erase(found);
    last_open_ = nullptr;
  }
  const std::string_view service = !open.protocol.empty() ? open.protocol : flow.service.value_or("");
  const Party client = party_of(origin.source, flow.space);
  const Party server = party_of(origin.destination, flow.space);
  const auto port = origin.destination.port ? origin.destination.port : flow.number;
  std::uint64_t key = mix(hash_party(client) * 3 + hash_party(server));
  key = hash_text(service, hash_text(flow.transport, key + port.value_or(0)));
  if (flow.client == ClientReason::unknown && origin.source.port)  // either port may be the service's
    key = mix(key + *origin.source.port);

  auto known = by_id_.find(key);
  if (known == by_id_.end()) {
    if (conversations_.size() >= conversations_max) {
      ++dropped_;
      return;
    }
    known = by_id_.emplace(key, conversations_.size()).first;
    Conversation& made = conversations_.emplace_back();
    made.id = key;
    made.client = client;
    made.server = server;
    made.client_reason = flow.client;
    made.transport = flow.transport;
    made.port = port;
    made.service = service;
    made.first = cite(origin);
    made.first_ns = origin.time_ns;
    made.last_ns = origin.time_ns;
  }
  last_said_ = known->second;
  Conversation& conversation = conversations_[*last_said_];
  if (flow.label) conversation.label = *flow.label;
  conversation.answered = conversation.answered || flow.answered;
  ++conversation.flows;
  conversation.frames_out += flow.frames_out;
  conversation.frames_in += flow.frames_in;
  conversation.bytes_out += flow.bytes_out;
  conversation.bytes_in += flow.bytes_in;
  conversation.lost_bytes += flow.lost_bytes;
  conversation.gaps += flow.gaps;
  conversation.retransmitted += flow.retransmitted;
  conversation.copies += flow.copies;
  conversation.faults += open.faults;
  conversation.unanswered += open.unanswered;
  conversation.opening_seen = conversation.opening_seen || flow.opening_seen;
  conversation.reset = conversation.reset || flow.reset;
  if (origin.time_ns < conversation.first_ns) {
    conversation.first_ns = origin.time_ns;
    conversation.first = cite(origin);
  }
  conversation.last_ns = std::max(conversation.last_ns, origin.time_ns + static_cast<std::int64_t>(flow.duration_ns));
  for (Use& use : open.uses) add_use(conversation.operations, std::move(use.said));
  const auto* const most = std::max_element(open.periods.begin(), open.periods.end());
  if (*most >= deltas_for_a_period) {
    const auto bucket = static_cast<std::size_t>(most - open.periods.begin());
    const std::int64_t period = open.period_sums.at(bucket) / static_cast<std::int64_t>(*most);
    conversation.period_ns = std::min(conversation.period_ns.value_or(period), period);
  }
  add_pair(origin.source, flow.space, origin, std::nullopt, flow.frames_out);
  if (!server.is_group()) add_pair(origin.destination, flow.space, origin, std::nullopt, flow.frames_in);
}

void TrafficLearner::on_view(const Event& event) {
  if (!last_said_) return;
  const FlowView& view = *event.as<FlowView>();
  Conversation& conversation = conversations_[*last_said_];
  auto known = std::find_if(conversation.sightings.begin(), conversation.sightings.end(),
                            [&](const Sighting& sighting) { return sighting.capture == event.origin.capture; });
  if (known == conversation.sightings.end()) {
    if (conversation.sightings.size() >= sightings_max) return;
    known = conversation.sightings.insert(known, {event.origin.capture, view.point, event.origin.frame, 0, 0, {}});
  }
  known->frames_out += view.frames_out;
  known->frames_in += view.frames_in;
  if (view.vlan_out) known->vlan = static_cast<std::uint16_t>(*view.vlan_out);
  const auto hops = [&](const EndPoint& end, std::uint64_t hop_limit) {
    const auto found = end.mac && end.ip.present() ? pairs_.find({event.origin.space, *end.mac, end.ip}) : pairs_.end();
    if (found != pairs_.end()) found->second.hop_limit = static_cast<std::uint8_t>(hop_limit);
  };
  if (view.hop_limit_out) hops(event.origin.source, *view.hop_limit_out);
  if (view.hop_limit_in) hops(event.origin.destination, *view.hop_limit_in);
}

void TrafficLearner::add_pair(const EndPoint& end, std::uint16_t space, const Origin& origin,
                              std::optional<std::uint64_t> hop_limit, std::uint64_t frames) {
  if (!end.mac || !end.ip.present() || end.mac->is_group() || end.ip.is_group() || end.ip.is_unspecified() ||
      frames == 0)
    return;
  auto known = pairs_.find({space, *end.mac, end.ip});
  if (known == pairs_.end()) {
    if (pairs_.size() >= pairs_max) return;
    AddressPair pair{space, *end.mac, end.ip, 0, end.vlan, {}, cite(origin)};
    if (hop_limit) pair.hop_limit = static_cast<std::uint8_t>(*hop_limit);
    known = pairs_.emplace(std::tuple{space, *end.mac, end.ip}, pair).first;
  }
  known->second.frames += frames;
}

std::vector<AddressPair> TrafficLearner::pairs() const {
  std::vector<AddressPair> all;
  all.reserve(pairs_.size());
  for (const auto& [key, pair] : pairs_) all.push_back(pair);
  return all;
}

std::vector<std::string> Traffic::names_of_space(std::uint16_t space) const {
  std::vector<std::string> names;
  for (const CaptureRecord& record : captures)
    if (record.space == space) names.push_back(record.space_name.empty() ? record.point_name : record.space_name);
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

void unite(std::vector<Conversation>& conversations) {
  std::unordered_map<std::uint64_t, std::size_t> by_id;
  std::vector<Conversation> united;
  united.reserve(conversations.size());
  for (Conversation& part : conversations) {
    const auto [known, is_new] = by_id.try_emplace(part.id, united.size());
    if (is_new) {
      united.push_back(std::move(part));
      continue;
    }
    Conversation& sum = united[known->second];
    if (part.first_ns < sum.first_ns) {
      sum.first_ns = part.first_ns;
      sum.first = part.first;
    }
    sum.last_ns = std::max(sum.last_ns, part.last_ns);
    sum.operations_known = sum.operations_known || part.operations_known;
    sum.answered = sum.answered || part.answered;
    sum.opening_seen = sum.opening_seen || part.opening_seen;
    sum.reset = sum.reset || part.reset;
    sum.flows += part.flows;
    sum.frames_out += part.frames_out;
    sum.frames_in += part.frames_in;
    sum.bytes_out += part.bytes_out;
    sum.bytes_in += part.bytes_in;
    sum.lost_bytes += part.lost_bytes;
    sum.gaps += part.gaps;
    sum.faults += part.faults;
    sum.unanswered += part.unanswered;
    sum.retransmitted += part.retransmitted;
    sum.copies += part.copies;
    if (sum.label.empty()) sum.label = part.label;
    if (part.period_ns) sum.period_ns = std::min(sum.period_ns.value_or(*part.period_ns), *part.period_ns);
    for (OperationUse& use : part.operations) add_use(sum.operations, std::move(use));
    sum.sightings.insert(sum.sightings.end(), part.sightings.begin(), part.sightings.end());
  }
  conversations = std::move(united);
}

std::vector<Conversation> TrafficLearner::take_conversations() noexcept {
  by_id_.clear();
  last_said_.reset();
  return std::exchange(conversations_, {});
}

Traffic merge(std::span<TrafficLearner* const> learners) {
  Traffic traffic;
  std::map<std::string, std::uint64_t> faults;
  std::size_t in_all = 0;
  for (const TrafficLearner* learner : learners) in_all += learner->conversations().size();
  traffic.conversations.reserve(in_all);
  for (TrafficLearner* learner : learners) {
    std::ranges::move(learner->take_conversations(), std::back_inserter(traffic.conversations));
    const std::vector<AddressPair> pairs = learner->pairs();
    traffic.pairs.insert(traffic.pairs.end(), pairs.begin(), pairs.end());
    for (const auto& [protocol, count] : learner->faults()) faults[protocol] += count;
    traffic.conversations_dropped += learner->dropped();
  }
  traffic.faults.assign(faults.begin(), faults.end());
  const auto order = [](const Conversation& a, const Conversation& b) {
    return std::tie(a.first_ns, a.first.capture, a.first.frame, a.id) <
           std::tie(b.first_ns, b.first.capture, b.first.frame, b.id);
  };
  std::sort(traffic.conversations.begin(), traffic.conversations.end(), order);
  std::map<std::tuple<std::uint16_t, MacAddress, IpAddress>, AddressPair> pairs;
  for (const AddressPair& pair : traffic.pairs) {
    const auto [known, is_new] = pairs.emplace(std::tuple{pair.space, pair.mac, pair.ip}, pair);
    if (is_new) continue;
    known->second.frames += pair.frames;
    if (pair.first.time_ns < known->second.first.time_ns) known->second.first = pair.first;
  }
  traffic.pairs.clear();
  for (auto& [key, pair] : pairs) traffic.pairs.push_back(pair);
  return traffic;
}

}  // namespace bulkhead

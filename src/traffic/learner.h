#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "event/event.h"
#include "event/flow.h"
#include "traffic/traffic.h"

namespace bulkhead {

/// Listens to one shard and sums up who talks to whom, in which service, with which operations. Bounded: a conversation
/// more than `conversations_max` is counted and dropped.
class TrafficLearner final : public Consumer {
 public:
  static constexpr std::size_t conversations_max = 4096;  ///< Per shard: a quarter of a million in all.

  /// `schemas` are all that may come; `keeper` keeps what is cited.
  TrafficLearner(std::span<const Schema* const> schemas, Keeper& keeper);

  [[nodiscard]] bool wants(const Schema& schema) const override;
  void on(const Event& event) override;

  /// What was learnt so far, of conversations that have ended.
  [[nodiscard]] const std::vector<Conversation>& conversations() const noexcept { return conversations_; }
  /// The same, handed over: the learner has none afterwards.
  [[nodiscard]] std::vector<Conversation> take_conversations() noexcept;
  [[nodiscard]] std::vector<AddressPair> pairs() const;
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& faults() const noexcept { return faults_; }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  /// Rows of a schema that this learner reads, found once.
  struct Columns {
    const Field* operation = nullptr;
    const Field* station = nullptr;
    const Field* refusal = nullptr;
    bool counts = false;  ///< A message, not one of its items.
  };
  struct Use {
    Operation operation = Operation::unknown;
    std::uint64_t station = 0;  ///< Hash of its text; 0 for none.
    OperationUse said;
    std::int64_t last_asked_ns = 0;
  };
  /// What one flow does, until the flow itself is said.
  struct Open {
    std::string_view protocol;
    std::vector<Use> uses;
    std::uint64_t faults = 0, unanswered = 0;
    /// Times between requests of one kind, by power of two from about a millisecond on.
    std::array<std::uint32_t, 24> periods{};
    std::array<std::int64_t, 24> period_sums{};  ///< Nanoseconds.
  };

  void on_message(const Event& event, const Columns& columns);
  void on_flow(const Event& event);
  void on_view(const Event& event);
  void add_pair(const EndPoint& end, std::uint16_t space, const Origin& origin, std::optional<std::uint64_t> hop_limit,
                std::uint64_t frames);

  Keeper& keeper_;
  std::unordered_map<const Schema*, Columns> columns_;
  std::unordered_map<std::uint64_t, Open> open_;  // by flow
  std::uint64_t last_flow_ = 0;                   // of the message heard last: the next one is often of the same
  Open* last_open_ = nullptr;
  std::optional<std::size_t> last_said_;  // conversation of the flow said last: its views follow
  std::unordered_map<std::uint64_t, std::size_t> by_id_;
  std::vector<Conversation> conversations_;
  std::map<std::tuple<std::uint16_t, MacAddress, IpAddress>, AddressPair> pairs_;
  std::map<std::string, std::uint64_t, std::less<>> faults_;
  std::uint64_t dropped_ = 0;
};

/// One account of what several shards learnt: the same conversation is one, whatever the order. What they learnt is
/// taken from them.
Traffic merge(std::span<TrafficLearner* const> learners);

}  // namespace bulkhead

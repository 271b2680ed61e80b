#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "event/event.h"
#include "inventory/inventory.h"

namespace bulkhead {

/// Listens to one shard and notes what devices say of themselves, or others of them, in any protocol that marks its
/// fields.
class FactLearner final : public Consumer {
 public:
  static constexpr std::size_t facts_max = 8192;  ///< Per shard.
  static constexpr std::size_t values_max = 64;   ///< Different values of one field of one subject.

  FactLearner(std::span<const Schema* const> schemas, Keeper& keeper);

  [[nodiscard]] bool wants(const Schema& schema) const override { return columns_.contains(&schema); }
  void on(const Event& event) override;

  [[nodiscard]] std::vector<Fact> facts() const;
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  struct Columns {
    std::vector<const Field*> identities;
    const Field* station = nullptr;
    const Field* subject_mac = nullptr;
    const Field* subject_ip = nullptr;
  };
  struct Key {
    FactSubject subject;
    const Field* field;
    std::string value;
    auto operator<=>(const Key&) const = default;
  };

  /// What is known of a fact beside its key: there may be hundreds of thousands.
  struct Noted {
    const Schema* schema = nullptr;
    std::uint64_t count = 0;
    Citation first;
    std::int64_t last_ns = 0;
  };

  static FactSubject subject_of(const Event& event, const Columns& columns, Subject subject);
  void note(const Event& event, const FactSubject& subject, const Field& field, std::string value);

  Keeper& keeper_;
  std::unordered_map<const Schema*, Columns> columns_;
  std::map<Key, Noted> facts_;
  std::map<std::pair<FactSubject, const Field*>, std::size_t> values_;
  std::uint64_t dropped_ = 0;
};

/// One list of what several shards learnt, in a fixed order.
std::vector<Fact> merge(std::span<const FactLearner* const> learners);

}  // namespace bulkhead

#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <utility>
#include <vector>

namespace bulkhead {

/// Values by the hash of their key: open addressing over small slots, so that a look-up touches one line of memory
/// before the value itself, and what will be looked up soon can be fetched early. Values never move. They stand in the
/// order of their use, roughly: a value moves behind all others when it is used and has not moved for `moves_apart`
/// uses of the table, because a move touches its neighbours.
template <class Value>
class FlowTable {
 public:
  static constexpr std::uint64_t moves_apart = 256;

  /// The value of that hash for which `same(value)` holds; null where there is none. Being found is a use.
  template <class Same>
  Value* find(std::uint64_t hash, Same same) {
    ++uses_;
    for (std::size_t at = hash & mask(); slots_[at].node != nullptr; at = (at + 1) & mask()) {
      Node& node = *slots_[at].node;
      if (slots_[at].hash != hash || !same(std::as_const(node.value))) continue;
      if (uses_ - node.moved_at > moves_apart) {
        order_.splice(order_.end(), order_, node.self);
        node.moved_at = uses_;
      }
      return &node.value;
    }
    return nullptr;
  }

  /// Adds a value, which must not be there, as the one used last.
  Value& add(std::uint64_t hash) {
    if (2 * (order_.size() + 1) > slots_.size()) grow();
    Node& node = order_.emplace_back();
    node.self = std::prev(order_.end());
    node.hash = hash;
    node.moved_at = uses_;
    place({hash, &node});
    return node.value;
  }

  /// `value` must be one of this table's.
  void remove(std::uint64_t hash, const Value& value) {
    std::size_t at = hash & mask();
    while (&slots_[at].node->value != &value) at = (at + 1) & mask();
    order_.erase(slots_[at].node->self);
    // Closes the hole: whoever was pushed past it moves back.
    for (std::size_t next = (at + 1) & mask(); slots_[next].node != nullptr; next = (next + 1) & mask()) {
      const std::size_t home = slots_[next].hash & mask();
      if (((next - home) & mask()) < ((next - at) & mask())) continue;
      slots_[at] = slots_[next];
      at = next;
    }
    slots_[at] = {};
  }

  /// Calls `with(value)` on the one longest unused, then removes it. The table must not be empty.
  template <class With>
  void remove_oldest(With with) {
    Node& node = order_.front();
    with(node.value);
    remove(node.hash, node.value);
  }

  /// The one longest unused; null where there is none.
  [[nodiscard]] const Value* oldest() const noexcept { return order_.empty() ? nullptr : &order_.front().value; }

  template <class With>
  void remove_all(With with) {
    for (Node& node : order_) with(node.value);
    order_.clear();
    slots_.assign(slots_first, {});
  }

  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

  /// Asks for the slot of a hash that will be looked up soon.
  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&slots_[hash & mask()]); }
  /// What probably is the value of a hash, by its slot alone; null where another stands there. It is not touched.
  [[nodiscard]] Value* peek(std::uint64_t hash) const noexcept {
    const Slot& slot = slots_[hash & mask()];
    return slot.hash == hash && slot.node != nullptr ? &slot.node->value : nullptr;
  }

 private:
  static constexpr std::size_t slots_first = 64;

  struct Node {
    Value value;
    typename std::list<Node>::iterator self;
    std::uint64_t hash = 0;
    std::uint64_t moved_at = 0;
  };
  struct Slot {
    std::uint64_t hash = 0;
    Node* node = nullptr;
  };

  [[nodiscard]] std::size_t mask() const noexcept { return slots_.size() - 1; }
  void place(const Slot& slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].node != nullptr) at = (at + 1) & mask();
    slots_[at] = slot;
  }
  void grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    for (const Slot& slot : before)
      if (slot.node != nullptr) place(slot);
  }

  std::list<Node> order_;
  std::vector<Slot> slots_ = std::vector<Slot>(slots_first);  // a power of two, at most half full
  std::uint64_t uses_ = 0;
};

}  // namespace bulkhead

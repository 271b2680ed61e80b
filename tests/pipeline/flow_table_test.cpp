#include "pipeline/flow_table.h"

#include <deque>
#include <random>
#include <unordered_map>

#include <gtest/gtest.h>

namespace bulkhead::test {

namespace {

struct Entry {
  int key = 0;
  int value = 0;
};

const auto is = [](int key) { return [key](const Entry& entry) { return entry.key == key; }; };

}  // namespace

TEST(FlowTable, HoldsWhatAMapHoldsWhateverIsAddedAndRemoved) {
  std::mt19937 random{7};
  FlowTable<Entry> table;
  std::unordered_map<int, int> map;
  const auto hash_of = [](int key) { return static_cast<std::uint64_t>(key % 97); };  // many that collide
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 500);
    Entry* const found = table.find(hash_of(key), is(key));
    ASSERT_EQ(found != nullptr, map.contains(key));
    if (found == nullptr) {
      table.add(hash_of(key)) = {key, step};
      map.emplace(key, step);
    } else {
      ASSERT_EQ(found->value, map.at(key));
      if (random() % 2 == 0) {
        table.remove(hash_of(key), *found);
        map.erase(key);
      }
    }
    ASSERT_EQ(table.size(), map.size());
  }
  std::size_t seen = 0;
  table.remove_all([&](const Entry& entry) { seen += map.erase(entry.key); });
  EXPECT_TRUE(map.empty());
  EXPECT_GT(seen, 0U);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.find(hash_of(1), is(1)), nullptr);
}

TEST(FlowTable, RemovesTheOneLongestUnused) {
  FlowTable<Entry> table;
  for (int key = 0; key < 4; ++key) table.add(static_cast<std::uint64_t>(key)) = {key, 0};
  // A use that comes soon after another need not count; one after many does.
  for (std::uint64_t use = 0; use <= FlowTable<Entry>::moves_apart; ++use) ASSERT_NE(table.find(2, is(2)), nullptr);
  ASSERT_NE(table.find(0, is(0)), nullptr);
  std::deque<int> gone;
  while (table.size() > 0) table.remove_oldest([&](const Entry& entry) { gone.push_back(entry.key); });
  EXPECT_EQ(gone, (std::deque<int>{1, 3, 2, 0}));
}

TEST(FlowTable, ShowsAValueAheadOfItsUse) {
  FlowTable<Entry> table;
  EXPECT_EQ(table.peek(5), nullptr);
  Entry& added = table.add(5);
  EXPECT_EQ(table.peek(5), &added);
  table.prefetch(5);
  table.remove(5, added);
  EXPECT_EQ(table.peek(5), nullptr);
}

}  // namespace bulkhead::test

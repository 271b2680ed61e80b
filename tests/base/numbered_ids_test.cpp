#include "base/numbered_ids.h"

#include <vector>

#include <gtest/gtest.h>

namespace bulkhead::test {

namespace {

using Keys = std::vector<std::string>;

}  // namespace

TEST(NumberedIds, AKeyKeepsItsIdFromRunToRun) {
  NumberedIds ids{"A-", 4, {}};
  EXPECT_EQ(IdGiver{ids}.give(Keys{"one"}), "A-0001");
  IdGiver second{ids};
  EXPECT_EQ(second.give(Keys{"two"}), "A-0002");
  EXPECT_EQ(second.give(Keys{"one"}), "A-0001");
}

TEST(NumberedIds, AnyKeyThatIsKnownTells) {
  NumberedIds ids{"A-", 4, {}};
  IdGiver{ids}.give(Keys{"by name", "by address"});
  EXPECT_EQ(IdGiver{ids}.give(Keys{"by another name", "by address"}), "A-0001");
  EXPECT_EQ(IdGiver{ids}.give(Keys{"by another name"}), "A-0001") << "what was said with it is remembered";
}

TEST(NumberedIds, NoIdIsGivenTwiceInARun) {
  NumberedIds ids{"A-", 4, {}};
  IdGiver{ids}.give(Keys{"left", "right"});
  IdGiver run{ids};
  EXPECT_EQ(run.give(Keys{"left"}), "A-0001");
  EXPECT_EQ(run.give(Keys{"right"}), "A-0002") << "one thing became two";
  IdGiver later{ids};
  EXPECT_EQ(later.give(Keys{"new"}), "A-0003") << "the second keeps its number";
  EXPECT_EQ(later.give(Keys{"right"}), "A-0002");
  EXPECT_EQ(later.give(Keys{"left"}), "A-0001");
}

TEST(NumberedIds, NumbersOfOthersAreNotUsedAgain) {
  NumberedIds ids{"R-", 2, {{"kept", "R-07"}, {"kept too", "R-07"}, {"written by hand", "the pump"}}};
  IdGiver run{ids};
  EXPECT_EQ(run.give(Keys{"new"}), "R-08");
  EXPECT_EQ(run.known(Keys{"never seen"}), std::nullopt);
}

}  // namespace bulkhead::test

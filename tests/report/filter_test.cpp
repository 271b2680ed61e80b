#include "report/filter.h"

#include <gtest/gtest.h>

#include "report/tables.h"
#include "support/assessment_fixture.h"

namespace bulkhead {
namespace {

class FilterLine : public testing::Test {
 protected:
  std::size_t count(const std::string& line) {
    const auto rows = filtered(line, table_);
    if (!rows) {
      ADD_FAILURE() << line << ": " << rows.error().message;
      return 0;
    }
    return rows->size();
  }
  std::vector<std::string> ids(const std::string& line) {
    std::vector<std::string> found;
    const auto rows = filtered(line, table_);
    if (!rows) return {rows.error().message};
    for (const std::size_t row : *rows) found.push_back(table_.rows[row][0].text);
    return found;
  }
  Error error(const std::string& line) {
    const auto rows = filtered(line, table_);
    return rows ? Error{} : rows.error();
  }

  Table table_{
      "assets",
      "Assets",
      {{"id", "Id"},
       {"role", "Role"},
       {"zone", "Zone"},
       {"level", "Level", Column::Kind::level},
       {"ip", "IP address", Column::Kind::address},
       {"firmware", "Firmware"},
       {"severity", "Severity", Column::Kind::severity},
       {"services", "Services"},
       {"last_seen", "Last seen", Column::Kind::time}},
      {{Cell::of("A-1"), Cell::of("PLC"), Cell::of("CHE Dosing"), Cell::of("1", 1), Cell::of("10.20.31.11, fe80::1"),
        Cell::of("4.2.1"), Cell::of("critical", 4), Cell::of("tcp/502 modbus"), Cell::time(1'762'000'000'000'000'000)},
       {Cell::of("A-2"), Cell::of("Engineering workstation"), Cell::of("SUP"), Cell::of("2", 2), Cell::of("10.20.20.5"),
        Cell::unknown(), Cell::none(), Cell::of("tcp/1502"), Cell::time(1'763'000'000'000'000'000)},
       {Cell::of("A-3"), Cell::of("RTU"), Cell::unknown(), Cell::unknown(), Cell::none(), Cell::of("EWS 1.0"),
        Cell::of("low", 1), Cell::none(), Cell::time(1'764'000'000'000'000'000)}}};
};

using Ids = std::vector<std::string>;

TEST_F(FilterLine, EmptyTakesAll) {
  EXPECT_EQ(count("  "), 3U);
}

TEST_F(FilterLine, AFieldTakesTheStartOfAWordInAnyCase) {
  EXPECT_EQ(ids("zone:che"), Ids{"A-1"});
  EXPECT_EQ(ids("zone:dos"), Ids{"A-1"});
  EXPECT_EQ(count("zone:osing"), 0U);
  EXPECT_EQ(ids("services:502"), Ids{"A-1"}) << "1502 is another port";
}

TEST_F(FilterLine, CommaMeansAnyOf) {
  EXPECT_EQ(ids("role:plc,rtu"), (Ids{"A-1", "A-3"}));
}

TEST_F(FilterLine, TermsAreJoinedByAnd) {
  EXPECT_EQ(ids("role:plc,rtu severity>=high"), Ids{"A-1"});
}

TEST_F(FilterLine, MinusNegates) {
  EXPECT_EQ(ids("-role:plc"), (Ids{"A-2", "A-3"}));
}

TEST_F(FilterLine, WordsAndQuotedWordsAreLookedForEverywhere) {
  EXPECT_EQ(ids("\"EWS 1\""), Ids{"A-3"});
  EXPECT_EQ(ids("workstation"), Ids{"A-2"});
  EXPECT_EQ(ids("-workstation"), (Ids{"A-1", "A-3"}));
}

TEST_F(FilterLine, SeveritiesLevelsAndDatesAreCompared) {
  EXPECT_EQ(ids("sev>=high"), Ids{"A-1"});
  EXPECT_EQ(ids("severity<medium"), Ids{"A-3"}) << "what has no severity is not below one";
  EXPECT_EQ(ids("level>=2"), Ids{"A-2"});
  EXPECT_EQ(ids("seen<2025-11-05"), Ids{"A-1"});
  EXPECT_EQ(ids("seen>=\"2025-11-20 06:00\""), Ids{"A-3"});
}

TEST_F(FilterLine, UnknownAndNotApplicableAreValues) {
  EXPECT_EQ(ids("firmware:?"), Ids{"A-2"});
  EXPECT_EQ(ids("ip:none"), Ids{"A-3"});
  EXPECT_EQ(ids("-firmware:?"), (Ids{"A-1", "A-3"}));
}

TEST_F(FilterLine, AddressFieldsTakeRangesAndAddressesNeedNoField) {
  EXPECT_EQ(ids("ip:10.20.0.0/16"), (Ids{"A-1", "A-2"}));
  EXPECT_EQ(ids("ip:10.20.31.0/24"), Ids{"A-1"});
  EXPECT_EQ(ids("fe80::1"), Ids{"A-1"});
}

TEST_F(FilterLine, EqualsTakesTheWholeValue) {
  EXPECT_EQ(ids("zone=sup"), Ids{"A-2"});
  EXPECT_EQ(count("zone=che"), 0U);
}

TEST_F(FilterLine, AnUnknownFieldIsSaidInWordsWithTheNearestKnown) {
  EXPECT_EQ(error("lvl:2").message, "\"lvl\" is not a field here");
  EXPECT_EQ(error("lvl:2").hint, "Did you mean \"level\"?");
  EXPECT_EQ(error("firmwear:4").hint, "Did you mean \"firmware\"?");
}

TEST_F(FilterLine, WhatCannotBeComparedIsRefusedInWords) {
  EXPECT_FALSE(error("zone>3").message.empty());
  EXPECT_FALSE(error("severity>=urgent").message.empty());
  EXPECT_FALSE(error("seen<yesterday").message.empty());
  EXPECT_FALSE(error("level>=two").message.empty());
  EXPECT_FALSE(error("zone:").message.empty());
  EXPECT_FALSE(error("\"open").message.empty());
}

TEST_F(FilterLine, LongAndManyAreRefused) {
  EXPECT_FALSE(error(std::string(2000, 'a')).message.empty());
  std::string many;
  for (int i = 0; i < 50; ++i) many += "a ";
  EXPECT_FALSE(error(many).message.empty());
}

TEST(Tables, EveryRowHasACellForEveryColumn) {
  const Assessment assessment = test::make_assessment();
  const View view{assessment};
  for (const std::string_view name : table_names) {
    const auto table = table_named(name, view);
    ASSERT_TRUE(table) << name;
    EXPECT_EQ(table->name, name);
    EXPECT_FALSE(table->rows.empty()) << name;
    for (const auto& row : table->rows) ASSERT_EQ(row.size(), table->columns.size()) << name;
  }
  EXPECT_FALSE(table_named("passwords", view));
}

}  // namespace
}  // namespace bulkhead

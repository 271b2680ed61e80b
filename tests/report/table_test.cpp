#include "report/table.h"

#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "base/text.h"
#include "report/json.h"
#include "report/tables.h"
#include "report/xlsx.h"
#include "support/assessment_fixture.h"

namespace bulkhead {
namespace {

std::vector<std::size_t> all_rows(const Table& table) {
  std::vector<std::size_t> rows(table.rows.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

TEST(TerminalTable, KeepsToItsWidthAndHoldsNoControlCharacter) {
  const Assessment assessment = test::make_assessment();
  const View view{assessment};
  for (const std::string_view name : table_names) {
    const auto made = table_named(name, view);
    ASSERT_TRUE(made);
    const std::string text = table(*made, all_rows(*made), 120);
    std::size_t start = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
      EXPECT_LE(columns_of(text.substr(start, end - start)), 120U) << name;
      start = end + 1;
    }
    for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << name;
  }
}

TEST(TerminalTable, ShowsUnknownAndNotApplicable) {
  const Table made{"t", "T", {{"a", "A"}, {"b", "B"}}, {{Cell::unknown(), Cell::none()}}};
  EXPECT_EQ(table(made, {0}, 80), "A  B\n─  ─\n?  –\n");
}

TEST(CsvTable, QuotesAndDefusesFormulas) {
  const Table made{
      "t",
      "T",
      {{"a", "A"}, {"seen", "Seen", Column::Kind::time}},
      {{Cell::of(test::formula_name), Cell::time(1'000'000'000)}, {Cell::of("two, \"words\""), Cell::unknown()}}};
  EXPECT_EQ(csv(made, {0, 1}),
            "a,seen\r\n\"'=HYPERLINK(\"\"http://attacker.example\"\",\"\"open\"\")\",1970-01-01T00:00:01Z\r\n"
            "\"two, \"\"words\"\"\",?\r\n");
}

TEST(JsonTable, NumbersAreNumbersUnknownIsNullAndWhatDoesNotApplyIsLeftOut) {
  const Table made{"t",
                   "T",
                   {{"a", "A"}, {"n", "N", Column::Kind::number}, {"u", "U"}, {"x", "X"}},
                   {{Cell::of("\"<b>\x1b"), Cell::count(12), Cell::unknown(), Cell::none()}}};
  EXPECT_EQ(json_rows(made, {0}), "[\n{\"a\":\"\\\"<b>\\u001b\",\"n\":12,\"u\":null}]");
}

TEST(JsonTable, APageSaysHowManyMatchAndBeginsWhereAsked) {
  const Assessment assessment = test::make_assessment();
  const Table assets = asset_table(View{assessment});
  const std::string page = json_page(assets, "role:\"x", all_rows(assets), {58, 10});
  EXPECT_TRUE(page.starts_with(
      "{\"table\":\"assets\",\"query\":\"role:\\\"x\",\"total\":60,\"matching\":60,\"offset\":58,\"rows\":["));
  EXPECT_EQ(std::count(page.begin(), page.end(), '\n'), 3);
}

TEST(JsonReport, IsCompleteAndHoldsNoRawControlCharacter) {
  const std::string json = json_report(test::make_assessment());
  for (const std::string_view name : table_names)
    EXPECT_NE(json.find('"' + std::string{name} + "\":["), std::string::npos) << name;
  EXPECT_NE(json.find("\"masked\":[{\"offset\":17,\"size\":4}]"), std::string::npos);
  for (const char c : json) ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(Workbook, IsWrittenAndIsAZipFile) {
  const auto path = std::filesystem::path{testing::TempDir()} / "assessment.xlsx";
  const auto written = write_xlsx(test::make_assessment(), path);
  ASSERT_TRUE(written) << written.error().message;
  std::ifstream file{path, std::ios::binary};
  std::string head(2, ' ');
  file.read(head.data(), 2);
  EXPECT_EQ(head, "PK");
  EXPECT_GT(std::filesystem::file_size(path), 10'000U);
}

TEST(Workbook, APathThatCannotBeWrittenIsAnError) {
  EXPECT_FALSE(write_xlsx(test::make_assessment({12, 20}), "/nonexistent/folder/a.xlsx"));
}

}  // namespace
}  // namespace bulkhead

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drawing/drawing.h"

namespace bulkhead {
namespace {

Zone zone(const std::string& id, const std::string& kind, std::optional<unsigned> low, std::optional<unsigned> high) {
  Zone made;
  made.id = id;
  made.name = "Zone " + id;
  made.kind = kind;
  if (low) made.level_low = Level{static_cast<std::uint8_t>(*low)};
  if (high) made.level_high = Level{static_cast<std::uint8_t>(*high)};
  return made;
}

/// A plant as one is drawn on a wall: outside, office, boundary, operations, supervision, four cells and a safety
/// system.
Site plant() {
  Site site;
  site.zones = {zone("internet", "external", {}, {}), zone("office", "business", 8, 8), zone("dmz", "dmz", 7, 7),
                zone("operations", "operations", 6, 6), zone("supervision", "control", 4, 4)};
  for (int i = 1; i <= 4; ++i) site.zones.push_back(zone(fmt::format("cell-{}", i), "control", 0, 2));
  site.zones.push_back(zone("safety", "safety", 0, 4));
  site.zones.push_back(zone("mixed", "control", 2, 2));
  return site;
}

Inventory stock(const Site& site, bool with_stray = true) {
  Inventory inventory;
  for (const Zone& known : site.zones)
    for (int i = 0; i < 3; ++i) {
      Asset asset;
      asset.id = fmt::format("A-{:04}", inventory.assets.size() + 1);
      asset.zone = known.id;
      asset.role.value = i == 0 ? Role::hmi : Role::plc;
      inventory.assets.push_back(asset);
    }
  if (with_stray) inventory.assets.emplace_back().id = "A-9999";
  return inventory;
}

std::vector<Crossing> all_pairs(const Site& site, std::size_t step) {
  std::vector<Crossing> crossings;
  for (std::size_t i = 0; i < site.zones.size(); ++i)
    for (std::size_t j = 0; j < site.zones.size(); ++j) {
      if (i == j || (i * 7 + j * 3) % step != 0) continue;
      Crossing crossing;
      crossing.from = site.zones[i].id;
      crossing.to = site.zones[j].id;
      crossing.conversations = {i, j};
      crossing.conduit = fmt::format("C-{:02}", crossings.size() + 1);
      crossings.push_back(crossing);
    }
  return crossings;
}

const Drawing::Box* box_of(const Drawing& drawing, const std::string& id) {
  const auto found =
      std::find_if(drawing.boxes.begin(), drawing.boxes.end(), [&](const auto& box) { return box.zone == id; });
  return found == drawing.boxes.end() ? nullptr : &*found;
}

/// Title of the lane in which a box begins.
std::string lane_of(const Drawing& drawing, const Drawing::Box& box) {
  for (const Drawing::Lane& lane : drawing.lanes)
    if (box.y >= lane.y && box.y < lane.y + lane.height) return lane.title;
  return "none";
}

void expect_no_two_boxes_overlap(const Drawing& drawing) {
  for (std::size_t i = 0; i < drawing.boxes.size(); ++i)
    for (std::size_t j = i + 1; j < drawing.boxes.size(); ++j) {
      const auto& a = drawing.boxes[i];
      const auto& b = drawing.boxes[j];
      const bool apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      EXPECT_TRUE(apart) << a.title << " and " << b.title;
    }
}

void expect_lines_keep_off_boxes(const Drawing& drawing) {
  for (const Drawing::Line& line : drawing.lines)
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      const auto [x1, y1] = line.points[i - 1];
      const auto [x2, y2] = line.points[i];
      EXPECT_TRUE(std::abs(x1 - x2) < 1e-9 || std::abs(y1 - y2) < 1e-9) << line.conduit << " is not orthogonal";
      for (const Drawing::Box& box : drawing.boxes) {
        const bool crosses = std::max(x1, x2) > box.x + 0.5 && std::min(x1, x2) < box.x + box.width - 0.5 &&
                             std::max(y1, y2) > box.y + 0.5 && std::min(y1, y2) < box.y + box.height - 0.5;
        EXPECT_FALSE(crosses) << line.from << " to " << line.to << " crosses " << box.title;
      }
    }
}

void expect_all_within(const Drawing& drawing) {
  for (const Drawing::Box& box : drawing.boxes) {
    EXPECT_GE(box.x, 0);
    EXPECT_LE(box.x + box.width, drawing.width);
    EXPECT_LE(box.y + box.height, drawing.height);
  }
  for (const Drawing::Line& line : drawing.lines)
    for (const auto& [x, y] : line.points) {
      EXPECT_TRUE(x >= 0 && x <= drawing.width && y >= 0 && y <= drawing.height) << line.from << " to " << line.to;
    }
}

TEST(Drawing, LanesStandInPurdueOrderWithTheOutsideOnTopAndUnknownLast) {
  const Site site = plant();
  const Drawing drawing = draw(site, stock(site), {}, {});
  std::vector<std::string> titles;
  for (const auto& lane : drawing.lanes) titles.push_back(lane.title);
  EXPECT_EQ(titles, (std::vector<std::string>{"External", "Level 4 and 5", "Level 3.5", "Level 3", "Level 2", "Level 1",
                                              "Level 0", "Level unknown"}));
  for (std::size_t i = 1; i < drawing.lanes.size(); ++i)
    EXPECT_GE(drawing.lanes[i].y, drawing.lanes[i - 1].y + drawing.lanes[i - 1].height);
}

TEST(Drawing, ZonesOfSeveralLevelsSpanTheirLanes) {
  const Site site = plant();
  const Drawing drawing = draw(site, stock(site), {}, {});
  const Drawing::Box* safety = box_of(drawing, "safety");
  ASSERT_NE(safety, nullptr);
  EXPECT_EQ(lane_of(drawing, *safety), "Level 2");
  EXPECT_GT(safety->y + safety->height, drawing.lanes[6].y);
  EXPECT_LE(safety->y + safety->height, drawing.lanes[6].y + drawing.lanes[6].height);
}

TEST(Drawing, NoBoxOverlapsAnotherAndNoLineCrossesABox) {
  const Site site = plant();
  for (const std::size_t step : {1U, 2U, 5U}) {
    const Drawing drawing = draw(site, stock(site), all_pairs(site, step), {});
    expect_no_two_boxes_overlap(drawing);
    expect_lines_keep_off_boxes(drawing);
    expect_all_within(drawing);
  }
}

TEST(Drawing, SameModelGivesTheSamePicture) {
  const Site site = plant();
  const auto crossings = all_pairs(site, 3);
  const Drawing a = draw(site, stock(site), crossings, {});
  const Drawing b = draw(site, stock(site), crossings, {});
  ASSERT_EQ(a.lines.size(), b.lines.size());
  for (std::size_t i = 0; i < a.lines.size(); ++i) EXPECT_EQ(a.lines[i].points, b.lines[i].points);
}

TEST(Drawing, OneMoreZoneMovesNoOtherOutOfItsLane) {
  Site site = plant();
  const Drawing before = draw(site, stock(site), all_pairs(site, 3), {});
  site.zones.push_back(zone("new", "control", 2, 2));
  const Drawing after = draw(site, stock(site), all_pairs(site, 3), {});
  for (const Drawing::Box& box : before.boxes) {
    const Drawing::Box* same = box_of(after, box.zone);
    ASSERT_NE(same, nullptr) << box.title;
    EXPECT_EQ(lane_of(before, box), lane_of(after, *same)) << box.title;
  }
}

TEST(Drawing, AssetsInNoZoneHaveABoxOfTheirOwn) {
  const Site site = plant();
  const Drawing with = draw(site, stock(site), {}, {});
  const auto stray =
      std::find_if(with.boxes.begin(), with.boxes.end(), [](const auto& box) { return box.kind == "none"; });
  ASSERT_NE(stray, with.boxes.end());
  EXPECT_EQ(stray->assets, 1U);
  EXPECT_EQ(lane_of(with, *stray), "Level unknown");
  const Drawing without = draw(site, stock(site, false), {}, {});
  EXPECT_TRUE(
      std::none_of(without.boxes.begin(), without.boxes.end(), [](const auto& box) { return box.kind == "none"; }));
}

TEST(Drawing, BothDirectionsOfAPairAreOneLineWithTheWorseVerdict) {
  const Site site = plant();
  Crossing out;
  out.from = "office";
  out.to = "dmz";
  out.conduit = "C-01";
  out.verdict = Crossing::Verdict::conforming;
  out.conversations = {1, 2};
  Crossing back = out;
  std::swap(back.from, back.to);
  back.conduit = "";
  back.verdict = Crossing::Verdict::not_designed;
  const Drawing drawing = draw(site, stock(site), {out, back}, {});
  ASSERT_EQ(drawing.lines.size(), 1U);
  EXPECT_EQ(drawing.lines[0].verdict, "not_designed");
  EXPECT_EQ(drawing.lines[0].from, "dmz");
  EXPECT_EQ(drawing.lines[0].others, 1U);
  EXPECT_EQ(drawing.lines[0].conversations, 4U);
}

TEST(Drawing, AConduitThatNothingUsesIsDrawnAsUnused) {
  Site site = plant();
  Conduit conduit;
  conduit.id = "C-07";
  conduit.from = "office";
  conduit.to = "dmz";
  site.conduits.push_back(conduit);
  const Drawing drawing = draw(site, stock(site), {}, {});
  ASSERT_EQ(drawing.lines.size(), 1U);
  EXPECT_EQ(drawing.lines[0].verdict, "unused");
}

TEST(Drawing, ManyZonesFoldIntoOneBoxAndThoseWithFindingsKeepTheirs) {
  Site site;
  for (int i = 0; i < 200; ++i) site.zones.push_back(zone(fmt::format("z{}", i), "control", 2, 2));
  for (int i = 0; i < 30; ++i) site.zones.push_back(zone(fmt::format("s{}", i), "control", 0, 4));
  const auto crossings = all_pairs(site, 40);
  const Drawing drawing = draw(site, stock(site), crossings, {{"z180", 2, "critical"}});
  EXPECT_LE(drawing.boxes.size(), 60U);
  EXPECT_NE(box_of(drawing, "z180"), nullptr);
  EXPECT_GT(drawing.zones_folded, 100U);
  std::size_t assets = 0;
  for (const Drawing::Box& box : drawing.boxes) assets += box.assets;
  EXPECT_EQ(assets, 230U * 3 + 1);
  EXPECT_LE(drawing.lines.size(), 120U);
  expect_no_two_boxes_overlap(drawing);
  expect_lines_keep_off_boxes(drawing);
}

TEST(Drawing, LongTitlesTakeTwoLinesAndLabelsCoverNothing) {
  Site site = plant();
  site.zones[2].name = "Boundary zone 10.20.35.0/24 and more than fits";
  const Drawing drawing = draw(site, stock(site), all_pairs(site, 5), {{"dmz", 1, "high"}});
  const Drawing::Box* box = box_of(drawing, "dmz");
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(box->title_lines, (std::vector<std::string>{"Boundary zone", "10.20.35.0/24 and mor…"}));
  std::size_t covered = 0;
  for (const Drawing::Line& line : drawing.lines)
    for (const Drawing::Box& other : drawing.boxes)
      covered += line.chip_x + line.chip_width / 2 > other.x &&
                         line.chip_x - line.chip_width / 2 < other.x + other.width && line.chip_y > other.y &&
                         line.chip_y < other.y + other.height
                     ? 1U
                     : 0U;
  EXPECT_EQ(covered, 0U);
}

TEST(Drawing, EmptyZonesFoldTogetherWhereThereAreMany) {
  Site site;
  for (int i = 0; i < 40; ++i) site.zones.push_back(zone(fmt::format("z{}", i), "control", 2, i % 2 == 0 ? 2 : 8));
  Inventory inventory;
  for (int i = 0; i < 5; ++i) inventory.assets.emplace_back().zone = fmt::format("z{}", i);
  const Drawing drawing = draw(site, inventory, {}, {});
  EXPECT_EQ(drawing.boxes.size(), 6U);
  EXPECT_EQ(drawing.zones_folded, 35U);
}

TEST(Drawing, ASiteWithoutZonesAndAssetsIsAnEmptyPicture) {
  const Drawing drawing = draw({}, {}, {}, {});
  EXPECT_TRUE(drawing.boxes.empty());
  EXPECT_EQ(drawing.width, 0);
}

}  // namespace
}  // namespace bulkhead

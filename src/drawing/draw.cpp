// The zone drawing.
//
// Lanes follow the Purdue order, what is outside on top and the process at the bottom. A zone of one lane takes the
// next free cell of its lane, in the model's order; a zone that spans lanes owns a column of its own, from the right.
// So a new zone is appended: it moves its later neighbours along the lane, and never another lane's zones into another
// lane. A force layout was not tried: it forgets from one run to the next where things were, and a drawing on a wall
// must be recognised a year later.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "drawing/items.h"
#include "drawing/layout.h"

namespace bulkhead {

namespace {

constexpr std::size_t columns_beside_spanning = 3, columns_usual = 6, columns_least = 4;
constexpr std::size_t lines_max = 120;

// CSS pixels.
constexpr double box_width = 166, lane_label_width = 106, title_height = 24, text_height = 14, box_padding = 8;
constexpr double gutter_least = 26, channel_least = 20, track_width = 8, lane_padding = 5;
constexpr std::size_t roles_shown = 3;

std::size_t badness(std::string_view verdict) noexcept {
  constexpr std::array<std::string_view, 5> order{"unused", "conforming", "proposed", "partly_designed",
                                                  "not_designed"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), verdict) - order.begin());
}

struct Grid {
  std::vector<std::size_t> lanes;      // those in use, from the top
  std::vector<std::size_t> first_row;  // per lane in use, and one past the last
  std::size_t columns = 0;
};

/// Gives each spanning box a column, counted from the right, and says how many there are.
std::size_t place_spanning(std::vector<Item>& items) {
  std::vector<std::vector<const Item*>> columns;
  for (Item& item : items) {
    if (!item.spans()) continue;
    std::size_t column = 0;
    const auto overlaps = [&](const Item* other) { return other->top <= item.bottom && other->bottom >= item.top; };
    while (column < columns.size() && std::any_of(columns[column].begin(), columns[column].end(), overlaps)) ++column;
    if (column == columns.size()) columns.emplace_back();
    columns[column].push_back(&item);
    item.place.column = column;
  }
  return columns.size();
}

Grid place(std::vector<Item>& items) {
  const std::size_t spanning = place_spanning(items);
  std::array<std::size_t, lane_titles.size()> singles{};
  std::array<std::set<std::size_t>, lane_titles.size()> covered;  // columns from the right
  std::array<bool, lane_titles.size()> used{};
  for (const Item& item : items) {
    for (std::size_t lane = item.top; lane <= item.bottom; ++lane) {
      used.at(lane) = true;
      if (item.spans()) covered.at(lane).insert(item.place.column);
    }
    if (!item.spans()) ++singles.at(item.top);
  }
  Grid grid;
  grid.columns = std::max(columns_least, spanning);
  for (std::size_t lane = 0; lane < used.size(); ++lane) {
    const std::size_t beside = std::min(singles.at(lane), columns_beside_spanning);
    grid.columns = std::max(grid.columns,
                            covered.at(lane).empty() ? std::min(singles.at(lane), columns_usual) : beside + spanning);
  }
  std::size_t row = 0;
  for (std::size_t lane = 0; lane < used.size(); ++lane) {
    if (!used.at(lane)) continue;
    grid.lanes.push_back(lane);
    grid.first_row.push_back(row);
    std::vector<std::size_t> free;
    for (std::size_t column = 0; column < grid.columns; ++column)
      if (!covered.at(lane).contains(grid.columns - 1 - column)) free.push_back(column);
    std::size_t next = 0;
    for (Item& item : items) {
      if (item.spans() || item.top != lane) continue;
      item.place = {free[next % free.size()], row + next / free.size(), row + next / free.size()};
      ++next;
    }
    row += next == 0 ? 1 : (next + free.size() - 1) / free.size();
  }
  grid.first_row.push_back(row);
  for (Item& item : items) {
    if (!item.spans()) continue;
    const auto row_of = [&](std::size_t lane, std::size_t offset) {
      const auto at = std::find(grid.lanes.begin(), grid.lanes.end(), lane) - grid.lanes.begin();
      return grid.first_row[static_cast<std::size_t>(at) + offset];
    };
    item.place.column = grid.columns - 1 - item.place.column;
    item.place.first_row = row_of(item.top, 0);
    item.place.last_row = row_of(item.bottom, 1) - 1;
  }
  return grid;
}

/// All that runs between two boxes, bundled.
struct Bundle {
  Drawing::Line line;
  std::size_t from_box = 0, to_box = 0;
};

std::vector<Bundle> bundles_of(const Site& site, const std::vector<Item>& items,
                               const std::vector<Crossing>& crossings) {
  std::map<std::string, std::size_t> box_of;
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const std::string& zone : items[i].zones) box_of.emplace(zone, i);
  std::map<std::pair<std::size_t, std::size_t>, Bundle> bundles;
  const auto add = [&](const std::string& from, const std::string& to, const std::string& conduit,
                       std::string_view verdict, std::size_t conversations) {
    const auto a = box_of.find(from);
    const auto b = box_of.find(to);
    if (a == box_of.end() || b == box_of.end() || a->second == b->second) return;
    const auto [entry, is_new] = bundles.try_emplace(std::minmax(a->second, b->second));
    Bundle& bundle = entry->second;
    if (!is_new) ++bundle.line.others;
    bundle.line.conversations += conversations;
    if (!is_new && badness(verdict) <= badness(bundle.line.verdict)) return;
    bundle.line.conduit = conduit;
    bundle.line.from = from;
    bundle.line.to = to;
    bundle.line.verdict = verdict;
    bundle.from_box = a->second;
    bundle.to_box = b->second;
  };
  std::set<std::string> seen;
  for (const Crossing& crossing : crossings) {
    add(crossing.from, crossing.to, crossing.conduit, name(crossing.verdict), crossing.conversations.size());
    seen.insert(crossing.conduit);
  }
  for (const Conduit& conduit : site.conduits)
    if (!seen.contains(conduit.id)) add(conduit.from, conduit.to, conduit.id, "unused", 0);
  std::vector<Bundle> all;
  all.reserve(bundles.size());
  for (auto& [ends, bundle] : bundles) all.push_back(std::move(bundle));
  return all;
}

void drop_beyond_bound(std::vector<Bundle>& bundles, Drawing& drawing) {
  if (bundles.size() <= lines_max) return;
  std::stable_sort(bundles.begin(), bundles.end(), [](const Bundle& a, const Bundle& b) {
    return std::pair{badness(b.line.verdict), b.line.conversations} <
           std::pair{badness(a.line.verdict), a.line.conversations};
  });
  drawing.lines_not_drawn = bundles.size() - lines_max;
  bundles.resize(lines_max);
}

/// Coordinates of the grid once it is known how many tracks each gutter and channel holds.
struct Scale {
  std::vector<double> row_y, row_height, gutter_y, column_x, channel_x;
  double width = 0, height = 0;
};

double height_of(const Drawing::Box& box) noexcept {
  return title_height +
         text_height * static_cast<double>(box.title_lines.size() + std::min(box.roles.size(), roles_shown)) +
         box_padding;
}

Scale scale_of(const std::vector<Item>& items, std::size_t rows, std::size_t columns, const RoutePlan& plan) {
  Scale scale;
  scale.row_height.assign(rows, title_height + text_height + box_padding);
  for (const Item& item : items) {
    const double share = height_of(item.box) / static_cast<double>(item.place.last_row - item.place.first_row + 1);
    for (std::size_t row = item.place.first_row; row <= item.place.last_row; ++row)
      scale.row_height[row] = std::max(scale.row_height[row], share);
  }
  double y = 0;
  for (std::size_t row = 0; row <= rows; ++row) {
    scale.gutter_y.push_back(y + gutter_least / 2);
    const bool outer = row == 0 || row == rows;
    const auto tracks = static_cast<double>(plan.gutter_tracks[row]);
    y += outer && tracks == 0 ? 2 * lane_padding : gutter_least + track_width * std::max(0.0, tracks - 1);
    scale.row_y.push_back(y);
    if (row < rows) y += scale.row_height[row];
  }
  scale.height = y;
  double x = lane_label_width;
  for (std::size_t column = 0; column <= columns; ++column) {
    scale.channel_x.push_back(x + channel_least / 2);
    x += channel_least + track_width * std::max(0.0, static_cast<double>(plan.channel_tracks[column]) - 1);
    scale.column_x.push_back(x);
    if (column < columns) x += box_width;
  }
  scale.width = x;
  return scale;
}

void set_points(Drawing::Line& line, const Route& route, const std::vector<Item>& items, const Scale& scale) {
  const auto slot_x = [&](std::size_t box, std::size_t slot) {
    constexpr double inset = 14;
    return scale.column_x[items[box].place.column] + inset +
           (box_width - 2 * inset) * static_cast<double>(slot) / static_cast<double>(slots_per_side - 1);
  };
  const auto edge_y = [&](std::size_t box, std::size_t gutter) {
    const Drawing::Box& place = items[box].box;
    return gutter == items[box].place.first_row ? place.y : place.y + place.height;
  };
  const double ax = slot_x(route.from, route.from_slot);
  const double bx = slot_x(route.to, route.to_slot);
  const double ay = edge_y(route.from, route.from_gutter);
  const double by = edge_y(route.to, route.to_gutter);
  const double ag = scale.gutter_y[route.from_gutter] + track_width * static_cast<double>(route.from_track);
  const double bg = scale.gutter_y[route.to_gutter] + track_width * static_cast<double>(route.to_track);
  if (route.straight) {
    line.points = {{ax, ay}, {bx, by}};
  } else if (route.channel == Route::no_channel) {
    line.points = {{ax, ay}, {ax, ag}, {bx, ag}, {bx, by}};
  } else {
    const double cx = scale.channel_x[route.channel] + track_width * static_cast<double>(route.channel_track);
    line.points = {{ax, ay}, {ax, ag}, {cx, ag}, {cx, bg}, {bx, bg}, {bx, by}};
  }
}

void set_lanes(Drawing& drawing, const Grid& grid, const Scale& scale) {
  for (std::size_t i = 0; i < grid.lanes.size(); ++i) {
    const std::size_t last = grid.first_row[i + 1] - 1;
    const double top = scale.row_y[grid.first_row[i]] - lane_padding;
    drawing.lanes.push_back({std::string{lane_titles.at(grid.lanes[i])}, top,
                             scale.row_y[last] + scale.row_height[last] + lane_padding - top});
  }
}

}  // namespace

Drawing draw(const Site& site, const Inventory& inventory, const std::vector<Crossing>& crossings,
             const std::vector<ZoneMark>& marks) {
  Drawing drawing;
  std::vector<Item> items = items_of(site, inventory, marks);
  fold_all(items, drawing);
  if (items.empty()) return drawing;
  for (Item& item : items) set_title(item.box);
  const Grid grid = place(items);
  std::vector<Bundle> bundles = bundles_of(site, items, crossings);
  drop_beyond_bound(bundles, drawing);

  std::vector<GridPlace> places;
  places.reserve(items.size());
  for (const Item& item : items) places.push_back(item.place);
  std::vector<RouteWanted> wanted;
  wanted.reserve(bundles.size());
  for (const Bundle& bundle : bundles) wanted.push_back({bundle.from_box, bundle.to_box});
  const std::size_t rows = grid.first_row.back();
  const RoutePlan plan = plan_routes(places, rows, grid.columns, wanted);
  const Scale scale = scale_of(items, rows, grid.columns, plan);
  drawing.width = scale.width;
  drawing.height = scale.height;
  set_lanes(drawing, grid, scale);
  for (Item& item : items) {
    const std::size_t last = item.place.last_row;
    item.box.x = scale.column_x[item.place.column];
    item.box.y = scale.row_y[item.place.first_row];
    item.box.width = box_width;
    item.box.height = scale.row_y[last] + scale.row_height[last] - item.box.y;
    drawing.boxes.push_back(item.box);
  }
  for (std::size_t i = 0; i < bundles.size(); ++i) {
    set_points(bundles[i].line, plan.routes[i], items, scale);
    drawing.lines.push_back(std::move(bundles[i].line));
  }
  place_chips(drawing);
  return drawing;
}

}  // namespace bulkhead

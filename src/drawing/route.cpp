// Lines between boxes of a grid.
//
// Boxes stand in columns, so the channels between columns are free from top to bottom; the gutters between rows are
// free but for boxes that span rows. A line leaves a box through its upper or lower edge, runs along that gutter to a
// channel, along the channel to the other box's gutter, and along that to its edge. With two edges for each end and few
// channels there are some dozens of ways, and the cheapest is taken: no search, no randomness, so the same model gives
// the same picture. Lines that share a gutter or channel get tracks of their own by first fit.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <optional>

#include "drawing/layout.h"

namespace bulkhead {

namespace {

// Abstract positions along x: a column is a thousand wide, its channel at its left end.
constexpr long column_width = 1000, first_slot = 140, slot_width = 80;
constexpr long row_cost = 600, bend_cost = 250, blocked_cost = 1'000'000;

long slot_at(std::size_t column, std::size_t slot) noexcept {
  return static_cast<long>(column) * column_width + first_slot + static_cast<long>(slot) * slot_width;
}
long channel_at(std::size_t channel) noexcept {
  return static_cast<long>(channel) * column_width;
}

class Router {
 public:
  Router(const std::vector<GridPlace>& places, std::size_t rows, std::size_t columns)
      : places_(places), columns_(columns), taken_(places.size()), gutters_(rows + 1), channels_(columns + 1) {}

  Route route(RouteWanted wanted);
  [[nodiscard]] RoutePlan finish(std::vector<Route> routes) const;

 private:
  enum Edge : std::uint8_t { upper, lower };
  struct Run {
    long first, last;
    std::size_t track;
  };
  struct Choice {
    Edge from = upper, to = upper;
    std::size_t channel = Route::no_channel;
    bool straight = false;
    long cost = std::numeric_limits<long>::max();
  };

  [[nodiscard]] std::size_t gutter_of(std::size_t box, Edge edge) const {
    return edge == upper ? places_[box].first_row : places_[box].last_row + 1;
  }
  [[nodiscard]] long middle_of(std::size_t box) const { return slot_at(places_[box].column, slots_per_side / 2); }
  [[nodiscard]] long blocked(std::size_t gutter, long from, long to) const;
  [[nodiscard]] std::optional<std::size_t> straight_slot(RouteWanted wanted, Edge& from, Edge& to) const;
  [[nodiscard]] Choice cheapest(RouteWanted wanted) const;
  std::size_t take_slot(std::size_t box, Edge edge, long towards);
  static std::size_t take_track(std::vector<Run>& runs, long a, long b);

  const std::vector<GridPlace>& places_;
  std::size_t columns_;
  std::vector<std::array<std::array<bool, slots_per_side>, 2>> taken_;  // per box and edge
  std::vector<std::vector<Run>> gutters_, channels_;
};

/// Cost of the boxes that a run along a gutter would cross.
long Router::blocked(std::size_t gutter, long from, long to) const {
  const auto [low, high] = std::minmax(from, to);
  long cost = 0;
  for (const GridPlace& place : places_) {
    if (place.first_row >= gutter || place.last_row < gutter) continue;
    const long left = slot_at(place.column, 0);
    const long right = slot_at(place.column, slots_per_side - 1);
    if (left <= high && right >= low) cost += blocked_cost;
  }
  return cost;
}

/// A slot from which one vertical line reaches the other box in the same column, with no box between.
std::optional<std::size_t> Router::straight_slot(RouteWanted wanted, Edge& from, Edge& to) const {
  const GridPlace& a = places_[wanted.from];
  const GridPlace& b = places_[wanted.to];
  if (a.column != b.column) return std::nullopt;
  const bool downwards = a.last_row < b.first_row;
  const std::size_t first = (downwards ? a.last_row : b.last_row) + 1;
  const std::size_t last = downwards ? b.first_row : a.first_row;
  for (const GridPlace& place : places_)
    if (place.column == a.column && place.first_row < last && place.last_row >= first) return std::nullopt;
  from = downwards ? lower : upper;
  to = downwards ? upper : lower;
  for (const std::size_t slot : {4U, 5U, 3U, 6U, 2U, 7U, 1U, 8U})
    if (!taken_[wanted.from].at(from).at(slot) && !taken_[wanted.to].at(to).at(slot)) return slot;
  return std::nullopt;
}

Router::Choice Router::cheapest(RouteWanted wanted) const {
  Choice best;
  const long a = middle_of(wanted.from);
  const long b = middle_of(wanted.to);
  const auto offer = [&](const Choice& choice) {
    if (choice.cost < best.cost) best = choice;
  };
  for (const Edge from : {lower, upper})
    for (const Edge to : {upper, lower}) {
      const std::size_t from_gutter = gutter_of(wanted.from, from);
      const std::size_t to_gutter = gutter_of(wanted.to, to);
      if (from_gutter == to_gutter) {
        offer({from, to, Route::no_channel, false, std::abs(a - b) + 2 * bend_cost + blocked(from_gutter, a, b)});
        continue;
      }
      const auto [low, high] = std::minmax(from_gutter, to_gutter);
      for (std::size_t channel = 0; channel <= columns_; ++channel) {
        const long x = channel_at(channel);
        const long cost = std::abs(a - x) + std::abs(b - x) + static_cast<long>(high - low) * row_cost + 4 * bend_cost +
                          static_cast<long>(channels_[channel].size()) * 20 + blocked(from_gutter, a, x) +
                          blocked(to_gutter, x, b);
        offer({from, to, channel, false, cost});
      }
    }
  return best;
}

/// The free slot nearest to where the line goes; a full edge shares its last slot.
std::size_t Router::take_slot(std::size_t box, Edge edge, long towards) {
  auto& taken = taken_[box].at(edge);
  const std::size_t column = places_[box].column;
  std::size_t best = slots_per_side / 2;
  long best_distance = std::numeric_limits<long>::max();
  for (std::size_t slot = 0; slot < slots_per_side; ++slot) {
    if (taken.at(slot)) continue;
    const long distance = std::abs(slot_at(column, slot) - towards);
    if (distance < best_distance) {
      best_distance = distance;
      best = slot;
    }
  }
  taken.at(best) = true;
  return best;
}

std::size_t Router::take_track(std::vector<Run>& runs, long a, long b) {
  const auto [first, last] = std::minmax(a, b);
  std::size_t track = 0;
  const auto overlaps = [&](const Run& run) { return run.track == track && run.first <= last && run.last >= first; };
  while (std::any_of(runs.begin(), runs.end(), overlaps)) ++track;
  runs.push_back({first, last, track});
  return track;
}

Route Router::route(RouteWanted wanted) {
  Route route;
  route.from = wanted.from;
  route.to = wanted.to;
  Edge from{};
  Edge to{};
  if (const auto slot = straight_slot(wanted, from, to)) {
    route.straight = true;
    route.from_slot = route.to_slot = *slot;
    route.from_gutter = gutter_of(wanted.from, from);
    route.to_gutter = gutter_of(wanted.to, to);
    taken_[wanted.from].at(from).at(*slot) = taken_[wanted.to].at(to).at(*slot) = true;
    return route;
  }
  const Choice choice = cheapest(wanted);
  route.channel = choice.channel;
  route.from_gutter = gutter_of(wanted.from, choice.from);
  route.to_gutter = gutter_of(wanted.to, choice.to);
  const bool turns = choice.channel != Route::no_channel;
  route.from_slot = take_slot(wanted.from, choice.from, turns ? channel_at(choice.channel) : middle_of(wanted.to));
  route.to_slot = take_slot(wanted.to, choice.to, turns ? channel_at(choice.channel) : middle_of(wanted.from));
  const long a = slot_at(places_[wanted.from].column, route.from_slot);
  const long b = slot_at(places_[wanted.to].column, route.to_slot);
  if (!turns) {
    route.from_track = route.to_track = take_track(gutters_[route.from_gutter], a, b);
    return route;
  }
  const long x = channel_at(choice.channel);
  route.from_track = take_track(gutters_[route.from_gutter], a, x);
  route.to_track = take_track(gutters_[route.to_gutter], x, b);
  route.channel_track =
      take_track(channels_[choice.channel], static_cast<long>(route.from_gutter), static_cast<long>(route.to_gutter));
  return route;
}

RoutePlan Router::finish(std::vector<Route> routes) const {
  const auto tracks_of = [](const std::vector<Run>& runs) {
    std::size_t tracks = 0;
    for (const Run& run : runs) tracks = std::max(tracks, run.track + 1);
    return tracks;
  };
  RoutePlan plan;
  plan.routes = std::move(routes);
  for (const auto& runs : gutters_) plan.gutter_tracks.push_back(tracks_of(runs));
  for (const auto& runs : channels_) plan.channel_tracks.push_back(tracks_of(runs));
  return plan;
}

}  // namespace

RoutePlan plan_routes(const std::vector<GridPlace>& places, std::size_t rows, std::size_t columns,
                      const std::vector<RouteWanted>& wanted) {
  Router router{places, rows, columns};
  std::vector<Route> routes;
  routes.reserve(wanted.size());
  for (const RouteWanted& one : wanted) routes.push_back(router.route(one));
  return router.finish(std::move(routes));
}

}  // namespace bulkhead

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "site/site.h"

namespace bulkhead {

/// The zone drawing, laid out: boxes in lanes by Purdue level, conduits routed between them. Units are CSS pixels. The
/// same model gives the same picture, and one zone more moves no other zone out of its lane.
struct Drawing {
  struct Lane {
    std::string title;  ///< "Level 2".
    double y = 0, height = 0;
  };
  struct Box {
    std::string zone;  ///< Id; empty for the box of assets in no zone, and for one that stands for several zones.
    std::string title;
    std::vector<std::string> title_lines;  ///< One or two that fit.
    std::string kind;  ///< As `Zone::kind`; "none" for assets in no zone, "folded" for several zones in one box.
    double x = 0, y = 0, width = 0, height = 0;
    std::vector<std::pair<std::string, std::size_t>> roles;  ///< Role name and how many.
    std::size_t assets = 0, findings = 0;
    std::string worst;  ///< Severity of its worst finding; empty for none.
  };
  struct Line {
    std::string conduit;  ///< Id of the one that decides the verdict; empty where the model has none.
    std::size_t others =
        0;                 ///< Further conduits and crossings between the same two boxes: the other direction, mostly.
    std::string from, to;  ///< Zone ids of the one that decides; from the client's.
    std::string verdict;   ///< The worst, as `Crossing::Verdict`, or "unused".
    std::size_t conversations = 0;                  ///< Seen between the two boxes, both ways.
    std::vector<std::pair<double, double>> points;  ///< Orthogonal.
    std::string chip;               ///< What stands on it: the conduit's id, shortened, and how many others.
    double chip_x = 0, chip_y = 0;  ///< Its middle.
    double chip_width = 0;
  };
  double width = 0, height = 0;
  std::vector<Lane> lanes;
  std::vector<Box> boxes;
  std::vector<Line> lines;
  std::size_t zones_folded = 0;     ///< Zones without a box of their own.
  std::size_t lines_not_drawn = 0;  ///< Beyond what a picture can hold; those that deviate are drawn first.
};

/// A verdict or a worst finding that comes in from elsewhere.
struct ZoneMark {
  std::string zone;
  std::size_t findings = 0;
  std::string worst;
};

Drawing draw(const Site& site, const Inventory& inventory, const std::vector<Crossing>& crossings,
             const std::vector<ZoneMark>& marks);

}  // namespace bulkhead

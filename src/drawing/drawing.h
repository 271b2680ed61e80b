#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "site/site.h"

namespace bulkhead {

/// The zone drawing, laid out: boxes in lanes by Purdue level, conduits routed between them. Units are CSS pixels. The same model gives
/// the same picture, and one zone more moves no other zone out of its lane.
struct Drawing {
  struct Lane {
    std::string title;   ///< "Level 2".
    double y = 0, height = 0;
  };
  struct Box {
    std::string zone;    ///< Id; empty for the box of assets in no zone.
    std::string title, kind;
    double x = 0, y = 0, width = 0, height = 0;
    std::vector<std::pair<std::string, std::size_t>> roles;  ///< Role name and how many.
    std::size_t assets = 0, findings = 0;
    std::string worst;   ///< Severity of its worst finding; empty for none.
  };
  struct Line {
    std::string conduit; ///< Id; empty where the model has none.
    std::string from, to;
    std::string verdict; ///< As `Crossing::Verdict`, or "unused".
    std::size_t services = 0;
    std::vector<std::pair<double, double>> points;  ///< Orthogonal.
    double chip_x = 0, chip_y = 0;
  };
  double width = 0, height = 0;
  std::vector<Lane> lanes;
  std::vector<Box> boxes;
  std::vector<Line> lines;
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

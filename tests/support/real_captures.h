#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace bulkhead::test {

/// A capture of others, as the list beside it describes it.
struct RealCapture {
  std::string path;   ///< "modbus/some.pcap", from the folder of captures.
  std::string label;  ///< attack, malformed, unlabelled: nobody calls it either.
};

inline std::filesystem::path real_captures_folder() {
  return std::filesystem::path{SHARED} / "captures";
}

/// All that the list names; none where there is no list.
inline std::vector<RealCapture> real_captures() {
  constexpr std::size_t label_column = 6;
  std::vector<RealCapture> captures;
  std::ifstream list{real_captures_folder() / "manifest.tsv"};
  std::string line;
  std::getline(list, line);  // the columns' names
  while (std::getline(list, line)) {
    std::vector<std::string> columns;
    std::istringstream cells{line};
    for (std::string cell; std::getline(cells, cell, '\t');) columns.push_back(cell);
    if (columns.size() > label_column) captures.push_back({columns[0], columns[label_column]});
  }
  return captures;
}

}  // namespace bulkhead::test

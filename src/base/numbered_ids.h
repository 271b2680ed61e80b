#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace bulkhead {

/// Short ids for things that are known by longer keys ("A-0031"), kept across runs: what had an id keeps it, whatever
/// else comes or goes. One thing may have several keys.
struct NumberedIds {
  std::string prefix;                        ///< "A-"
  std::size_t digits = 4;                    ///< At least.
  std::map<std::string, std::string> known;  ///< Id by key.
};

/// Gives ids to the things of one run; none twice.
class IdGiver {
 public:
  explicit IdGiver(NumberedIds& ids);
  /// The id that the first of `keys` that is known has, where nothing else of this run has it. The other keys are
  /// remembered for it.
  std::optional<std::string> known(std::span<const std::string> keys);
  /// The same, else the next free one.
  std::string give(std::span<const std::string> keys);

 private:
  void take(const std::string& id, std::span<const std::string> keys);

  NumberedIds& ids_;
  std::set<std::string> taken_;
  std::size_t last_ = 0;  ///< Highest number given in any run.
};

}  // namespace bulkhead

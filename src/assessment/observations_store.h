#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "assessment/observe.h"
#include "base/result.h"
#include "store/database.h"

namespace bulkhead {

/// What captures showed, kept so that a changed site.yml is assessed again without reading them. Captures that were
/// read together are one group: a later capture is a group of its own and reads only itself.
class ObservationsStore {
 public:
  static Result<ObservationsStore> open(const std::filesystem::path& path);

  /// Every capture that is stored, by id.
  Result<std::vector<CaptureRecord>> captures();
  Result<void> add(const Observations& observations);
  /// Everything, as one account.
  Result<Observations> all();
  /// Forgets everything: what remains is in the captures themselves.
  Result<void> clear();

 private:
  explicit ObservationsStore(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace bulkhead

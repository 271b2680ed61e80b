#pragma once

#include <filesystem>

#include "base/numbered_ids.h"
#include "base/result.h"

namespace bulkhead {

/// Ids given to assets, findings and risks. The journal remembers them, so that deleting the store loses none.
struct Ids {
  NumberedIds assets{"A-", 4, {}};
  NumberedIds findings{"F-", 4, {}};
  NumberedIds risks{"R-", 2, {}};
};

/// Reads the ids of a journal; an absent file has none. A line that can't be read is an error with its number.
Result<Ids> read_ids(const std::filesystem::path& journal);
/// Appends the ids that `before` had not.
Result<void> append_ids(const std::filesystem::path& journal, const Ids& before, const Ids& now);

}  // namespace bulkhead

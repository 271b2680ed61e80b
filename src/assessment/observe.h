#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/source.h"
#include "evidence/evidence.h"
#include "inventory/inventory.h"
#include "site/site.h"
#include "traffic/traffic.h"

namespace bulkhead {

/// What captures show, before anything is made of it: all that a site needs to keep of them.
struct Observations {
  Traffic traffic;
  std::vector<Fact> facts;
  std::vector<KeptPdu> kept;
};

struct ObserveOptions {
  unsigned workers = 2;
  bool keep_duplicates = false;
  bool hash_files = true;  ///< SHA-256 of each, for custody; `check` does without.
  std::function<void(std::uint64_t frames, std::uint64_t bytes, std::uint64_t bytes_in_all)> progress;
};

/// Reads captures as one time line. Capture points, address spaces and clock offsets are those that `declared` names; a
/// file that none of them matches is a capture point and an address space of its own, until frames that two captures
/// share show that both look at the same network. `known` are captures read before: their points and spaces keep their
/// numbers, and citations go on from the highest of their ids.
Result<Observations> observe(const std::vector<std::filesystem::path>& files,
                             const std::vector<CapturePointDeclaration>& declared, const ObserveOptions& options,
                             const std::vector<CaptureRecord>& known = {});
/// The same of a source that is open, such as a live interface, until it ends: one capture, which is a capture point
/// and an address space of its own, called `name`. Progress is told without the bytes in all.
Result<Observations> observe(std::unique_ptr<Source> source, const std::string& name, const ObserveOptions& options);

/// Modification time of a file, as the system counts it; 0 where it can't be told.
std::int64_t modification_time(const std::filesystem::path& path) noexcept;
/// What `declared` says of a file by its name; null where nothing.
const CapturePointDeclaration* declaration_of(const std::string& file,
                                              const std::vector<CapturePointDeclaration>& declared) noexcept;

/// `*` any run of characters, `?` one.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

}  // namespace bulkhead

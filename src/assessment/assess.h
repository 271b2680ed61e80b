#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "assessment/assessment.h"
#include "assessment/observe.h"
#include "base/result.h"

namespace bulkhead {

class Catalogue;

/// Ids given to assets, findings and risks: in `journal.jsonl`, append only.
struct Ids;

/// A site folder: site.yml, captures/, journal.jsonl, bulkhead.db, out/. Readable by its owner alone.
class SiteFolder {
 public:
  /// Opens a folder, or makes one.
  static Result<SiteFolder> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path site_file() const { return path_ / "site.yml"; }
  [[nodiscard]] std::filesystem::path out() const { return path_ / "out"; }
  /// Puts a capture among the site's: by a link to it where it lies. The file itself is never written to. Fails where
  /// it is no capture at all; one that is damaged or cut off is taken.
  [[nodiscard]] Result<void> add_capture(const std::filesystem::path& file) const;
  /// Captures of the site, by name.
  [[nodiscard]] std::vector<std::filesystem::path> captures() const;

 private:
  explicit SiteFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

struct AssessOptions {
  ObserveOptions observe;
  /// What is being done now, for progress: "Reading 2 new captures".
  std::function<void(const std::string&)> step;
};

/// The main job: what is new in the folder is read, everything else comes from its store. Writes site.yml where there
/// is none, else out/site.proposed.yml where the network shows more than it.
Result<Assessment> assess(const SiteFolder& folder, const Catalogue& catalogue, const AssessOptions& options);

/// The same without a folder, for what was observed and a model (or none): nothing is written.
Result<Assessment> assess(Observations observations, const Site* known, const Catalogue& catalogue, Ids& ids);

}  // namespace bulkhead

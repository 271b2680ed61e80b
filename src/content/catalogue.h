#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/yaml.h"

namespace bulkhead {

/// Finds content: what experts edit, not programmers. A file of the user's folder comes first, else the one that was
/// built into the program, so that an installed program needs no files beside it. Paths are relative and use '/':
/// "sectors/manufacturing.yml".
class Catalogue {
 public:
  /// Built-in content only.
  Catalogue() = default;
  /// Files below `folder` hide built-in files of the same path, and may add others.
  explicit Catalogue(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] bool has(std::string_view path) const;
  /// The bytes of a file. Fails where there is none, or the path leaves the folder.
  [[nodiscard]] Result<std::string> text(std::string_view path) const;
  /// A file as YAML. Places name the user's file by its path, a built-in file as "content/sectors/...".
  [[nodiscard]] Result<Node> read(std::string_view path) const;
  /// Paths of all files below a folder ("" for all), sorted; the user's and the built-in ones together.
  [[nodiscard]] std::vector<std::string> list(std::string_view folder) const;

 private:
  [[nodiscard]] std::optional<std::filesystem::path> in_folder(std::string_view path) const;

  std::optional<std::filesystem::path> folder_;
};

/// A file that was built in. Parts are to be joined; a view into the program.
struct EmbeddedFile {
  std::string_view path;
  std::span<const std::string_view> parts;
};
/// Sorted by path. Generated from content/ by tools/embed_content.py.
std::span<const EmbeddedFile> embedded_files() noexcept;

}  // namespace bulkhead

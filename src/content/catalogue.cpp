#include "content/catalogue.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>

namespace bulkhead {

namespace {

const EmbeddedFile* embedded(std::string_view path) {
  const std::span<const EmbeddedFile> files = embedded_files();
  const auto found = std::lower_bound(files.begin(), files.end(), path,
                                      [](const EmbeddedFile& file, std::string_view name) { return file.path < name; });
  return found != files.end() && found->path == path ? &*found : nullptr;
}

/// Relative, and never out of its folder.
bool is_inside(std::string_view path) {
  const std::filesystem::path relative{path};
  return !path.empty() && relative.is_relative() &&
         std::none_of(relative.begin(), relative.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

std::optional<std::filesystem::path> Catalogue::in_folder(std::string_view path) const {
  if (!folder_ || !is_inside(path)) return std::nullopt;
  std::filesystem::path file = *folder_ / path;
  std::error_code fault;
  if (!std::filesystem::is_regular_file(file, fault)) return std::nullopt;
  return file;
}

bool Catalogue::has(std::string_view path) const {
  return in_folder(path).has_value() || embedded(path) != nullptr;
}

Result<std::string> Catalogue::text(std::string_view path) const {
  std::string text;
  if (const auto file = in_folder(path)) {
    std::ifstream stream(*file, std::ios::binary);
    text.resize(YamlBounds::bytes + 1);
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (stream.bad() || text.size() > YamlBounds::bytes) return failure("the file cannot be read", file->string());
    return text;
  }
  const EmbeddedFile* const file = embedded(path);
  if (file == nullptr) return failure("there is no such content file", "content/" + std::string(path));
  for (const std::string_view part : file->parts) text += part;
  return text;
}

Result<Node> Catalogue::read(std::string_view path) const {
  if (const auto file = in_folder(path)) return read_yaml(*file);
  TRY(const std::string content, text(path));
  return parse_yaml(content, "content/" + std::string(path));
}

std::vector<std::string> Catalogue::list(std::string_view folder) const {
  std::string below(folder);
  if (!below.empty() && !below.ends_with('/')) below += '/';
  std::set<std::string> paths;
  for (const EmbeddedFile& file : embedded_files())
    if (file.path.starts_with(below)) paths.emplace(file.path);
  std::error_code fault;
  if (folder_ && (below.empty() || is_inside(below)))
    for (std::filesystem::recursive_directory_iterator entry(*folder_ / below, fault), end; !fault && entry != end;
         entry.increment(fault))
      if (entry->is_regular_file(fault)) paths.insert(entry->path().lexically_relative(*folder_).generic_string());
  return {paths.begin(), paths.end()};
}

}  // namespace bulkhead

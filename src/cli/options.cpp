#include "cli/options.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "content/catalogue.h"

namespace bulkhead {

void add_site_options(CLI::App& app, AssessCommand& command) {
  app.add_option("PATH", command.paths, "A site folder, capture files, or both")->required();
  app.add_option("--content", command.content, "Folder whose files replace built-in rules and catalogues");
  app.add_option("--workers", command.workers, "Threads that dissect")->check(CLI::Range(1, 64));
  app.add_flag("--keep-duplicates", command.keep_duplicates, "Count copies of a frame as frames of their own");
}

namespace {

/// Whether a name that is not there was meant for a capture, and not for a new site folder.
bool names_a_capture(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 7> endings{".pcap", ".pcapng", ".cap", ".dmp", ".gz", ".zst", ".zstd"};
  const std::string ending = lower(path.extension().string());
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

}  // namespace

Result<SiteFolder> open_site(const AssessCommand& command) {
  std::filesystem::path place;
  std::vector<std::filesystem::path> files;
  for (const std::string& text : command.paths) {
    const std::filesystem::path path{text};
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
      files.push_back(path);
      continue;
    }
    if (!std::filesystem::is_directory(path, error)) {
      if (std::filesystem::exists(path, error)) return failure("expected a site folder or a capture file", text);
      if (names_a_capture(path)) return failure("there is no such capture", text, "check the name");
      if (command.paths.size() == 1)
        return failure("there is no such site folder", text,
                       "name captures as well to make it: bulkhead assess " + text + " FILE...");
    }
    if (!place.empty()) return failure("is a second site folder", text, "one site at a time");
    place = path;
  }
  if (place.empty()) place = std::filesystem::path{files.front().filename().string() + ".site"};
  TRY(SiteFolder folder, SiteFolder::open(place));
  for (const std::filesystem::path& file : files)
    if (auto added = folder.add_capture(file); !added) return std::unexpected(added.error());
  if (folder.captures().empty())
    return failure("has no captures", (place / "captures").string(),
                   "put capture files there, or name them: bulkhead assess " + place.string() + " FILE...");
  return folder;
}

Result<Assessment> assess_site(const SiteFolder& folder, const AssessCommand& command) {
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  AssessOptions options;
  options.observe.workers = command.workers;
  options.observe.keep_duplicates = command.keep_duplicates;
  options.step = [&](const std::string& text) { fmt::print(stderr, "{}{}\n", terminal ? "\r\x1b[K" : "", text); };
  if (terminal)
    options.observe.progress = [last = -1](std::uint64_t frames, std::uint64_t bytes, std::uint64_t all) mutable {
      const int percent = all == 0 ? 0 : static_cast<int>(std::min<std::uint64_t>(100, bytes * 100 / all));
      if (percent == last) return;
      last = percent;
      fmt::print(stderr, "\r\x1b[K  {} %, {} frames", percent, frames);
    };
  const Catalogue catalogue = command.content.empty() ? Catalogue{} : Catalogue{std::filesystem::path{command.content}};
  auto result = assess(folder, catalogue, options);
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  return result;
}

}  // namespace bulkhead

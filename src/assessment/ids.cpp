#include "assessment/ids.h"

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace bulkhead {

namespace {

struct Entry {
  std::string kind, key, id;
};

std::optional<Entry> entry_of(const std::string& line) {
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text_of = [&](const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string{};
  };
  Entry entry{text_of("kind"), text_of("key"), text_of("id")};
  if (entry.kind.empty() || entry.id.empty()) return std::nullopt;
  return entry;
}

/// A run killed in mid-write leaves a last line that doesn't end. A whole entry gets its newline; half of one goes, as
/// `read_ids` doesn't use it either. Otherwise the next line would join onto it.
void end_last_line(const std::filesystem::path& journal) {
  std::ifstream file{journal, std::ios::binary};
  std::uintmax_t kept = 0;
  std::string line;
  while (std::getline(file, line) && !file.eof()) kept += line.size() + 1;
  if (line.empty() || !file.eof()) return;
  file.close();
  if (entry_of(line)) std::ofstream{journal, std::ios::app | std::ios::binary} << '\n';
  else std::filesystem::resize_file(journal, kept);
}

}  // namespace

Result<Ids> read_ids(const std::filesystem::path& journal) {
  Ids ids;
  std::ifstream file{journal};
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    const std::optional<Entry> entry = entry_of(line);
    if (!entry) {
      if (file.eof()) break;  // the last line of a killed run: what it says was not yet used
      return failure("expected one JSON object a line, with kind, id and key as text",
                     fmt::format("{}:{}", journal.string(), number),
                     "restore the file from a backup, or remove the line");
    }
    if (entry->kind == "asset") ids.assets.known.insert_or_assign(entry->key, entry->id);
    if (entry->kind == "finding") ids.findings.known.insert_or_assign(entry->key, entry->id);
    if (entry->kind == "risk") ids.risks.known.insert_or_assign(entry->key, entry->id);
  }
  return ids;
}

Result<void> append_ids(const std::filesystem::path& journal, const Ids& before, const Ids& now) {
  std::string lines;
  const auto add = [&](std::string_view kind, const auto& old_ids, const auto& new_ids) {
    for (const auto& [key, id] : new_ids.known)
      if (const auto before_it = old_ids.known.find(key); before_it == old_ids.known.end() || before_it->second != id)
        lines += fmt::format(R"({{"kind":"{}","id":"{}","key":"{}"}})"
                             "\n",
                             kind, json_text(id), json_text(key));
  };
  add("asset", before.assets, now.assets);
  add("finding", before.findings, now.findings);
  add("risk", before.risks, now.risks);
  if (lines.empty()) return {};
  end_last_line(journal);
  std::ofstream file{journal, std::ios::app};
  file << lines << std::flush;
  if (!file)
    return failure("can't be written", journal.string(), "nothing was changed; check free space and permissions");
  return {};
}

}  // namespace bulkhead

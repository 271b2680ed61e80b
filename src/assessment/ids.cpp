#include "assessment/ids.h"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace bulkhead {

Result<Ids> read_ids(const std::filesystem::path& journal) {
  Ids ids;
  std::ifstream file{journal};
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    const nlohmann::json entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object()) {
      if (file.eof()) break;  // the last line of a killed run: what it says was not yet used
      return failure("expected one JSON object a line", fmt::format("{}:{}", journal.string(), number),
                     "restore the file from a backup, or remove the line");
    }
    const std::string kind = entry.value("kind", "");
    const std::string key = entry.value("key", "");
    const std::string id = entry.value("id", "");
    if (kind == "asset") ids.assets.known.emplace(key, id);
    if (kind == "finding") ids.findings.known.emplace(key, id);
    if (kind == "risk") ids.risks.known.emplace(key, id);
  }
  return ids;
}

Result<void> append_ids(const std::filesystem::path& journal, const Ids& before, const Ids& now) {
  std::string lines;
  const auto add = [&](std::string_view kind, const auto& old_ids, const auto& new_ids) {
    for (const auto& [key, id] : new_ids.known)
      if (!old_ids.known.contains(key))
        lines += fmt::format(R"({{"kind":"{}","id":"{}","key":"{}"}})"
                             "\n",
                             kind, json_text(id), json_text(key));
  };
  add("asset", before.assets, now.assets);
  add("finding", before.findings, now.findings);
  add("risk", before.risks, now.risks);
  if (lines.empty()) return {};
  std::ofstream file{journal, std::ios::app};
  file << lines << std::flush;
  if (!file)
    return failure("can't be written", journal.string(), "nothing was changed; check free space and permissions");
  return {};
}

}  // namespace bulkhead

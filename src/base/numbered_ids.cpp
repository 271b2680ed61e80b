#include "base/numbered_ids.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace bulkhead {

IdGiver::IdGiver(NumberedIds& ids) : ids_(ids) {
  for (const auto& [key, id] : ids_.known) {
    if (!id.starts_with(ids_.prefix)) continue;
    std::size_t number = 0;
    const std::string_view digits = std::string_view{id}.substr(ids_.prefix.size());
    std::from_chars(digits.begin(), digits.end(), number);
    last_ = std::max(last_, number);
  }
}

void IdGiver::take(const std::string& id, std::span<const std::string> keys) {
  taken_.insert(id);
  for (const std::string& key : keys) ids_.known.emplace(key, id);
}

std::optional<std::string> IdGiver::known(std::span<const std::string> keys) {
  for (const std::string& key : keys) {
    const auto found = ids_.known.find(key);
    if (found == ids_.known.end() || taken_.contains(found->second)) continue;
    std::string id = found->second;
    take(id, keys);
    return id;
  }
  return std::nullopt;
}

std::string IdGiver::give(std::span<const std::string> keys) {
  if (auto before = known(keys)) return *before;
  std::string digits = std::to_string(++last_);
  if (digits.size() < ids_.digits) digits.insert(0, ids_.digits - digits.size(), '0');
  std::string id = ids_.prefix + digits;
  taken_.insert(id);
  for (const std::string& key : keys) ids_.known.insert_or_assign(key, id);  // what was one thing with another parts
  return id;
}

}  // namespace bulkhead

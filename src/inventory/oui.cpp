#include "inventory/oui.h"

#include <fstream>
#include <string_view>
#include <unordered_map>

#include "base/text.h"

namespace bulkhead {

namespace {

constexpr const char* list_path = "/usr/share/ieee-data/oui.txt";

/// Lines such as `28-6F-B9   (hex)		Nokia Shanghai Bell Co., Ltd.`
std::unordered_map<std::uint32_t, std::string> read_list() {
  std::unordered_map<std::uint32_t, std::string> organisations;
  std::ifstream file{list_path};
  for (std::string line; std::getline(file, line);) {
    const std::size_t mark = line.find("(hex)");
    if (mark == std::string::npos || line.size() < 8) continue;
    const auto prefix = parse_mac(line.substr(0, 8) + "-00-00-00");
    if (!prefix) continue;
    const std::uint32_t key = static_cast<std::uint32_t>(prefix->octets[0]) << 16U |
                              static_cast<std::uint32_t>(prefix->octets[1]) << 8U | prefix->octets[2];
    organisations.emplace(key, plain_text(trimmed(std::string_view{line}.substr(mark + 5)), 128));
  }
  return organisations;
}

const std::unordered_map<std::uint32_t, std::string>& list() {
  static const auto organisations = read_list();
  return organisations;
}

}  // namespace

std::optional<std::string> organisation_of(const MacAddress& mac) {
  if (mac.is_local() || mac.is_group()) return std::nullopt;
  const std::uint32_t key = static_cast<std::uint32_t>(mac.octets[0]) << 16U |
                            static_cast<std::uint32_t>(mac.octets[1]) << 8U | mac.octets[2];
  const auto found = list().find(key);
  if (found == list().end()) return std::nullopt;
  return found->second;
}

bool has_organisations() {
  return !list().empty();
}

}  // namespace bulkhead

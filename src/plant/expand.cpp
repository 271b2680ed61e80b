#include "plant/expand.h"

#include <charconv>

namespace bulkhead::plant {

std::string expanded(std::string_view text, std::int64_t number) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    out += text.substr(0, close == std::string_view::npos ? text.size() : open);
    if (close == std::string_view::npos) break;
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    std::int64_t base = 0;
    const std::string_view sum = inside.ends_with("+n") ? inside.substr(0, inside.size() - 2) : std::string_view{};
    if (inside == "n") {
      out += std::to_string(number);
    } else if (inside == "nn") {
      out += (number < 10 ? "0" : "") + std::to_string(number);
    } else if (!sum.empty() &&
               std::from_chars(sum.data(), std::to_address(sum.end()), base).ptr == std::to_address(sum.end())) {
      out += std::to_string(base + number);
    } else {
      out += text.substr(open, close - open + 1);
    }
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace bulkhead::plant

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
    const std::size_t plus = inside.find('+');
    const std::string_view letters = plus == std::string_view::npos ? inside : inside.substr(plus + 1);
    const std::string_view base = plus == std::string_view::npos ? std::string_view{"0"} : inside.substr(0, plus);
    std::int64_t value = 0;
    const bool is_number = std::from_chars(std::to_address(base.begin()), std::to_address(base.end()), value).ptr ==
                           std::to_address(base.end());
    value += number;
    if (is_number && letters == "n") out += std::to_string(value);
    else if (is_number && letters == "nn") out += (value < 10 ? "0" : "") + std::to_string(value);
    else out += text.substr(open, close - open + 1);
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace bulkhead::plant

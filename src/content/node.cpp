#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/text.h"
#include "content/yaml.h"

namespace bulkhead {

namespace {

const std::string no_file;

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

/// Levenshtein distance, for words of a few dozen letters.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

template <class T>
Result<std::optional<T>> present(Result<T> result) {
  if (!result) return std::unexpected(std::move(result).error());
  return std::optional<T>{*std::move(result)};
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > 64) return {};
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : known) {
    const std::size_t edits = distance(lower(word), lower(candidate));
    if (edits >= best) continue;
    best = edits;
    found = candidate;
  }
  return std::string(found);
}

const std::string& Node::file() const noexcept {
  return file_ ? *file_ : no_file;
}

std::string Node::place() const {
  if (line_ == 0) return file();
  return file() + ":" + std::to_string(line_) + ":" + std::to_string(column_);
}

std::unexpected<Error> Node::error(std::string message, std::string hint) const {
  return failure(std::move(message), place(), std::move(hint));
}

std::string Node::found() const {
  switch (kind_) {
    case Kind::null: return "nothing";
    case Kind::scalar: return "'" + plain_text(text_, 64) + "'";
    case Kind::sequence: return "a list";
    case Kind::map: return "a map";
  }
  return "nothing";
}

Result<std::string> Node::as_text() const {
  if (kind_ != Kind::scalar) return error("expected text, found " + found());
  return text_;
}

Result<double> Node::as_number() const {
  double value = 0;
  const char* const end = std::to_address(text_.end());
  const auto [stop, fault] = std::from_chars(std::to_address(text_.begin()), end, value);
  if (kind_ != Kind::scalar || fault != std::errc{} || stop != end || !std::isfinite(value))
    return error("expected a number, found " + found());
  return value;
}

Result<std::int64_t> Node::as_integer(std::int64_t least, std::int64_t most) const {
  std::string_view digits = text_;
  int base = 10;
  if (digits.starts_with("0x")) {
    digits.remove_prefix(2);
    base = 16;
  }
  std::int64_t value = 0;
  const char* const end = std::to_address(digits.end());
  const auto [stop, fault] = std::from_chars(std::to_address(digits.begin()), end, value, base);
  const bool is_number = kind_ == Kind::scalar && fault == std::errc{} && stop == end;
  if (is_number && value >= least && value <= most) return value;
  std::string expected = "expected a whole number";
  if (least != INT64_MIN && most != INT64_MAX)
    expected += " from " + std::to_string(least) + " to " + std::to_string(most);
  else if (least != INT64_MIN) expected += " of at least " + std::to_string(least);
  else if (most != INT64_MAX) expected += " of at most " + std::to_string(most);
  return error(expected + ", found " + found());
}

Result<bool> Node::as_truth() const {
  if (kind_ == Kind::scalar && !quoted_) {
    if (text_ == "true") return true;
    if (text_ == "false") return false;
  }
  return error("expected true or false, found " + found());
}

Result<std::span<const Node>> Node::as_list() const {
  if (kind_ == Kind::null || kind_ == Kind::sequence) return items();
  return error("expected a list, found " + found());
}

Result<std::vector<std::string>> Node::as_texts() const {
  if (kind_ == Kind::scalar) return std::vector<std::string>{text_};
  TRY(const std::span<const Node> nodes, as_list());
  std::vector<std::string> texts;
  texts.reserve(nodes.size());
  for (const Node& node : nodes) {
    TRY(std::string text, node.as_text());
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<double>> Node::as_numbers() const {
  TRY(const std::span<const Node> nodes, as_list());
  std::vector<double> numbers;
  numbers.reserve(nodes.size());
  for (const Node& node : nodes) {
    TRY(const double number, node.as_number());
    numbers.push_back(number);
  }
  return numbers;
}

std::span<const Node> Node::items() const noexcept {
  return kind_ == Kind::sequence ? std::span<const Node>(children_) : std::span<const Node>();
}

std::vector<Node::Entry> Node::entries() const {
  std::vector<Entry> entries;
  entries.reserve(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) entries.push_back({keys_[i], children_[i]});
  return entries;
}

const Node* Node::find(std::string_view key) const noexcept {
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i].text == key) return children_[i].is_null() ? nullptr : &children_[i];
  return nullptr;
}

Result<const Node*> Node::at(std::string_view key) const {
  if (kind_ != Kind::map) return error("expected a map with '" + std::string(key) + "', found " + found());
  if (const Node* child = find(key)) return child;
  return error("'" + std::string(key) + "' is missing", "add '" + std::string(key) + ":' here");
}

Result<std::string> Node::text(std::string_view key) const {
  TRY(const Node* const child, at(key));
  return child->as_text();
}

Result<double> Node::number(std::string_view key) const {
  TRY(const Node* const child, at(key));
  return child->as_number();
}

Result<std::int64_t> Node::integer(std::string_view key, std::int64_t least, std::int64_t most) const {
  TRY(const Node* const child, at(key));
  return child->as_integer(least, most);
}

Result<bool> Node::truth(std::string_view key) const {
  TRY(const Node* const child, at(key));
  return child->as_truth();
}

Result<std::span<const Node>> Node::list(std::string_view key) const {
  TRY(const Node* const child, at(key));
  return child->as_list();
}

Result<std::vector<std::string>> Node::texts(std::string_view key) const {
  TRY(const Node* const child, at(key));
  return child->as_texts();
}

Result<std::optional<std::string>> Node::optional_text(std::string_view key) const {
  const Node* const child = find(key);
  if (child == nullptr) return std::optional<std::string>{};
  return present(child->as_text());
}

Result<std::optional<double>> Node::optional_number(std::string_view key) const {
  const Node* const child = find(key);
  if (child == nullptr) return std::optional<double>{};
  return present(child->as_number());
}

Result<std::optional<std::int64_t>> Node::optional_integer(std::string_view key, std::int64_t least,
                                                           std::int64_t most) const {
  const Node* const child = find(key);
  if (child == nullptr) return std::optional<std::int64_t>{};
  return present(child->as_integer(least, most));
}

Result<std::optional<bool>> Node::optional_truth(std::string_view key) const {
  const Node* const child = find(key);
  if (child == nullptr) return std::optional<bool>{};
  return present(child->as_truth());
}

Result<std::span<const Node>> Node::optional_list(std::string_view key) const {
  const Node* const child = find(key);
  if (child == nullptr) return std::span<const Node>{};
  return child->as_list();
}

Result<std::vector<std::string>> Node::optional_texts(std::string_view key) const {
  const Node* const child = find(key);
  if (child == nullptr) return std::vector<std::string>{};
  return child->as_texts();
}

Result<void> Node::only_keys(std::span<const std::string_view> known) const {
  if (kind_ != Kind::map) return error("expected a map with the keys " + joined(known) + ", found " + found());
  for (const Key& key : keys_) {
    if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    const std::string meant = nearest(key.text, known);
    const std::string place = file() + ":" + std::to_string(key.line) + ":" + std::to_string(key.column);
    return failure("'" + plain_text(key.text, 64) + "' is not a key here", place,
                   meant.empty() ? "the keys here are " + joined(known) : "did you mean '" + meant + "'?");
  }
  return {};
}

}  // namespace bulkhead

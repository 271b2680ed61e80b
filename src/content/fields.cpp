#include <algorithm>

#include "base/text.h"
#include "content/yaml.h"

namespace bulkhead {

namespace {

const Node null_node;

Result<std::size_t> index_of(const Node& node, std::span<const std::string_view> choices) {
  TRY(const std::string text, node.as_text());
  const auto found = std::find(choices.begin(), choices.end(), text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string all;
  for (const std::string_view choice : choices) all += (all.empty() ? "" : ", ") + std::string(choice);
  const std::string meant = nearest(text, choices);
  return node.error("expected one of " + all + ", found '" + plain_text(text, 64) + "'",
                    meant.empty() ? "" : "did you mean '" + meant + "'?");
}

}  // namespace

Fields::Fields(const Node& node) : node_(node) {
  if (!node.is_map()) fail(node, node.is_null() ? "expected a map, found nothing" : "expected a map");
}

template <class T>
T Fields::keep(Result<T> result) {
  if (result) return *std::move(result);
  fail(result.error());
  return T{};
}

std::string Fields::text(std::string_view key) {
  allow(key);
  return keep(node_.text(key));
}
double Fields::number(std::string_view key) {
  allow(key);
  return keep(node_.number(key));
}
std::int64_t Fields::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  allow(key);
  return keep(node_.integer(key, least, most));
}
bool Fields::truth(std::string_view key) {
  allow(key);
  return keep(node_.truth(key));
}
std::vector<std::string> Fields::texts(std::string_view key) {
  allow(key);
  return keep(node_.texts(key));
}
std::span<const Node> Fields::list(std::string_view key) {
  allow(key);
  return keep(node_.list(key));
}

const Node& Fields::node(std::string_view key) {
  allow(key);
  const Node* const child = keep(node_.at(key));
  return child == nullptr ? null_node : *child;
}

std::size_t Fields::choice(std::string_view key, std::initializer_list<std::string_view> choices) {
  const Node& child = node(key);
  if (!ok()) return 0;
  return keep(index_of(child, {choices.begin(), choices.size()}));
}

std::optional<std::string> Fields::optional_text(std::string_view key) {
  allow(key);
  return keep(node_.optional_text(key));
}
std::optional<double> Fields::optional_number(std::string_view key) {
  allow(key);
  return keep(node_.optional_number(key));
}
std::optional<std::int64_t> Fields::optional_integer(std::string_view key, std::int64_t least, std::int64_t most) {
  allow(key);
  return keep(node_.optional_integer(key, least, most));
}
std::optional<bool> Fields::optional_truth(std::string_view key) {
  allow(key);
  return keep(node_.optional_truth(key));
}
std::vector<std::string> Fields::optional_texts(std::string_view key) {
  allow(key);
  return keep(node_.optional_texts(key));
}
std::span<const Node> Fields::optional_list(std::string_view key) {
  allow(key);
  return keep(node_.optional_list(key));
}

std::vector<double> Fields::optional_numbers(std::string_view key) {
  const Node* const child = optional_node(key);
  return child == nullptr ? std::vector<double>{} : keep(child->as_numbers());
}

const Node* Fields::optional_node(std::string_view key) {
  allow(key);
  return node_.find(key);
}

std::optional<std::size_t> Fields::optional_choice(std::string_view key,
                                                   std::initializer_list<std::string_view> choices) {
  const Node* const child = optional_node(key);
  if (child == nullptr) return std::nullopt;
  return keep(index_of(*child, {choices.begin(), choices.size()}));
}

void Fields::fail(const Node& at, std::string message, std::string hint) {
  if (!error_) error_ = at.error(std::move(message), std::move(hint)).error();
}

void Fields::fail(const Error& error) {
  if (!error_) error_ = error;
}

Result<void> Fields::done() const {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  // A misspelt key is the likely cause of a missing one, and the more useful thing to say.
  if (node_.is_map())
    if (Result<void> keys = node_.only_keys(known); !keys) return keys;
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace bulkhead

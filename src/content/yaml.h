#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bulkhead {

/// What a YAML file may at most be. Larger, deeper or more widely aliased input is refused with its place.
struct YamlBounds {
  static constexpr std::size_t bytes = 16U << 20U;       ///< Of the file.
  static constexpr std::size_t depth = 32;               ///< Of maps and sequences in each other.
  static constexpr std::size_t nodes = 2'000'000;        ///< After every alias was expanded.
  static constexpr std::size_t text_bytes = 64U << 20U;  ///< Of all scalars, after every alias was expanded.
};

/// One value of a YAML file (1.2 core schema), with the place where it stands. A tree that owns itself: it outlives the
/// text it was read from. Aliases are expanded, merge keys (`<<`) are applied, keys of a map keep their order and are
/// unique.
class Node {
 public:
  enum class Kind : std::uint8_t { null, scalar, sequence, map };

  /// A key of a map and where it stands.
  struct Key {
    std::string text;
    std::uint32_t line = 0, column = 0;
  };
  struct Entry {
    const Key& key;
    const Node& value;
  };

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
  [[nodiscard]] bool is_map() const noexcept { return kind_ == Kind::map; }
  [[nodiscard]] bool is_sequence() const noexcept { return kind_ == Kind::sequence; }
  [[nodiscard]] bool is_scalar() const noexcept { return kind_ == Kind::scalar; }

  [[nodiscard]] const std::string& file() const noexcept;
  [[nodiscard]] std::uint32_t line() const noexcept { return line_; }      ///< From 1; 0 for a node of no file.
  [[nodiscard]] std::uint32_t column() const noexcept { return column_; }  ///< From 1, in bytes.
  /// "site.yml:12:3".
  [[nodiscard]] std::string place() const;
  /// An error at this node, for what only the caller can judge.
  [[nodiscard]] std::unexpected<Error> error(std::string message, std::string hint = {}) const;

  // The value itself. The errors name what was expected and what stands there.
  [[nodiscard]] Result<std::string> as_text() const;  ///< Any scalar, as written.
  [[nodiscard]] Result<double> as_number() const;     ///< Finite.
  /// Decimal, or hexadecimal after 0x.
  [[nodiscard]] Result<std::int64_t> as_integer(std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX) const;
  [[nodiscard]] Result<bool> as_truth() const;                      ///< true or false, not in quotes.
  [[nodiscard]] Result<std::span<const Node>> as_list() const;      ///< A sequence; null is an empty one.
  [[nodiscard]] Result<std::vector<std::string>> as_texts() const;  ///< A sequence of scalars, or one scalar alone.
  [[nodiscard]] Result<std::vector<double>> as_numbers() const;

  /// Elements of a sequence; empty for anything else.
  [[nodiscard]] std::span<const Node> items() const noexcept;
  /// Entries of a map in their order; empty for anything else. Views into this node.
  [[nodiscard]] std::vector<Entry> entries() const;

  /// The value of a key; null where this is no map, or has no such key, or the key has no value.
  [[nodiscard]] const Node* find(std::string_view key) const noexcept;
  /// The value of a key that must be there.
  [[nodiscard]] Result<const Node*> at(std::string_view key) const;

  // The value of a key that must be there, as a type. A list is a view into this node: take it out of its Result (TRY)
  // before a loop, since `for (... : *node.list(key))` outlives the Result it looks into.
  [[nodiscard]] Result<std::string> text(std::string_view key) const;
  [[nodiscard]] Result<double> number(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key, std::int64_t least = INT64_MIN,
                                             std::int64_t most = INT64_MAX) const;
  [[nodiscard]] Result<bool> truth(std::string_view key) const;
  [[nodiscard]] Result<std::span<const Node>> list(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key) const;

  // The same, empty where the key is not there or has no value.
  [[nodiscard]] Result<std::optional<std::string>> optional_text(std::string_view key) const;
  [[nodiscard]] Result<std::optional<double>> optional_number(std::string_view key) const;
  [[nodiscard]] Result<std::optional<std::int64_t>> optional_integer(std::string_view key,
                                                                     std::int64_t least = INT64_MIN,
                                                                     std::int64_t most = INT64_MAX) const;
  [[nodiscard]] Result<std::optional<bool>> optional_truth(std::string_view key) const;
  [[nodiscard]] Result<std::span<const Node>> optional_list(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::string>> optional_texts(std::string_view key) const;

  /// A copy of which every scalar was changed by `change`; keys and places stay.
  template <class Change>
  [[nodiscard]] Node with_texts(const Change& change) const {
    Node copy = *this;
    copy.change_texts(change);
    return copy;
  }

  /// Refuses a key that is not in `known`, and names the nearest one that is.
  [[nodiscard]] Result<void> only_keys(std::span<const std::string_view> known) const;
  [[nodiscard]] Result<void> only_keys(std::initializer_list<std::string_view> known) const {
    return only_keys(std::span<const std::string_view>(known.begin(), known.size()));
  }

 private:
  friend class YamlBuilder;
  [[nodiscard]] std::string found() const;
  template <class Change>
  void change_texts(const Change& change) {  // depth is bounded where nodes are made
    if (kind_ == Kind::scalar) text_ = change(std::string_view(text_));
    for (Node& child : children_) child.change_texts(change);
  }

  Kind kind_ = Kind::null;
  bool quoted_ = false;
  std::uint32_t line_ = 0, column_ = 0;
  std::shared_ptr<const std::string> file_;
  std::string text_;
  std::vector<Key> keys_;  // one for each child of a map
  std::vector<Node> children_;
};

/// Reads a map in straight lines and asks once: the first thing that is wrong is kept, later reads give empty values.
/// Every key that was asked for is known, every other key is an error of `done()`, with the nearest known key as its
/// hint.
///
///     Fields fields{node};
///     zone.name = fields.text("name");
///     zone.level = fields.optional_number("level");
///     if (const auto read = fields.done(); !read) return std::unexpected(read.error());
class Fields {
 public:
  /// `node` must outlive this.
  explicit Fields(const Node& node);

  std::string text(std::string_view key);
  double number(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX);
  bool truth(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  std::span<const Node> list(std::string_view key);
  /// The value of a key that must be there; a null node where it is not.
  const Node& node(std::string_view key);
  /// One of `choices`, as its index.
  std::size_t choice(std::string_view key, std::initializer_list<std::string_view> choices);

  std::optional<std::string> optional_text(std::string_view key);
  std::optional<double> optional_number(std::string_view key);
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least = INT64_MIN,
                                               std::int64_t most = INT64_MAX);
  std::optional<bool> optional_truth(std::string_view key);
  std::vector<std::string> optional_texts(std::string_view key);
  std::vector<double> optional_numbers(std::string_view key);
  std::span<const Node> optional_list(std::string_view key);
  const Node* optional_node(std::string_view key);
  std::optional<std::size_t> optional_choice(std::string_view key, std::initializer_list<std::string_view> choices);

  /// A key that is known and that somebody else reads.
  void allow(std::string_view key) { known_.emplace_back(key); }
  /// Keeps an error of the caller's own, unless there was one before.
  void fail(const Node& at, std::string message, std::string hint = {});
  void fail(const Error& error);
  [[nodiscard]] bool ok() const noexcept { return !error_; }
  [[nodiscard]] const Node& whole() const noexcept { return node_; }
  /// The first error, or else the first key that nobody asked for.
  [[nodiscard]] Result<void> done() const;

 private:
  template <class T>
  T keep(Result<T> result);

  const Node& node_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

/// Reads YAML text; `file_name` is what places will say. An empty text is a null node. One document only.
Result<Node> parse_yaml(std::string_view text, std::string_view file_name);
/// Reads a YAML file; places say its path as given.
Result<Node> read_yaml(const std::filesystem::path& path);

/// The one of `known` that a person most likely meant; empty where none is near.
std::string nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace bulkhead

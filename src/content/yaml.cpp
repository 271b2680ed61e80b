// The one file that sees yaml-cpp. Its event interface is used, not its nodes: events let depth, number and size be
// bounded while the text is read, so that a file of a few hundred bytes that expands to gigabytes by aliases costs
// nothing, and they say where every key and value stands.

#include "content/yaml.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>  // NOLINT(bugprone-forward-declaration-namespace): its Node is not ours

#include "base/text.h"

namespace bulkhead {

namespace {

struct Refused {
  Error error;
};

std::string place_of(const std::string& file, const YAML::Mark& mark) {
  return file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

bool is_null_word(const std::string& text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

}  // namespace

/// Builds a tree from events; throws `Refused`, which parse_yaml catches.
class YamlBuilder final : public YAML::EventHandler {
 public:
  explicit YamlBuilder(std::string_view file_name) : file_(std::make_shared<const std::string>(file_name)) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(mark, "expected one document, found a second one", "remove the line '---'");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(node_at(mark, Node::Kind::null), anchor, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "an alias stands inside of what it refers to", "write the value out");
    count(mark, found->second.nodes, found->second.text_bytes);
    finish(found->second.node, 0, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool is_plain = tag == "?" || tag.empty();
    Node node = node_at(mark, is_plain && is_null_word(value) ? Node::Kind::null : Node::Kind::scalar);
    count(mark, 0, value.size());
    node.quoted_ = !is_plain;
    if (node.kind_ == Node::Kind::scalar || expects_key()) node.text_ = value;
    finish(std::move(node), anchor, mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, Node::Kind::sequence, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, Node::Kind::map, anchor);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] Node take() { return std::move(root_); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    YAML::Mark mark;
    std::size_t nodes_before = 0, text_bytes_before = 0;
    bool has_key = false;
    Node::Key key;
    std::vector<Node> merged;  ///< Values of `<<`.
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 0, text_bytes = 0;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message, std::string hint = {}) const {
    throw Refused{Error{std::move(message), place_of(*file_, mark), std::move(hint)}};
  }

  void count(const YAML::Mark& mark, std::size_t nodes, std::size_t text_bytes) {
    nodes_ += nodes;
    text_bytes_ += text_bytes;
    if (nodes_ > YamlBounds::nodes || text_bytes_ > YamlBounds::text_bytes)
      refuse(mark, "the file grows beyond its bound here, with aliases expanded",
             "use fewer aliases, or split the file");
  }

  [[nodiscard]] bool expects_key() const {
    return !open_.empty() && open_.back().node.kind_ == Node::Kind::map && !open_.back().has_key;
  }

  Node node_at(const YAML::Mark& mark, Node::Kind kind) {
    count(mark, 1, 0);
    Node node;
    node.kind_ = kind;
    node.file_ = file_;
    node.line_ = static_cast<std::uint32_t>(mark.line + 1);
    node.column_ = static_cast<std::uint32_t>(mark.column + 1);
    return node;
  }

  void open(const YAML::Mark& mark, Node::Kind kind, YAML::anchor_t anchor) {
    if (expects_key()) refuse(mark, "expected a word as key, found a list or a map");
    if (open_.size() >= YamlBounds::depth)
      refuse(mark, "lists and maps stand more than " + std::to_string(YamlBounds::depth) + " deep in each other");
    const std::size_t nodes_before = nodes_;
    open_.push_back({node_at(mark, kind), anchor, mark, nodes_before, text_bytes_, false, {}, {}});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    for (const Node& merged : done.merged) merge(done, merged);
    Node node = std::move(done.node);
    if (done.anchor != 0)
      anchors_[done.anchor] = {node, nodes_ - done.nodes_before, text_bytes_ - done.text_bytes_before};
    add(std::move(node), done.mark);
  }

  void finish(Node node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != 0) anchors_[anchor] = {node, 1, node.text_.size()};
    add(std::move(node), mark);
  }

  /// `<<`: what the map does not say itself, it takes from the merged map, the first one first.
  void merge(Open& into, const Node& from) {
    if (from.kind_ == Node::Kind::sequence) {
      for (const Node& each : from.children_) {
        if (each.kind_ != Node::Kind::map) refuse(into.mark, "expected a map after '<<'");
        merge(into, each);
      }
      return;
    }
    if (from.kind_ != Node::Kind::map) refuse(into.mark, "expected a map after '<<'");
    for (std::size_t i = 0; i < from.keys_.size(); ++i) {
      if (has(into.node, from.keys_[i].text)) continue;
      into.node.keys_.push_back(from.keys_[i]);
      into.node.children_.push_back(from.children_[i]);
    }
  }

  static bool has(const Node& map, const std::string& key) {
    return std::ranges::any_of(map.keys_, [&](const Node::Key& each) { return each.text == key; });
  }

  void add(Node node, const YAML::Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind_ == Node::Kind::sequence) return parent.node.children_.push_back(std::move(node));
    if (!parent.has_key) {
      if (node.kind_ == Node::Kind::sequence || node.kind_ == Node::Kind::map)
        refuse(mark, "expected a word as key, found a list or a map");
      parent.key = {std::move(node.text_), node.line_, node.column_};
      parent.has_key = true;
      if (parent.node.keys_.size() < small_map ? has(parent.node, parent.key.text)
                                               : !seen_[open_.size()].emplace(parent.key.text, 0).second)
        refuse(mark, "'" + plain_text(parent.key.text, 64) + "' stands twice in this map", "remove or rename one");
      return;
    }
    parent.has_key = false;
    if (parent.key.text == "<<") return parent.merged.push_back(std::move(node));
    parent.node.keys_.push_back(std::move(parent.key));
    parent.node.children_.push_back(std::move(node));
    if (parent.node.keys_.size() != small_map) return;
    auto& seen = seen_[open_.size()];  // from here on, a table instead of looking through all keys
    seen.clear();
    for (const Node::Key& key : parent.node.keys_) seen.emplace(key.text, 0);
  }

  static constexpr std::size_t small_map = 16;

  std::shared_ptr<const std::string> file_;
  Node root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::map<std::size_t, std::map<std::string, int>> seen_;  // by depth: keys of the large map that is open there
  std::size_t nodes_ = 0, text_bytes_ = 0;
  unsigned documents_ = 0;
};

Result<Node> parse_yaml(std::string_view text, std::string_view file_name) {
  const std::string file(file_name);
  if (text.size() > YamlBounds::bytes)
    return failure("the file has more than " + std::to_string(YamlBounds::bytes >> 20U) + " MiB", file, "split it");
  if (!is_utf8(text)) return failure("expected UTF-8 text", file, "save it as UTF-8");
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlBuilder builder(file_name);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refused& refused) {
    return std::unexpected(refused.error);
  } catch (const YAML::Exception& exception) {
    const std::string place = exception.mark.is_null() ? file : place_of(file, exception.mark);
    return failure("not valid YAML: " + plain_text(exception.msg, 256), place);
  } catch (const std::exception& exception) {
    return failure("the file could not be read as YAML: " + plain_text(exception.what(), 256), file);
  }
}

Result<Node> read_yaml(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return failure("the file cannot be opened", path.string(), "check its name and its permissions");
  std::string text;
  text.resize(YamlBounds::bytes + 1);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_yaml(text, path.string());
}

}  // namespace bulkhead

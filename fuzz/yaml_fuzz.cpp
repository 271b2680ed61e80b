// YAML text: no crash, no unbounded growth, and every node has a place.

#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "content/yaml.h"

using namespace bulkhead;

namespace {

void walk(const Node& node) {
  if (node.line() == 0 && !node.is_null()) std::abort();
  (void)node.as_text();
  (void)node.as_number();
  (void)node.as_integer();
  for (const Node& item : node.items()) walk(item);
  for (const Node::Entry& entry : node.entries()) walk(entry.value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Node> node = parse_yaml(Reader{{data, size}}.text(size), "fuzz.yml");
  if (node) walk(*node);
  return 0;
}

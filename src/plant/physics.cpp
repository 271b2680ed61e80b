#include "plant/physics.h"

#include "base/text.h"
#include "base/time.h"

namespace bulkhead::plant {

Result<Physics> Physics::make(const std::vector<Node>& parts, std::uint64_t seed) {
  Physics physics;
  physics.seed_ = seed;
  physics.parts_ = parts;
  for (const Node& part : parts)
    if (const auto added = physics.add(part); !added) return std::unexpected(added.error());
  if (const auto started = physics.restart(0, {}, 0); !started) return std::unexpected(started.error());
  return physics;
}

Result<void> Physics::add(const Node& part) {
  if (const auto keys = part.only_keys({"signals", "blocks"}); !keys) return keys;
  if (const Node* const signals = part.find("signals"))
    for (const Node::Entry& entry : signals->entries()) {
      TRY(const double value, entry.value.as_number());
      if (!names_.emplace(entry.key.text, start_.size()).second)
        return entry.value.error("signal '" + plain_text(entry.key.text, 64) + "' is defined twice");
      start_.push_back(value);
    }
  TRY(const auto blocks, part.optional_list("blocks"));
  for (const Node& block : blocks) {
    TRY(const std::string name, block.text("name"));
    TRY(const auto start, block.optional_number("start"));
    if (!names_.emplace(name, start_.size()).second)
      return block.error("signal '" + plain_text(name, 64) + "' is defined twice");
    start_.push_back(start.value_or(0));
  }
  return {};
}

Result<void> Physics::add_blocks(const Node& part) {
  const Wiring wiring{names_};
  TRY(const auto blocks, part.optional_list("blocks"));
  for (const Node& node : blocks) {
    TRY(const std::string name, node.text("name"));
    TRY(std::unique_ptr<Block> block, make_block(node, wiring));
    blocks_.push_back({names_.find(name)->second, std::move(block)});
  }
  return {};
}

Result<void> Physics::restart(std::int64_t start_ns, const std::map<std::string, double>& signals, double settle_s) {
  blocks_.clear();
  for (const Node& part : parts_)
    if (const auto added = add_blocks(part); !added) return added;
  values_ = start_;
  random_ = Random(seed_, "physics");
  for (const auto& [name, value] : signals) {
    const auto found = signal(name);
    if (!found) return failure("signal '" + plain_text(name, 64) + "' is not defined", {}, "add it under 'physics'");
    values_[*found] = value;
  }
  time_ns_ = start_ns - static_cast<std::int64_t>(settle_s * 1e9);
  run_to(start_ns);
  return {};
}

void Physics::run_to(std::int64_t time_ns) {
  while (time_ns_ + step_ns <= time_ns) step();
}

void Physics::step() {
  time_ns_ += step_ns;
  const double time_s = static_cast<double>(time_ns_ % (86'400 * second_ns)) / 1e9;
  for (const Placed& placed : blocks_)
    values_[placed.signal] = placed.block->next(values_, values_[placed.signal], 1e-9 * step_ns, time_s, random_);
}

std::optional<std::size_t> Physics::signal(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

}  // namespace bulkhead::plant

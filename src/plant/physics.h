#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/yaml.h"
#include "plant/random.h"

namespace bulkhead::plant {

/// Where a block gets a number from: a signal, or a constant.
struct Input {
  std::optional<std::size_t> signal;
  double constant = 0;
};

/// One piece of plant: computes the next value of its signal from others. Blocks run in the order of the plant file,
/// once a step, so a block sees the new values of those above it and the last values of those below.
class Block {
 public:
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  virtual ~Block() = default;
  /// `values` holds all signals; `own` is the block's signal. `time_s` counts from midnight of the plant's day.
  virtual double next(const std::vector<double>& values, double own, double step_s, double time_s, Random& random) = 0;
};

/// The process: named signals, some of them moved by blocks, the rest set by people, programs and tags.
class Physics {
 public:
  /// `parts`: maps with `signals` (name: start value) and `blocks`. Fails where a block is unknown or names no signal.
  static Result<Physics> make(const std::vector<Node>& parts, std::uint64_t seed);

  /// Starts again at `start_ns` (UTC) from the values of the file, changed by `signals`, after `settle_s` of running.
  Result<void> restart(std::int64_t start_ns, const std::map<std::string, double>& signals, double settle_s);
  /// Runs up to `time_ns`.
  void run_to(std::int64_t time_ns);

  [[nodiscard]] std::optional<std::size_t> signal(std::string_view name) const;
  [[nodiscard]] double value(std::size_t signal) const { return values_[signal]; }
  void set(std::size_t signal, double value) { values_[signal] = value; }

 private:
  struct Placed {
    std::size_t signal;
    std::unique_ptr<Block> block;
  };
  Result<void> add(const Node& part);
  Result<void> add_blocks(const Node& part);
  void step();

  static constexpr std::int64_t step_ns = 100'000'000;
  std::map<std::string, std::size_t, std::less<>> names_;
  std::vector<double> start_, values_;
  std::vector<Placed> blocks_;
  std::vector<Node> parts_;
  std::int64_t time_ns_ = 0;
  std::uint64_t seed_ = 0;
  Random random_{0};
};

/// Makes the block that `node` describes; `find` turns a key's value into an input. See blocks.cpp for the kinds.
class Wiring {
 public:
  explicit Wiring(const std::map<std::string, std::size_t, std::less<>>& names) : names_(names) {}
  /// Reads the input `key`: a number or the name of a signal.
  Input input(Fields& fields, std::string_view key, std::optional<double> otherwise = std::nullopt) const;
  [[nodiscard]] std::optional<std::size_t> signal(std::string_view name) const;
  std::vector<std::pair<Input, double>> terms(Fields& fields, std::string_view key) const;

 private:
  const std::map<std::string, std::size_t, std::less<>>& names_;
};
Result<std::unique_ptr<Block>> make_block(const Node& node, const Wiring& wiring);

}  // namespace bulkhead::plant

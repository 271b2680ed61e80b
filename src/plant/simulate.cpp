// A run is simulated as a queue of turns in the order of time. Each turn is one whole exchange: its frames are given
// their times at once, also those that lie a little ahead, and captures are sorted in the end. That keeps every
// protocol a few straight lines, at the price that two exchanges of different lines do not wait for each other; on a
// switched network they would not either.

#include "plant/simulate.h"

#include <algorithm>
#include <fstream>
#include <queue>
#include <system_error>

#include "plant/pcap.h"
#include "plant/talk.h"
#include "plant/truth.h"

namespace bulkhead::plant {

namespace {

struct Turn {
  std::int64_t time_ns = 0;
  std::size_t talk = 0;
  bool operator>(const Turn& other) const { return std::tie(time_ns, talk) > std::tie(other.time_ns, other.talk); }
};

struct Running {
  const Line* line = nullptr;
  std::unique_ptr<Talk> talk;
  std::int64_t due_ns = 0;  ///< Without jitter.
  std::uint64_t turns = 0;
  Random random{0};
};

/// All lines of a run.
class Stage {
 public:
  explicit Stage(World& world) : world_(world) {}

  Result<void> enter(const Line& line) {
    const auto& runs = line.runs;
    if (!runs.empty() && std::find(runs.begin(), runs.end(), world_.run->id) == runs.end()) return {};
    TRY(std::unique_ptr<Talk> talk, make_talk(world_, line));
    Running running{&line, std::move(talk), 0, 0, Random(world_.seed, world_.run->id + "/turns/" + line.id)};
    const std::int64_t span =
        line.period_ns != 0 ? std::min(line.period_ns, world_.run->duration_ns) : world_.run->duration_ns;
    running.due_ns = world_.run->start_ns + (line.from_ns >= 0 ? line.from_ns : running.random.between(0, span - 1));
    cast_.push_back(std::move(running));
    call(cast_.size() - 1);
    return {};
  }

  Result<void> play() {
    while (!turns_.empty()) {
      const Turn turn = turns_.top();
      turns_.pop();
      world_.physics.run_to(turn.time_ns);
      Running& running = cast_[turn.talk];
      running.talk->turn(turn.time_ns);
      ++running.turns;
      for (const auto& [name, value] : running.line->effect) {
        const auto signal = world_.physics.signal(name);
        if (!signal) return running.line->options.error("effect: signal '" + name + "' is not defined");
        world_.physics.set(*signal, value);
      }
      running.due_ns += running.line->period_ns;
      if (running.turns < running.line->times) call(turn.talk);
    }
    for (Running& running : cast_) running.talk->finish(world_.run->start_ns + world_.run->duration_ns);
    return {};
  }

 private:
  void call(std::size_t index) {
    Running& running = cast_[index];
    const std::int64_t jitter = running.line->jitter_ns == 0 ? 0 : running.random.between(0, running.line->jitter_ns);
    const std::int64_t time = running.due_ns + jitter;
    const std::int64_t into_run = time - world_.run->start_ns;
    const auto& ends = running.line->ends_ns;
    const auto end = ends.find(world_.run->id);
    if (end != ends.end() && into_run >= end->second) return;
    if (into_run < world_.run->duration_ns && into_run < running.line->until_ns) turns_.push({time, index});
  }

  World& world_;
  std::vector<Running> cast_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
};

Result<void> write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.flush();
  if (!stream) return failure("the file cannot be written", path.string(), "check space and permissions");
  return {};
}

}  // namespace

Result<Simulation> simulate(const Plant& plant, const Options& options) {
  std::error_code fault;
  std::filesystem::create_directories(options.output, fault);
  if (fault) return failure("the folder cannot be made: " + fault.message(), options.output.string());
  TRY(World world, World::make(plant, options.seed));
  Truth truth{plant};
  Simulation simulation;
  for (const Run& run : plant.runs) {
    if (const auto begun = world.begin(run); !begun) return std::unexpected(begun.error());
    Stage stage{world};
    for (const Line& line : plant.lines)
      if (const auto entered = stage.enter(line); !entered) return std::unexpected(entered.error());
    if (const auto played = stage.play(); !played) return std::unexpected(played.error());
    const std::vector<std::vector<Taken>> taken = world.wire.take();
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const Capture& capture = run.captures[i];
      PcapFile file;
      for (const Taken& frame : taken[i]) file.add(frame.time_ns, frame.bytes);
      if (const auto written = file.write(options.output / capture.file); !written)
        return std::unexpected(written.error());
      truth.add(run, capture, taken[i]);
      const bool empty = taken[i].empty();
      simulation.captures.push_back({capture.file, run.id, plant.mirrors[capture.mirror].id, taken[i].size(),
                                     empty ? 0 : taken[i].front().time_ns, empty ? 0 : taken[i].back().time_ns});
      simulation.frames += taken[i].size();
    }
  }
  simulation.truth = options.output / "truth.json";
  simulation.site = options.output / "site.yml";
  if (const auto written = write_text(simulation.truth, truth.json(world, options, simulation.captures)); !written)
    return std::unexpected(written.error());
  if (const auto written = write_text(simulation.site, site_yaml(plant)); !written)
    return std::unexpected(written.error());
  return simulation;
}

}  // namespace bulkhead::plant

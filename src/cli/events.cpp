#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "event/flow.h"
#include "event/json.h"
#include "pipeline/clock.h"
#include "pipeline/pipeline.h"

namespace bulkhead {

namespace {

struct EventsOptions {
  std::vector<std::string> files;
  std::vector<std::string> only;
  unsigned workers = 1;
  bool keep_duplicates = false;
  bool flows = false;
};

/// Lines of one shard since the last checkpoint, each with its place on the time line.
class Lines final : public Consumer {
 public:
  struct Line {
    std::uint64_t position, pdu;
    std::string text;
  };
  Lines(const EventsOptions& options, const std::vector<CaptureInput>& inputs) : options_(options), inputs_(inputs) {}

  [[nodiscard]] bool wants(const Schema& schema) const override {
    if (!options_.only.empty())
      return std::any_of(options_.only.begin(), options_.only.end(),
                         [&](const std::string& name) { return schema.name == name || schema.protocol() == name; });
    return options_.flows || (&schema != &FlowView::schema && &schema != &CopySeen::schema);
  }
  void on(const Event& event) override {
    Line line{event.origin.position, event.origin.pdu, {}};
    append_event_line(line.text, event, inputs_[event.origin.capture].name, 6);
    line.text += '\n';
    lines.push_back(std::move(line));
  }
  std::vector<Line> lines;

 private:
  const EventsOptions& options_;
  const std::vector<CaptureInput>& inputs_;
};

void write(std::vector<std::unique_ptr<Lines>>& shards) {
  std::vector<Lines::Line> all;
  for (const auto& shard : shards) {
    std::move(shard->lines.begin(), shard->lines.end(), std::back_inserter(all));
    shard->lines.clear();
  }
  std::stable_sort(all.begin(), all.end(), [](const Lines::Line& a, const Lines::Line& b) {
    return std::tie(a.position, a.pdu) < std::tie(b.position, b.pdu);
  });
  for (const Lines::Line& line : all) std::fwrite(line.text.data(), 1, line.text.size(), stdout);
}

Exit events(const EventsOptions& options) {
  std::vector<CaptureInput> inputs;
  for (const std::string& file : options.files) {
    const auto number = static_cast<std::uint16_t>(inputs.size());
    const std::filesystem::path path{file};
    inputs.push_back({path, path.filename().string(), number, number, 0});
  }
  const auto shared = compare_clocks(inputs);
  if (!shared) return say(shared.error());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const SharedFrames& clock = (*shared)[i];
    if (clock.frames == 0) continue;
    inputs[i].clock_offset_ns = clock.offset_ns;
    inputs[i].space = inputs[clock.reference].space;
    fmt::print(stderr, "{}: shares {} frames with {}; its clock is moved by {:.6f} s\n", plain_text(inputs[i].name),
               clock.frames, plain_text(inputs[clock.reference].name), static_cast<double>(clock.offset_ns) / 1e9);
  }
  std::vector<std::unique_ptr<Lines>> shards;
  for (std::size_t i = 0; i < shard_count; ++i) shards.push_back(std::make_unique<Lines>(options, inputs));
  RunOptions run_options;
  run_options.workers = options.workers;
  run_options.keep_duplicates = options.keep_duplicates;
  run_options.checkpoint = [&] { write(shards); };
  const auto summary =
      run(inputs, run_options, [&](std::size_t shard) { return std::vector<Consumer*>{shards[shard].get()}; });
  if (!summary) return say(summary.error());
  Exit exit = Exit::done;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const CaptureSummary& capture = summary->captures[i];
    if (capture.ending.kind == Ending::Kind::read) continue;
    if (capture.ending.kind == Ending::Kind::not_a_capture) {
      exit = say({"is no capture: " + capture.ending.detail, inputs[i].name, {}});
      continue;
    }
    fmt::print(stderr, "{}: {} after frame {}, byte {}{}{}\n", plain_text(inputs[i].name), name(capture.ending.kind),
               capture.frames, capture.ending.offset, capture.ending.detail.empty() ? "" : ": ",
               plain_text(capture.ending.detail));
  }
  return exit;
}

}  // namespace

void add_events(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<EventsOptions>();
  CLI::App* command =
      app.add_subcommand("events", "Typed events of captures as JSON lines, nothing else on standard output");
  command->add_option("FILE", options->files, "Capture files: pcap, pcapng or snoop, plain, gzip or zstd")->required();
  command->add_option("--only", options->only, "Only these protocols or events (modbus, s7comm.message)");
  command->add_option("--workers", options->workers, "Threads that dissect")->check(CLI::Range(1, 64));
  command->add_flag("--keep-duplicates", options->keep_duplicates, "Count copies of a frame as frames of their own");
  command->add_flag("--flows", options->flows, "Also how each capture saw each conversation, and every copy");
  command->callback([options, &outcome] { outcome.exit = events(*options); });
}

}  // namespace bulkhead

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/result.h"
#include "plant/simulate.h"

namespace bulkhead {

namespace {

struct DemoCommand {
  std::string plant = "alder-vale-dairy";
  std::string output = "bulkhead-demo";
  std::uint64_t seed = 1;
  bool once = false;
  bool model = true;
  bool only_captures = false;
  std::uint16_t port = 0;
};

/// Writes the plant's captures into the site folder, and its model where there is none yet: what a person edited stays.
Result<SiteFolder> make_site(const DemoCommand& command) {
  TRY(const plant::Plant plant, plant::read_plant(command.plant));
  TRY(SiteFolder folder, SiteFolder::open(command.output));
  const std::filesystem::path made = folder.path() / "plant";
  fmt::print(stderr, "Simulating {} ...\n", plain_text(command.plant));
  TRY(const plant::Simulation simulation, plant::simulate(plant, {command.seed, made}));
  for (const plant::CaptureMade& capture : simulation.captures) {
    fmt::print(stderr, "  {:<28} {} frames\n", plain_text(capture.file), capture.frames);
    if (auto added = folder.add_capture(made / capture.file); !added) return std::unexpected(added.error());
  }
  std::error_code error;
  if (command.model && !std::filesystem::exists(folder.site_file(), error))
    std::filesystem::copy_file(simulation.site, folder.site_file(), error);
  if (error) return failure("can't be written: " + error.message(), folder.site_file().string());
  return folder;
}

Exit demo(const DemoCommand& command) {
  const auto folder = make_site(command);
  if (!folder) return say(folder.error());
  if (command.only_captures) return Exit::done;
  AssessCommand assess_command;
  const auto assessment = assess_site(*folder, assess_command);
  if (!assessment) return say(assessment.error());
  print_summary(*assessment, *folder);
  const auto written = write_deliverables(*assessment, *folder);
  if (!written) return say(written.error());
  fmt::print("Report: {}\n", plain_text(written->front().string()));
  if (command.once) return Exit::done;
  return serve_site(*assessment, {command.port, "127.0.0.1"});
}

}  // namespace

void add_demo(CLI::App& app, Outcome& outcome) {
  auto command = std::make_shared<DemoCommand>();
  CLI::App* sub = app.add_subcommand("demo", "A simulated plant, assessed end to end, and the result in the browser");
  sub->add_option("--plant", command->plant, "A built-in plant, or a folder that describes one");
  sub->add_option("--out", command->output, "Site folder to make");
  sub->add_option("--seed", command->seed, "The same seed gives the same bytes");
  sub->add_option("--port", command->port, "Port to serve at; 0 takes a free one");
  sub->add_flag("--once", command->once, "End when the report is there, without serving");
  sub->add_flag("!--no-model", command->model, "Let the model be proposed instead of taking the plant's own");
  sub->add_flag("--captures-only", command->only_captures, "Write the captures and stop");
  sub->callback([command, &outcome] { outcome.exit = demo(*command); });
}

}  // namespace bulkhead

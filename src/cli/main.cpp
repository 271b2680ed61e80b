#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/commands.h"
#include "content/yaml.h"

namespace bulkhead {

Exit say(const Error& error) {
  std::string line = "bulkhead: ";
  if (!error.place.empty()) line += plain_text(error.place) + ": ";
  line += plain_text(error.message);
  if (!error.hint.empty()) line += "\n  " + plain_text(error.hint);
  fmt::print(stderr, "{}\n", line);
  return Exit::bad_input;
}

}  // namespace bulkhead

namespace {

/// A first word that is no option and no command; nothing where all is well.
std::optional<bulkhead::Error> unknown_command(const CLI::App& app, std::span<char* const> arguments) {
  if (arguments.size() < 2 || *arguments[1] == '-') return std::nullopt;
  const std::string word = arguments[1];
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), word) != names.end()) return std::nullopt;
  const std::vector<std::string_view> views{names.begin(), names.end()};
  const std::string meant = bulkhead::nearest(word, views);
  return bulkhead::Error{
      "there is no such command", word,
      meant.empty() ? fmt::format("commands: {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", meant)};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bulkhead;
  CLI::App app{"Bulkhead: from captures of an industrial network to an assessed site. It only listens."};
  app.set_version_flag("--version", std::string{"bulkhead "} + version);
  app.require_subcommand(1);
  Outcome outcome;
  add_events(app, outcome);
  add_schema(app, outcome);
  add_check(app, outcome);
  add_assess(app, outcome);
  add_tables(app, outcome);
  add_report(app, outcome);
  add_serve(app, outcome);
  add_demo(app, outcome);
  if (const auto unknown = unknown_command(app, {argv, static_cast<std::size_t>(argc)}))
    return static_cast<int>(say(*unknown));
  try {  // CLI11 reports by exceptions; they end here
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : static_cast<int>(Exit::bad_input);
  }
  return static_cast<int>(outcome.exit);
}

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/commands.h"

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
  try {  // CLI11 reports by exceptions; they end here
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : static_cast<int>(Exit::bad_input);
  }
  return static_cast<int>(outcome.exit);
}

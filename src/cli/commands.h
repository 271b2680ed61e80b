#pragma once

#include "base/result.h"

namespace CLI {
class App;
}

namespace bulkhead {

/// Exit status (docs/cli.md): 0 done, 1 findings above the threshold asked for, 2 bad usage or input.
enum class Exit : int { done = 0, findings = 1, bad_input = 2 };

/// Each command declares its options, and runs when it was the one chosen. `outcome` is where its result goes.
struct Outcome {
  Exit exit = Exit::done;
};

void add_events(CLI::App& app, Outcome& outcome);
void add_schema(CLI::App& app, Outcome& outcome);
void add_check(CLI::App& app, Outcome& outcome);
void add_assess(CLI::App& app, Outcome& outcome);
void add_report(CLI::App& app, Outcome& outcome);
void add_serve(CLI::App& app, Outcome& outcome);
void add_demo(CLI::App& app, Outcome& outcome);
/// inventory, flows, zones, conduits, findings, risk, captures: one result as table, JSON or CSV.
void add_tables(CLI::App& app, Outcome& outcome);

/// Says an error on standard error, with its place and hint, and gives the exit status for it.
Exit say(const Error& error);

}  // namespace bulkhead

#include "report/tables.h"

#include <array>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "report/filter.h"
#include "report/json.h"

namespace bulkhead {

namespace {

struct TableCommand {
  AssessCommand site;
  std::string table;
  std::string filter;
  std::string format = "text";
};

struct Named {
  const char* command;
  const char* table;
  const char* help;
};

constexpr std::array commands{
    Named{"inventory", "assets", "The assets of a site"},
    Named{"flows", "flows", "Who talks to whom"},
    Named{"zones", "zones", "The zones of the model"},
    Named{"conduits", "conduits", "What may pass between zones, and what does"},
    Named{"findings", "findings", "What is wrong"},
    Named{"risk", "risks", "The risk register"},
    Named{"captures", "captures", "The files that were read, and how each ended"},
};

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40)
    return size.ws_col;
  return 160;
}

Exit show(const TableCommand& command) {
  const auto folder = open_site(command.site);
  if (!folder) return say(folder.error());
  const auto assessment = assess_site(*folder, command.site);
  if (!assessment) return say(assessment.error());
  const View view{*assessment};
  const auto found = table_named(command.table, view);
  if (!found) return say(Error{"no table of that name", command.table, {}});
  const auto rows = filtered(command.filter, *found);
  if (!rows) return say(rows.error());
  if (command.format == "json") fmt::print("{}\n", json_rows(*found, *rows));
  else if (command.format == "csv") fmt::print("{}", csv(*found, *rows));
  else {
    fmt::print("{}", table(*found, *rows, terminal_width()));
    fmt::print("\n{} of {} {}\n", rows->size(), found->rows.size(), lower(found->title));
  }
  return Exit::done;
}

}  // namespace

void add_tables(CLI::App& app, Outcome& outcome) {
  for (const Named& named : commands) {
    auto command = std::make_shared<TableCommand>();
    command->table = named.table;
    CLI::App* sub = app.add_subcommand(named.command, named.help);
    add_site_options(*sub, command->site);
    sub->add_option("-q,--query", command->filter, "Filter line: role:plc -zone:packing level<=2 \"text\"");
    sub->add_option("--format", command->format, "text, json or csv")->check(CLI::IsMember({"text", "json", "csv"}));
    sub->callback([command, &outcome] { outcome.exit = show(*command); });
  }
}

}  // namespace bulkhead

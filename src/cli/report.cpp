#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/result.h"
#include "report/filter.h"
#include "report/html.h"
#include "report/json.h"
#include "report/tables.h"
#include "report/xlsx.h"
#include "server/serve.h"

namespace bulkhead {

namespace {

Result<void> write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text << std::flush;
  if (!file) return failure("can't be written", path.string(), "check free space and permissions");
  std::error_code error;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  return {};
}

Exit run_report(const AssessCommand& command) {
  const auto folder = open_site(command);
  if (!folder) return say(folder.error());
  const auto assessment = assess_site(*folder, command);
  if (!assessment) return say(assessment.error());
  const auto written = write_deliverables(*assessment, *folder);
  if (!written) return say(written.error());
  for (const std::filesystem::path& path : *written) fmt::print("{}\n", plain_text(path.string()));
  return Exit::done;
}

/// Shows the address in the browser where there is a display to show it on.
void open_browser(const std::string& url) {
  if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr)
    return;                                                                // NOLINT(concurrency-mt-unsafe)
  const std::string command = "xdg-open '" + url + "' >/dev/null 2>&1 &";  // the address is our own: no quote in it
  if (std::system(command.c_str()) != 0)
    fmt::print(stderr, "Open {} in a browser.\n", url);  // NOLINT(concurrency-mt-unsafe)
}

struct ServeCommand {
  AssessCommand site;
  ServeOptions options;
};

Exit run_serve(const ServeCommand& command) {
  const auto folder = open_site(command.site);
  if (!folder) return say(folder.error());
  const auto assessment = assess_site(*folder, command.site);
  if (!assessment) return say(assessment.error());
  return serve_site(*assessment, command.options);
}

}  // namespace

Result<std::vector<std::filesystem::path>> write_deliverables(const Assessment& assessment, const SiteFolder& folder) {
  const std::filesystem::path out = folder.out();
  std::vector<std::filesystem::path> written{out / "report.html", out / "report.json", out / "assessment.xlsx"};
  if (auto done = write_text(written[0], html_report(assessment)); !done) return std::unexpected(done.error());
  if (auto done = write_text(written[1], json_report(assessment)); !done) return std::unexpected(done.error());
  if (auto done = write_xlsx(assessment, written[2]); !done) return std::unexpected(done.error());
  std::error_code error;
  std::filesystem::permissions(written[2], std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               error);
  const View view{assessment};
  for (const std::string_view name : table_names) {
    const auto found = table_named(name, view);
    const auto rows = found ? filtered("", *found) : Result<std::vector<std::size_t>>{};
    if (!found || !rows) continue;
    written.push_back(out / (std::string{name} + ".csv"));
    if (auto done = write_text(written.back(), csv(*found, *rows)); !done) return std::unexpected(done.error());
  }
  return written;
}

Exit serve_site(const Assessment& assessment, const ServeOptions& options) {
  const auto served = serve(options, assessment, [](const std::string& url) {
    fmt::print("\nThe report is at {}  (Ctrl-C ends)\n", url);
    std::fflush(stdout);
    open_browser(url);
  });
  return served ? Exit::done : say(served.error());
}

void add_report(CLI::App& app, Outcome& outcome) {
  auto command = std::make_shared<AssessCommand>();
  CLI::App* sub = app.add_subcommand("report", "The deliverables: HTML, XLSX, JSON and CSV in the site's out folder");
  add_site_options(*sub, *command);
  sub->callback([command, &outcome] { outcome.exit = run_report(*command); });
}

void add_serve(CLI::App& app, Outcome& outcome) {
  auto command = std::make_shared<ServeCommand>();
  CLI::App* sub = app.add_subcommand("serve", "The report and its JSON API in the browser, on this machine alone");
  add_site_options(*sub, command->site);
  sub->add_option("--port", command->options.port, "Port; 0 takes a free one");
  sub->add_option("--address", command->options.address,
                  "Address to bind; anything but the loopback shows it to the network");
  sub->callback([command, &outcome] { outcome.exit = run_serve(*command); });
}

}  // namespace bulkhead

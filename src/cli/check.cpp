#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "assessment/observe.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/listen.h"
#include "traffic/coverage.h"

namespace bulkhead {

namespace {

struct CheckOptions {
  std::vector<std::string> files;
  std::string interface;
  std::string for_how_long;  ///< As typed; empty: until interrupted.
  std::string format = "text";
  bool keep_duplicates = false;
};

void print_point(const PointCoverage& point) {
  fmt::print("\n{}\n", plain_text(point.name));
  fmt::print("  frames           {}", grouped(point.frames));
  if (point.copies > 0) fmt::print(", {} of them copies", grouped(point.copies));
  fmt::print("\n");
  if (point.first_ns && point.last_ns)
    fmt::print("  listened         {} from {}\n", to_text_duration(*point.last_ns - *point.first_ns),
               to_text_people(*point.first_ns));
  fmt::print("  hosts            {} heard both ways, {} only sending, {} only spoken to, {} only in broadcast\n",
             point.hosts_both_ways, point.hosts_only_sending, point.hosts_only_receiving, point.hosts_only_broadcast);
  fmt::print("  TCP loss         {}\n", point.payload_bytes == 0 ? std::string{"unknown: no TCP payload"}
                                                                 : fmt::format("{:.2f} %", point.loss * 100));
  if (!point.vlans.empty()) fmt::print("  VLANs            {}\n", fmt::join(point.vlans, ", "));
  if (point.cut > 0) fmt::print("  cut frames       {}\n", grouped(point.cut));
  if (point.clock_steps > 0) fmt::print("  clock steps      {}\n", point.clock_steps);
  if (point.slowest_period_ns) fmt::print("  slowest cycle    {}\n", to_text_duration(*point.slowest_period_ns));
  if (point.clock_offset_frames > 0)
    fmt::print("  clock offset     {:.6f} s, from {} shared frames\n", static_cast<double>(point.clock_offset_ns) / 1e9,
               grouped(point.clock_offset_frames));
}

void print_text(const Observations& observations, const CaptureQuality& quality, std::string_view kind_of_sources) {
  fmt::print("{}\n", quality.sentence);
  for (const PointCoverage& point : quality.points) print_point(point);
  fmt::print("\n{}\n", kind_of_sources);
  for (const CaptureRecord& capture : observations.traffic.captures) {
    fmt::print("  {}  {}", plain_text(capture.name), capture.ending);
    if (capture.ending != "read")
      fmt::print(" after frame {}, byte {}{}{}", capture.ending_frame, capture.ending_offset,
                 capture.ending_detail.empty() ? "" : ": ", plain_text(capture.ending_detail));
    fmt::print("\n");
  }
  if (!quality.gaps.empty()) fmt::print("\nWhat is missing\n");
  for (const std::string& gap : quality.gaps) fmt::print("  - {}\n", gap);
  if (!quality.advice.empty()) fmt::print("\nWhat to do\n");
  for (const std::string& advice : quality.advice) fmt::print("  - {}\n", advice);
  fmt::print("\n{}\n", quality.absences_unknown
                           ? "What was not seen here is unknown, not absent."
                           : "What is not seen is absent from the paths that were heard, for as long as was listened.");
}

void print_json(const CaptureQuality& quality) {
  const auto strings = [](const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& text : list) out += (out.empty() ? "\"" : ",\"") + json_text(text) + '"';
    return out;
  };
  std::string points;
  for (const PointCoverage& point : quality.points)
    points += fmt::format(
        R"({}{{"point":"{}","frames":{},"copies":{},"both_ways":{},"only_sending":{},"only_receiving":{},"only_broadcast":{},"loss":{},"cut":{},"clock_steps":{},"clock_offset_s":{},"spoken_about":[{}]}})",
        points.empty() ? "" : ",", json_text(point.name), point.frames, point.copies, point.hosts_both_ways,
        point.hosts_only_sending, point.hosts_only_receiving, point.hosts_only_broadcast, point.loss, point.cut,
        point.clock_steps, static_cast<double>(point.clock_offset_ns) / 1e9, strings(point.spoken_about));
  fmt::print(R"({{"verdict":"{}","sentence":"{}","absences_unknown":{},"gaps":[{}],"advice":[{}],"points":[{}]}})"
             "\n",
             name(quality.verdict), json_text(quality.sentence), quality.absences_unknown, strings(quality.gaps),
             strings(quality.advice), points);
}

Result<Observations> observe_sources(const CheckOptions& options) {
  ObserveOptions observe_options;
  observe_options.hash_files = false;
  observe_options.keep_duplicates = options.keep_duplicates;
  if (options.interface.empty()) {
    if (options.files.empty())
      return failure("nothing to check", {}, "name capture files, or an interface: bulkhead check -i IF --for 60s");
    if (!options.for_how_long.empty())
      return failure("only an interface is listened to for a time", "--for", "name the interface: -i IF");
    const std::vector<std::filesystem::path> files(options.files.begin(), options.files.end());
    return observe(files, {}, observe_options);
  }
  if (!options.files.empty())
    return failure("files and an interface are not checked together", options.interface, "run the command twice");
  std::optional<std::int64_t> duration_ns;
  if (!options.for_how_long.empty()) {
    duration_ns = parse_duration(options.for_how_long);
    if (!duration_ns)
      return failure(fmt::format("expected a time such as 60s, 5min or 2h, found '{}'", options.for_how_long), "--for");
  }
  return listen(options.interface, duration_ns, observe_options);
}

Exit check(const CheckOptions& options) {
  const auto observations = observe_sources(options);
  if (!observations) return say(observations.error());
  const CaptureQuality quality = judge(observations->traffic);
  if (options.format == "json") print_json(quality);
  else print_text(*observations, quality, options.interface.empty() ? "Files" : "Interface");
  Exit exit = Exit::done;
  for (const CaptureRecord& capture : observations->traffic.captures)
    if (capture.ending == name(Ending::Kind::not_a_capture))
      exit = say({"is no capture: " + capture.ending_detail, capture.name, {}});
  return exit;
}

}  // namespace

void add_check(CLI::App& app, Outcome& outcome) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "Is the capture any good: what it can and can't show, and which port to mirror next");
  command->add_option("FILE", options->files, "Capture files");
  command->add_option("-i,--interface", options->interface, "A network interface, listened to and never sent to");
  command->add_option("--for", options->for_how_long, "How long to listen: 60s, 5min, 2h; else until Ctrl-C");
  command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->add_flag("--keep-duplicates", options->keep_duplicates, "Count copies of a frame as frames of their own");
  command->callback([options, &outcome] { outcome.exit = check(*options); });
}

}  // namespace bulkhead

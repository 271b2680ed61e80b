#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/html_parts.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

std::string time_or_unknown(const std::optional<std::int64_t>& time_ns) {
  return time_ns ? to_text_people(*time_ns) : std::string{"<span class=\"unk-v\">?</span>"};
}

std::string row(std::string_view key, const std::string& markup) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html_text(key), markup);
}

std::string point_markup(const PointCoverage& point) {
  std::string out = fmt::format("<h3>{}</h3><table class=\"kv\"><tbody>", html_text(point.name, 80));
  out += row("Files", html_text(listed(point.files, 12)));
  out += row("Listened", fmt::format("{} to {}", time_or_unknown(point.first_ns), time_or_unknown(point.last_ns)));
  out += row("Frames", fmt::format("{}, {} copies left out, {} cut by the capture, {} dropped by the interface",
                                   grouped(point.frames), grouped(point.copies), grouped(point.cut),
                                   grouped(point.interface_drops)));
  out += row("Hosts heard", fmt::format("{} both ways, {} only sending, {} only receiving, {} only in broadcast",
                                        grouped(point.hosts_both_ways), grouped(point.hosts_only_sending),
                                        grouped(point.hosts_only_receiving), grouped(point.hosts_only_broadcast)));
  out += row("Lost to the capture",
             point.payload_bytes == 0
                 ? std::string{"<span class=\"unk-v\">?</span> no TCP payload to judge by"}
                 : fmt::format("{:.2f} % of {} bytes of TCP payload", point.loss * 100, grouped(point.payload_bytes)));
  out += row("Slowest cycle seen", point.slowest_period_ns ? to_text_duration(*point.slowest_period_ns)
                                                           : std::string{"<span class=\"na-v\">–</span> none"});
  std::vector<std::string> vlans;
  vlans.reserve(point.vlans.size());
  for (const std::uint16_t vlan : point.vlans) vlans.push_back(std::to_string(vlan));
  out += row("VLANs",
             vlans.empty() ? std::string{"<span class=\"na-v\">–</span> none tagged"} : html_text(listed(vlans, 40)));
  out +=
      row("Clock", point.clock_offset_frames == 0 && point.clock_offset_ns == 0
                       ? fmt::format("not compared with another capture; {} steps, {} times not believed",
                                     point.clock_steps, point.times_not_believed)
                       : fmt::format("{} from the other captures, by {} shared frames; {} steps, {} times not believed",
                                     to_text_duration(point.clock_offset_ns), grouped(point.clock_offset_frames),
                                     point.clock_steps, point.times_not_believed));
  out += row("Asked and never heard",
             point.spoken_about.empty() ? std::string{"none"} : html_text(listed(point.spoken_about, 20)));
  return out + "</tbody></table>\n";
}

}  // namespace

std::string quality_section(const View& view) {
  const CaptureQuality& quality = view.all.quality;
  const Traffic& traffic = view.all.traffic;
  std::string out = "<section id=\"quality\" class=\"s\" aria-label=\"Capture quality\">\n";
  out += section_head("3", "Capture quality", shortened(quality.sentence, 220));
  if (quality.absences_unknown)
    out +=
        "<p class=\"lead\">With these gaps, the absence of something in this traffic proves nothing. The report does "
        "not say that anything was not there.</p>";
  out += R"(<div class="two"><div class="box unk"><h3>What could not be seen</h3>)";
  out += quality.gaps.empty() ? std::string{"<p>No gap showed.</p>"} : list_markup(quality.gaps, 40);
  out += "</div><div class=\"box\"><h3>What to mirror next</h3>";
  out += quality.advice.empty() ? std::string{"<p>No port would show more of what was seen.</p>"}
                                : list_markup(quality.advice, 20);
  out += "</div></div>\n";
  for (const PointCoverage& point : quality.points) out += point_markup(point);
  out += "<h3>Bounds met while reading</h3><table class=\"kv\"><tbody>";
  out += row("Flows", fmt::format("{} read, {} dropped from a full table", grouped(traffic.flows),
                                  grouped(traffic.flows_evicted)));
  out += row("Conversations", fmt::format("{} kept, {} beyond the bound", grouped(traffic.conversations.size()),
                                          grouped(traffic.conversations_dropped)));
  out += row("Streams", fmt::format("{} holes skipped, {} bytes passed over to find the next message",
                                    grouped(traffic.stream_holes_skipped), grouped(traffic.resynchronised_bytes)));
  out += row("Fragments dropped", grouped(traffic.fragments_dropped));
  std::vector<std::string> faults;
  faults.reserve(traffic.faults.size());
  for (const auto& [protocol, count] : traffic.faults) faults.push_back(fmt::format("{} {}", protocol, count));
  out += row("Messages that could not be read", faults.empty() ? std::string{"none"} : html_text(listed(faults, 40)));
  return out + "</tbody></table></section>\n";
}

std::string changes_section(const View& view) {
  std::string out = "<section id=\"changes\" class=\"s\" aria-label=\"Model changes\">\n";
  const auto& changes = view.all.model_changes;
  out += section_head("10", "Model changes",
                      changes.empty() ? "The network shows nothing that the model does not have"
                                      : "The network shows more than the model");
  if (view.all.site.zones.empty()) out += "<p class=\"lead\">There is no model yet.</p>";
  if (!changes.empty()) out += list_markup(changes, 200, ", in out/site.proposed.yml");
  out +=
      "<p class=\"note\">Zones and conduits that a person wrote stay as they are. What is new is proposed beside them, "
      "and judges nothing until it is approved.</p>";
  return out + "</section>\n";
}

std::string files_section(const View& view) {
  std::string out = "<section id=\"files\" class=\"s\" aria-label=\"Journal of files\">\n";
  out += section_head("A", "Journal of files", "Every file that was read, how it ended, and what was left out of it");
  const Table table = capture_table(view);
  out += R"(<div class="scroll" tabindex="0" role="region" aria-label="Files">)";
  out += table_markup(table,
                      {"name", "point", "space", "ending", "frames", "size", "first_seen", "last_seen", "cut", "copies",
                       "drops", "clock_steps", "times_not_believed", "undecoded", "clock_offset", "detail", "sha256"},
                      fmt::format("{} files", table.rows.size()));
  return out + "</div></section>\n";
}

}  // namespace bulkhead

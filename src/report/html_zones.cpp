#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "report/html_parts.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

constexpr std::array<std::string_view, 8> lane_titles{"External", "Level 4 and 5", "Level 3.5", "Level 3",
                                                      "Level 2",  "Level 1",       "Level 0",   "Level unknown"};
constexpr double least_scale = 0.75;  // below, text would be too small; the drawing scrolls instead
constexpr std::size_t role_characters = 23, roles_shown = 3;

std::string fitted(std::string_view text, std::size_t characters) {
  const std::string plain = plain_text(text);
  std::size_t count = 0;
  std::string out;
  for (const char c : plain) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    if (starts && ++count > characters) return html_text(out) + "…";
    out += c;
  }
  return html_text(out);
}

std::string box_label(const View& view, const Drawing::Box& box) {
  const Zone* zone = view.all.site.zone(box.zone);
  const std::string level = zone == nullptr ? std::string{} : level_text(*zone);
  return fmt::format("{}, {}, {}, {}{}", box.title, level.empty() ? "level unknown" : "level " + level,
                     plural(box.assets, "asset"), plural(box.findings, "finding"),
                     box.worst.empty() ? "" : ", worst " + box.worst);
}

std::string box_markup(const View& view, const Drawing::Box& box) {
  std::string out = fmt::format(R"(<a href="#{}" aria-label="{}"><title>{}</title>)", zone_anchor(view, box.zone),
                                html_text(box_label(view, box), 200), html_text(box.title, 200));
  const std::string worst = box.worst == "critical" || box.worst == "high" ? " z-" + box.worst : std::string{};
  out += fmt::format(R"(<rect class="z z-{}{}" x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" rx="3"/>)",
                     html_text(box.kind), worst, box.x, box.y, box.width, box.height);
  if (box.kind == "safety")
    out += fmt::format(R"(<rect class="z-in" x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}" rx="2"/>)", box.x + 3,
                       box.y + 3, box.width - 6, box.height - 6);
  double y = box.y + 18;
  for (const std::string& line : box.title_lines) {
    out += fmt::format(R"(<text class="zt" x="{:.0f}" y="{:.0f}">{}</text>)", box.x + 9, y, html_text(line));
    y += 14.5;
  }
  const Zone* zone = view.all.site.zone(box.zone);
  const std::string target =
      zone != nullptr && zone->sl_target ? fmt::format(" · T{}", *zone->sl_target) : std::string{};
  out +=
      fmt::format(R"(<text class="st" x="{:.0f}" y="{:.0f}">{}{}{}</text>)", box.x + 9, y, plural(box.assets, "asset"),
                  box.findings == 0 ? "" : " · " + plural(box.findings, "finding"), target);
  for (std::size_t i = 0; i < std::min(box.roles.size(), roles_shown); ++i) {
    y += 14;
    const bool last_of_many = i + 1 == roles_shown && box.roles.size() > roles_shown;
    out += fmt::format(R"(<text class="st" x="{:.0f}" y="{:.0f}">{}</text>)", box.x + 9, y,
                       last_of_many
                           ? fmt::format("+ {} more roles", box.roles.size() - roles_shown + 1)
                           : fmt::format("{} × {}", fitted(box.roles[i].first, role_characters), box.roles[i].second));
  }
  if (!box.worst.empty()) out += severity_shape(box.worst, box.x + box.width - 21, box.y + 6, 0.94);
  return out + "</a>\n";
}

/// Ticks across the longest part of a line that the model does not allow.
std::string ticks(const Drawing::Line& line) {
  std::size_t longest = 1;
  const auto length = [&](std::size_t i) {
    return std::abs(line.points[i].first - line.points[i - 1].first) +
           std::abs(line.points[i].second - line.points[i - 1].second);
  };
  for (std::size_t i = 2; i < line.points.size(); ++i)
    if (length(i) > length(longest)) longest = i;
  const auto [x1, y1] = line.points[longest - 1];
  const auto [x2, y2] = line.points[longest];
  std::string out;
  for (const double share : {0.22, 0.3, 0.7, 0.78})
    out += fmt::format(R"(<path class="tick" d="M{:.1f} {:.1f}l8 -8"/>)", x1 + (x2 - x1) * share - 4,
                       y1 + (y2 - y1) * share + 4);
  return out;
}

std::string line_markup(const View& view, const Drawing::Line& line) {
  if (line.points.size() < 2) return {};
  std::string path;
  for (const auto& [x, y] : line.points) path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
  const std::string about = fmt::format("{} to {}: {}, {} conversations", view.zone_name(line.from),
                                        view.zone_name(line.to), words(line.verdict), line.conversations);
  std::string out = fmt::format(R"(<path class="e e-{}" d="{}"><title>{}</title></path>)", html_text(line.verdict),
                                path, html_text(about, 300));
  if (line.verdict == "not_designed") out += ticks(line);
  return out + '\n';
}

std::string chip_markup(const View& view, const Drawing::Line& line) {
  std::string anchor = "flows";
  for (const Crossing& crossing : view.all.crossings)
    if (crossing.from == line.from && crossing.to == line.to) anchor = conduit_anchor(view, crossing);
  return fmt::format(
      "<a class=\"cp cp-{}\" href=\"#{}\" aria-label=\"Conduit {}, {} to {}, {}\"><rect x=\"{:.1f}\" y=\"{:.1f}\" "
      "width=\"{:.1f}\" height=\"16\" rx=\"8\"/>"
      "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></a>\n",
      html_text(line.verdict), anchor, html_text(line.conduit.empty() ? "none" : line.conduit, 40),
      html_text(view.zone_name(line.from), 80), html_text(view.zone_name(line.to), 80), html_text(words(line.verdict)),
      line.chip_x - line.chip_width / 2, line.chip_y - 8, line.chip_width, line.chip_x, line.chip_y + 3.6,
      html_text(line.chip));
}

std::string lane_markup(const Drawing::Lane& lane, double width) {
  const auto place =
      static_cast<std::size_t>(std::find(lane_titles.begin(), lane_titles.end(), lane.title) - lane_titles.begin());
  return fmt::format(
      "<rect class=\"lane-{0}\" x=\"0\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{3:.1f}\"/><rect class=\"rail-{0}\" "
      "x=\"0\" y=\"{1:.1f}\" width=\"4\" "
      "height=\"{3:.1f}\"/><text class=\"lt\" x=\"12\" y=\"{4:.1f}\">{5}</text>\n",
      place, lane.y, width, lane.height, lane.y + 20, html_text(lane.title));
}

std::string legend(const View& view) {
  std::string out = "<ul class=\"leg\">";
  for (const std::string_view verdict : {"conforming", "proposed", "partly_designed", "not_designed", "unused"}) {
    const auto& lines = view.all.drawing.lines;
    const auto count =
        std::count_if(lines.begin(), lines.end(), [&](const Drawing::Line& line) { return line.verdict == verdict; });
    out += fmt::format(
        R"(<li><svg viewBox="0 0 34 10" aria-hidden="true"><path class="e e-{}" d="M0 5h34"/>{}</svg>{} {}</li>)",
        verdict, verdict == "not_designed" ? R"(<path class="tick" d="M9 9l8 -8M20 9l8 -8"/>)" : "",
        html_text(words(verdict)), count);
  }
  return out +
         "<li>double border: safety</li><li>dashed box: in no zone, external, or several zones in one box</li></ul>\n";
}

std::string zone_rows(const View& view) {
  const Table table = zone_table(view);
  std::string out = "<table><caption>Zones: the drawing as a table</caption><thead><tr>";
  for (const Column& column : table.columns) out += fmt::format("<th scope=\"col\">{}</th>", html_text(column.title));
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    out += fmt::format("<tr id=\"z-{}\">", i);
    for (std::size_t j = 0; j < table.columns.size(); ++j) out += cell_markup(table.columns[j], table.rows[i][j]);
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

}  // namespace

std::string zones_section(const View& view) {
  const Drawing& drawing = view.all.drawing;
  std::string out = "<section id=\"zones\" class=\"s\" aria-label=\"Zones and conduits\">\n";
  out += section_head("4", "Zones and conduits",
                      view.all.model_approved ? "The approved model, and what the network shows of it"
                                              : "A proposed model: zones and conduits as found, not yet approved");
  if (drawing.boxes.empty()) out += "<p class=\"lead\">No zones: nothing was seen that could stand in one.</p>";
  else {
    out += fmt::format(
        "<div class=\"draw\" tabindex=\"0\" role=\"region\" aria-label=\"Zone drawing\"><svg viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\" width=\"{2:.0f}\" "
        "height=\"{3:.0f}\" role=\"group\" aria-label=\"Zones by level, with the conduits between them. The same as a "
        "table below.\">\n",
        drawing.width, drawing.height, drawing.width * least_scale, drawing.height * least_scale);
    for (const Drawing::Lane& lane : drawing.lanes) out += lane_markup(lane, drawing.width);
    for (const Drawing::Line& line : drawing.lines) out += line_markup(view, line);
    for (const Drawing::Box& box : drawing.boxes) out += box_markup(view, box);
    for (const Drawing::Line& line : drawing.lines) out += chip_markup(view, line);
    out += "</svg></div>\n" + legend(view);
    if (drawing.zones_folded > 0)
      out += fmt::format("<p class=\"note\">{} zones are folded into boxes with their number; the table has all.</p>",
                         drawing.zones_folded);
    if (drawing.lines_not_drawn > 0)
      out += fmt::format("<p class=\"note\">{} of {} lines drawn, those that deviate first; section 6 has all.</p>",
                         drawing.lines.size(), drawing.lines.size() + drawing.lines_not_drawn);
  }
  out += R"(<h3>Zones</h3><div class="scroll" tabindex="0" role="region" aria-label="Zones">)" + zone_rows(view) +
         "</div>\n";
  out +=
      R"(<h3>Conduits</h3><div class="scroll" tabindex="0" role="region" aria-label="Conduits">)" +
      table_markup(
          conduit_table(view),
          {"id", "from", "to", "verdict", "allows", "conversations", "not_allowed", "approval", "sl_target"},
          "Conduits of the model, then crossings that it has no conduit for; from the client's zone to the server's") +
      "</div>\n";
  return out + "</section>\n";
}

}  // namespace bulkhead

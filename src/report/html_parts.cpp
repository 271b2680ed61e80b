#include "report/html_parts.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace bulkhead {

namespace {

constexpr std::size_t long_text = 60;  // bytes; longer cells show two lines

struct Shape {
  std::string_view severity, letter, path;
  double baseline;
};
constexpr std::array shapes{
    Shape{"critical", "C", "M5 1h6l4 4v6l-4 4H5l-4-4V5z", 11.6},
    Shape{"high", "H", "M8 1.2L15.3 14.8H.7z", 13},
    Shape{"medium", "M", "M1.8 1.8h12.4v12.4H1.8z", 11.4},
    Shape{"low", "L", "M8 1.2a6.8 6.8 0 1 0 0 13.6a6.8 6.8 0 1 0 0-13.6z", 11.4},
    Shape{"info", "i", "M8 1.2a6.8 6.8 0 1 0 0 13.6a6.8 6.8 0 1 0 0-13.6z", 11.4},
};

std::string_view verdict_shape(std::string_view verdict) noexcept {
  if (verdict == "conforming")
    return R"(<circle class="k-met" cx="8" cy="8" r="6.6"/><path class="l-met" d="M4.6 8.2l2.4 2.4 4.4-5"/>)";
  if (verdict == "not_designed")
    return R"(<path class="k-notmet" d="M1.6 1.6h12.8v12.8H1.6z"/><path class="l-notmet" d="M5 5l6 6M11 5l-6 6"/>)";
  if (verdict == "partly_designed")
    return R"(<circle class="k-na" cx="8" cy="8" r="6.6"/><path class="h-partly" d="M8 1.4a6.6 6.6 0 0 1 0 13.2z"/>)";
  if (verdict == "proposed")
    return R"(<circle class="k-undecided" cx="8" cy="8" r="6.6"/><text class="o-undecided" x="8" y="11.4" font-size="9" font-weight="600" text-anchor="middle">?</text>)";
  return R"(<circle class="k-na" cx="8" cy="8" r="6.6"/><path class="l-na" d="M4.8 8h6.4"/>)";
}

bool keeps_right(Column::Kind kind) noexcept {
  return kind == Column::Kind::number || kind == Column::Kind::level;
}

/// What a cell is sorted and filtered by, where its markup says it differently.
std::string data_of(const Column& column, const Cell& cell) {
  std::string out = cell.number ? fmt::format(" data-v=\"{}\"", *cell.number) : std::string{};
  if (column.kind == Column::Kind::severity || column.key == "verdict")
    out += fmt::format(" data-t=\"{}\"", html_text(cell.text));
  return out;
}

}  // namespace

std::string section_head(std::string_view number, std::string_view kicker, std::string_view heading) {
  return fmt::format("<p class=\"kick\">{} {}</p><h2>{}</h2>\n", html_text(number), html_text(kicker),
                     html_text(heading));
}

std::string severity_shape(std::string_view severity, double x, double y, double scale) {
  const auto* const shape =
      std::find_if(shapes.begin(), shapes.end(), [&](const Shape& known) { return known.severity == severity; });
  if (shape == shapes.end()) return {};
  return fmt::format(
      "<g transform=\"translate({:.1f} {:.1f}) scale({:.3f})\"><path class=\"k-{}\" stroke-width=\"1.2\" "
      "d=\"{}\"/><text class=\"o-{}\" "
      "x=\"8\" y=\"{}\" font-size=\"9\" font-weight=\"600\" text-anchor=\"middle\">{}</text></g>",
      x, y, scale, shape->severity, shape->path, shape->severity, shape->baseline, shape->letter);
}

std::string severity_sign(std::string_view severity) {
  return fmt::format(
      R"(<span class="mk"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg><span class="vh">{}</span></span>)",
      severity_shape(severity, 0, 0, 1), html_text(severity));
}

std::string severity_mark(Severity severity) {
  return fmt::format(R"(<span class="mk"><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>)",
                     severity_shape(name(severity), 0, 0, 1), name(severity));
}

std::string verdict_sign(std::string_view verdict) {
  return fmt::format(R"(<svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>)", verdict_shape(verdict));
}

std::string verdict_mark(std::string_view verdict) {
  return fmt::format("<span class=\"mk\">{}{}</span>", verdict_sign(verdict), html_text(words(verdict)));
}

std::string asset_link(const View& view, std::string_view id) {
  const Asset* asset = view.asset(id);
  if (asset == nullptr) return html_text(id);
  return fmt::format("<a href=\"#{}\">{}</a>", html_text(id),
                     html_text(asset->name.empty() ? id : std::string_view{asset->name}, 120));
}

std::string finding_link(std::string_view id) {
  return fmt::format(R"(<a class="nw" href="#{0}">{0}</a>)", html_text(id));
}

std::string conduit_anchor(const View& view, const Crossing& crossing) {
  return fmt::format("c-{}", &crossing - view.all.crossings.data());
}

std::string zone_anchor(const View& view, std::string_view id) {
  const Zone* zone = view.all.site.zone(id);
  return zone == nullptr ? "zones" : fmt::format("z-{}", zone - view.all.site.zones.data());
}

std::string tag_link(const Evidence& evidence) {
  return fmt::format(R"(<a class="ev" href="#{0}">{0}</a>)", html_text(evidence.tag));
}

std::string pdu_id(const Citation& citation) {
  return fmt::format("v-{}-{}-{}", citation.capture, citation.frame, citation.pdu);
}

std::string citation_link(const View& view, const Citation& citation) {
  if (citation.frame == 0) return "<span class=\"na-v\">–</span>";
  const CaptureRecord* record = view.all.capture(citation.capture);
  const std::string text = fmt::format("{}frame {}", record == nullptr ? "" : html_text(record->point_name, 24) + " ",
                                       grouped(citation.frame));
  const KeptPdu* pdu = view.all.pdu(citation);
  if (pdu == nullptr || static_cast<std::size_t>(pdu - view.all.evidence.data()) >= evidence_in_page)
    return fmt::format("<span class=\"m\">{}</span>", text);
  return fmt::format(R"(<a class="ev" href="#{}">{}</a>)", pdu_id(citation), text);
}

std::string cell_markup(const Column& column, const Cell& cell, std::string_view classes) {
  const bool right = keeps_right(column.kind) && cell.state == Cell::State::known;
  std::string list{classes};
  if (right) list += list.empty() ? "r" : " r";
  if (column.kind == Column::Kind::time) list += list.empty() ? "nw" : " nw";
  const std::string attribute = list.empty() ? std::string{} : fmt::format(" class=\"{}\"", list);
  switch (cell.state) {
    case Cell::State::unknown: return fmt::format("<td{}><span class=\"unk-v\">?</span></td>", attribute);
    case Cell::State::not_applicable: return fmt::format("<td{}><span class=\"na-v\">–</span></td>", attribute);
    case Cell::State::known: break;
  }
  std::string content;
  if (column.kind == Column::Kind::severity) content = severity_mark(static_cast<Severity>(cell.number.value_or(0)));
  else if (column.key == "verdict") content = verdict_mark(cell.text);
  else if (column.kind == Column::Kind::number && cell.number && *cell.number >= 10'000 &&
           cell.text.find_first_not_of("0123456789") == std::string::npos)
    content = grouped(static_cast<std::uint64_t>(*cell.number));
  else content = html_text(cell.text, 400);
  if (cell.text.size() > long_text) content = "<span class=\"cl\">" + content + "</span>";
  return fmt::format("<td{}{}>{}</td>", attribute, data_of(column, cell), content);
}

std::string plural(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", grouped(count), one, count == 1 ? "" : "s");
}

std::string head_row(const std::vector<std::string_view>& titles) {
  std::string out = "<thead><tr>";
  for (const std::string_view title : titles) out += fmt::format("<th scope=\"col\">{}</th>", html_text(title));
  return out + "</tr></thead>";
}

std::string table_markup(const Table& table, const std::vector<std::string_view>& columns, std::string_view caption) {
  std::vector<std::size_t> places;
  std::string out = fmt::format("<table><caption>{}</caption><thead><tr>", html_text(caption));
  for (const std::string_view key : columns) {
    const auto place = table.column(key);
    if (!place) continue;
    places.push_back(*place);
    const Column& column = table.columns[*place];
    out += fmt::format("<th scope=\"col\"{}>{}</th>", keeps_right(column.kind) ? " class=\"r\"" : "",
                       html_text(column.title));
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const std::size_t place : places) out += cell_markup(table.columns[place], row[place]);
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string list_markup(const std::vector<std::string>& items, std::size_t most, std::string_view more_in) {
  std::string out = "<ul>";
  for (std::size_t i = 0; i < std::min(items.size(), most); ++i) out += fmt::format("<li>{}</li>", html_text(items[i]));
  if (items.size() > most) out += fmt::format("<li>{} more{}</li>", items.size() - most, html_text(more_in));
  return out + "</ul>";
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::string plain = plain_text(text);
  if (plain.size() <= characters) return plain;
  std::size_t end = plain.rfind(' ', characters);
  if (end == std::string::npos || end == 0) {
    end = characters;
    while (end > 0 && (static_cast<unsigned char>(plain[end]) & 0xC0U) == 0x80) --end;
  }
  return plain.substr(0, end) + " …";
}

std::string of_note(std::size_t shown, std::size_t all, std::string_view where) {
  if (shown >= all) return {};
  return fmt::format("<p class=\"note\">{} of {} shown{}.</p>", grouped(shown), grouped(all), html_text(where));
}

}  // namespace bulkhead

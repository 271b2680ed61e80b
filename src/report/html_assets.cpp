#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/html_parts.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

struct Shown {
  std::string_view key;
  bool in_print;
};
constexpr std::array columns{Shown{"worst", true},
                             Shown{"id", true},
                             Shown{"role", true},
                             Shown{"name", true},
                             Shown{"zone", true},
                             Shown{"level", true},
                             Shown{"ip", true},
                             Shown{"mac", true},
                             Shown{"vendor", true},
                             Shown{"model", true},
                             Shown{"order_number", false},
                             Shown{"firmware", true},
                             Shown{"serial", false},
                             Shown{"services", true},
                             Shown{"confidence", true},
                             Shown{"reasons", false}};
constexpr std::size_t peers_shown = 12, candidates_shown = 6;

std::string_view kind_name(Column::Kind kind) noexcept {
  switch (kind) {
    case Column::Kind::number: return "number";
    case Column::Kind::time: return "time";
    case Column::Kind::severity: return "severity";
    case Column::Kind::confidence: return "confidence";
    case Column::Kind::level: return "level";
    case Column::Kind::address: return "address";
    case Column::Kind::text: break;
  }
  return "text";
}

std::string asset_row(const Table& table, const std::vector<Cell>& row) {
  std::string out = "<tr>";
  for (const Shown& shown : columns) {
    const auto place = table.column(shown.key);
    if (!place) continue;
    const Cell& cell = row[*place];
    if (shown.key == "id")
      out += fmt::format(R"(<th scope="row" class="fix"><a class="m" href="#{0}">{0}</a></th>)", html_text(cell.text));
    else out += cell_markup(table.columns[*place], cell, shown.in_print ? "" : "np");
  }
  return out + "</tr>\n";
}

std::string sum_line(const View& view) {
  const auto& assets = view.all.inventory.assets;
  const auto count = [&](auto claim) {
    return grouped(static_cast<std::size_t>(std::count_if(assets.begin(), assets.end(), claim)));
  };
  return fmt::format(
      "{} assets: {} heard themselves, {} only spoken to; vendor known of {}, model of {}, firmware of {}, role of {}.",
      grouped(assets.size()), count([](const Asset& asset) { return !asset.never_heard; }),
      count([](const Asset& asset) { return asset.never_heard; }),
      count([](const Asset& asset) { return asset.best(Meaning::vendor) != nullptr; }),
      count([](const Asset& asset) { return asset.best(Meaning::product) != nullptr; }),
      count([](const Asset& asset) { return asset.best(Meaning::firmware) != nullptr; }),
      count([](const Asset& asset) { return asset.role.value && *asset.role.value != Role::unknown; }));
}

template <class T>
std::string stated_row(const View& view, std::string_view what, const Stated<T>& stated, const std::string& value) {
  std::string reasons;
  for (const std::string& reason : stated.reasons) reasons += (reasons.empty() ? "" : "; ") + html_text(reason);
  std::string links;
  for (std::size_t i = 0; i < std::min(stated.citations.size(), candidates_shown); ++i)
    links += citation_link(view, stated.citations[i]) + ' ';
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}{}</td><td>{}</td></tr>\n", html_text(what),
                     value.empty() ? "<span class=\"unk-v\">?</span>" : html_text(value),
                     stated.by_person ? "a person, " : "",
                     reasons.empty() ? html_text(name(stated.confidence))
                                     : fmt::format("{}: {}", html_text(name(stated.confidence)), reasons),
                     links);
}

std::string attribute_rows(const View& view, const Attribute& attribute) {
  std::string out;
  for (std::size_t i = 0; i < std::min(attribute.candidates.size(), candidates_shown); ++i) {
    const Attribute::Candidate& candidate = attribute.candidates[i];
    const std::string label = i == 0 ? html_text(words(name(attribute.meaning))) : "<span class=\"na-v\">also</span>";
    std::string source = html_text(candidate.source, 60);
    if (candidate.count > 1) source += fmt::format(", {} times", grouped(candidate.count));
    if (candidate.last_ns != 0) source += fmt::format(", last {}", to_text_people(candidate.last_ns));
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n", label,
                       html_text(candidate.value, 300), source, citation_link(view, candidate.citation));
  }
  if (attribute.candidates.size() > candidates_shown)
    out += fmt::format("<tr><td></td><td colspan=\"3\">{} more values</td></tr>\n",
                       attribute.candidates.size() - candidates_shown);
  return out;
}

std::string fact_table(const View& view, const Asset& asset) {
  std::string out = "<h3>Facts</h3><table>" + head_row({"Attribute", "Value", "Said by", "Evidence"}) + "<tbody>";
  out += stated_row(view, "Role", asset.role, asset.role.value ? std::string{title(*asset.role.value)} : std::string{});
  out += stated_row(view, "Level", asset.level, level_text(asset));
  for (const Attribute& attribute : asset.attributes) out += attribute_rows(view, attribute);
  return out + "</tbody></table>\n";
}

std::string service_table(const View& view, const Asset& asset) {
  if (asset.services.empty()) return {};
  std::string out =
      "<h3>Services it offers</h3><table>" + head_row({"Service", "Protocol", "Clients", "First seen"}) + "<tbody>";
  for (std::size_t i = 0; i < std::min(asset.services.size(), peers_shown); ++i) {
    const Service& service = asset.services[i];
    out +=
        fmt::format("<tr><td>{}{}</td><td>{}</td><td class=\"r\">{}</td><td>{}</td></tr>\n",
                    html_text(service.transport), service.port == 0 ? std::string{} : fmt::format("/{}", service.port),
                    service.protocol.empty() ? "<span class=\"unk-v\">?</span>" : html_text(service.protocol),
                    grouped(service.clients), citation_link(view, service.first));
  }
  return out + "</tbody></table>\n" + of_note(std::min(asset.services.size(), peers_shown), asset.services.size(), "");
}

std::string conversation_table(const View& view, const Asset& asset) {
  const auto& indexes = view.conversations_of(asset.id);
  if (indexes.empty()) return {};
  std::string out =
      "<h3>Conversations</h3><table>" + head_row({"Peer", "Service", "Operations", "Frames", "Frame"}) + "<tbody>";
  for (std::size_t i = 0; i < std::min(indexes.size(), peers_shown); ++i) {
    const Conversation& conversation = view.all.traffic.conversations[indexes[i]];
    const bool is_client = view.asset_at(conversation.client) == &asset;
    const Party& peer = is_client ? conversation.server : conversation.client;
    const Asset* other = view.asset_at(peer);
    std::string operations;
    for (const OperationUse& use : conversation.operations)
      operations += fmt::format("{}{} × {}", operations.empty() ? "" : ", ", name(use.operation),
                                grouped(std::max(use.asked, use.answered)));
    if (!conversation.operations_known) operations = "<span class=\"unk-v\">?</span>";
    else if (operations.empty()) operations = "<span class=\"na-v\">–</span>";
    out += fmt::format(
        "<tr><td>{} {}</td><td>{}</td><td>{}</td><td class=\"r\">{}</td><td>{}</td></tr>\n", is_client ? "to" : "from",
        other == nullptr ? html_text(to_text(peer)) : asset_link(view, other->id),
        html_text(service_text(conversation)), operations, grouped(conversation.frames_out + conversation.frames_in),
        citation_link(view, conversation.witness()));
  }
  return out + "</tbody></table>\n" + of_note(std::min(indexes.size(), peers_shown), indexes.size(), "");
}

std::string identity(const View& view, const Asset& asset) {
  std::string addresses;
  for (const IpAddress& ip : asset.ips) addresses += (addresses.empty() ? "" : ", ") + to_text(ip);
  for (const MacAddress& mac : asset.macs)
    addresses += (addresses.empty() ? "" : ", ") + to_text(mac) + (mac.is_local() ? " (set by software)" : "");
  std::string out = fmt::format("<p><strong>{}</strong></p><p class=\"m\">{}</p>", html_text(asset.name, 200),
                                html_text(addresses, 600));
  out += fmt::format("<p class=\"note\">{}. Seen {} to {}, {} frames{}{}.</p>",
                     asset.zone.empty() ? "In no zone" : html_text(view.zone_name(asset.zone)),
                     to_text_people(asset.first_ns), to_text_people(asset.last_ns), grouped(asset.frames),
                     asset.external ? ", beyond the internet boundary" : "",
                     asset.never_heard ? ", only spoken to, never heard itself" : "");
  if (!asset.behind.empty())
    out += fmt::format("<p class=\"note\">{} behind {}.</p>", html_text(asset.station), asset_link(view, asset.behind));
  if (!asset.merge_reasons.empty()) out += "<h3>Why this is one device</h3>" + list_markup(asset.merge_reasons, 10);
  if (asset.note) out += fmt::format("<p>{}</p>", html_text(*asset.note));
  const auto& findings = view.findings_of(asset.id);
  if (!findings.empty()) out += "<h3>Findings</h3><ul>";
  for (std::size_t i = 0; i < std::min(findings.size(), peers_shown); ++i)
    out += fmt::format("<li>{} {} {}</li>", severity_sign(name(findings[i]->severity)), finding_link(findings[i]->id),
                       html_text(findings[i]->title));
  if (!findings.empty()) out += "</ul>" + of_note(std::min(findings.size(), peers_shown), findings.size(), "");
  return out;
}

}  // namespace

std::string assets_section(const View& view) {
  const Table table = asset_table(view);
  const std::size_t rows = std::min(table.rows.size(), assets_in_page);
  std::string out = "<section id=\"assets\" class=\"s\" aria-label=\"Assets\" data-table=\"assets\">\n";
  out += section_head("5", "Assets", sum_line(view));
  out +=
      "<div class=\"fl\"><label for=\"q-assets\">Filter</label><input id=\"q-assets\" type=\"text\" "
      "autocomplete=\"off\" spellcheck=\"false\" "
      "placeholder='role:plc,rtu level&gt;=1 -zone:office worst&gt;=high \"siemens\"' "
      "aria-describedby=\"h-assets\"><span class=\"say\" role=\"status\"></span>"
      "<button type=\"button\" class=\"b more\" hidden>Show 500 more</button></div>\n"
      "<p class=\"note noprint\" id=\"h-assets\">field:value, field=value, field&gt;=value, words, \"quoted words\", "
      "-not. <code>firmware:?</code> finds what is "
      "unknown, <code>ip:10.20.0.0/16</code> a range. An id opens the asset.</p>\n";
  out +=
      "<p class=\"note\"><span class=\"unk-v\">?</span> not known · <span class=\"na-v\">–</span> does not apply. In "
      "print: the first 200 rows, without order number, "
      "serial number and reasons; the workbook has all.</p>\n";
  out += of_note(rows, table.rows.size(), " here; the workbook and the tables have all");
  out += R"(<div class="scroll" tabindex="0" role="region" aria-label="Asset table"><table><thead><tr>)";
  for (const Shown& shown : columns)
    if (const auto place = table.column(shown.key))
      out += fmt::format(R"(<th scope="col" data-key="{}" data-kind="{}"{}>{}</th>)", shown.key,
                         kind_name(table.columns[*place].kind),
                         shown.key == "id" ? " class=\"fix\""
                         : shown.in_print  ? ""
                                           : " class=\"np\"",
                         html_text(table.columns[*place].title));
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < std::min(rows, assets_at_once); ++i) out += asset_row(table, table.rows[i]);
  out += "</tbody></table>";
  if (rows > assets_at_once) {
    out += "<template>";
    for (std::size_t i = assets_at_once; i < rows; ++i) out += asset_row(table, table.rows[i]);
    out += "</template>";
  }
  return out + "</div></section>\n";
}

std::string asset_templates(const View& view) {
  std::string out;
  const auto& assets = view.all.inventory.assets;
  for (std::size_t i = 0; i < std::min(assets.size(), assets_in_page); ++i)
    out +=
        fmt::format("<template id=\"t-{}\">{}{}{}{}</template>\n", html_text(assets[i].id), identity(view, assets[i]),
                    fact_table(view, assets[i]), service_table(view, assets[i]), conversation_table(view, assets[i]));
  return out;
}

}  // namespace bulkhead

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/html_parts.h"

namespace bulkhead {

namespace {

constexpr std::size_t assets_shown = 30, conversations_shown = 10;

std::string fact(std::string_view key, const std::string& markup) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", html_text(key),
                     markup.empty() ? "<span class=\"na-v\">–</span>" : markup);
}

std::string risks_of(const View& view, const Finding& finding) {
  std::string out;
  for (const Risk& risk : view.all.risks.risks) {
    if (std::find(risk.findings.begin(), risk.findings.end(), finding.id) == risk.findings.end()) continue;
    out += fmt::format(R"({}<a class="nw" href="#{}">{}</a> ({}))", out.empty() ? "" : ", ", html_text(risk.id),
                       html_text(risk.id), html_text(rank_text(risk, view.all.risks.matrix)));
  }
  return out;
}

std::string facts(const View& view, const Finding& finding) {
  std::string zones;
  for (const std::string& zone : finding.zones)
    zones += fmt::format("{}<a href=\"#{}\">{}</a>", zones.empty() ? "" : ", ", zone_anchor(view, zone),
                         html_text(view.zone_name(zone), 80));
  const auto plain = [](const std::vector<std::string>& texts) { return html_text(listed(texts, 12)); };
  std::string judged = finding.against_approved  ? "the approved model"
                       : view.all.model_approved ? "a rule that needs no model"
                                                 : "a rule that needs no model; the model is a proposal";
  return "<dl class=\"fx\">" + fact("Severity", html_text(words(name(finding.severity)))) +
         fact("Confidence", html_text(words(name(finding.confidence)))) + fact("Judged by", judged) +
         fact("Zone", zones) + fact("Conduit", html_text(finding.conduit)) +
         fact("IEC 62443-3-3:2013", plain(finding.requirements)) + fact("ATT&CK for ICS", plain(finding.techniques)) +
         fact("Risk", risks_of(view, finding)) + "</dl>\n";
}

std::string paragraph(std::string_view title, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<h4>{}</h4><p>{}</p>\n", html_text(title), html_text(text));
}

std::string evidence_table(const View& view, const Finding& finding) {
  if (finding.evidence.empty()) return "<h4>Evidence</h4><p>No frame is cited.</p>\n";
  std::string out =
      "<h4>Evidence</h4><table>" + head_row({"Tag", "What the frame holds", "Capture", "Frame", "Time"}) + "<tbody>";
  for (const Evidence& evidence : finding.evidence) {
    const CaptureRecord* record = view.all.capture(evidence.citation.capture);
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"r\">{}</td><td class=\"nw\">{}</td></tr>\n",
                       tag_link(evidence), html_text(evidence.sentence),
                       record == nullptr ? "<span class=\"unk-v\">?</span>" : html_text(record->name, 60),
                       grouped(evidence.citation.frame), to_text_people(evidence.citation.time_ns));
  }
  return out + "</tbody></table>\n";
}

std::string involved(const View& view, const Finding& finding) {
  std::string out;
  if (!finding.assets.empty()) {
    out += "<h4>Assets</h4><p>";
    for (std::size_t i = 0; i < std::min(finding.assets.size(), assets_shown); ++i)
      out += (i == 0 ? "" : ", ") + asset_link(view, finding.assets[i]);
    out += "</p>" + of_note(std::min(finding.assets.size(), assets_shown), finding.assets.size(), "");
  }
  if (finding.conversations.empty()) return out;
  out += "<details><summary>" + plural(finding.conversations.size(), "conversation") + "</summary><div><table>" +
         head_row({"Client", "Server", "Service", "Frames", "Last seen", "Frame"}) + "<tbody>";
  const std::size_t shown = std::min(finding.conversations.size(), conversations_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Conversation* conversation = view.conversation(finding.conversations[i]);
    if (conversation == nullptr) continue;
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"r\">{}</td><td class=\"nw\">{}</td><td>{}</td></tr>\n",
        html_text(to_text(conversation->client)), html_text(to_text(conversation->server)),
        html_text(service_text(*conversation)), grouped(conversation->frames_out + conversation->frames_in),
        to_text_people(conversation->last_ns), citation_link(view, conversation->witness()));
  }
  return out + "</tbody></table>" + of_note(shown, finding.conversations.size(), "; the workbook has all") +
         "</div></details>\n";
}

std::string finding_markup(const View& view, const Finding& finding) {
  std::string out = fmt::format(
      "<article class=\"f\" id=\"{0}\" aria-label=\"{0}\"><header><span class=\"mk big\"><svg viewBox=\"0 0 16 16\" "
      "aria-hidden=\"true\">{1}</svg></span>"
      "<h3>{0} {2}</h3></header>\n",
      html_text(finding.id), severity_shape(name(finding.severity), 0, 0, 1), html_text(finding.title));
  std::string tags;
  for (const Evidence& evidence : finding.evidence) tags += ' ' + tag_link(evidence);
  out += facts(view, finding) + fmt::format("<p class=\"lead\">{}{}</p>\n", html_text(finding.what), tags);
  out += paragraph("Why it matters", finding.why) + evidence_table(view, finding) +
         paragraph("What to do", finding.action) + paragraph("Closed when", finding.closed_when) +
         paragraph("What would change this verdict", finding.would_change) + involved(view, finding);
  return out + "</article>\n";
}

}  // namespace

std::string findings_section(const View& view) {
  const auto& findings = view.all.findings;
  std::string out = "<section id=\"findings\" class=\"s\" aria-label=\"Findings\">\n";
  out += section_head(
      "7", "Findings",
      findings.empty() ? "No finding in what could be heard" : plural(findings.size(), "finding") + ", worst first");
  if (!view.all.model_approved)
    out +=
        "<p class=\"note\">The zone model is a proposal made from this very traffic: it judges nothing. Findings come "
        "from rules that need no model, and from "
        "zones and conduits that a person approved.</p>\n";
  for (const Finding& finding : findings) out += finding_markup(view, finding);
  return out + "</section>\n";
}

}  // namespace bulkhead

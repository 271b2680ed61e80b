// Page one, and what the assessment covers and cannot cover. The summary must stay on one printed page: everything on
// it is bounded in number and length, and says what it left out.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/html_parts.h"

namespace bulkhead {

namespace {

constexpr std::size_t gaps_shown = 4, questions_shown = 4, findings_shown = 6;

std::string headline(const View& view) {
  if (!view.all.findings.empty()) {
    std::string title = view.all.findings.front().title;
    if (!title.empty() && title.back() != '.') title += '.';
    return title;
  }
  if (view.all.quality.verdict == CaptureQuality::Verdict::nothing_read)
    return "Nothing was read, so nothing can be said.";
  return "No finding in what could be heard; what could not be heard is unknown.";
}

std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>> heard_between(const View& view) {
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  for (const CaptureRecord& capture : view.all.traffic.captures) {
    if (capture.first_ns) first = first ? std::min(*first, *capture.first_ns) : *capture.first_ns;
    if (capture.last_ns) last = last ? std::max(*last, *capture.last_ns) : *capture.last_ns;
  }
  return {first, last};
}

std::string lead(const View& view) {
  const Assessment& all = view.all;
  const auto [first, last] = heard_between(view);
  std::string text;
  if (first && last)
    text = fmt::format("From {} to {} ({}) ", to_text_people(*first), to_text_people(*last),
                       to_text_duration(*last - *first));
  text += fmt::format("{} listened at {}: {}, {}. ", text.empty() ? "We" : "we",
                      plural(all.quality.points.size(), "capture point"), plural(all.traffic.frames, "frame"),
                      plural(all.traffic.conversations.size(), "conversation"));
  text += "Capture quality: " + shortened(all.quality.sentence, 240) + " ";
  text += all.model_approved ? "Traffic is judged by the approved zone model. "
                             : "The zone model is not approved as a whole: findings come from rules that need no "
                               "model, and from the parts that are approved. ";
  return text + "Nothing was sent to the plant.";
}

std::string figure(std::string_view number, std::string_view text, bool undecided = false) {
  return fmt::format("<div{}><dt>{}</dt><dd>{}</dd></div>", undecided ? " class=\"q\"" : "", html_text(text),
                     html_text(number));
}

std::string figures(const View& view) {
  const Assessment& all = view.all;
  const auto& assets = all.inventory.assets;
  const auto count = [&](auto claim) {
    return static_cast<std::size_t>(std::count_if(assets.begin(), assets.end(), claim));
  };
  const std::size_t stray = count([](const Asset& asset) { return asset.zone.empty(); });
  const std::size_t external = count([](const Asset& asset) { return asset.external; });
  const std::size_t unclear =
      count([](const Asset& asset) { return !asset.role.value || *asset.role.value == Role::unknown; });
  std::size_t judged = 0;
  std::size_t conforming = 0;
  for (const Crossing& crossing : all.crossings) {
    judged += crossing.verdict == Crossing::Verdict::proposed ? 0 : 1;
    conforming += crossing.verdict == Crossing::Verdict::conforming ? 1 : 0;
  }
  std::string out = "<dl class=\"kf\">";
  out += figure(grouped(assets.size()),
                fmt::format("assets seen, {} external, {} in no zone", grouped(external), grouped(stray)));
  out +=
      figure(grouped(all.site.zones.size()), fmt::format("zones and {} conduits, {}", grouped(all.site.conduits.size()),
                                                         all.model_approved ? "approved" : "proposed"));
  if (judged > 0)
    out += figure(fmt::format("{} of {}", conforming, judged),
                  fmt::format("judged crossings conform; {} not judged", all.crossings.size() - judged));
  else out += figure(grouped(all.crossings.size()), "zone crossings seen, none judged: no approved model", true);
  out += figure(grouped(unclear), "assets whose role is unknown", true);
  return out + "</dl>\n";
}

std::string severities(const View& view) {
  std::array<std::size_t, 5> counts{};
  for (const Finding& finding : view.all.findings) ++counts.at(static_cast<std::size_t>(finding.severity));
  std::string out =
      fmt::format(R"(<ul class="sc" aria-label="Findings by severity"><li class="t"><a href="#findings">{}</a></li>)",
                  plural(view.all.findings.size(), "finding"));
  for (std::size_t i = counts.size(); i-- > 0;)
    out += fmt::format("<li>{} <b>{}</b> {}</li>", severity_sign(name(static_cast<Severity>(i))), counts.at(i),
                       name(static_cast<Severity>(i)));
  return out + "</ul>\n";
}

std::string boxes(const View& view) {
  std::string out = R"(<div class="two"><div class="box unk"><h3>What we could not see</h3>)";
  std::vector<std::string> gaps;
  gaps.reserve(view.all.quality.gaps.size());
  for (const std::string& gap : view.all.quality.gaps) gaps.push_back(shortened(gap, 200));
  if (gaps.empty()) out += "<p>No gap showed in what was captured. What no capture point hears stays unknown.</p>";
  else out += list_markup(gaps, gaps_shown, ", in section 3");
  out += "</div><div class=\"box\"><h3>Questions that move most</h3>";
  std::vector<std::string> questions;
  questions.reserve(view.all.risks.questions.size());
  for (const Question& question : view.all.risks.questions)
    questions.push_back(fmt::format("{} ({})", shortened(question.text, 170), plural(question.moves, "rank")));
  if (questions.empty()) out += "<p>No open question would move a rank.</p>";
  else out += list_markup(questions, questions_shown, ", in section 8");
  return out + "</div></div>\n";
}

std::string first_actions(const View& view) {
  const auto& findings = view.all.findings;
  if (findings.empty()) return {};
  std::string out =
      "<h3>What to do first</h3><table>" + head_row({"Severity", "Finding", "Action", "Evidence"}) + "<tbody>\n";
  for (std::size_t i = 0; i < std::min(findings.size(), findings_shown); ++i) {
    const Finding& finding = findings[i];
    out += fmt::format("<tr><td class=\"nw\">{}</td><td>{} {}</td><td>{}</td><td class=\"nw\">{}</td></tr>\n",
                       severity_mark(finding.severity), finding_link(finding.id),
                       html_text(shortened(finding.title, 120)), html_text(shortened(finding.action, 150)),
                       finding.evidence.empty() ? std::string{"–"} : tag_link(finding.evidence.front()));
  }
  return out + "</tbody></table>" +
         of_note(std::min(findings.size(), findings_shown), findings.size(), "; all in section 7");
}

std::string row(std::string_view key, const std::string& markup) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", html_text(key), markup);
}

}  // namespace

std::string summary_section(const View& view, const ReportOptions& options) {
  const Assessment& all = view.all;
  std::string out = "<section id=\"summary\" class=\"s\" aria-label=\"Executive summary\">\n";
  out += fmt::format(
      "<div class=\"cover\"><h1>OT security assessment · {}</h1><span>{}</span><span>issue "
      "{}</span><span>{}</span><span>{}</span></div>\n",
      html_text(all.site.name.empty() ? "Site without a name" : all.site.name, 80), html_text(options.document_id),
      html_text(options.issue), to_text_people(all.made_ns), html_text(options.classification));
  if (all.site.simulated)
    out += "<p class=\"sim noprint\">Simulated plant. Every figure in this report is demonstration data.</p>";
  out += section_head("1", "Executive summary", shortened(headline(view), 160));
  out += fmt::format("<p class=\"lead\">{}</p>\n", html_text(lead(view)));
  return out + figures(view) + severities(view) + boxes(view) + first_actions(view) + "</section>\n";
}

std::string scope_section(const View& view) {
  const Assessment& all = view.all;
  std::string out = "<section id=\"scope\" class=\"s\" aria-label=\"Scope, method, limits\">\n";
  out +=
      section_head("2", "Scope, method, limits", "What was listened to, how it was judged, and what this cannot show");
  out +=
      "<h3>Method</h3><p>Bulkhead listens. It reads captures of a mirror port, takes an inventory from what devices "
      "say and do, proposes zones and "
      "conduits (IEC 62443-3-2, ZCR 3), and looks for what is wrong by rules. Each statement opens to the frame it "
      "rests on. Nothing was sent to the "
      "plant.</p>"
      "<h3>Limits</h3><ul>"
      "<li>Passive listening shows what crossed the capture points while they were open. A device that was silent, a "
      "path that was not mirrored and a "
      "cycle longer than the capture are unknown, not fine.</li>"
      "<li>Firewall rules, switch configurations, patch levels and passwords are not seen, except where a device says "
      "them.</li>"
      "<li>Encrypted and undecoded conversations are listed; what they do is unknown.</li>"
      "<li>This is not a functional safety assessment (IEC 61511) and does not replace one.</li>"
      "<li>Every change that follows from it goes through the site's management of change.</li></ul>\n";
  out += "<h3>What it rests on</h3><table class=\"kv\"><tbody>";
  out += row("Program", html_text("bulkhead " + all.program_version));
  out += row("Rules and catalogues",
             fmt::format("<code>{}</code> (SHA-256, first 12 digits)", html_text(all.content_hash)));
  out += row("Assessed", to_text_people(all.made_ns));
  out += row("Sector",
             all.site.sector.empty() ? "<span class=\"unk-v\">?</span> not stated" : html_text(words(all.site.sector)));
  out += row("Time zone of the site", all.site.time_zone.empty()
                                          ? "<span class=\"unk-v\">?</span> not stated; times are UTC"
                                          : html_text(all.site.time_zone) + "; times here are UTC");
  out += row("Zone model", all.model_approved ? "approved" : "proposed by the program, not approved as a whole");
  out += row("Risk matrix", html_text(all.risks.matrix.name) + ": " + html_text(all.risks.matrix.source));
  out +=
      "</tbody></table>\n<h3>Inputs</h3><table><caption>Captures, with what each one was when it was read. Counters "
      "stand in annex A.</caption>";
  out += head_row({"File", "Ended", "Frames", "SHA-256"}) + "<tbody>";
  for (const CaptureRecord& capture : all.traffic.captures)
    out += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"r\">{}</td><td class=\"m\">{}</td></tr>\n",
                       html_text(capture.name, 120), html_text(words(capture.ending)), grouped(capture.frames),
                       html_text(capture.sha256));
  return out + "</tbody></table></section>\n";
}

}  // namespace bulkhead

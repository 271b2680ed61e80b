#include "report/html.h"

#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "content/catalogue.h"
#include "evidence/digest.h"
#include "report/html_parts.h"

namespace bulkhead {

namespace {

struct Chapter {
  std::string_view id, number, title;
  bool landscape;
};
constexpr std::array chapters{
    Chapter{"summary", "1", "Executive summary", false},
    Chapter{"scope", "2", "Scope, method, limits", false},
    Chapter{"quality", "3", "Capture quality", false},
    Chapter{"zones", "4", "Zones and conduits", true},
    Chapter{"assets", "5", "Assets", true},
    Chapter{"flows", "6", "Flows", true},
    Chapter{"findings", "7", "Findings", false},
    Chapter{"risk", "8", "Risk", false},
    Chapter{"evidence", "9", "Evidence", false},
    Chapter{"changes", "10", "Model changes", false},
    Chapter{"files", "A", "Journal of files", true},
};

std::string built_in(std::string_view path) {
  return Catalogue{}.text(path).value_or(std::string{});
}

/// Text inside a CSS string: everything but letters, digits and blanks as an escape.
std::string css_text(std::string_view text) {
  std::string out;
  for (const char c : plain_text(text, 200)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == ' ' || byte >= 0x80;
    if (plain) out += c;
    else out += fmt::format("\\{:06x}", byte);
  }
  return out;
}

std::string date_of(const Assessment& all) {
  return to_text_utc(all.made_ns, 0).substr(0, 10);
}

std::string site_title(const Assessment& all) {
  return all.site.name.empty() ? "Site without a name" : all.site.name;
}

std::string document_id(const Assessment& all, const ReportOptions& options) {
  if (!options.document_id.empty()) return options.document_id;
  std::string id;
  for (const char c : all.site.name)
    if (c >= 'A' && c <= 'Z' && id.size() < 4) id += c;
  return fmt::format("{}-OTSA-{}", id.empty() ? "SITE" : id, date_of(all));
}

/// Page furniture: site and section in the head; document, issue, date, classification and page number in the foot.
std::string page_css(const Assessment& all, const ReportOptions& options) {
  const std::string simulated =
      all.site.simulated ? "\\A Simulated plant. Every figure on this page is demonstration data." : "";
  std::string css = fmt::format(
      "@page{{size:A4;margin:21mm 18mm 17mm;font:7.8pt Inter,system-ui,Arial,sans-serif;color:#45525F;"
      "@top-left{{content:\"{} · OT security "
      "assessment{}\";white-space:pre;text-align:left;vertical-align:middle;width:75%}}"
      "@bottom-left{{content:\"{} · issue {} · {}\";white-space:pre;width:45%;text-align:left}}"
      "@bottom-center{{content:\"{}\";width:20%}}"
      "@bottom-right{{content:counter(page) \" of \" counter(pages);width:35%;text-align:right}}}}\n",
      css_text(site_title(all)), simulated, css_text(document_id(all, options)), css_text(options.issue), date_of(all),
      css_text(options.classification));
  for (const Chapter& chapter : chapters)
    css += fmt::format("@page {0}{{{1}@top-right{{content:\"{2} {3}\"}}}} #{0}{{page:{0}}}\n", chapter.id,
                       chapter.landscape ? "size:A4 landscape;" : "", chapter.number, css_text(chapter.title));
  return css;
}

std::string style_of(const Assessment& all, const ReportOptions& options) {
  const std::string light = built_in("report/light.css");
  const std::string dark = built_in("report/dark.css");
  return ":root{" + light + "}\n@media (prefers-color-scheme:dark){:root:not([data-theme=light]){" + dark +
         "}}\n:root[data-theme=dark]{" + dark + "}\n@media print{:root:root:root{" + light + "}}\n" +
         built_in("report/report.css") + page_css(all, options);
}

/// SHA-256 as base64, as a content security policy names a script or style.
std::string policy_hash(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hex = sha256_of(text);
  const auto value = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 6) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 6; ++j) group = group << 4U | (i + j < hex.size() ? value(hex[i + j]) : 0);
    const std::size_t bytes = std::min<std::size_t>(3, (hex.size() - i) / 2);
    for (std::size_t j = 0; j < 4; ++j)
      out += j <= bytes ? digits.at(group >> (18U - 6U * static_cast<unsigned>(j)) & 63U) : '=';
  }
  return "'sha256-" + out + "'";
}

std::string contents() {
  std::string out = R"(<nav class="toc" aria-label="Sections"><ol>)";
  for (const Chapter& chapter : chapters)
    out += fmt::format("<li><a href=\"#{}\">{} {}</a></li>", chapter.id, chapter.number, chapter.title);
  return out + "</ol></nav>\n";
}

std::string top_bar(const Assessment& all) {
  return fmt::format(
      "<header class=\"top\"><svg class=\"logo\" viewBox=\"0 0 20 24\" aria-hidden=\"true\"><path d=\"M2 2h16v20H2zM10 "
      "2v7M10 15v7\"/>"
      "<circle cx=\"10\" cy=\"12\" r=\"3\"/></svg><strong>{}</strong>{}<span>Results as of {}</span>"
      "<button type=\"button\" id=\"theme\" class=\"b grow\">Theme: system</button>"
      "<button type=\"button\" id=\"print\" class=\"b\">Print</button></header>\n",
      html_text(site_title(all), 80), all.site.simulated ? "<span class=\"chip\">SIMULATED</span>" : "",
      to_text_people(all.made_ns));
}

constexpr std::string_view drawer =
    "<aside id=\"drawer\" class=\"drawer\" aria-labelledby=\"drawer-title\" hidden><header><h2 "
    "id=\"drawer-title\">Detail</h2>"
    "<button type=\"button\" id=\"drawer-close\" class=\"b\">Close</button></header><div "
    "id=\"drawer-body\"></div></aside>\n";

/// Thin spaces between thousands become narrow no-break ones: a line must not end within a number.
void keep_numbers_whole(std::string& html, std::size_t from) {
  constexpr std::string_view thin = "\u2009";
  constexpr std::string_view narrow = "\u202F";
  for (std::size_t at = html.find(thin, from); at != std::string::npos; at = html.find(thin, at + narrow.size()))
    html.replace(at, thin.size(), narrow);
}

}  // namespace

ReportPage report_page(const Assessment& assessment, const ReportOptions& options) {
  const View view{assessment};
  const std::string style = style_of(assessment, options);
  const std::string script = built_in("report/report.js");
  ReportPage page;
  page.policy = fmt::format("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                            policy_hash(style), policy_hash(script));
  std::string& out = page.html;
  out = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"referrer\" "
      "content=\"no-referrer\">\n"
      "<meta name=\"generator\" content=\"bulkhead {}\"><title>OT security assessment · "
      "{}{}</title>\n<style>{}</style></head>\n<body>\n",
      page.policy, html_text(assessment.program_version), html_text(site_title(assessment), 80),
      assessment.site.simulated ? " (simulated)" : "", style);
  out += "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n" + top_bar(assessment);
  out += "<div class=\"frame\">" + contents() + "<main id=\"main\" tabindex=\"-1\">\n";
  const ReportOptions named{document_id(assessment, options), options.issue, options.classification};
  out += summary_section(view, named);
  constexpr std::array sections{scope_section,    quality_section, zones_section,    assets_section,  flows_section,
                                findings_section, risk_section,    evidence_section, changes_section, files_section};
  for (const auto& section : sections) out += section(view);
  out += "</main></div>\n";
  out += drawer;
  out += asset_templates(view) + evidence_templates(view);
  keep_numbers_whole(out, out.find("</head>"));
  out += "<script>" + script + "</script></body></html>\n";
  return page;
}

std::string html_report(const Assessment& assessment, const ReportOptions& options) {
  return report_page(assessment, options).html;
}

}  // namespace bulkhead

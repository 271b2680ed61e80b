#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/html_parts.h"

namespace bulkhead {

namespace {

constexpr std::size_t ids_in_cell = 6;

/// Of a rank among all, the colour step 0 to 3.
std::size_t step_of(std::size_t rank, std::size_t ranks) noexcept {
  return ranks < 2 ? 0 : std::min<std::size_t>(3, rank * 3 / (ranks - 1));
}

std::string cell_ids(const View& view, std::size_t consequence, std::size_t likelihood) {
  std::string out;
  std::size_t count = 0;
  for (const Risk& risk : view.all.risks.risks) {
    if (risk.likelihood != likelihood || consequence < risk.consequence_low || consequence > risk.consequence_high)
      continue;
    if (++count > ids_in_cell) continue;
    const bool is_sure = risk.consequence_low == risk.consequence_high;
    out += fmt::format("{}<a{} href=\"#{}\">{}</a>", out.empty() ? "" : " ", is_sure ? "" : " class=\"may\"",
                       html_text(risk.id), html_text(risk.id));
  }
  if (count > ids_in_cell) out += fmt::format(" and {} more", count - ids_in_cell);
  return out;
}

std::string matrix_markup(const View& view) {
  const RiskMatrix& matrix = view.all.risks.matrix;
  std::string out = fmt::format(
      "<h3>Matrix</h3><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Risk matrix\"><table "
      "class=\"mx rk\"><caption>{}: consequence (row) by "
      "likelihood (column). A risk whose consequence is a range stands, slanted, in each row it may be "
      "in.</caption><thead><tr><th scope=\"col\">Consequence "
      "\\ likelihood</th>",
      html_text(matrix.name));
  for (const std::string& level : matrix.likelihood_levels)
    out += fmt::format("<th scope=\"col\">{}</th>", html_text(level));
  out += "</tr></thead><tbody>\n";
  for (std::size_t consequence = matrix.consequence_levels.size(); consequence-- > 0;) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", html_text(matrix.consequence_levels[consequence]));
    for (std::size_t likelihood = 0; likelihood < matrix.likelihood_levels.size(); ++likelihood) {
      const bool known = consequence < matrix.cells.size() && likelihood < matrix.cells[consequence].size();
      const std::size_t rank = known ? matrix.cells[consequence][likelihood] : 0;
      out += fmt::format(R"(<td class="rk-{}"><span class="word">{}</span>{}</td>)", step_of(rank, matrix.ranks.size()),
                         rank < matrix.ranks.size() ? html_text(matrix.ranks[rank]) : "?",
                         cell_ids(view, consequence, likelihood));
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string sum_markup(const Risk& risk, const RiskMatrix& matrix) {
  int points = 0;
  std::string rows;
  for (const LikelihoodTerm& term : risk.terms) {
    points += term.points;
    rows += fmt::format("<tr><td>{:+}</td><td>{}</td></tr>", term.points, html_text(term.reason));
  }
  const std::string likelihood =
      risk.likelihood < matrix.likelihood_levels.size() ? html_text(matrix.likelihood_levels[risk.likelihood]) : "?";
  return fmt::format(
      "<details><summary>How {} comes about</summary><div><table class=\"sum\"><caption>Likelihood: the sum, mapped to "
      "a level by the "
      "matrix</caption><thead><tr><th "
      "scope=\"col\">Points</th><th "
      "scope=\"col\">Reason</th></tr></thead><tbody>{}<tr><td><strong>{}</strong></td><td><strong>{}</strong></td></"
      "tr></tbody></table>"
      "<p class=\"note\">Consequence {} ({}): {}</p></div></details>",
      html_text(rank_text(risk, matrix)), rows, points, likelihood, html_text(consequence_text(risk, matrix)),
      risk.consequence_assumed ? "assumed from the sector and the role; a person has not stated it"
                               : "stated by a person",
      html_text(risk.consequence_text));
}

std::string register_markup(const View& view) {
  std::string out =
      "<h3>Register</h3><table><caption>Worst first. A rank opens to its sum; a rank that depends on what nobody has "
      "stated is a range.</caption>" +
      head_row({"Id", "Rank", "Scenario", "Zone", "Rests on"}) + "<tbody>\n";
  for (const Risk& risk : view.all.risks.risks) {
    std::string rests;
    for (const std::string& finding : risk.findings) rests += (rests.empty() ? "" : ", ") + finding_link(finding);
    out += fmt::format(
        "<tr id=\"{0}\"><th scope=\"row\" class=\"nw\">{0}</th><td "
        "class=\"nw\">{1}</td><td>{2}{3}</td><td>{4}</td><td>{5}</td></tr>\n",
        html_text(risk.id), html_text(rank_text(risk, view.all.risks.matrix)), html_text(risk.scenario, 600),
        sum_markup(risk, view.all.risks.matrix),
        risk.zone.empty() ? "<span class=\"na-v\">–</span>"
                          : fmt::format("<a href=\"#{}\">{}</a>", zone_anchor(view, risk.zone),
                                        html_text(view.zone_name(risk.zone), 80)),
        rests);
  }
  return out + "</tbody></table>\n";
}

std::string questions_markup(const View& view) {
  const auto& questions = view.all.risks.questions;
  if (questions.empty()) return {};
  std::string out = "<h3>Questions whose answers move most</h3><table>" +
                    head_row({"Ranks moved", "Question", "Answer goes to (site.yml)"}) + "<tbody>";
  for (const Question& question : questions)
    out += fmt::format("<tr><td class=\"r\">{}</td><td>{}</td><td class=\"m\">{}</td></tr>\n", question.moves,
                       html_text(question.text), html_text(question.where));
  return out + "</tbody></table>\n";
}

}  // namespace

std::string risk_section(const View& view) {
  const auto& risks = view.all.risks.risks;
  std::string out = "<section id=\"risk\" class=\"s\" aria-label=\"Risk\">\n";
  const auto open =
      std::count_if(risks.begin(), risks.end(), [](const Risk& risk) { return risk.rank_low != risk.rank_high; });
  out += section_head("8", "Risk",
                      risks.empty() ? "No risk follows from what was found"
                                    : fmt::format("{} risks; {} of them are ranges until somebody states a consequence",
                                                  risks.size(), open));
  if (!risks.empty()) out += matrix_markup(view) + register_markup(view);
  return out + questions_markup(view) + "</section>\n";
}

}  // namespace bulkhead

// What is judged: findings, risks, and where both can be looked up.

#include <array>

#include <fmt/format.h>

#include "report/cells.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

using Kind = Column::Kind;

constexpr std::array finding_columns{Column{"severity", "Severity", Kind::severity},
                                     Column{"id", "Id"},
                                     Column{"title", "Finding"},
                                     Column{"what", "What was seen"},
                                     Column{"zones", "Zones", Kind::text, false},
                                     Column{"conduit", "Conduit", Kind::text, false},
                                     Column{"assets", "Assets", Kind::text, false},
                                     Column{"confidence", "Confidence", Kind::confidence},
                                     Column{"judged_by", "Judged by", Kind::text, false},
                                     Column{"why", "Why it matters", Kind::text, false},
                                     Column{"action", "Action", Kind::text, false},
                                     Column{"closed_when", "Closed when", Kind::text, false},
                                     Column{"would_change", "What would change this verdict", Kind::text, false},
                                     Column{"requirements", "IEC 62443-3-3:2013", Kind::text, false},
                                     Column{"techniques", "ATT&CK for ICS", Kind::text, false},
                                     Column{"evidence", "Evidence", Kind::text, false},
                                     Column{"rule", "Rule", Kind::text, false}};

std::vector<Cell> finding_row(const View& view, const Finding& finding) {
  return {severity_cell(finding.severity),
          Cell::of(finding.id),
          Cell::of(finding.title),
          Cell::of(finding.what),
          applies(joined(finding.zones, [&](const std::string& id) { return view.zone_name(id); })),
          applies(finding.conduit),
          applies(joined(finding.assets)),
          confidence_cell(finding.confidence),
          Cell::of(finding.against_approved ? "approved model" : "no model needed"),
          Cell::of(finding.why),
          Cell::of(finding.action),
          Cell::of(finding.closed_when),
          Cell::of(finding.would_change),
          applies(joined(finding.requirements)),
          applies(joined(finding.techniques)),
          applies(joined(finding.evidence, [](const Evidence& evidence) { return evidence.tag; })),
          Cell::of(finding.rule)};
}

constexpr std::array risk_columns{Column{"rank", "Rank"},
                                  Column{"id", "Id"},
                                  Column{"scenario", "Scenario"},
                                  Column{"zone", "Zone"},
                                  Column{"conduit", "Conduit", Kind::text, false},
                                  Column{"consequence", "Consequence"},
                                  Column{"consequence_from", "Consequence is", Kind::text, false},
                                  Column{"likelihood", "Likelihood"},
                                  Column{"points", "Points", Kind::number, false},
                                  Column{"sum", "Sum", Kind::text, false},
                                  Column{"findings", "Findings", Kind::text, false},
                                  Column{"assets", "Assets", Kind::text, false},
                                  Column{"techniques", "ATT&CK for ICS", Kind::text, false}};

std::vector<Cell> risk_row(const View& view, const Risk& risk) {
  const RiskMatrix& matrix = view.all.risks.matrix;
  int points = 0;
  for (const LikelihoodTerm& term : risk.terms) points += term.points;
  const std::string likelihood =
      risk.likelihood < matrix.likelihood_levels.size() ? matrix.likelihood_levels[risk.likelihood] : "?";
  return {Cell::of(rank_text(risk, matrix), static_cast<double>(risk.rank_high)),
          Cell::of(risk.id),
          Cell::of(risk.scenario),
          risk.zone.empty() ? Cell::none() : Cell::of(view.zone_name(risk.zone)),
          applies(risk.conduit),
          Cell::of(consequence_text(risk, matrix), static_cast<double>(risk.consequence_high)),
          Cell::of(risk.consequence_assumed ? "assumed" : "stated"),
          Cell::of(likelihood, static_cast<double>(risk.likelihood)),
          Cell::of(std::to_string(points), points),
          applies(joined(risk.terms,
                         [](const LikelihoodTerm& term) { return fmt::format("{:+} {}", term.points, term.reason); })),
          applies(joined(risk.findings)),
          applies(joined(risk.assets)),
          applies(joined(risk.techniques))};
}

constexpr std::array evidence_columns{Column{"tag", "Tag"},
                                      Column{"finding", "Finding"},
                                      Column{"sentence", "What the frame holds"},
                                      Column{"capture", "Capture"},
                                      Column{"frame", "Frame", Kind::number},
                                      Column{"pdu", "PDU", Kind::number, false},
                                      Column{"time", "Time", Kind::time},
                                      Column{"kept", "Kept", Kind::text, false}};

std::vector<Cell> evidence_row(const View& view, const Finding& finding, const Evidence& evidence) {
  const CaptureRecord* record = view.all.capture(evidence.citation.capture);
  const KeptPdu* pdu = view.all.pdu(evidence.citation);
  return {Cell::of(evidence.tag),
          Cell::of(finding.id),
          Cell::of(evidence.sentence),
          record == nullptr ? Cell::unknown() : Cell::of(record->name),
          Cell::count(evidence.citation.frame),
          Cell::count(evidence.citation.pdu),
          seen_cell(evidence.citation.time_ns),
          Cell::of(pdu == nullptr       ? "no"
                   : pdu->bytes.empty() ? "fields"
                                        : "fields and bytes")};
}

}  // namespace

Table finding_table(const View& view) {
  Table table = empty_table("findings", "Findings", finding_columns);
  for (const Finding& finding : view.all.findings) table.rows.push_back(finding_row(view, finding));
  return table;
}

Table risk_table(const View& view) {
  Table table = empty_table("risks", "Risks", risk_columns);
  for (const Risk& risk : view.all.risks.risks) table.rows.push_back(risk_row(view, risk));
  return table;
}

Table evidence_table(const View& view) {
  Table table = empty_table("evidence", "Evidence", evidence_columns);
  for (const Finding& finding : view.all.findings)
    for (const Evidence& evidence : finding.evidence) table.rows.push_back(evidence_row(view, finding, evidence));
  return table;
}

}  // namespace bulkhead

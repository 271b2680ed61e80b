#include "cli/result.h"

#include <fmt/format.h>

#include "base/text.h"

namespace bulkhead {

namespace {

void print_finding(const Finding& finding) {
  fmt::print("  {:<8} {:<9} {}\n", finding.id, name(finding.severity), finding.title);
  fmt::print("           {}\n", plain_text(finding.what));
}

}  // namespace

void print_summary(const Assessment& assessment, const SiteFolder& folder) {
  for (const CaptureRecord& capture : assessment.traffic.captures)
    if (capture.ending != "read")
      fmt::print(stderr, "{}: {} after frame {}, byte {}{}{}\n", plain_text(capture.name), capture.ending,
                 capture.ending_frame, capture.ending_offset, capture.ending_detail.empty() ? "" : ": ",
                 plain_text(capture.ending_detail));
  std::size_t external = 0;
  for (const Asset& asset : assessment.inventory.assets) external += asset.external ? 1 : 0;
  fmt::print("\n{}\n", assessment.quality.sentence);
  fmt::print("\n  {} assets, {} of them external; {} zones, {} conduits ({}); {} conversations\n",
             assessment.inventory.assets.size(), external, assessment.site.zones.size(),
             assessment.site.conduits.size(), assessment.model_approved ? "approved" : "proposed",
             assessment.traffic.conversations.size());
  fmt::print("\nFindings: {}{}\n", assessment.findings.size(),
             assessment.model_approved ? "" : ", by rules that need no model: the zone model is a proposal");
  for (const Finding& finding : assessment.findings) print_finding(finding);
  fmt::print("\nRisks: {}\n", assessment.risks.risks.size());
  for (const Risk& risk : assessment.risks.risks) {
    const std::string low = assessment.risks.matrix.ranks[risk.rank_low];
    const std::string high = assessment.risks.matrix.ranks[risk.rank_high];
    fmt::print("  {:<6} {:<18} {}\n", risk.id, low == high ? low : low + " to " + high, plain_text(risk.scenario));
  }
  if (!assessment.risks.questions.empty()) fmt::print("\nQuestions, by how many ranks the answer moves\n");
  for (const Question& question : assessment.risks.questions)
    fmt::print("  {:>2}  {}\n", question.moves, plain_text(question.text));
  for (const std::string& change : assessment.model_changes) fmt::print("\nNew on the network: {}\n", change);
  fmt::print("\nModel: {}\n", plain_text(folder.site_file().string()));
}

}  // namespace bulkhead

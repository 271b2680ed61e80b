#include "assessment/assessment.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace bulkhead {

const KeptPdu* Assessment::pdu(const Citation& citation) const noexcept {
  const auto key = std::tuple{citation.capture, citation.frame, citation.pdu};
  const auto found = std::lower_bound(
      evidence.begin(), evidence.end(), key,
      [](const KeptPdu& kept, const auto& wanted) { return std::tuple{kept.capture, kept.frame, kept.pdu} < wanted; });
  if (found == evidence.end() || std::tuple{found->capture, found->frame, found->pdu} != key) return nullptr;
  return &*found;
}

const CaptureRecord* Assessment::capture(std::uint32_t id) const noexcept {
  const auto found = std::find_if(traffic.captures.begin(), traffic.captures.end(),
                                  [&](const CaptureRecord& record) { return record.id == id; });
  return found == traffic.captures.end() ? nullptr : &*found;
}

std::string to_text(const Citation& citation, const Assessment& assessment) {
  const CaptureRecord* record = assessment.capture(citation.capture);
  const std::string file = record == nullptr ? std::string{"capture"} : plain_text(record->name);
  return file + " frame " + std::to_string(citation.frame);
}

}  // namespace bulkhead

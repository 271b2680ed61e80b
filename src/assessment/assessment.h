#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drawing/drawing.h"
#include "evidence/evidence.h"
#include "finding/finding.h"
#include "inventory/inventory.h"
#include "risk/risk.h"
#include "site/site.h"
#include "traffic/coverage.h"
#include "traffic/traffic.h"

namespace bulkhead {

/// Everything that one assessment says, and what it rests on: what tables, report, JSON and XLSX are made of.
struct Assessment {
  std::string program_version;  ///< "0.1.0".
  std::string content_hash;     ///< Of all rules and catalogues used, SHA-256, first 12 digits.
  std::int64_t made_ns = 0;     ///< When; the only thing that differs between two runs on the same inputs.
  Site site;
  bool model_approved = false;  ///< Else the model is a proposal, and the text says so.
  Traffic traffic;
  CaptureQuality quality;
  Inventory inventory;
  std::vector<Crossing> crossings;
  std::vector<Finding> findings;  ///< Worst first.
  RiskRegister risks;
  Drawing drawing;
  std::vector<KeptPdu> evidence;  ///< Those that a finding, an asset's attribute or a crossing cites.
  std::vector<std::string>
      model_changes;  ///< What the network shows and site.yml does not, since its zones were written.

  /// The kept PDU that a citation names; null where none was kept.
  [[nodiscard]] const KeptPdu* pdu(const Citation& citation) const noexcept;
  [[nodiscard]] const CaptureRecord* capture(std::uint32_t id) const noexcept;
};

/// "capture.pcap frame 12", for people.
std::string to_text(const Citation& citation, const Assessment& assessment);

}  // namespace bulkhead

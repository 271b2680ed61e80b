#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/event.h"
#include "inventory/inventory.h"

namespace bulkhead {

enum class Severity : std::uint8_t { info, low, medium, high, critical };
std::string_view name(Severity severity) noexcept;

/// Where a finding's statement can be looked up.
struct Evidence {
  std::string tag;       ///< "E1": numbered through the report.
  std::string sentence;  ///< What the frame holds, in words.
  Citation citation;
};

/// Something that is wrong now. One cause is one finding.
struct Finding {
  std::string id;    ///< "F-0007": kept in the journal.
  std::string key;   ///< Rule and cause: what the id is remembered by.
  std::string rule;  ///< "dual_homed_host".
  Severity severity = Severity::info;
  Confidence confidence = Confidence::unknown;
  std::string title;  ///< A sentence about the plant.
  std::string what;
  std::string why;                        ///< Why it matters in this plant.
  std::string action;                     ///< What to do.
  std::string closed_when;                ///< What would prove it closed.
  std::string would_change;               ///< What would change this verdict.
  bool against_approved = false;          ///< Judged by an approved model; else by rules that need none.
  std::vector<std::string> requirements;  ///< "SR 5.1": IEC 62443-3-3:2013.
  std::vector<std::string> techniques;    ///< "T0886": ATT&CK for ICS.
  std::vector<std::string> assets;        ///< Ids.
  std::vector<std::string> zones;         ///< Ids.
  std::string conduit;                    ///< Id; empty for none.
  std::vector<std::uint64_t> conversations;
  std::vector<Evidence> evidence;
};

}  // namespace bulkhead

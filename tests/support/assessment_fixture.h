#pragma once

#include <cstddef>
#include <string>

#include "assessment/assessment.h"

namespace bulkhead::test {

struct FixtureSize {
  std::size_t assets = 60;
  std::size_t conversations = 240;
};

/// Names as someone on the network would choose them to be seen by whoever reads the report.
inline const std::string markup_name = "<img src=x onerror=document.title='owned'>";
inline const std::string script_name = "</script><script>document.title='owned'</script>";
inline const std::string reversed_name =
    "PLC\xE2\x80\xAE"
    "fdp.exe";  // U+202E
inline const std::string control_name = "HMI\x1B[2J\r\n\x07";
inline const std::string formula_name = "=HYPERLINK(\"http://attacker.example\",\"open\")";

/// A simulated water works, made by hand: zones on every level, findings with evidence, ranges, questions, hostile
/// names.
Assessment make_assessment(FixtureSize size = {});

}  // namespace bulkhead::test

#pragma once

#include <string>

#include "assessment/assessment.h"

namespace bulkhead {

/// What stands on the furniture of each page.
struct ReportOptions {
  std::string document_id;      ///< Empty: made of the site's name and the date.
  std::string issue = "draft";  ///< "1.0".
  std::string classification = "Confidential";
};

/// The report with the content security policy that it carries, for who serves it.
struct ReportPage {
  std::string html, policy;
};
ReportPage report_page(const Assessment& assessment, const ReportOptions& options = {});

/// The report as one HTML file that needs no network: no external font, script, style or picture, and a content
/// security policy that lets nothing else run than what is in it. Light and dark; prints as A4.
std::string html_report(const Assessment& assessment, const ReportOptions& options = {});

}  // namespace bulkhead

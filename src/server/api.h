#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "assessment/assessment.h"
#include "report/html.h"
#include "report/table.h"
#include "report/view.h"

namespace bulkhead {

struct Request {
  std::string method, target, host;  ///< As they were sent: "GET", "/api/v1/assets?q=role:plc", "127.0.0.1:8470".
};

struct Response {
  unsigned status = 200;
  std::string type = "application/json; charset=utf-8";
  std::string body;
  std::string policy = "default-src 'none'; frame-ancestors 'none'";  ///< Content security policy.
};

/// Answers requests from one assessment. Knows nothing of sockets.
///
///     GET /                       the report
///     GET /api/v1/summary         site, versions, capture quality, counts, questions
///     GET /api/v1/TABLE           assets, flows, zones, conduits, findings, risks, captures, evidence
///         ?q=FILTER               the filter line of report/filter.h
///         &offset=N&limit=N       limit at most 1000, 500 where not given
///         &format=csv             all that match, as CSV
///     GET /api/v1/evidence/E1     what was kept of a cited frame: fields, places, bytes with secrets masked
class Api {
 public:
  /// `address` is where the server listens; a Host that is neither that nor the loopback is refused (DNS rebinding).
  Api(const Assessment& assessment, std::string address);
  Response answer(const Request& request);

 private:
  [[nodiscard]] bool is_own_host(std::string_view host) const;
  Response table(std::string_view name, std::string_view query);
  [[nodiscard]] Response evidence(std::string_view tag) const;

  View view_;
  std::string address_;
  ReportPage page_;
  std::map<std::string, Table, std::less<>> tables_;  // each made when it is first asked for
};

/// The value of a key in a query string, percent-decoded; nothing where it is not there or ill-formed.
std::optional<std::string> query_value(std::string_view query, std::string_view key);

}  // namespace bulkhead

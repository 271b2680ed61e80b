#include "server/api.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"
#include "report/filter.h"
#include "report/json.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

constexpr std::size_t limit_max = 1000, target_max = 4096;
constexpr std::string_view api_root = "/api/v1/";

Response refusal(unsigned status, const Error& error) {
  Response response;
  response.status = status;
  response.body = fmt::format(R"({{"error":"{}")", json_text(error.message));
  if (!error.hint.empty()) response.body += fmt::format(R"(,"hint":"{}")", json_text(error.hint));
  response.body += "}\n";
  return response;
}

std::optional<unsigned> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') out += ' ';
    else if (text[i] != '%') out += text[i];
    else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
      if (!low) return std::nullopt;
      out += static_cast<char>(*high << 4U | *low);
      i += 2;
    }
  }
  return out;
}

Result<std::size_t> count_of(std::string_view query, std::string_view key, std::size_t otherwise, std::size_t most) {
  const auto text = query_value(query, key);
  if (!text) return otherwise;
  std::size_t number = 0;
  const char* const end = std::to_address(text->end());
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || stop != end || number > most)
    return failure(fmt::format("\"{}\" is a number from 0 to {}", key, most));
  return number;
}

}  // namespace

std::optional<std::string> query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t sign = part.find('=');
    if (part.substr(0, sign) == key)
      return sign == std::string_view::npos ? std::string{} : decoded(part.substr(sign + 1));
  }
  return std::nullopt;
}

Api::Api(const Assessment& assessment, std::string address)
    : view_(assessment), address_(std::move(address)), page_(report_page(assessment)) {}

/// A name that someone else's DNS may point here is not ours; an address can't be rebound.
bool Api::is_own_host(std::string_view host) const {
  std::string_view name = host;
  if (name.starts_with('[')) name = name.substr(1, name.find(']') == std::string_view::npos ? 0 : name.find(']') - 1);
  else name = name.substr(0, name.find(':'));
  if (name == "localhost" || name == address_) return true;
  const auto address = parse_ip(name);
  if (!address) return false;
  const auto own = parse_ip(address_);
  return address->is_loopback() || (own && own->is_unspecified());
}

Response Api::answer(const Request& request) {
  if (!is_own_host(request.host))
    return refusal(421, {"this host name is not served here", {}, "open the address that bulkhead printed"});
  if (request.method != "GET") return refusal(405, {"only GET is answered: nothing here can be changed", {}, {}});
  if (request.target.size() > target_max) return refusal(414, {"the address is too long", {}, {}});
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view{};
  if (path == "/") return {200, "text/html; charset=utf-8", page_.html, page_.policy + "; frame-ancestors 'none'"};
  if (!path.starts_with(api_root))
    return refusal(404, {"there is nothing at this address", {}, "try / or /api/v1/summary"});
  const std::string_view name = path.substr(api_root.size());
  if (name == "summary") {
    Response response;
    response.body = json_summary(view_);
    return response;
  }
  constexpr std::string_view one_evidence = "evidence/";
  if (name.starts_with(one_evidence)) return evidence(name.substr(one_evidence.size()));
  return table(name, query);
}

Response Api::table(std::string_view name, std::string_view query) {
  auto found = tables_.find(name);
  if (found == tables_.end()) {
    auto made = table_named(name, view_);
    if (!made)
      return refusal(404,
                     {"there is no such table", {}, fmt::format("tables: summary, {}", fmt::join(table_names, ", "))});
    found = tables_.emplace(name, std::move(*made)).first;
  }
  const Table& table = found->second;
  const std::string line = query_value(query, "q").value_or(std::string{});
  const auto rows = filtered(line, table);
  if (!rows) return refusal(400, rows.error());
  if (query_value(query, "format") == "csv")
    return {200, "text/csv; charset=utf-8", csv(table, *rows), Response{}.policy};
  const auto offset = count_of(query, "offset", 0, 1'000'000'000);
  const auto limit = count_of(query, "limit", limit_max / 2, limit_max);
  if (!offset) return refusal(400, offset.error());
  if (!limit) return refusal(400, limit.error());
  Response response;
  response.body = json_page(table, line, *rows, {*offset, *limit});
  return response;
}

Response Api::evidence(std::string_view tag) const {
  for (const Finding& finding : view_.all.findings)
    for (const Evidence& evidence : finding.evidence) {
      if (evidence.tag != tag) continue;
      Response response;
      response.body =
          fmt::format("{{\"tag\":\"{}\",\"finding\":\"{}\",\"sentence\":\"{}\",\"frame\":{},\"kept\":{}}}\n",
                      json_text(evidence.tag), json_text(finding.id), json_text(evidence.sentence),
                      evidence.citation.frame, json_pdu(view_, evidence.citation));
      return response;
    }
  return refusal(404, {"no finding cites evidence of this tag", {}, "tags are listed at /api/v1/evidence"});
}

}  // namespace bulkhead

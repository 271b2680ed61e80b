#include "report/json.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/tables.h"

namespace bulkhead {

namespace {

std::string in_quotes(std::string_view text) {
  return '"' + json_text(text) + '"';
}

std::string array_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + in_quotes(text);
  return out + ']';
}

void append_cell(std::string& out, const Column& column, const Cell& cell) {
  if (cell.state == Cell::State::unknown) out += "null";
  else if (column.kind == Column::Kind::time && cell.number)
    out += in_quotes(to_text_utc(static_cast<std::int64_t>(*cell.number), 6));
  else if ((column.kind == Column::Kind::number || column.kind == Column::Kind::level) && cell.number)
    out += fmt::format("{}", *cell.number);
  else out += in_quotes(cell.text);
}

std::string severity_counts(const View& view) {
  std::array<std::size_t, 5> counts{};
  for (const Finding& finding : view.all.findings) ++counts.at(static_cast<std::size_t>(finding.severity));
  std::string out = "{";
  for (std::size_t i = counts.size(); i-- > 0;)
    out += fmt::format("{}\"{}\":{}", out.size() > 1 ? "," : "", name(static_cast<Severity>(i)), counts.at(i));
  return out + '}';
}

std::string questions_of(const View& view) {
  std::string out = "[";
  for (const Question& question : view.all.risks.questions)
    out += fmt::format(R"({}{{"text":{},"where":{},"moves":{}}})", out.size() > 1 ? "," : "", in_quotes(question.text),
                       in_quotes(question.where), question.moves);
  return out + ']';
}

std::string fields_of(const KeptMessage& message) {
  std::string out = "[";
  for (const KeptField& field : message.fields) {
    out += fmt::format(R"({}{{"name":{},"value":{})", out.size() > 1 ? "," : "", in_quotes(field.name),
                       in_quotes(field.value));
    if (field.size > 0) out += fmt::format(R"(,"offset":{},"size":{})", field.offset, field.size);
    out += '}';
  }
  return out + ']';
}

}  // namespace

std::string json_rows(const Table& table, const std::vector<std::size_t>& rows) {
  std::string out = "[";
  for (const std::size_t row : rows) {
    out += out.size() > 1 ? ",\n{" : "\n{";
    bool first = true;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Cell& cell = table.rows[row][i];
      if (cell.state == Cell::State::not_applicable) continue;
      out += fmt::format("{}\"{}\":", first ? "" : ",", table.columns[i].key);
      append_cell(out, table.columns[i], cell);
      first = false;
    }
    out += '}';
  }
  return out + "]";
}

std::string json_page(const Table& table, std::string_view query, const std::vector<std::size_t>& matching, Page page) {
  const std::size_t first = std::min(page.offset, matching.size());
  const std::size_t last = std::min(matching.size(), first + std::min(page.limit, matching.size()));
  const std::vector<std::size_t> rows{matching.begin() + static_cast<std::ptrdiff_t>(first),
                                      matching.begin() + static_cast<std::ptrdiff_t>(last)};
  return fmt::format("{{\"table\":\"{}\",\"query\":{},\"total\":{},\"matching\":{},\"offset\":{},\"rows\":{}}}\n",
                     table.name, in_quotes(query), table.rows.size(), matching.size(), first, json_rows(table, rows));
}

std::string json_summary(const View& view) {
  const Assessment& all = view.all;
  std::string captures = "[";
  for (const CaptureRecord& capture : all.traffic.captures)
    captures += fmt::format(R"({}{{"name":{},"sha256":{},"ending":{}}})", captures.size() > 1 ? "," : "",
                            in_quotes(capture.name), in_quotes(capture.sha256), in_quotes(capture.ending));
  captures += ']';
  return fmt::format(
      "{{\"site\":{},\"simulated\":{},\"sector\":{},\"made\":\"{}\",\"program\":{},\"content\":{},\"model\":\"{}\",\n"
      "\"quality\":{{\"verdict\":{},\"sentence\":{},\"gaps\":{},\"advice\":{},\"absences_unknown\":{}}},\n"
      "\"counts\":{{\"assets\":{},\"zones\":{},\"conduits\":{},\"conversations\":{},\"frames\":{},\"findings\":{},"
      "\"risks\":{}}},\n"
      "\"findings_by_severity\":{},\n\"inputs\":{},\n\"questions\":{},\n\"model_changes\":{}}}\n",
      in_quotes(all.site.name), all.site.simulated, in_quotes(all.site.sector), to_text_utc(all.made_ns, 0),
      in_quotes(all.program_version), in_quotes(all.content_hash), all.model_approved ? "approved" : "proposed",
      in_quotes(name(all.quality.verdict)), in_quotes(all.quality.sentence), array_of(all.quality.gaps),
      array_of(all.quality.advice), all.quality.absences_unknown, all.inventory.assets.size(), all.site.zones.size(),
      all.site.conduits.size(), all.traffic.conversations.size(), all.traffic.frames, all.findings.size(),
      all.risks.risks.size(), severity_counts(view), captures, questions_of(view), array_of(all.model_changes));
}

std::string json_pdu(const View& view, const Citation& citation) {
  const KeptPdu* pdu = view.all.pdu(citation);
  if (pdu == nullptr) return "null";
  const CaptureRecord* record = view.all.capture(pdu->capture);
  std::string messages = "[";
  for (const KeptMessage& message : pdu->messages)
    messages += fmt::format(R"({}{{"schema":{},"source":{},"destination":{},"direction":{},"fields":{}}})",
                            messages.size() > 1 ? "," : "", in_quotes(message.schema), in_quotes(message.source),
                            in_quotes(message.destination), in_quotes(message.direction), fields_of(message));
  messages += ']';
  std::string masked = "[";
  for (const auto& [offset, size] : pdu->masked)
    masked += fmt::format(R"({}{{"offset":{},"size":{}}})", masked.size() > 1 ? "," : "", offset, size);
  masked += ']';
  return fmt::format(
      "{{\"capture\":{},\"sha256\":{},\"frame\":{},\"first_frame\":{},\"pdu\":{},\"time\":\"{}\",\"protocol\":{},"
      "\"size\":{},"
      "\"bytes\":\"{}\",\"masked\":{},\"messages\":{}}}",
      record == nullptr ? "null" : in_quotes(record->name), record == nullptr ? "null" : in_quotes(record->sha256),
      pdu->frame, pdu->first_frame, pdu->pdu, to_text_utc(pdu->time_ns), in_quotes(pdu->protocol), pdu->size,
      to_hex(pdu->bytes), masked, messages);
}

std::string json_report(const Assessment& assessment) {
  const View view{assessment};
  std::string out = "{\"summary\":" + json_summary(view);
  for (const std::string_view name : table_names) {
    const auto table = table_named(name, view);
    if (!table) continue;
    std::vector<std::size_t> rows(table->rows.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    out += fmt::format(",\n\"{}\":{}", name, json_rows(*table, rows));
  }
  out += ",\n\"kept\":[";
  bool first = true;
  for (const KeptPdu& pdu : assessment.evidence) {
    out += (first ? "\n" : ",\n") + json_pdu(view, {pdu.capture, pdu.frame, pdu.pdu, pdu.time_ns});
    first = false;
  }
  return out + "]}\n";
}

}  // namespace bulkhead

// Evidence on the page: what was kept of each cited PDU, its fields beside its bytes. A field names the bytes it was
// read from, so both ways can be followed with the pointer, the keyboard, or on paper.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "report/html_parts.h"

namespace bulkhead {

namespace {

constexpr std::size_t bytes_in_line = 16;

std::string field_row(const KeptField& field) {
  const std::string name = html_text(field.name, 80);
  const std::string value = html_text(field.value, 500);
  if (field.size == 0)
    return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td><span class=\"na-v\">–</span></td></tr>\n", name,
                       value);
  const std::uint32_t last = field.offset + field.size - 1;
  return fmt::format(
      "<tr><th scope=\"row\"><button type=\"button\" class=\"fb\" data-o=\"{0}\" "
      "data-n=\"{1}\">{2}</button></th><td>{3}</td><td class=\"m nw\">{4}</td></tr>\n",
      field.offset, field.size, name, value,
      field.size == 1 ? std::to_string(field.offset) : fmt::format("{} to {}", field.offset, last));
}

bool is_masked(const KeptPdu& pdu, std::size_t at) {
  return std::any_of(pdu.masked.begin(), pdu.masked.end(),
                     [&](const auto& range) { return at >= range.first && at - range.first < range.second; });
}

std::string hex_view(const KeptPdu& pdu) {
  const std::size_t shown = std::min(pdu.bytes.size(), bytes_in_page);
  std::string out = R"(<div class="hex" tabindex="0" role="group" aria-label="Bytes of the message">)";
  for (std::size_t line = 0; line < shown; line += bytes_in_line) {
    out += fmt::format("<b>{:04x}</b>  ", line);
    std::string text;
    for (std::size_t i = line; i < line + bytes_in_line; ++i) {
      if (i >= shown) {
        out += "   ";
        continue;
      }
      const std::uint8_t byte = pdu.bytes[i];
      if (is_masked(pdu, i)) {
        out += "<i class=\"x\">xx</i> ";
        text += 'x';
      } else {
        out += fmt::format("<i>{:02x}</i> ", byte);
        text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
      }
    }
    out += fmt::format(" <b>{}</b>\n", html_text(text));
  }
  return out + "</div>";
}

std::string byte_note(const KeptPdu& pdu) {
  std::string note;
  if (pdu.bytes.empty())
    note = "Bytes were not kept: this protocol's may hold secrets or personal data that can't be told apart. ";
  else if (std::min(pdu.bytes.size(), bytes_in_page) < pdu.size)
    note = fmt::format("{} of {} bytes shown. ", grouped(std::min(pdu.bytes.size(), bytes_in_page)), grouped(pdu.size));
  std::uint64_t masked = 0;
  for (const auto& [offset, size] : pdu.masked) masked += size;
  if (masked > 0) note += fmt::format("{} bytes are masked (xx): a secret, or a person's name.", masked);
  return note.empty() ? std::string{} : fmt::format("<p class=\"note\">{}</p>", html_text(note));
}

std::string place_of(const View& view, const Citation& citation) {
  const CaptureRecord* record = view.all.capture(citation.capture);
  return fmt::format("{}, frame {}, {} UTC",
                     record == nullptr ? "capture that is not in the journal" : html_text(record->name, 100),
                     grouped(citation.frame), html_text(to_text_utc(citation.time_ns, 6)).substr(0, 26));
}

std::string short_hash(const View& view, const Citation& citation) {
  const CaptureRecord* record = view.all.capture(citation.capture);
  if (record == nullptr || record->sha256.size() < 12) return {};
  return fmt::format(" · sha256 <code>{}…{}</code>", html_text(record->sha256.substr(0, 4)),
                     html_text(record->sha256.substr(record->sha256.size() - 4)));
}

/// A frame of which no message was kept: where it lies, and the conversation that it begins.
std::string frame_markup(const View& view, const Citation& citation, std::string_view heading) {
  std::string out =
      fmt::format("<h3>{}</h3><p class=\"at\">{}{}</p>", heading, place_of(view, citation), short_hash(view, citation));
  const std::string note = "<p class=\"note\">No message was kept of this frame; the capture has it.</p>";
  const Conversation* conversation = view.conversation_at(citation);
  if (conversation == nullptr) return out + note;
  const auto row = [&](std::string_view key, const std::string& value) {
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>", key, html_text(value));
  };
  out += "<table class=\"kv\"><caption>The conversation that this frame begins</caption><tbody>";
  row("Client", fmt::format("{}, known by: {}", to_text(conversation->client), name(conversation->client_reason)));
  row("Server", to_text(conversation->server));
  row("Service", service_text(*conversation));
  row("Frames", fmt::format("{} from the client, {} from the server", grouped(conversation->frames_out),
                            grouped(conversation->frames_in)));
  row("Seen", fmt::format("{} to {}", to_text_people(conversation->first_ns), to_text_people(conversation->last_ns)));
  return out + "</tbody></table>" + note;
}

}  // namespace

std::string pdu_markup(const View& view, const KeptPdu& pdu, std::string_view heading) {
  const Citation citation{pdu.capture, pdu.frame, pdu.pdu, pdu.time_ns};
  std::string out =
      fmt::format("<h3>{}</h3><p class=\"at\">{}{} · {}{}</p>", heading, place_of(view, citation),
                  short_hash(view, citation), html_text(pdu.protocol),
                  pdu.first_frame != pdu.frame ? fmt::format(", begins in frame {}", grouped(pdu.first_frame)) : "");
  out += "<div class=\"by\"><div>";
  for (const KeptMessage& message : pdu.messages) {
    out += fmt::format("<table><caption>{} · {} to {}</caption>", html_text(message.schema), html_text(message.source),
                       html_text(message.destination));
    out += head_row({"Field", "Value", "Bytes"}) + "<tbody>\n";
    for (const KeptField& field : message.fields) out += field_row(field);
    out += "</tbody></table>\n";
  }
  out += "</div>";
  if (!pdu.bytes.empty()) out += hex_view(pdu);
  return out + "</div>" + byte_note(pdu);
}

std::string evidence_section(const View& view) {
  std::string out = "<section id=\"evidence\" class=\"s\" aria-label=\"Evidence\">\n";
  std::size_t count = 0;
  for (const Finding& finding : view.all.findings) count += finding.evidence.size();
  out += section_head("9", "Evidence",
                      fmt::format("{} pieces of evidence, with what was kept of each frame", grouped(count)));
  out +=
      "<p class=\"note\">A tag in the text opens its frame here. Point at a field to see its bytes, or at a byte to "
      "see its field.</p>\n";
  for (const Finding& finding : view.all.findings)
    for (const Evidence& evidence : finding.evidence) {
      const std::string heading =
          fmt::format(R"(<span class="ev">{}</span> {} <a class="nw" href="#{}">{}</a>)", html_text(evidence.tag),
                      html_text(evidence.sentence), html_text(finding.id), html_text(finding.id));
      out += fmt::format(R"(<article class="pdu" id="{0}" aria-label="Evidence {0}">)", html_text(evidence.tag));
      if (const KeptPdu* pdu = view.all.pdu(evidence.citation)) out += pdu_markup(view, *pdu, heading);
      else out += frame_markup(view, evidence.citation, heading);
      out += "</article>\n";
    }
  return out + "</section>\n";
}

std::string evidence_templates(const View& view) {
  std::string out;
  for (std::size_t i = 0; i < std::min(view.all.evidence.size(), evidence_in_page); ++i) {
    const KeptPdu& pdu = view.all.evidence[i];
    const std::string heading = fmt::format("{} {}", html_text(pdu.protocol), "message");
    out += fmt::format("<template id=\"t-{}\"><article class=\"pdu\">{}</article></template>\n",
                       pdu_id({pdu.capture, pdu.frame, pdu.pdu, pdu.time_ns}), pdu_markup(view, pdu, heading));
  }
  return out;
}

}  // namespace bulkhead

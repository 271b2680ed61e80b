#include "base/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bulkhead {

namespace {

constexpr char32_t invalid = 0xFFFFFFFF;

/// The code point that starts at `text[at]`, and moves past it; `invalid` (and one byte on) where none does.
char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  const std::size_t start = at++;
  if (first < 0x80) return first;
  const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || start + more >= text.size()) return invalid;
  char32_t value = first & (0x3FU >> more);
  for (unsigned i = 1; i <= more; ++i) {
    if ((byte(start + i) & 0xC0U) != 0x80) return invalid;
    value = value << 6U | (byte(start + i) & 0x3FU);
  }
  constexpr std::array<char32_t, 4> least{0, 0x80, 0x800, 0x10000};
  if (value < least.at(more) || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return invalid;
  at = start + more + 1;
  return value;
}

constexpr std::array<std::string_view, 33> control_names{
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF",  "VT", "FF", "CR", "SO", "SI", "DLE",
    "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US", "SP"};

/// Characters that change how their neighbours are shown: bidirectional controls, zero-width marks, line and
/// paragraph separators, tags.
constexpr bool is_deceptive(char32_t c) noexcept {
  return (c >= 0x80 && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

template <class Emit, class EmitByte>
void walk(std::string_view text, Emit emit, EmitByte emit_byte) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    if (c == invalid) emit_byte(static_cast<std::uint8_t>(text[start]));
    else emit(c, text.substr(start, at - start));
  }
}

/// Cut at a character's border.
std::string_view cut(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<std::uint8_t>(text[limit]) & 0xC0U) == 0x80) --limit;
  return text.substr(0, limit);
}

std::string cut_note(std::string_view text, std::string_view kept) {
  return kept.size() == text.size() ? std::string{} : fmt::format(" [cut: {} bytes]", text.size());
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) put(0xC0 | c >> 6U);
  else if (c < 0x10000) put(0xE0 | c >> 12U);
  else put(0xF0 | c >> 18U);
  if (c >= 0x10000) put(0x80 | (c >> 12U & 0x3FU));
  if (c >= 0x800) put(0x80 | (c >> 6U & 0x3FU));
  put(0x80 | (c & 0x3FU));
}

}  // namespace

std::string json_text(std::string_view text, std::size_t limit) {
  const std::string_view kept = cut(text, limit);
  std::string out;
  out.reserve(kept.size());
  walk(
      kept,
      [&](char32_t c, std::string_view bytes) {
        if (c == '"' || c == '\\') (out += '\\') += static_cast<char>(c);
        else if (c == '\n') out += "\\n";
        else if (c == '\r') out += "\\r";
        else if (c == '\t') out += "\\t";
        else if (c < 0x20 || c == 0x7F) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else out += bytes;
      },
      [&](std::uint8_t byte) { out += fmt::format("\\\\x{:02x}", byte); });
  return out + cut_note(text, kept);
}

std::string plain_text(std::string_view text, std::size_t limit) {
  const std::string_view kept = cut(text, limit);
  std::string out;
  out.reserve(kept.size());
  walk(
      kept,
      [&](char32_t c, std::string_view bytes) {
        if (c < 0x20) out += fmt::format("<{}>", control_names.at(c));
        else if (c == 0x7F) out += "<DEL>";
        else if (is_deceptive(c)) out += fmt::format("<U+{:04X}>", static_cast<unsigned>(c));
        else out += bytes;
      },
      [&](std::uint8_t byte) { out += fmt::format("\\x{:02x}", byte); });
  return out + cut_note(text, kept);
}

std::string html_text(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : plain_text(text, limit)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string csv_cell(std::string_view text, std::size_t limit) {
  std::string cell = plain_text(text, limit);
  constexpr std::string_view formula_starts = "=+-@\t\r";
  if (!text.empty() && formula_starts.find(text.front()) != std::string_view::npos) cell.insert(cell.begin(), '\'');
  if (cell.find_first_of("\",\n\r") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();)
    if (next_code_point(text, at) == invalid) return false;
  return true;
}

std::string utf8_from_utf16(Bytes bytes, ByteOrder order) {
  std::string out;
  const auto unit = [&](std::size_t i) {
    const char32_t high = bytes[order == ByteOrder::big ? i : i + 1];
    const char32_t low = bytes[order == ByteOrder::big ? i + 1 : i];
    return high << 8U | low;
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size() && (unit(i + 2) & 0xFC00U) == 0xDC00) {
      c = 0x10000 + ((c & 0x3FFU) << 10U | (unit(i + 2) & 0x3FFU));
      i += 2;
    } else if (c >= 0xD800 && c < 0xE000) {
      c = 0xFFFD;
    }
    append_utf8(out, c);
  }
  return out;
}

std::string to_hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks{" \t\r\n\0", 5};
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += "\u2009";
    out += digits[i];
  }
  return out;
}

}  // namespace bulkhead

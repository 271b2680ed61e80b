#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace bulkhead {

/// Text from a packet, a file or a person on its way out. Each target has one function, and nothing untrusted
/// leaves by another way. Long texts are cut at `limit` bytes, and say how long they were.
inline constexpr std::size_t text_limit = 4096;

/// For JSON strings (without the quotes): valid UTF-8 stays, other bytes become the four characters \xNN, then JSON's
/// own escapes apply.
std::string json_text(std::string_view text, std::size_t limit = text_limit);
/// For people, on a terminal or in a document: control and bidirectional characters by name (`<ESC>`, `<U+202E>`),
/// other bytes as \xNN. Holds no escape sequence and no line break.
std::string plain_text(std::string_view text, std::size_t limit = text_limit);
/// `plain_text`, with the five characters of HTML escaped: for text and attribute values alike.
std::string html_text(std::string_view text, std::size_t limit = text_limit);
/// A CSV cell (RFC 4180): `plain_text`, quoted where needed, and an apostrophe before a cell that a spreadsheet would
/// take for a formula.
std::string csv_cell(std::string_view text, std::size_t limit = text_limit);

/// Whether all of it is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;
/// UTF-16 to UTF-8; ill-formed units become U+FFFD.
enum class ByteOrder : std::uint8_t { big, little };
std::string utf8_from_utf16(Bytes bytes, ByteOrder order);

/// Lower-case hexadecimal, without separators.
std::string to_hex(Bytes bytes);
/// `text` without leading and trailing blanks and NULs.
std::string_view trimmed(std::string_view text) noexcept;
std::string lower(std::string_view text);
/// Thousands by thin space: 48 211.
std::string grouped(std::uint64_t number);

}  // namespace bulkhead

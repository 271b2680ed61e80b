// Segments of a path: CIP volume 1, appendix C-1.4. Padded: 16 and 32 bit values start at even octets.

#include "protocol/cip_path.h"

#include "protocol/lookup.h"

namespace bulkhead::cip {

namespace {

constexpr std::uint8_t extended_port = 15, link_address_has_size = 0x10;
constexpr std::uint8_t kind_port = 0, kind_logical = 1, kind_network = 2, kind_symbolic = 3, kind_data = 4;
constexpr std::uint8_t logical_class = 0, logical_instance = 1, logical_member = 2, logical_connection_point = 3,
                       logical_attribute = 4, logical_special = 5;
constexpr std::uint8_t ansi_extended_symbol = 0x91;
constexpr std::size_t text_max = 512;  // of a symbol or a route

void append(std::string& text, char separator, std::string_view part) {
  if (text.size() + part.size() >= text_max) return;
  if (!text.empty()) text += separator;
  text += part;
}

void read_port(std::uint8_t segment, Reader& segments, Path& path) {
  unsigned port = segment & 0x0FU;
  const std::size_t size = (segment & link_address_has_size) != 0 ? segments.u8() : 1;
  if (port == extended_port) port = segments.u16le();
  std::string link;
  if ((segment & link_address_has_size) == 0) {
    link = std::to_string(segments.u8());
  } else {
    const std::string_view text = segments.text(size);
    if (size % 2 != 0) segments.skip(1);
    link = is_printable(text) ? std::string{text} : "?";
  }
  if (!segments.ok()) return;
  append(path.route, ',', std::to_string(port));
  append(path.route, ',', link);
}

void read_key(Reader& segments, Path& path) {
  const std::uint8_t format = segments.u8();
  if (format != 4) {  // the only format that is in use; the others have a length of their own
    path.understood = false;
    segments.skip(format);
    return;
  }
  ElectronicKey key;
  key.vendor = segments.u16le();
  key.device_type = segments.u16le();
  key.product_code = segments.u16le();
  const std::uint8_t major = segments.u8();
  key.major = static_cast<std::uint8_t>(major & 0x7FU);
  key.compatible = (major & 0x80U) != 0;
  key.minor = segments.u8();
  if (segments.ok()) path.key = key;
}

void read_logical(std::uint8_t segment, Reader& segments, Path& path) {
  const unsigned type = segment >> 2U & 7U;
  if (type == logical_special) return read_key(segments, path);
  std::uint32_t value = 0;
  switch (segment & 3U) {
    case 0: value = segments.u8(); break;
    case 1:
      segments.skip(1);
      value = segments.u16le();
      break;
    case 2:
      segments.skip(1);
      value = segments.u32le();
      break;
    default: path.understood = false; return;
  }
  if (!segments.ok()) return;
  switch (type) {
    case logical_class: path.class_id = value; break;
    case logical_instance: path.instance = value; break;
    case logical_connection_point:
      if (!path.connection_point) path.connection_point = value;
      break;
    case logical_attribute: path.attribute = value; break;
    case logical_member:
      if (path.symbol.empty()) path.member = value;
      else if (path.symbol.size() < text_max) path.symbol += '[' + std::to_string(value) + ']';
      break;
    default: path.understood = false;
  }
}

void read_data(std::uint8_t segment, Reader& segments, Path& path) {
  if (segment == ansi_extended_symbol) {
    const std::size_t size = segments.u8();
    const std::string_view text = segments.text(size);
    if (size % 2 != 0) segments.skip(1);
    if (segments.ok()) append(path.symbol, '.', text);
    return;
  }
  if (segment != 0x80) path.understood = false;
  segments.skip(std::size_t{2} * segments.u8());
}

void read_symbolic(std::uint8_t segment, Reader& segments, Path& path) {
  const std::size_t size = segment & 0x1FU;
  if (size == 0) {  // an extended format: its size is in the next octet's low bits
    path.understood = false;
    segments.skip(segments.u8() & 0x1FU);
    return;
  }
  const std::string_view text = segments.text(size);
  if (size % 2 == 0) segments.skip(1);
  if (segments.ok()) append(path.symbol, '.', text);
}

}  // namespace

Path read_path(Reader& segments) {
  Path path;
  while (segments.ok() && segments.left_on_wire() > 0) {
    const std::uint8_t segment = segments.u8();
    switch (segment >> 5U) {
      case kind_port: read_port(segment, segments, path); break;
      case kind_logical: read_logical(segment, segments, path); break;
      case kind_network:  // one octet, or a count of words
        if ((segment & 0x10U) != 0) segments.skip(std::size_t{2} * segments.u8());
        else segments.skip(1);
        break;
      case kind_symbolic: read_symbolic(segment, segments, path); break;
      case kind_data: read_data(segment, segments, path); break;
      default:  // a data type: nothing in the path tells its length
        path.understood = false;
        segments.skip(segments.left());
    }
  }
  return path;
}

}  // namespace bulkhead::cip

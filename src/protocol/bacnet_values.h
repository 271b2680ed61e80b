#pragma once

#include <string>

#include "protocol/bacnet.h"
#include "protocol/bacnet_tables.h"

namespace bulkhead::bacnet {

/// A tag and its content: ASHRAE 135, 20.2.
struct Tag {
  enum class Kind : std::uint8_t { application, context, opening, closing };
  Kind kind = Kind::application;
  std::uint8_t number = 0;
  std::uint32_t length = 0;  ///< Of the content; of an application Boolean, its value.
};
/// Breaks `reader` where there is none. The content is not read.
Tag read_tag(Reader& reader);
/// A content of one to eight octets as a number.
std::uint64_t read_unsigned(Reader& reader, std::size_t octets);
/// A character string's content, as UTF-8: in place where it is that already, else in `buffer`. Nothing for character
/// sets that are not read.
std::optional<std::string_view> read_text(Reader content, std::string& buffer);

/// What objects and properties are read with.
struct Context {
  std::optional<std::string_view> station;
  std::optional<IpAddress> origin;
  Operation operation = Operation::unknown;
};

/// Every object and property that a service's data names, one event each; of an answer also what identifies the device.
void read_items(Reader data, const Layout& layout, const Context& context, Emitter& out);
void read_i_am(Reader data, const Context& context, Emitter& out);

}  // namespace bulkhead::bacnet

// Data of services: ASHRAE 135, 20.2 (tags and primitive values) and 21 (their order). One walk serves all services,
// which differ only in the numbers of their tags. Nested values are skipped by counting, so nothing recurses.

#include "protocol/bacnet_values.h"

#include <array>
#include <bit>

#include "base/text.h"
#include "protocol/faults.h"

namespace bulkhead::bacnet {

namespace {

constexpr std::uint8_t tag_boolean = 1, tag_unsigned = 2, tag_signed = 3, tag_real = 4, tag_double = 5, tag_text = 7,
                       tag_enumerated = 9, tag_object = 12;
constexpr std::uint16_t device_type = 8;
constexpr unsigned depth_max = 16;
constexpr std::uint8_t utf8 = 0, ucs2 = 4, latin1 = 5;  // 20.2.9

struct Value {
  std::optional<double> number;
  std::string_view text;
  bool has_text = false;
  Bytes place;  ///< Of the text, for a trace.
};

class Items {
 public:
  Items(const Layout& layout, const Context& context, Emitter& out) : layout_(layout), context_(context), out_(out) {
    identity_.station = context.station;
    identity_.origin = context.origin;
  }

  void read(Reader& data) {
    while (data.ok() && data.left_on_wire() > 0) {
      const Tag tag = read_tag(data);
      if (!data.ok()) break;
      if (!one(tag, data)) break;
    }
    flush();
    if (says_something_) out_.emit(identity_);
    (void)say_truncated(data, out_);
  }

 private:
  /// False where tags are nested too deep.
  bool one(const Tag& tag, Reader& data) {
    const bool inside = layout_.list == Layout::none || in_list_;
    if (tag.kind == Tag::Kind::opening) {
      if (!in_list_ && tag.number == layout_.list) {
        in_list_ = true;
        return true;
      }
      if (inside && has_property_ && tag.number == layout_.value) return value(data);
      if (inside && has_property_ && tag.number == layout_.error) return error(data);
      return skip_nested(data);
    }
    if (tag.kind == Tag::Kind::closing) {
      if (in_list_) flush();
      in_list_ = false;
      return true;
    }
    if (tag.kind != Tag::Kind::context) {
      skip(tag, data);
      return true;
    }
    Reader content = data.sub(tag.length);
    if (!in_list_ && tag.number == layout_.object) object(content);
    else if (inside && tag.number == layout_.property) property(content, tag.length);
    else if (inside && has_property_ && tag.number == layout_.index) item_.index = number(content, tag.length);
    else if (inside && has_property_ && tag.number == layout_.priority) item_.priority = number(content, tag.length);
    return true;
  }

  static std::uint32_t number(Reader& content, std::size_t octets) {
    return static_cast<std::uint32_t>(read_unsigned(content, octets));
  }

  void object(Reader& content) {
    flush();
    const std::uint32_t identifier = content.u32be();
    if (!content.ok()) return;
    object_type_ = static_cast<std::uint16_t>(identifier >> 22U);
    instance_ = identifier & 0x3FFFFFU;
    has_object_ = true;
    content.note(&item_.object_type, 4);
    content.note(&item_.instance, 4);
    if (layout_.property == Layout::none) flush();
  }

  void property(Reader& content, std::size_t octets) {
    if (has_property_) flush();
    const std::uint32_t code = number(content, octets);
    if (!content.ok()) return;
    item_ = Item{};
    item_.property = code;
    content.note(&item_.property, octets);
    item_.property_name = name_in(properties(), code);
    has_property_ = true;
  }

  void flush() {
    const bool whole_object = has_object_ && layout_.property == Layout::none;
    if (!has_property_ && !whole_object) return;
    item_.station = context_.station;
    item_.operation = context_.operation;
    if (has_object_) {
      item_.object_type = object_type_;
      item_.object_type_name = name_in(object_types(), object_type_);
      item_.instance = instance_;
    }
    out_.emit(item_);
    has_property_ = false;
    if (whole_object) has_object_ = false;
    item_ = Item{};
  }

  static void skip(const Tag& tag, Reader& data) {
    if (tag.kind == Tag::Kind::application && tag.number == tag_boolean) return;
    data.skip(tag.length);
  }

  /// What is left of a construct whose opening tag has been read.
  bool skip_nested(Reader& data) {
    unsigned depth = 1;
    while (depth > 0 && data.ok()) {
      const Tag tag = read_tag(data);
      if (!data.ok()) return false;
      if (tag.kind == Tag::Kind::opening) ++depth;
      else if (tag.kind == Tag::Kind::closing) --depth;
      else skip(tag, data);
      if (depth > depth_max) {
        out_.fault(ParseFault::Kind::bad_value, data.offset(), "tags within tags, 16 deep at most");
        return false;
      }
    }
    return data.ok();
  }

  /// The first primitive value of a property; others are passed over.
  bool value(Reader& data) {
    Reader ahead = data;
    const Tag tag = read_tag(ahead);
    if (ahead.ok() && tag.kind == Tag::Kind::application) {
      primitive(tag, ahead);
      identify(tag, ahead);
    }
    return skip_nested(data);
  }

  void primitive(const Tag& tag, Reader ahead) {
    switch (tag.number) {
      case tag_boolean: item_.value = tag.length; break;
      case tag_unsigned:
      case tag_enumerated:
        if (tag.length <= 8) item_.value = static_cast<double>(read_unsigned(ahead, tag.length));
        break;
      case tag_signed:
        if (tag.length >= 1 && tag.length <= 4) {
          const auto raw = static_cast<std::uint32_t>(read_unsigned(ahead, tag.length)) << (32U - 8U * tag.length);
          item_.value = static_cast<std::int32_t>(raw) >> (32U - 8U * tag.length);
        }
        break;
      case tag_real: item_.value = std::bit_cast<float>(ahead.u32be()); break;
      case tag_double: item_.value = std::bit_cast<double>(ahead.u64be()); break;
      case tag_text: {
        item_.text = read_text(ahead.sub(tag.length), value_text_);
        if (item_.text) ahead.note(&item_.text, tag.length);
        break;
      }
      default: break;
    }
    if (item_.value && !ahead.ok()) item_.value.reset();
    if (item_.value && tag.number != tag_boolean) ahead.note(&item_.value, tag.length);
  }

  /// Properties of the device object that say what it is.
  void identify(const Tag& tag, Reader ahead) {
    if (!has_object_ || object_type_ != device_type || context_.operation != Operation::read) return;
    constexpr std::uint32_t vendor_identifier = 120;
    if (item_.property == vendor_identifier && tag.number == tag_unsigned && tag.length <= 4) {
      identity_.vendor_id = number(ahead, tag.length);
      ahead.note(&identity_.vendor_id, tag.length);
      if (!identity_.vendor) identity_.vendor = name_in(vendors(), *identity_.vendor_id);
      says_something_ = says_something_ || ahead.ok();
    }
    if (tag.number != tag_text) return;
    std::string* buffer = nullptr;
    std::optional<std::string_view>* member = member_of(item_.property.value_or(0), buffer);
    if (member == nullptr) return;
    const auto text = read_text(ahead.sub(tag.length), *buffer);
    if (!text || text->empty()) return;
    *member = text;
    ahead.note(member, tag.length);
    identity_.instance = instance_;
    says_something_ = true;
  }

  std::optional<std::string_view>* member_of(std::uint32_t property, std::string*& buffer) {
    const auto at = [&](std::size_t place, std::optional<std::string_view>& member) {
      buffer = &texts_.at(place);
      return &member;
    };
    switch (property) {
      case 12: return at(0, identity_.application);
      case 28: return at(1, identity_.description);
      case 44: return at(2, identity_.firmware);
      case 58: return at(3, identity_.place);
      case 70: return at(4, identity_.model);
      case 77: return at(5, identity_.name);
      case 121: return at(6, identity_.vendor);
      case 372: return at(7, identity_.serial_number);
      default: return nullptr;
    }
  }

  bool error(Reader& data) {
    Reader ahead = data;
    (void)read_unsigned(ahead, read_tag(ahead).length);  // class
    const std::uint64_t code = read_unsigned(ahead, read_tag(ahead).length);
    if (ahead.ok()) item_.refusal = static_cast<std::uint32_t>(code);
    return skip_nested(data);
  }

  const Layout& layout_;
  const Context& context_;
  Emitter& out_;
  Item item_;
  Identity identity_;
  std::array<std::string, 8> texts_;  ///< Of the identity, where they were not UTF-8 in place.
  std::string value_text_;
  std::uint16_t object_type_ = 0;
  std::uint32_t instance_ = 0;
  bool has_object_ = false, has_property_ = false, in_list_ = false, says_something_ = false;
};

}  // namespace

Tag read_tag(Reader& reader) {
  Tag tag;
  const std::uint8_t first = reader.u8();
  tag.number = static_cast<std::uint8_t>(first >> 4U);
  if (tag.number == 15) tag.number = reader.u8();
  const unsigned type = first & 7U;
  if ((first & 8U) != 0) tag.kind = Tag::Kind::context;
  if (tag.kind == Tag::Kind::context && type == 6) tag.kind = Tag::Kind::opening;
  else if (tag.kind == Tag::Kind::context && type == 7) tag.kind = Tag::Kind::closing;
  else tag.length = type;
  if (type == 5) {
    tag.length = reader.u8();
    if (tag.length == 254) tag.length = reader.u16be();
    else if (tag.length == 255) tag.length = reader.u32be();
  }
  return tag;
}

std::uint64_t read_unsigned(Reader& reader, std::size_t octets) {
  std::uint64_t value = 0;
  if (octets > 8) {
    reader.skip(octets);
    return 0;
  }
  for (std::size_t i = 0; i < octets; ++i) value = value << 8U | reader.u8();
  return value;
}

std::optional<std::string_view> read_text(Reader content, std::string& buffer) {
  const std::uint8_t character_set = content.u8();
  const std::size_t size = content.left_on_wire();
  if (!content.ok()) return std::nullopt;
  if (character_set == utf8) {
    const std::string_view text = content.text(size);
    return content.ok() ? std::optional{text} : std::nullopt;
  }
  const Bytes raw = content.take(size);
  if (!content.ok()) return std::nullopt;
  if (character_set == ucs2) {
    buffer = utf8_from_utf16(raw, ByteOrder::big);
    return buffer;
  }
  if (character_set != latin1) return std::nullopt;
  buffer.clear();
  for (const std::uint8_t octet : raw) {
    if (octet < 0x80) {
      buffer += static_cast<char>(octet);
    } else {
      buffer += static_cast<char>(0xC0U | octet >> 6U);
      buffer += static_cast<char>(0x80U | (octet & 0x3FU));
    }
  }
  return buffer;
}

void read_items(Reader data, const Layout& layout, const Context& context, Emitter& out) {
  Items{layout, context, out}.read(data);
}

void read_i_am(Reader data, const Context& context, Emitter& out) {
  Identity identity;
  identity.origin = context.origin;
  identity.station = context.station;
  const Tag object = read_tag(data);
  if (object.number == tag_object && object.length == 4) {
    const std::uint32_t identifier = data.u32be();
    identity.instance = identifier & 0x3FFFFFU;
    data.note(&identity.instance, 4);
  }
  for (int i = 0; i < 2; ++i) data.skip(read_tag(data).length);  // longest unit, segmentation
  const Tag vendor = read_tag(data);
  identity.vendor_id = static_cast<std::uint32_t>(read_unsigned(data, vendor.length));
  data.note(&identity.vendor_id, vendor.length);
  if (say_truncated(data, out) || !data.ok()) return;
  identity.vendor = name_in(vendors(), identity.vendor_id.value_or(0));
  out.emit(identity);
}

}  // namespace bulkhead::bacnet

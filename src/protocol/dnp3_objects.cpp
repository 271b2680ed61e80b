// Objects: IEEE 1815, 4.2.2.7 (headers, qualifiers, ranges) and annex A (objects). All numbers are little-endian.

#include "protocol/dnp3_objects.h"

#include <array>
#include <bit>

#include "protocol/dnp3_tables.h"
#include "protocol/faults.h"

namespace bulkhead::dnp3 {

namespace {

constexpr std::uint8_t attributes = 0, relay_output = 12, analogue_output = 41, class_data = 60, file_control = 70;
constexpr std::uint8_t file_authentication = 2, file_command = 3;
constexpr std::uint8_t text_type = 1;
constexpr unsigned free_format = 0xB;

constexpr std::array actions{
    Named<std::uint8_t>{0, "none"},     Named<std::uint8_t>{1, "pulse on"},  Named<std::uint8_t>{2, "pulse off"},
    Named<std::uint8_t>{3, "latch on"}, Named<std::uint8_t>{4, "latch off"},
};
constexpr std::array trip_close{
    Named<std::uint8_t>{1, "close"},
    Named<std::uint8_t>{2, "trip"},
};

struct Header {
  std::uint8_t group = 0, variation = 0;
  unsigned prefix = 0, range = 0;
  std::uint64_t start = 0, count = 0;
};

std::uint32_t number(Reader& reader, unsigned octets) {
  switch (octets) {
    case 1: return reader.u8();
    case 2: return reader.u16le();
    case 4: return reader.u32le();
    default: return 0;
  }
}

/// Octets of an index or a size before an object: 1, 2 or 4.
constexpr unsigned prefix_octets(unsigned prefix) noexcept {
  switch (prefix) {
    case 1:
    case 4: return 1;
    case 2:
    case 5: return 2;
    case 3:
    case 6: return 4;
    default: return 0;
  }
}
constexpr bool is_size(unsigned prefix) noexcept {
  return prefix >= 4 && prefix <= 6;
}

/// False where the qualifier is none of the standard's.
bool read_range(Reader& reader, Header& header, Object& object) {
  switch (header.range) {
    case 0:
    case 1:
    case 2: {
      const unsigned octets = 1U << header.range;
      object.start = number(reader, octets);
      object.stop = number(reader, octets);
      if (!reader.ok()) return true;
      header.start = *object.start;
      header.count = *object.stop < *object.start ? 0 : std::uint64_t{*object.stop} - *object.start + 1;
      reader.note(&object.start, std::size_t{2} * octets);
      object.count = static_cast<std::uint32_t>(header.count);
      return *object.stop >= *object.start;
    }
    case 6: return true;
    case 7:
    case 8:
    case 9:
      object.count = number(reader, 1U << (header.range - 7));
      header.count = object.count.value_or(0);
      return true;
    case free_format:
      object.count = reader.u8();
      header.count = object.count.value_or(0);
      return true;
    default: return false;
  }
}

class Objects {
 public:
  Objects(const Context& context, Emitter& out) : context_(context), out_(out) { identity_.station = context.station; }

  void read(Reader& reader) {
    while (reader.ok() && reader.left_on_wire() > 0 && one(reader)) {
    }
    if (has_identity_) out_.emit(identity_);
    (void)say_truncated(reader, out_);
  }

 private:
  /// False where the place of the next header can't be known.
  bool one(Reader& reader) {
    Header header;
    Object object;
    object.station = context_.station;
    object.operation = context_.operation;
    reader.u8(object.group);
    reader.u8(object.variation);
    reader.u8(object.qualifier);
    const unsigned qualifier = object.qualifier.value_or(0);
    header.group = object.group.value_or(0);
    header.variation = object.variation.value_or(0);
    header.prefix = qualifier >> 4U & 7U;
    header.range = qualifier & 0xFU;
    const bool known = read_range(reader, header, object);
    if (!reader.ok()) return false;
    object.group_name = name_in(groups(), header.group);
    out_.emit(object);
    if (!known) {
      out_.fault(ParseFault::Kind::bad_value, reader.offset(), "a qualifier of IEEE 1815, 4.2.2.7.3");
      return false;
    }
    // A request to read a block of a file says which, though reads carry no other objects.
    return (!context_.has_data && !is_size(header.prefix)) || read_data(reader, header);
  }

  bool read_data(Reader& reader, const Header& header) {
    if (header.group == attributes) return read_attributes(reader, header);
    if (is_size(header.prefix)) return read_sized(reader, header);
    const auto bits = object_bits(header.group, header.variation);
    if (!bits || (*bits == 0 && header.group != class_data)) {
      if (header.count == 0) return true;
      out_.fault(ParseFault::Kind::bad_value, reader.offset(), "an object whose size is known");
      return false;
    }
    const std::uint64_t prefix = prefix_octets(header.prefix);
    if (prefix > 0 && (header.group == relay_output || header.group == analogue_output) && *bits >= 8) {
      for (std::uint64_t i = 0; i < header.count && reader.ok(); ++i) read_control(reader, header);
      return true;
    }
    const std::uint64_t octets =
        prefix == 0 ? (header.count * *bits + 7) / 8 : header.count * (prefix + (*bits + 7) / 8);
    reader.skip(static_cast<std::size_t>(octets));
    return true;
  }

  bool read_sized(Reader& reader, const Header& header) {
    for (std::uint64_t i = 0; i < header.count && reader.ok(); ++i) {
      Reader object = reader.sub(number(reader, prefix_octets(header.prefix)));
      if (header.group != file_control) continue;
      if (header.variation == file_authentication) read_credentials(object);
      else if (header.variation == file_command) read_file(object);
    }
    return true;
  }

  void read_control(Reader& reader, const Header& header) {
    Control control;
    control.station = context_.station;
    control.operation = context_.operation;
    control.group = header.group;
    control.variation = header.variation;
    const unsigned octets = prefix_octets(header.prefix);
    control.index = number(reader, octets);
    reader.note(&control.index, octets);
    if (header.group == relay_output) {
      reader.u8(control.code);
      const std::uint8_t code = control.code.value_or(0);
      control.action = name_in(actions, static_cast<std::uint8_t>(code & 0xFU));
      control.trip_close = name_in(trip_close, static_cast<std::uint8_t>(code >> 6U));
      reader.u8(control.times);
      reader.u32le(control.on_ms);
      reader.u32le(control.off_ms);
    } else {
      read_value(reader, header.variation, control);
    }
    reader.u8(control.status);
    if (!reader.ok()) return;
    if (context_.is_answer && control.status.value_or(0) != 0) control.refusal = control.status;
    out_.emit(control);
  }

  static void read_value(Reader& reader, std::uint8_t variation, Control& control) {
    switch (variation) {
      case 1:
        control.value = static_cast<std::int32_t>(reader.u32le());
        reader.note(&control.value, 4);
        break;
      case 2:
        control.value = static_cast<std::int16_t>(reader.u16le());
        reader.note(&control.value, 2);
        break;
      case 3:
        control.value = std::bit_cast<float>(reader.u32le());
        reader.note(&control.value, 4);
        break;
      default: control.value = std::bit_cast<double>(reader.u64le()); reader.note(&control.value, 8);
    }
  }

  /// Annex A.27.2: offsets count from the start of the object; the texts follow its fixed part in this order.
  void read_credentials(Reader object) {
    File file;
    file.station = context_.station;
    file.operation = Operation::auth;
    object.skip(2);
    const std::size_t user = object.u16le();
    object.skip(2);
    const std::size_t password = object.u16le();
    object.skip(4);
    const std::string_view user_text = object.text(user);
    if (object.ok()) file.user = conceal(user_text);
    object.note(&file.user, user);
    const std::string_view password_text = object.text(password);
    if (object.ok()) file.password = conceal(password_text);
    object.note(&file.password, password);
    out_.emit(file);
    (void)say_truncated(object, out_);
  }

  /// Annex A.27.3.
  void read_file(Reader object) {
    File file;
    file.station = context_.station;
    file.operation = context_.operation;
    object.skip(2);
    const std::size_t size = object.u16le();
    object.skip(16);  // time, permissions, key, file size
    object.u16le(file.mode);
    object.skip(4);
    object.text(size, file.file_name);
    if (file.operation == Operation::file_read && (file.mode == 2 || file.mode == 3))
      file.operation = Operation::file_write;
    out_.emit(file);
    (void)say_truncated(object, out_);
  }

  /// Annex A.1: a type, a length, a value.
  bool read_attributes(Reader& reader, const Header& header) {
    for (std::uint64_t i = 0; i < header.count && reader.ok(); ++i) {
      if (prefix_octets(header.prefix) > 0) reader.skip(prefix_octets(header.prefix));
      const std::uint8_t type = reader.u8();
      const std::size_t size = reader.u8();
      std::optional<std::string_view>* member = type == text_type ? member_of(header.variation) : nullptr;
      if (member == nullptr || size == 0) {
        reader.skip(size);
        continue;
      }
      reader.text(size, *member);
      has_identity_ = has_identity_ || reader.ok();
    }
    return true;
  }

  std::optional<std::string_view>* member_of(std::uint8_t variation) noexcept {
    switch (variation) {
      case 242: return &identity_.software;
      case 243: return &identity_.hardware;
      case 245: return &identity_.place;
      case 246: return &identity_.id_code;
      case 247: return &identity_.name;
      case 248: return &identity_.serial_number;
      case 250: return &identity_.product;
      case 252: return &identity_.vendor;
      default: return nullptr;
    }
  }

  const Context& context_;
  Emitter& out_;
  Identity identity_;
  bool has_identity_ = false;
};

}  // namespace

void read_objects(Reader objects, const Context& context, Emitter& out) {
  Objects{context, out}.read(objects);
}

}  // namespace bulkhead::dnp3

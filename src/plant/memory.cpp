#include "plant/memory.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace bulkhead::plant {

namespace {

constexpr std::size_t largest_area = 131'072;

std::size_t octets_of(ValueType type) {
  switch (type) {
    case ValueType::boolean: return 1;
    case ValueType::int16:
    case ValueType::uint16: return 2;
    case ValueType::int32:
    case ValueType::real: return 4;
  }
  return 1;
}

Octets encoded(ValueType type, double value) {
  Writer out;
  switch (type) {
    case ValueType::boolean: out.u8(value >= 0.5 ? 1 : 0); break;
    case ValueType::int16:
      out.u16be(
          static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lround(std::clamp(value, -32768.0, 32767.0)))));
      break;
    case ValueType::uint16: out.u16be(static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0, 65535.0)))); break;
    case ValueType::int32:
      out.u32be(static_cast<std::uint32_t>(
          static_cast<std::int32_t>(std::clamp(std::round(value), -2147483648.0, 2147483647.0))));
      break;
    case ValueType::real: out.f32be(value); break;
  }
  return out.take();
}

double decoded(ValueType type, Bytes octets) {
  Reader reader{octets};
  switch (type) {
    case ValueType::boolean: return reader.u8() != 0 ? 1 : 0;
    case ValueType::int16: return static_cast<std::int16_t>(reader.u16be());
    case ValueType::uint16: return reader.u16be();
    case ValueType::int32: return static_cast<std::int32_t>(reader.u32be());
    case ValueType::real: return static_cast<double>(std::bit_cast<float>(reader.u32be()));
  }
  return 0;
}

bool has_bits(Space space) {
  return space != Space::coils && space != Space::inputs;
}

}  // namespace

Result<Memory> Memory::make(const std::vector<Node>& parts, const Plant& plant, const Physics& physics) {
  Memory memory;
  for (const Node& part : parts) {
    TRY(const auto tags, part.as_list());
    for (const Node& tag : tags)
      if (const auto added = memory.add(tag, plant, physics); !added) return std::unexpected(added.error());
  }
  return memory;
}

Result<void> Memory::add(const Node& node, const Plant& plant, const Physics& physics) {
  if (const auto keys = node.only_keys({"name", "device", "signal", "note", "modbus", "s7", "fins", "cip", "opcua"});
      !keys)
    return keys;
  TRY(const std::string device_name, node.text("device"));
  TRY(const std::string signal_name, node.text("signal"));
  const auto device = plant.device(device_name);
  const auto signal = physics.signal(signal_name);
  if (!device) return node.error("device '" + plain_text(device_name, 64) + "' is not defined");
  if (!signal)
    return node.error("signal '" + plain_text(signal_name, 64) + "' is not defined", "add it under 'physics'");
  for (const std::string_view kind : {"modbus", "s7", "fins", "cip", "opcua"})
    if (const Node* const where = node.find(kind))
      if (const auto placed = place(*where, *device, *signal, kind); !placed) return placed;
  return {};
}

Result<void> Memory::place(const Node& node, std::size_t device, std::size_t signal, std::string_view kind) {
  Fields fields{node};
  Tag tag;
  tag.signal = signal;
  tag.scale = fields.optional_number("scale").value_or(1);
  tag.type =
      static_cast<ValueType>(fields.optional_choice("type", {"bool", "int", "uint", "dint", "real"}).value_or(4));
  if (tag.scale == 0) fields.fail(node, "expected a scale other than 0");
  if (kind == "cip" || kind == "opcua") {
    const std::string name = fields.text(kind == "cip" ? "tag" : "node");
    if (const auto done = fields.done(); !done) return done;
    named_[{device, name}] = tag;
    return {};
  }
  Place place{device, Space::db, 0};
  std::size_t words = 2;
  if (kind == "modbus") {
    place.space = static_cast<Space>(fields.choice("table", {"coils", "inputs", "holding", "input_registers"}));
    place.number = static_cast<unsigned>(fields.optional_integer("unit", 0, 255).value_or(1));
    tag.offset = static_cast<std::size_t>(fields.integer("address", 0, 65535));
    if (!has_bits(place.space)) {
      words = 1;
      tag.type = ValueType::boolean;
    }
  } else if (kind == "s7") {
    constexpr std::array spaces{Space::db, Space::flags, Space::process_inputs, Space::process_outputs};
    place.space = spaces.at(fields.optional_choice("area", {"db", "flags", "inputs", "outputs"}).value_or(0));
    place.number = static_cast<unsigned>(fields.optional_integer("db", 0, 65535).value_or(0));
    tag.offset = static_cast<std::size_t>(fields.integer("offset", 0, 65535));
    words = 1;
  } else {
    place.space = fields.optional_choice("area", {"dm", "cio"}).value_or(0) == 0 ? Space::dm : Space::cio;
    tag.offset = static_cast<std::size_t>(fields.integer("word", 0, 32767));
  }
  tag.bit = static_cast<unsigned>(fields.optional_integer("bit", 0, 15).value_or(0));
  tag.offset *= words;
  if (const auto done = fields.done(); !done) return done;
  tags_[place].push_back(tag);
  return {};
}

Octets& Memory::area(const Place& place, std::size_t size) {
  Octets& octets = areas_[place];
  const std::size_t wanted = std::min(size, largest_area);
  while (octets.size() < wanted) {  // a setting here and there, the rest empty
    const std::uint64_t number = mix(octets.size() * 2654435761U + std::uint64_t{place.number} * 97 + place.device);
    const bool is_setting = has_bits(place.space) && number % 5 == 0;
    octets.push_back(0);
    octets.push_back(is_setting ? static_cast<std::uint8_t>(number >> 32U) : 0);
  }
  return octets;
}

Octets Memory::read(const Physics& physics, std::size_t device, Space space, unsigned number, std::size_t offset,
                    std::size_t count) {
  const Place place{device, space, number};
  Octets& octets = area(place, offset + count);
  if (const auto found = tags_.find(place); found != tags_.end())
    for (const Tag& tag : found->second) {
      const std::size_t size = octets_of(tag.type);
      if (tag.offset + size <= offset || tag.offset >= offset + count) continue;
      area(place, tag.offset + size);
      const double value = physics.value(tag.signal) * tag.scale;
      if (tag.type == ValueType::boolean && has_bits(space)) {
        const std::size_t at = std::min(tag.offset + (space == Space::db ? 0 : 1 - tag.bit / 8), octets.size() - 1);
        const auto mask = static_cast<std::uint8_t>(1U << tag.bit % 8U);
        octets[at] = static_cast<std::uint8_t>(value >= 0.5 ? octets[at] | mask : octets[at] & ~mask);
      } else {
        const Octets bytes = encoded(tag.type, value);
        for (std::size_t i = 0; i < bytes.size() && tag.offset + i < octets.size(); ++i)
          octets[tag.offset + i] = bytes[i];
      }
    }
  Octets result(count, 0);
  for (std::size_t i = 0; i < count && offset + i < octets.size(); ++i) result[i] = octets[offset + i];
  return result;
}

void Memory::write(Physics& physics, std::size_t device, Space space, unsigned number, std::size_t offset,
                   Bytes bytes) {
  const Place place{device, space, number};
  (void)read(physics, device, space, number, offset, bytes.size());
  Octets& octets = area(place, offset + bytes.size());
  for (std::size_t i = 0; i < bytes.size() && offset + i < octets.size(); ++i) octets[offset + i] = bytes[i];
  const auto found = tags_.find(place);
  if (found == tags_.end()) return;
  for (const Tag& tag : found->second) {
    const std::size_t size = octets_of(tag.type);
    if (tag.offset + size <= offset || tag.offset >= offset + bytes.size() || tag.offset + size > octets.size())
      continue;
    if (tag.type == ValueType::boolean && has_bits(space)) {
      const std::size_t at = std::min(tag.offset + (space == Space::db ? 0 : 1 - tag.bit / 8), octets.size() - 1);
      physics.set(tag.signal, (unsigned{octets[at]} >> tag.bit % 8U & 1U) != 0 ? 1 : 0);
    } else {
      physics.set(tag.signal, decoded(tag.type, Bytes(octets).subspan(tag.offset, size)) / tag.scale);
    }
  }
}

std::optional<NamedValue> Memory::named(const Physics& physics, std::size_t device, std::string_view name) const {
  const auto found = named_.find({device, std::string(name)});
  if (found == named_.end()) return std::nullopt;
  return NamedValue{found->second.type, physics.value(found->second.signal) * found->second.scale};
}

bool Memory::set_named(Physics& physics, std::size_t device, std::string_view name, double value) {
  const auto found = named_.find({device, std::string(name)});
  if (found == named_.end()) return false;
  physics.set(found->second.signal, value / found->second.scale);
  return true;
}

std::vector<std::string> Memory::names(std::size_t device) const {
  std::vector<std::string> names;
  for (auto entry = named_.lower_bound({device, ""}); entry != named_.end() && entry->first.first == device; ++entry)
    names.push_back(entry->first.second);
  return names;
}

std::map<unsigned, std::size_t> Memory::data_blocks(std::size_t device) const {
  std::map<unsigned, std::size_t> blocks;
  for (const auto& [place, tags] : tags_)
    if (place.device == device && place.space == Space::db)
      for (const Tag& tag : tags)
        blocks[place.number] = std::max(blocks[place.number], tag.offset + octets_of(tag.type));
  return blocks;
}

}  // namespace bulkhead::plant

#include "plant/s7_pdu.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "plant/random.h"

namespace bulkhead::plant::s7 {

namespace {

struct BlockKind {
  std::string_view name, letters;
};
constexpr std::array block_kinds{
    BlockKind{"OB", "08"},  BlockKind{"DB", "0A"}, BlockKind{"SDB", "0B"}, BlockKind{"FC", "0C"},
    BlockKind{"SFC", "0D"}, BlockKind{"FB", "0E"}, BlockKind{"SFB", "0F"},
};

Octets in_tpkt(Bytes cotp) {
  Writer out;
  out.u8(3).u8(0).u16be(4 + cotp.size()).bytes(cotp);
  return out.take();
}

Octets connect(std::uint8_t kind, std::uint16_t destination, std::uint16_t source, std::uint16_t called,
               std::uint16_t calling) {
  Writer out;
  out.u8(0).u8(kind).u16be(destination).u16be(source).u8(0);
  out.u8(0xC0).u8(1).u8(0x0A).u8(0xC1).u8(2).u16be(calling).u8(0xC2).u8(2).u16be(called);
  out.patch_u8(0, out.size() - 1);
  return in_tpkt(out.view());
}

unsigned area_code(Space area) {
  if (area == Space::process_inputs) return 0x81;
  if (area == Space::process_outputs) return 0x82;
  return area == Space::flags ? 0x83 : 0x84;
}

Octets item_parameters(unsigned function, const std::vector<Item>& items) {
  Writer out;
  out.u8(function).u8(items.size());
  for (const Item& item : items) {
    out.u8(0x12).u8(0x0A).u8(0x10).u8(0x02).u16be(item.octets).u16be(item.db).u8(area_code(item.area));
    out.u24be(std::uint64_t{item.offset} * 8);  // in bits
  }
  return out.take();
}

/// "V3.2.6" as the version octets of an SZL: 'V', 3, 2, 6.
std::array<std::uint8_t, 4> version_octets(const std::string& firmware) {
  std::array<unsigned, 3> parts{};
  std::size_t part = 0;
  for (const char letter : firmware) {
    if (letter == '.' && part < 2) ++part;
    else if (letter >= '0' && letter <= '9') parts.at(part) = parts.at(part) * 10 + static_cast<unsigned>(letter - '0');
  }
  return {'V', static_cast<std::uint8_t>(parts[0]), static_cast<std::uint8_t>(parts[1]),
          static_cast<std::uint8_t>(parts[2])};
}

}  // namespace

std::string BlockName::file(char system) const {
  return fmt::format("_{}{:05}{}", type, number, system);
}

std::string block_letters(std::string_view name) {
  for (const BlockKind& kind : block_kinds)
    if (kind.name == name) return std::string(kind.letters);
  return {};
}

Octets connect_request(std::uint16_t source_reference, std::uint16_t called_tsap, std::uint16_t calling_tsap) {
  return connect(0xE0, 0, source_reference, called_tsap, calling_tsap);
}

Octets connect_confirm(std::uint16_t destination_reference, std::uint16_t source_reference, std::uint16_t called_tsap,
                       std::uint16_t calling_tsap) {
  return connect(0xD0, destination_reference, source_reference, called_tsap, calling_tsap);
}

Octets pdu(Rosctr kind, std::uint16_t reference, Bytes parameters, Bytes data) {
  Writer out;
  out.u8(2).u8(0xF0).u8(0x80);  // COTP data, end of transmission
  out.u8(0x32).u8(static_cast<unsigned>(kind)).u16be(0).u16be(reference).u16be(parameters.size()).u16be(data.size());
  if (kind == Rosctr::ack_data || kind == Rosctr::ack) out.u16be(0);  // no error
  out.bytes(parameters).bytes(data);
  return in_tpkt(out.view());
}

Octets setup_parameters(std::uint16_t jobs, std::uint16_t pdu_octets) {
  return Writer{}.u8(0xF0).u8(0).u16be(jobs).u16be(jobs).u16be(pdu_octets).take();
}

Octets read_parameters(const std::vector<Item>& items) {
  return item_parameters(4, items);
}
Octets write_parameters(const std::vector<Item>& items) {
  return item_parameters(5, items);
}

void add_data_item(Writer& out, std::uint8_t return_code, Bytes value) {
  out.u8(return_code).u8(4).u16be(value.size() * 8).bytes(value);  // octets, their number in bits
}

Octets userdata_request(unsigned group, unsigned function, std::uint8_t sequence) {
  return Writer{}.u24be(0x000112).u8(4).u8(0x11).u8(0x40 | group).u8(function).u8(sequence).take();
}

Octets userdata_answer(unsigned group, unsigned function, std::uint8_t sequence) {
  return Writer{}.u24be(0x000112).u8(8).u8(0x12).u8(0x80 | group).u8(function).u8(sequence).u16be(0).u16be(0).take();
}

Octets system_status_list(std::uint16_t id, std::uint16_t index, const Identity& identity) {
  Writer records;
  std::size_t size = 0;
  if (id == 0x0011) {
    size = 28;
    const auto version = version_octets(identity.firmware);
    records.u16be(1).padded(identity.order_number, 20, ' ').u16be(0x00C0).u16be(identity.hardware).u16be(1);
    records.u16be(6).padded(identity.order_number, 20, ' ').u16be(0x00C0).u16be(identity.hardware).u16be(1);
    records.u16be(7).padded("", 20, ' ').u16be(0x00C0).bytes(version);
    records.u16be(0x81).padded("Boot Loader", 20, ' ').u16be(0).u16be(0x4120).u16be(0x0909);
  } else if (id == 0x001C) {
    size = 34;
    const std::array<std::pair<unsigned, std::string_view>, 7> texts{{{1, identity.as_name},
                                                                      {2, identity.module_name},
                                                                      {3, identity.plant},
                                                                      {4, identity.copyright},
                                                                      {5, identity.serial},
                                                                      {7, identity.module_type},
                                                                      {8, identity.memory_card}}};
    for (const auto& [number, text] : texts) records.u16be(number).padded(text, 32);
  } else {
    return {};
  }
  Writer list;
  list.u16be(id).u16be(index).u16be(size).u16be(records.size() / size).bytes(records.view());
  Writer out;
  out.u8(0xFF).u8(9).u16be(list.size()).bytes(list.view());
  return out.take();
}

Octets block_content(const BlockName& name, std::size_t octets, std::uint64_t seed) {
  Random random(seed, name.file('P'));
  const std::size_t size = std::max<std::size_t>(octets, 60);
  const std::size_t code = size - 36;
  Writer out;
  const auto kind = static_cast<unsigned>(
      name.type.size() > 1 ? (name.type[1] <= '9' ? name.type[1] - '0' : name.type[1] - 'A' + 10) : 8);
  out.u16be(0x7070).u8(1).u8(1).u8(2).u8(kind).u16be(name.number).u32be(size).u32be(0);  // written in STL
  out.u32be(0x01B2C3D4).u16be(0x2F1A).u32be(0x00F1E2D3).u16be(0x2E90);                   // times of code and interface
  out.u16be(0).u16be(2).u16be(20).u16be(code - 2);  // interface, segments, locals, code
  while (out.size() + 2 < size) {                   // loads and transfers of words, as compilers write them
    constexpr std::array<unsigned, 6> words{0x7E53, 0x7E57, 0x6800, 0x4100, 0x7A00, 0xFB7C};
    out.u16be(words.at(random.below(words.size())));
  }
  out.u16be(0x6500);  // block end
  Octets content = out.take();
  content.resize(size);
  return content;
}

}  // namespace bulkhead::plant::s7

#pragma once

#include <cstdint>
#include <optional>

#include "protocol/pn_cm.h"

namespace bulkhead::pn_cm {

inline constexpr std::uint16_t response_bit = 0x8000, block_write = 0x0008, block_read = 0x0009, block_im0 = 0x0020,
                               block_relation = 0x0101, block_parameter_end = 0x0110, block_ready = 0x0112,
                               block_release = 0x0114, block_ready_companion = 0x0116, block_ready_rt3 = 0x0117,
                               block_parameter_begin = 0x0118;
inline constexpr std::uint32_t uuid_first = 0xDEA00000;
inline constexpr std::size_t uuid_size = 16;

/// Numbers in the order that a header says. Blocks are big-endian.
struct Order {
  bool little = false;
  [[nodiscard]] std::uint16_t u16(Reader& reader) const { return little ? reader.u16le() : reader.u16be(); }
  [[nodiscard]] std::uint32_t u32(Reader& reader) const { return little ? reader.u32le() : reader.u32be(); }
  template <class T>
  void u16(Reader& reader, T& member) const {
    return little ? reader.u16le(member) : reader.u16be(member);
  }
  template <class T>
  void u32(Reader& reader, T& member) const {
    return little ? reader.u32le(member) : reader.u32be(member);
  }
};

/// The first part of one of PROFINET's identifiers, and its last six octets in `rest`; nothing for any other.
std::optional<std::uint32_t> read_uuid(Reader& reader, Order order, Bytes& rest);

/// Instance, device and vendor of an object: all of its identifier that differs.
template <class Event>
void read_object(Reader& reader, Order order, Event& said) {
  Reader ahead = reader;
  Bytes rest;
  const bool is_object = read_uuid(ahead, order, rest) == uuid_first;
  reader.skip(uuid_size - rest.size());
  if (!is_object) return reader.skip(rest.size());
  reader.u16be(said.instance);
  reader.u16be(said.device_id);
  reader.u16be(said.vendor_id);
}

struct Block {
  std::uint16_t type = 0;
  Reader content;  ///< Without the version.
  /// That of the request, for its answer as well.
  [[nodiscard]] std::uint16_t request() const noexcept { return type & static_cast<std::uint16_t>(~response_bit); }
};
Block read_block(Reader& reader);

/// What reads and writes have in common; `content` of their block.
Record read_record(Block& block);

/// Whether a call's blocks are all there, or it goes on in another datagram.
enum class Extent : std::uint8_t { whole, part };

/// Tells the blocks that are read. False where one is broken inside, which it has said.
bool read_blocks(Reader& blocks, Extent extent, Emitter& out);

}  // namespace bulkhead::pn_cm

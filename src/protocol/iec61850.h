#pragma once

#include <cstdint>
#include <optional>

#include "protocol/ber.h"
#include "protocol/faults.h"
#include "protocol/protocol.h"

namespace bulkhead {

// The frame that GOOSE and sampled values share (IEC 61850-8-1, annex C): an application identifier, a length that
// counts this header, two reserved fields, and one unit of BER. Its own length says where it ends, for frames are
// padded.

inline constexpr std::size_t iec61850_header_size = 8;

/// What stands behind the header; nothing, and its fault said, where there is no whole header or its length is too
/// short to be.
inline std::optional<Reader> read_iec61850_header(Reader frame, std::optional<std::uint16_t>& appid, Emitter& out) {
  const Reader whole = frame;
  frame.u16be(appid);
  const std::size_t length = frame.u16be();
  frame.skip(4);
  if (frame.ok() && length >= iec61850_header_size) return frame.sub(length - iec61850_header_size);
  if (!say_cut(whole, out) && !say_truncated(frame, out))
    out.fault(ParseFault::Kind::length_mismatch, 2, "a length that counts its header");
  return std::nullopt;
}

/// Sure where a length that can be is followed by the tag of the protocol's PDU.
inline Match recognise_iec61850(Bytes start, std::uint8_t pdu_tag) noexcept {
  Reader reader{start};
  reader.skip(2);
  const std::uint16_t length = reader.u16be();
  reader.skip(4);
  const std::uint8_t tag = reader.u8();
  if (!reader.ok()) return Match::maybe;
  return length >= iec61850_header_size && tag == pdu_tag ? Match::yes : Match::maybe;
}

}  // namespace bulkhead

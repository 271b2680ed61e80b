#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace bulkhead::quic {

constexpr std::uint32_t version_1 = 1, version_2 = 0x6B3343CF;
constexpr std::size_t sealed_max = 2048;  ///< Of a packet that is opened: more than any Ethernet frame holds.

/// What protects a client's first packets. It follows from the connection identifier that stands in them, so that
/// whoever sees the first of them can open it (RFC 9001, 5.2; RFC 9369, 3.3).
struct Keys {
  std::array<std::uint8_t, 16> key{}, header_protection{};
  std::array<std::uint8_t, 12> vector{};
};
std::optional<Keys> client_keys(std::uint32_t version, Bytes connection);

/// The room for a packet's content.
using Opened = std::array<std::uint8_t, sealed_max>;

/// Opens an Initial packet: from its first byte to the end of what its length covers, its packet number at
/// `number_at`. The content, within `room`; nothing where the keys are not those of the packet.
std::optional<Bytes> open(const Keys& keys, Bytes packet, std::size_t number_at, Opened& room);

/// The heads of a datagram's first packet, where that is an Initial (RFC 9000, 17.2.2). Views into the datagram.
struct Initial {
  std::uint32_t version = 0;
  Bytes connection;           ///< The destination's identifier.
  std::size_t number_at = 0;  ///< Where the packet number stands.
  std::size_t size = 0;       ///< Of the packet in all; may be more than there is.
};
std::optional<Initial> read_initial(Bytes datagram);

/// A number of one, two, four or eight octets (RFC 9000, 16).
std::uint64_t read_number(Reader& reader);

}  // namespace bulkhead::quic

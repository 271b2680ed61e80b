#pragma once

#include <cstdint>

#include "net/packet.h"

namespace bulkhead {

/// The same number for copies of one packet, wherever they were caught: at other mirror ports, with other VLAN tags,
/// inside a tunnel or outside, before a router or behind it. It covers the innermost addresses, the IP identification,
/// the transport header without its checksum, and the payload; it leaves out MAC addresses, tags, tunnels, hop limit,
/// service class and checksums. Where there is no IP: EtherType or LLC, source MAC address, and the payload without
/// zeros at its end, which may be padding.
///
/// A content hash (base/hash.h): the same in every run. Copies cut at different lengths differ.
std::uint64_t fingerprint(const Packet& packet) noexcept;

}  // namespace bulkhead

#include "net/fingerprint.h"

#include "base/hash.h"

namespace bulkhead {

namespace {

std::uint64_t add(std::uint64_t state, std::uint64_t value) noexcept {
  return mix(state * 0x9E3779B97F4A7C15ULL + value);
}

std::uint64_t of_link(const Packet& packet) noexcept {
  Bytes payload = packet.payload;
  while (!payload.empty() && payload.back() == 0) payload = payload.first(payload.size() - 1);
  std::uint64_t state = add(1, packet.ethertype);
  state = add(state, std::uint64_t{packet.llc_dsap.value_or(0)} << 32U | packet.snap_oui.value_or(0));
  if (packet.source_mac) state = hash(Bytes{packet.source_mac->octets}, state);
  return hash(payload, state);
}

}  // namespace

std::uint64_t fingerprint(const Packet& packet) noexcept {
  if (!packet.source.present()) return of_link(packet);
  std::uint64_t state = hash(Bytes{packet.source.octets}.first(packet.source.size()), packet.ip_protocol);
  state = hash(Bytes{packet.destination.octets}.first(packet.destination.size()), state);
  state = add(state, packet.ip_identification.value_or(0));
  if (packet.fragment) {
    state = add(state, std::uint64_t{packet.fragment_id} << 32U | packet.fragment_offset);
  } else if (packet.source_port) {
    state = add(state, std::uint64_t{*packet.source_port} << 16U | packet.destination_port.value_or(0));
  }
  if (packet.is_tcp()) {
    state = add(state, std::uint64_t{packet.sequence} << 32U | packet.acknowledgement);
    state = add(state, std::uint64_t{packet.tcp_flags} << 16U | packet.window);
  }
  state = add(state, packet.payload_on_wire);
  return hash(packet.payload, state);
}

}  // namespace bulkhead

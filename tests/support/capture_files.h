#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/text.h"
#include "support/build.h"

namespace bulkhead::test {

/// Writes pcap, pcapng and snoop in either byte order, as a test wants it, right or wrong.
class CaptureBuild {
 public:
  explicit CaptureBuild(ByteOrder order = ByteOrder::little) : order_(order) {}

  CaptureBuild& u16(unsigned value) {
    return order_ == ByteOrder::big ? to(bytes_.u16be(value)) : to(bytes_.u16le(value));
  }
  CaptureBuild& u32(std::uint32_t value) {
    return order_ == ByteOrder::big ? to(bytes_.u32be(value)) : to(bytes_.u32le(value));
  }
  CaptureBuild& u64(std::uint64_t value) {
    return order_ == ByteOrder::big ? to(bytes_.u64be(value)) : to(bytes_.u64le(value));
  }
  CaptureBuild& add(Bytes bytes) { return to(bytes_.add(bytes)); }

  CaptureBuild& pcap_header(std::uint32_t magic = 0xA1B2C3D4, std::uint32_t link = 1, unsigned minor = 4) {
    return u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(65535).u32(link);
  }
  CaptureBuild& pcap_record(std::uint32_t seconds, std::uint32_t fraction, Bytes frame, std::uint32_t on_wire) {
    return u32(seconds).u32(fraction).u32(static_cast<std::uint32_t>(frame.size())).u32(on_wire).add(frame);
  }

  CaptureBuild& snoop_header(std::uint32_t datalink = 4, std::uint32_t version = 2) {
    bytes_.text(std::string_view{"snoop\0\0\0", 8});
    return u32(version).u32(datalink);
  }
  CaptureBuild& snoop_record(std::uint32_t seconds, std::uint32_t fraction, Bytes frame, std::uint32_t on_wire,
                             std::uint32_t dropped = 0) {
    const std::size_t padding = (4 - frame.size() % 4) % 4;
    u32(on_wire).u32(static_cast<std::uint32_t>(frame.size()));
    u32(static_cast<std::uint32_t>(24 + frame.size() + padding)).u32(dropped).u32(seconds).u32(fraction).add(frame);
    bytes_.zeros(padding);
    return *this;
  }

  CaptureBuild& block(std::uint32_t type, Bytes body) {
    const std::size_t padded = (body.size() + 3) / 4 * 4;
    const auto length = static_cast<std::uint32_t>(padded + 12);
    u32(type).u32(length).add(body);
    bytes_.zeros(padded - body.size());
    return u32(length);
  }
  CaptureBuild& section() {
    return block(0x0A0D0D0A, CaptureBuild{order_}.u32(0x1A2B3C4D).u16(1).u16(0).u64(~std::uint64_t{0}).bytes());
  }
  CaptureBuild& interface(unsigned link, std::uint32_t snap_length = 0, Bytes options = {}) {
    return block(1, CaptureBuild{order_}.u16(link).u16(0).u32(snap_length).add(options).bytes());
  }
  CaptureBuild& option(unsigned code, Bytes value) {
    u16(code).u16(static_cast<unsigned>(value.size())).add(value);
    bytes_.zeros((4 - value.size() % 4) % 4);
    return *this;
  }
  CaptureBuild& enhanced_packet(std::uint32_t interface, std::uint64_t ticks, Bytes frame, std::uint32_t on_wire,
                                Bytes options = {}) {
    CaptureBuild body{order_};
    body.u32(interface).u32(static_cast<std::uint32_t>(ticks >> 32U)).u32(static_cast<std::uint32_t>(ticks));
    body.u32(static_cast<std::uint32_t>(frame.size())).u32(on_wire).add(frame);
    body.bytes_.zeros((4 - frame.size() % 4) % 4);
    return block(6, body.add(options).bytes());
  }
  [[nodiscard]] CaptureBuild same_order() const { return CaptureBuild{order_}; }
  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_.bytes(); }

 private:
  CaptureBuild& to(Build&) { return *this; }

  ByteOrder order_;
  Build bytes_;
};

}  // namespace bulkhead::test

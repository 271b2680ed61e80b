// Decodes a frame layer by layer. The layers are steps of one loop, not functions that call each other: a frame that
// nests tunnels without end costs a bounded number of steps and no stack. Two lengths are kept all the way down
// (base/bytes.h): a header that the capture did not keep is `cut`, one that was not on the wire either is `truncated`.

#include "net/decoder.h"

namespace bulkhead {

namespace {

constexpr std::size_t layers_max = 24;  // an outer packet, four tunnels, and what stands between

struct FirstLayer {
  std::uint16_t link;
  Decoder::Layer layer;
};
constexpr std::array first_layers{
    FirstLayer{1, Decoder::Layer::ethernet},   FirstLayer{0, Decoder::Layer::loopback},
    FirstLayer{108, Decoder::Layer::loopback}, FirstLayer{101, Decoder::Layer::raw_ip},
    FirstLayer{12, Decoder::Layer::raw_ip},    FirstLayer{14, Decoder::Layer::raw_ip},
    FirstLayer{228, Decoder::Layer::raw_ip},   FirstLayer{229, Decoder::Layer::raw_ip},
    FirstLayer{113, Decoder::Layer::cooked},   FirstLayer{276, Decoder::Layer::cooked_v2},
    FirstLayer{9, Decoder::Layer::ppp},        FirstLayer{50, Decoder::Layer::ppp},
    FirstLayer{51, Decoder::Layer::pppoe},     FirstLayer{104, Decoder::Layer::hdlc},
    FirstLayer{7, Decoder::Layer::arcnet},     FirstLayer{129, Decoder::Layer::arcnet_linux},
    FirstLayer{165, Decoder::Layer::mstp},     FirstLayer{242, Decoder::Layer::infiniband},
};

constexpr Packet blank;  // copied: compilers clear a type of this size with one string instruction, which is slower

Packet::Fault fault_of(const ReadFault& fault) noexcept {
  return fault.kind == ReadFault::Kind::cut ? Packet::Fault::cut : Packet::Fault::truncated;
}

}  // namespace

void Decoder::note(Packet::Fault fault, std::size_t offset) noexcept {
  if (packet_.fault != Packet::Fault::none) return;
  packet_.fault = fault;
  packet_.fault_offset = offset;
}

Decoder::Layer Decoder::bad_header(std::size_t offset) noexcept {
  note(Packet::Fault::bad_header, offset);
  return Layer::kept;
}

void Decoder::limit(std::size_t n) noexcept {
  if (n > reader_.left_on_wire()) note(Packet::Fault::truncated, captured_);
  else reader_ = reader_.sub(n);
}

void Decoder::run(Layer first) noexcept {
  Layer layer = first;
  for (std::size_t steps = 0; layer != Layer::done && layer != Layer::kept; ++steps) {
    packet_.payload = reader_.peek();
    packet_.payload_on_wire = reader_.left_on_wire();
    if (steps == layers_max) {
      note(Packet::Fault::tunnels_too_deep, reader_.offset());
      return;
    }
    layer = step(layer);
    if (!reader_.ok()) {
      note(fault_of(reader_.fault()), reader_.fault().offset);
      return;
    }
  }
  if (layer == Layer::done) {
    packet_.payload = reader_.peek();
    packet_.payload_on_wire = reader_.left_on_wire();
  }
  if (packet_.payload.size() < packet_.payload_on_wire) note(Packet::Fault::cut, captured_);
}

Decoder::Layer Decoder::step(Layer layer) noexcept {
  switch (layer) {
    case Layer::ethernet: return ethernet();
    case Layer::loopback: return loopback();
    case Layer::cooked: return cooked();
    case Layer::cooked_v2: return cooked_v2();
    case Layer::raw_ip: return raw_ip();
    case Layer::hdlc: return hdlc();
    case Layer::ppp: return ppp();
    case Layer::pppoe: return pppoe();
    case Layer::mpls: return mpls();
    case Layer::arcnet: return arcnet(0);
    case Layer::arcnet_linux: return arcnet(2);
    case Layer::infiniband: return infiniband();
    case Layer::mstp: return mstp();
    case Layer::ipv4: return ipv4();
    case Layer::ipv6: return ipv6();
    case Layer::transport: return transport();
    case Layer::gre: return gre();
    case Layer::done:
    case Layer::kept: break;
  }
  return Layer::done;
}

void decode(Bytes frame, std::size_t on_wire, std::uint16_t link, Packet& packet) noexcept {
  packet = blank;
  for (const FirstLayer& first : first_layers) {
    if (first.link != link) continue;
    Decoder{frame, on_wire, packet}.run(first.layer);
    return;
  }
  packet.payload = frame;
  packet.payload_on_wire = std::max(on_wire, frame.size());
  packet.fault = Packet::Fault::link_not_supported;
}

void decode_transport(Bytes data, std::size_t on_wire, Packet& packet) noexcept {
  packet.fragment = false;
  packet.more_fragments = false;
  packet.fragment_offset = 0;
  packet.source_port.reset();
  packet.destination_port.reset();
  packet.fault = Packet::Fault::none;
  packet.fault_offset = 0;
  Decoder decoder{data, on_wire, packet};
  decoder.protocol(packet.ip_protocol);
  decoder.run(Decoder::Layer::transport);
}

}  // namespace bulkhead

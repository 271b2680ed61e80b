// Frames of any bytes through decoding, defragmentation and reassembly; and segments in any order through reassembly,
// where every byte must come out once, as data or in a gap.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "net/defragment.h"
#include "net/fingerprint.h"
#include "net/packet.h"
#include "net/tcp_stream.h"

using namespace bulkhead;

namespace {

/// Checks that the bytes of a stream are those of their place, which `expect_` counts on.
class Sink final : public StreamSink {
 public:
  explicit Sink(bool check) : check_(check) {}
  void data(Bytes bytes, const SegmentOrigin& origin) override {
    (void)origin;
    if (bytes.empty()) std::abort();
    for (const std::uint8_t byte : bytes)
      if (byte != static_cast<std::uint8_t>(position_++) && check_) std::abort();
  }
  void gap(const StreamGap& gap, const SegmentOrigin& origin) override {
    (void)origin;
    if (gap.kind == StreamGap::Kind::restarted) check_ = false;  // where it goes on is not said
    else if (gap.bytes == 0) std::abort();
    position_ += gap.bytes;
  }
  void conflict(const SegmentOrigin& origin) override {
    (void)origin;
    if (check_) std::abort();
  }

 private:
  bool check_;
  std::uint64_t position_ = 1;
};

void check(const Packet& packet) {
  if (packet.payload.size() > packet.payload_on_wire) std::abort();
  if (packet.tunnel_count > Packet::tunnels_max || packet.vlan_count > Packet::vlans_max) std::abort();
  if (packet.fragment && packet.source_port) std::abort();
  (void)fingerprint(packet);
}

/// The link, then frames, each after its length and how much of it the capture lost.
void frames(Reader input) {
  const std::uint16_t link = input.u16be();
  Defragmenter defragmenter{{.datagrams = 8, .bytes = 100'000, .wait_ns = 1'000'000'000}};
  StreamBudget budget;
  budget.limit = 5'000;
  {
    TcpStream stream{budget};
    Sink sink{false};
    for (std::uint64_t number = 1; input.left() > 2; ++number) {
      const std::uint8_t size = input.u8();
      const std::size_t lost = input.u8() % 64U;
      const Bytes view = input.take(std::min<std::size_t>(size, input.left()));
      const std::vector<std::uint8_t> frame{view.begin(), view.end()};  // of its exact size
      Packet packet;
      decode(frame, frame.size() + lost, link, packet);
      check(packet);
      const auto time_ns = static_cast<std::int64_t>(number * 100'000'000);
      if (packet.fragment) {
        const auto whole = defragmenter.add(packet, time_ns);
        if (!whole) continue;
        packet.ip_protocol = whole->ip_protocol;
        decode_transport(whole->data, whole->on_wire, packet);
        check(packet);
      }
      if (!packet.is_tcp()) continue;
      const SegmentOrigin origin{number, time_ns, 0};
      stream.segment({packet.sequence, packet.tcp_flags, packet.payload, packet.payload_on_wire, origin}, sink);
      stream.acknowledged(packet.acknowledgement, origin, sink);
    }
    stream.finish({}, sink);
  }
  if (budget.used != 0) std::abort();
}

/// Segments of a stream whose bytes count from 1 on: sequence, flags, size, what was lost, acknowledgement.
void segments(Reader input) {
  StreamBudget budget;
  budget.limit = 100U * (1U + input.u8());
  TcpStream stream{budget};
  Sink sink{true};
  const std::uint32_t start = 0xFFFFFFC0;  // near the wrap
  stream.segment({start, tcp_flag::syn, {}, 0, {}}, sink);
  while (input.left() >= 5) {
    const std::uint32_t at = input.u8();
    const std::uint8_t flags = input.u8() & (tcp_flag::fin | tcp_flag::psh | tcp_flag::ack);
    const std::size_t size = input.u8() % 64U;
    const std::size_t lost = input.u8() % 8U;
    const std::uint32_t acknowledgement = input.u8();
    if (at == 0) continue;
    std::vector<std::uint8_t> payload(size);
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(at + i);
    stream.segment({start + at, flags, payload, size + lost, {}}, sink);
    if (acknowledgement % 3 == 0) stream.acknowledged(start + acknowledgement, {}, sink);
  }
  stream.finish({}, sink);
  if (budget.used != 0 || stream.stored() != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Reader rest{Bytes{data + 1, size - 1}};
  if ((data[0] & 1U) == 0) frames(rest);
  else segments(rest);
  return 0;
}

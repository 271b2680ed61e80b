// Packets of a conversation that no parser claims, through the traffic classifier as the pipeline calls it: any payload
// under headers that make sense, or any bytes at all. The classifier is a library of others, without a sanitizer of its
// own: what shows here are crashes, hangs, growth, and misuse by the wrapper.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/bytes.h"
#include "pipeline/label.h"

using namespace bulkhead;

namespace {

void put16(std::vector<std::uint8_t>& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

/// An IPv4 packet of TCP or UDP, one way or the other.
std::vector<std::uint8_t> packet_of(Bytes payload, bool tcp, bool to_server, std::uint16_t port) {
  const std::size_t header = tcp ? 20 : 8;
  std::vector<std::uint8_t> out{0x45, 0};
  put16(out, 20 + header + payload.size());
  out.insert(out.end(), {0, 1, 0, 0, 64, static_cast<std::uint8_t>(tcp ? 6 : 17), 0, 0});
  for (const std::uint8_t host :
       {to_server ? std::uint8_t{1} : std::uint8_t{2}, to_server ? std::uint8_t{2} : std::uint8_t{1}})
    out.insert(out.end(), {10, 0, 0, host});
  put16(out, to_server ? 50'000 : port);
  put16(out, to_server ? port : 50'000);
  if (tcp) out.insert(out.end(), {0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 4, 0, 0, 0, 0, 0});
  else {
    put16(out, header + payload.size());
    put16(out, 0);
  }
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Labeller labeller;
  Reader input{{data, size}};
  const std::uint8_t kind = input.u8();
  const std::uint16_t port = input.u16be();
  if (!input.ok()) return 0;
  const auto memory = labeller.remember();
  bool done = false;
  for (std::int64_t time_ns = 1'700'000'000'000'000'000; input.left() > 2 && !done; time_ns += 1'000'000) {
    const std::uint8_t way = input.u8();
    const std::size_t wanted = 8U * input.u8();
    const Bytes payload = input.take(std::min(input.left(), wanted));
    const std::vector<std::uint8_t> packet = (kind & 2U) != 0
                                                 ? std::vector<std::uint8_t>{payload.begin(), payload.end()}
                                                 : packet_of(payload, (kind & 1U) != 0, way % 2 == 0, port);
    done = labeller.look(*memory, packet, time_ns);
  }
  (void)labeller.label(*memory);
  return 0;
}

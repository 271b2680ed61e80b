// The path of a packet allocates nothing: decoding, its fingerprint, and the segments of a stream that come in order.

#include <gtest/gtest.h>

#include "net/fingerprint.h"
#include "net/tcp_stream.h"
#include "support/count_allocations.h"
#include "support/frames.h"

namespace bulkhead::test {

TEST(Allocation, NoneForAFrameAndNoneForASegmentInOrder) {
  class Silent final : public StreamSink {
   public:
    void data(Bytes bytes, const SegmentOrigin&) override { size += bytes.size(); }
    void gap(const StreamGap&, const SegmentOrigin&) override {}
    void conflict(const SegmentOrigin&) override {}
    std::size_t size = 0;
  } sink;
  const std::vector<Encapsulated> samples = encapsulations();
  const Octets segment = ethernet(0x0800, ipv4(tcp(1, 0x18, bytes_of("in order")), {.protocol = 6}));
  StreamBudget budget;
  TcpStream stream{budget};
  stream.segment({0, tcp_flag::syn, {}, 0, {}}, sink);

  const std::size_t before = allocations;
  Packet packet;
  std::uint64_t sum = 0;
  for (const Encapsulated& sample : samples) {
    decode(sample.frame, sample.frame.size(), sample.link, packet);
    sum += fingerprint(packet);
  }
  decode(segment, segment.size(), 1, packet);
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    const auto sequence = static_cast<std::uint32_t>(1 + i * packet.payload.size());
    stream.segment({sequence, packet.tcp_flags, packet.payload, packet.payload_on_wire, {}}, sink);
    stream.acknowledged(sequence, {}, sink);
  }
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_EQ(sink.size, 8'000U);
  EXPECT_NE(sum, 0U);
}

}  // namespace bulkhead::test

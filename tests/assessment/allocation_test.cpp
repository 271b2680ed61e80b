// A poll that goes on as it began allocates nothing, on its whole way: reading, copies, the stream, the protocol, what
// is learnt of it.

#include <memory>

#include <gtest/gtest.h>

#include "assessment/observe.h"
#include "capture/source.h"
#include "net/tcp_stream.h"
#include "support/count_allocations.h"
#include "support/frames.h"

namespace bulkhead::test {

namespace {

constexpr std::size_t polls_a_batch = 32;
constexpr std::size_t batches = 40;
constexpr std::size_t settled = 20;  // batches after which nothing may be allocated any more

Octets segment(bool asks, std::uint32_t sequence, std::uint32_t acknowledgement, std::uint16_t identification,
               Bytes payload) {
  Build tcp;
  tcp.u16be(asks ? 40'000 : 502).u16be(asks ? 502 : 40'000).u32be(sequence).u32be(acknowledgement);
  tcp.u8(0x50).u8(tcp_flag::psh | tcp_flag::ack).u16be(1024).u16be(0).u16be(0).add(payload);
  const std::uint32_t client = 0x0A000001;
  const std::uint32_t server = 0x0A000002;
  return ethernet(0x0800, ipv4(tcp.bytes(), {.protocol = 6,
                                             .source = asks ? client : server,
                                             .destination = asks ? server : client,
                                             .identification = identification}));
}

/// A client that reads ten registers of a Modbus server, again and again; made before it is read.
class Polling final : public Source {
 public:
  Polling() {
    std::uint32_t asked = 1;
    std::uint32_t answered = 1;
    for (std::size_t poll = 0; poll < polls_a_batch * batches; ++poll) {
      const auto number = static_cast<std::uint16_t>(poll + 1);
      const Octets request = Build{}.u16be(number).u16be(0).u16be(6).u8(1).u8(3).u16be(100).u16be(10).bytes();
      const Octets response =
          Build{}.u16be(number).u16be(0).u16be(23).u8(1).u8(3).u8(20).add(Octets(20, std::uint8_t{7})).bytes();
      frames_.push_back(segment(true, asked, answered, number, request));
      asked += static_cast<std::uint32_t>(request.size());
      frames_.push_back(segment(false, answered, asked, number, response));
      answered += static_cast<std::uint32_t>(response.size());
    }
  }

  bool next(Batch& batch) override {
    batch.frames.clear();
    if (given_ == settled) before_ = allocations;
    if (given_ == batches) {
      after_ = allocations;
      return false;
    }
    for (std::size_t i = 0; i < 2 * polls_a_batch; ++i) {
      const std::size_t at = given_ * 2 * polls_a_batch + i;
      batch.frames.push_back({at + 1, 1'700'000'000'000'000'000 + static_cast<std::int64_t>(at) * 5'000'000,
                              frames_[at], frames_[at].size(), 1, 0, 0});
    }
    ++given_;
    return true;
  }
  [[nodiscard]] const Ending& ending() const noexcept override { return ending_; }
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept override { return interfaces_; }

  static inline std::size_t before_ = 0, after_ = 0;

 private:
  std::vector<Octets> frames_;
  std::size_t given_ = 0;
  Ending ending_;
  std::vector<CaptureInterface> interfaces_;
};

}  // namespace

TEST(Allocation, NoneForAPollThatGoesOnAsItBegan) {
  ObserveOptions options;
  options.workers = 1;
  const auto observations = observe(std::make_unique<Polling>(), "polling", options);
  ASSERT_TRUE(observations);
  ASSERT_EQ(observations->traffic.conversations.size(), 1U);
  const Conversation& poll = observations->traffic.conversations[0];
  EXPECT_EQ(poll.service, "modbus");
  const OperationUse* use = poll.use_of(Operation::read);
  ASSERT_NE(use, nullptr);
  EXPECT_EQ(use->asked, polls_a_batch * batches);
  EXPECT_EQ(use->answered, polls_a_batch * batches);
  EXPECT_GT(Polling::before_, 0U);
  EXPECT_EQ(Polling::after_ - Polling::before_, 0U);
}

}  // namespace bulkhead::test

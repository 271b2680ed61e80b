#include "capture/live.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bulkhead::test {

namespace {

/// A datagram to this machine's own discard port.
void send_to_self(std::string_view text) {
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(*-reinterpret-cast): the socket interface
  ::sendto(descriptor, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(descriptor);
}

}  // namespace

TEST(OpenInterface, RefusesAnInterfaceThatIsNotThereInWords) {
  const auto source = open_interface("no-such-if0");
  ASSERT_FALSE(source);
  EXPECT_FALSE(source.error().message.empty());
}

TEST(OpenInterface, HearsWhatPassesAndStopsWhenAsked) {
  auto opened = open_interface("lo");
  if (!opened) GTEST_SKIP() << opened.error().message;
  LiveSource& source = **opened;
  const std::string_view text = "heard on the loopback interface";
  Batch batch;
  bool heard = false;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!heard && std::chrono::steady_clock::now() < until) {
    send_to_self(text);
    ASSERT_TRUE(source.next(batch));
    for (const Frame& frame : batch.frames) {
      heard =
          heard || std::search(frame.bytes.begin(), frame.bytes.end(), text.begin(), text.end()) != frame.bytes.end();
      EXPECT_GT(frame.time_ns, 1'700'000'000'000'000'000);
    }
  }
  EXPECT_TRUE(heard);
  EXPECT_EQ(source.interfaces().at(0).name, "lo");
  std::thread stopper{[&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    source.stop();
  }};
  while (source.next(batch)) continue;
  stopper.join();
  EXPECT_EQ(source.ending().kind, Ending::Kind::read);
}

}  // namespace bulkhead::test

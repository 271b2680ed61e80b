#pragma once

#include <fstream>
#include <string>

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "support/program.h"

namespace bulkhead::test {

/// A network of this process alone: a cable whose ends are the interfaces `mirror`, to listen at, and `wire`, to send
/// into. Where the kernel does not allow it, `why_not` says so.
class OwnNetwork {
 public:
  OwnNetwork() {
    if (!enter()) {
      why_not = "the kernel gives this process no network of its own";
      return;
    }
    const auto ip = [](std::vector<std::string> words) {
      words.insert(words.begin(), "ip");
      return run_program(words).status == 0;
    };
    bool made = ip({"link", "add", "mirror", "type", "veth", "peer", "name", "wire"});
    for (const char* end : {"mirror", "wire"}) {  // the kernel's own greetings are not of the test
      std::ofstream{std::string{"/proc/sys/net/ipv6/conf/"} + end + "/disable_ipv6"} << '1';
      made = made && ip({"link", "set", end, "arp", "off"}) && ip({"link", "set", end, "up"});
    }
    if (!made) {
      why_not = "no pair of veth interfaces can be made";
      return;
    }
    socket_ = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    index_ = ::if_nametoindex("wire");
    if (socket_ < 0 || index_ == 0) why_not = "no raw socket can be opened";
  }
  OwnNetwork(const OwnNetwork&) = delete;
  OwnNetwork& operator=(const OwnNetwork&) = delete;
  ~OwnNetwork() {
    if (socket_ >= 0) ::close(socket_);
  }

  [[nodiscard]] bool send(Bytes frame) const {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(index_);
    // NOLINTNEXTLINE(*-reinterpret-cast): the socket interface
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    return ::sendto(socket_, frame.data(), frame.size(), 0, address, sizeof to) == static_cast<ssize_t>(frame.size());
  }
  /// Frames that left an interface, as the kernel counts them.
  [[nodiscard]] static std::uint64_t sent_by(const std::string& interface) {
    constexpr int columns_before_sent = 9;  // bytes and packets received, errors, ..., bytes sent
    std::ifstream table{"/proc/self/net/dev"};
    for (std::string word; table >> word;) {
      if (word != interface + ":") continue;
      std::uint64_t number = 0;
      for (int i = 0; i <= columns_before_sent; ++i) table >> number;
      return number;
    }
    return ~std::uint64_t{0};
  }

  std::string why_not;

 private:
  static bool enter() {
    const uid_t user = ::getuid();
    const gid_t group = ::getgid();
    if (::unshare(CLONE_NEWNET) == 0) return true;
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
    std::ofstream{"/proc/self/setgroups"} << "deny";
    std::ofstream{"/proc/self/uid_map"} << "0 " << user << " 1";
    std::ofstream{"/proc/self/gid_map"} << "0 " << group << " 1";
    return ::getuid() == 0;
  }

  int socket_ = -1;
  unsigned index_ = 0;
};

}  // namespace bulkhead::test

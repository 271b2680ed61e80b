// Every capture of the collection against another program's reading of its conversations.

#include <fstream>
#include <map>
#include <tuple>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "capture/source.h"
#include "net/defragment.h"
#include "net/packet.h"

namespace bulkhead::test {

namespace {

using Ends = std::tuple<std::string, std::string, unsigned, std::string, unsigned>;

/// The two ends in either order: tshark splits a conversation where it thinks that a new one began.
Ends between(const std::string& protocol, std::string a, unsigned a_port, std::string b, unsigned b_port) {
  if (std::tie(b, b_port) < std::tie(a, a_port)) {
    std::swap(a, b);
    std::swap(a_port, b_port);
  }
  return {protocol, std::move(a), a_port, std::move(b), b_port};
}

/// Packets of each conversation, fragments put together. Nothing where the two readings cannot be compared: tshark
/// lists the outer addresses of a tunnel with the inner ports, and knows links that we do not.
std::optional<std::map<Ends, std::uint64_t>> count_packets(Source& source) {
  std::map<Ends, std::uint64_t> counts;
  Defragmenter defragmenter;
  Batch batch;
  Packet packet;
  while (source.next(batch))
    for (const Frame& frame : batch.frames) {
      decode(frame.bytes, frame.on_wire, frame.link, packet);
      if (packet.tunnel_count > 0 || packet.fault == Packet::Fault::link_not_supported) return std::nullopt;
      if (packet.fragment) {
        const auto whole = defragmenter.add(packet, frame.time_ns);
        if (!whole) continue;
        packet.ip_protocol = whole->ip_protocol;
        decode_transport(whole->data, whole->on_wire, packet);
      }
      if (!packet.source_port) continue;
      ++counts[between(packet.is_tcp() ? "tcp" : "udp", to_text(packet.source), *packet.source_port,
                       to_text(packet.destination), packet.destination_port.value_or(0))];
    }
  return counts;
}

}  // namespace

TEST(Collection, EveryConversationHasThePacketsThatTsharkCounts) {
  const std::filesystem::path folder = std::filesystem::path{SHARED} / "captures";
  std::ifstream file{folder / "oracle.json"};
  if (!file) GTEST_SKIP() << folder << " is not there";
  const auto oracle = nlohmann::json::parse(file);
  std::size_t compared = 0;
  for (const auto& [path, seen] : oracle["captures"].items()) {
    // Teredo and GRE of Aruba are not entered; of a datagram of which only the first fragment is there, tshark reads
    // the ports.
    if (seen["layers"].contains("teredo") || path == "it-encap/zeek-gre-aruba-amsdu.pcap") continue;
    if (path == "formats/ntopng-bootp_asan.pcap") continue;
    if (seen.contains("read_error") || seen["format"].get<std::string>().starts_with("other")) continue;
    if (path.starts_with("malformed/") || seen["flows"].size() >= 60) continue;
    const auto source = open_capture(folder / path);
    ASSERT_TRUE(source);
    const auto counts = count_packets(**source);
    if (!counts) continue;
    std::map<Ends, std::uint64_t> expected;
    for (const auto& flow : seen["flows"])
      expected[between(flow[0], flow[1], flow[2], flow[3], flow[4])] +=
          flow[5].get<std::uint64_t>() + flow[6].get<std::uint64_t>();
    for (const auto& [ends, packets] : expected) {
      const auto found = counts->find(ends);
      const std::uint64_t here = found == counts->end() ? 0 : found->second;
      EXPECT_EQ(here, packets) << path << ' ' << std::get<0>(ends) << ' ' << std::get<1>(ends) << ' '
                               << std::get<2>(ends) << ' ' << std::get<3>(ends) << ' ' << std::get<4>(ends);
      ++compared;
    }
  }
  EXPECT_GT(compared, 1'500U);
}

}  // namespace bulkhead::test

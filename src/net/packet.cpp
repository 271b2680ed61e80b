#include "net/packet.h"

#include <algorithm>
#include <array>

namespace bulkhead {

namespace {

struct Link {
  std::uint16_t number;
  bool supported;
  std::string_view name;
};

// The link-layer header types registry (tcpdump.org/linktypes.html), in its order.
constexpr std::array links{
    Link{0, true, "BSD loopback"},
    Link{1, true, "Ethernet"},
    Link{3, false, "AX.25"},
    Link{6, false, "IEEE 802.5 Token Ring"},
    Link{7, true, "ARCNET"},
    Link{8, false, "SLIP"},
    Link{9, true, "PPP"},
    Link{10, false, "FDDI"},
    Link{12, true, "raw IP"},
    Link{14, true, "raw IP"},
    Link{50, true, "PPP in HDLC-like framing"},
    Link{51, true, "PPP over Ethernet"},
    Link{100, false, "ATM with RFC 1483"},
    Link{101, true, "raw IP"},
    Link{104, true, "Cisco HDLC"},
    Link{105, false, "IEEE 802.11"},
    Link{107, false, "Frame Relay"},
    Link{108, true, "OpenBSD loopback"},
    Link{113, true, "Linux cooked"},
    Link{117, false, "OpenBSD pflog"},
    Link{119, false, "IEEE 802.11 with Prism header"},
    Link{122, false, "IP over Fibre Channel"},
    Link{127, false, "IEEE 802.11 with radiotap"},
    Link{129, true, "ARCNET, Linux"},
    Link{130, false, "Juniper MLPPP"},
    Link{132, false, "Juniper encryption services"},
    Link{139, false, "MTP2 with pseudo-header"},
    Link{140, false, "MTP2"},
    Link{141, false, "MTP3"},
    Link{142, false, "SCCP"},
    Link{147, false, "user-defined 0"},
    Link{148, false, "user-defined 1"},
    Link{163, false, "IEEE 802.11 with AVS header"},
    Link{165, true, "BACnet MS/TP"},
    Link{169, false, "GPRS LLC"},
    Link{182, false, "Frame Relay FRF.16"},
    Link{187, false, "Bluetooth HCI H4"},
    Link{189, false, "USB, Linux"},
    Link{190, false, "CAN 2.0B"},
    Link{192, false, "PPI"},
    Link{195, false, "IEEE 802.15.4 with FCS"},
    Link{201, false, "Bluetooth HCI H4 with direction"},
    Link{203, false, "LAPD"},
    Link{209, false, "I2C, Linux"},
    Link{210, false, "FlexRay"},
    Link{212, false, "LIN"},
    Link{215, false, "IEEE 802.15.4, nonaskable PHY"},
    Link{220, false, "USB, Linux, mmapped"},
    Link{224, false, "Fibre Channel FC-2"},
    Link{227, false, "SocketCAN"},
    Link{228, true, "raw IPv4"},
    Link{229, true, "raw IPv6"},
    Link{230, false, "IEEE 802.15.4 without FCS"},
    Link{231, false, "D-Bus"},
    Link{239, false, "Linux netfilter log"},
    Link{240, false, "Hilscher netANALYZER"},
    Link{241, false, "Hilscher netANALYZER, transparent"},
    Link{242, true, "IP over InfiniBand"},
    Link{247, false, "InfiniBand"},
    Link{248, false, "SCTP"},
    Link{249, false, "USBPcap"},
    Link{250, false, "serial line of an RTU"},
    Link{251, false, "Bluetooth Low Energy"},
    Link{252, false, "Wireshark upper PDU"},
    Link{253, false, "Linux netlink"},
    Link{255, false, "Bluetooth BR/EDR baseband"},
    Link{256, false, "Bluetooth Low Energy with RF information"},
    Link{258, false, "Apple PKTAP"},
    Link{259, false, "Ethernet PON with preamble"},
    Link{265, false, "ISO 14443"},
    Link{271, false, "VM sockets"},
    Link{274, false, "IEEE 802.3br mPackets"},
    Link{276, true, "Linux cooked v2"},
    Link{278, false, "OpenVizsla USB"},
    Link{279, false, "Elektrobit high-speed capture"},
    Link{281, false, "Ethernet with Broadcom switch tag"},
    Link{282, false, "Ethernet with prepended Broadcom switch tag"},
    Link{283, false, "IEEE 802.15.4 with TAP header"},
    Link{284, false, "Ethernet with Marvell switch tag"},
    Link{285, false, "Ethernet with extended Marvell switch tag"},
    Link{287, false, "Z-Wave serial"},
    Link{289, false, "ATSC link layer"},
};

const Link* find(std::uint16_t number) noexcept {
  const auto* found =
      std::lower_bound(links.begin(), links.end(), number, [](const Link& link, auto n) { return link.number < n; });
  return found != links.end() && found->number == number ? found : nullptr;
}

}  // namespace

std::string_view name(Tunnel tunnel) noexcept {
  constexpr std::array<std::string_view, 7> names{"mpls", "pppoe", "gre", "erspan", "vxlan", "geneve", "ip_in_ip"};
  return names.at(static_cast<std::size_t>(tunnel));
}

std::string_view name(Packet::Fault fault) noexcept {
  constexpr std::array<std::string_view, 6> names{
      "none", "cut", "truncated", "bad_header", "link_not_supported", "tunnels_too_deep"};
  return names.at(static_cast<std::size_t>(fault));
}

bool is_supported_link(std::uint16_t link) noexcept {
  const Link* found = find(link);
  return found != nullptr && found->supported;
}

std::string_view link_name(std::uint16_t link) noexcept {
  const Link* found = find(link);
  return found == nullptr ? std::string_view{} : found->name;
}

}  // namespace bulkhead

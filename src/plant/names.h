#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/talk.h"

namespace bulkhead::plant {

/// DNS over UDP (RFC 1035): an A query and its answer.
///
///     names: [mes.aldervale.example]      # one each turn, in order
///     address: 10.10.30.11                # of the answer; without it the name does not exist
class DnsTalk final : public Talk {
 public:
  DnsTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  std::vector<std::string> names_;
  std::optional<Ip> address_;
  std::size_t next_ = 0;
};

/// Names without a server, asked by the client of its network: NetBIOS (RFC 1002), LLMNR (RFC 4795), mDNS (RFC 6762).
///
///     how: nbns_query | nbns_register | llmnr | mdns
///     name: WPAD
class LocalNameTalk final : public Talk {
 public:
  LocalNameTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  enum class How : std::uint8_t { nbns_query, nbns_register, llmnr, mdns };
  void nbns(std::int64_t now_ns);
  How how_;
  std::string name_;
};

/// DHCP (RFC 2131): discover, offer, request, acknowledge; or a request and its acknowledgement alone.
///
///     vendor_class: eWON
///     whole: true
class DhcpTalk final : public Talk {
 public:
  DhcpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  [[nodiscard]] Octets message(bool is_request, unsigned type, std::uint32_t transaction) const;
  std::string vendor_class_;
  bool whole_;
};

/// SSDP (UPnP 1.1): a search of the client, to 239.255.255.250.
class SsdpTalk final : public Talk {
 public:
  SsdpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  std::string agent_;
};

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/talk.h"

namespace bulkhead::plant {

/// NTP version 3 or 4 (RFC 5905): a client's request and its answer.
class NtpTalk final : public Talk {
 public:
  NtpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  unsigned version_;
};

/// Syslog (RFC 3164) from the client: `messages`, one each turn.
class SyslogTalk final : public Talk {
 public:
  SyslogTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  std::vector<std::string> messages_;
  std::size_t next_ = 0;
};

/// SNMP version 2c (RFC 1901, 3416): get of sysDescr, sysObjectID, sysUpTime and sysName; of an agent with several
/// cards also the table of its addresses (RFC 4293, ipAddrTable).
///
///     community: public
class SnmpTalk final : public Talk {
 public:
  SnmpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  void ask_addresses(std::int64_t now_ns);

  std::string community_;
  std::uint32_t request_;
};

/// OpenVPN over UDP: resets with session ids once, then data channel packets of random octets.
class OpenVpnTalk final : public Talk {
 public:
  OpenVpnTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  void greet(std::int64_t now_ns);
  std::uint16_t client_port_;
  bool begun_;
  std::uint32_t packet_ = 0;
};

/// ICMP echo and its reply.
class PingTalk final : public Talk {
 public:
  PingTalk(World& world, const Line& line, Fields& fields) : Talk(world, line) { (void)fields; }
  void turn(std::int64_t now_ns) override;

 private:
  std::uint16_t sequence_ = 0;
};

Octets random_octets(Random& random, std::size_t count);

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <string>

#include "plant/talk.h"

namespace bulkhead::plant {

/// LLDP (IEEE 802.1AB) of the client: chassis, port, name, description, management address. What it says stands in the
/// device's `identity: lldp:` (description, port, capabilities); with `profinet:` its station name is the chassis.
class LldpTalk final : public Talk {
 public:
  LldpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  std::string port_;
};

/// Rapid spanning tree hellos (IEEE 802.1D-2004, clause 9) of the client as root.
class StpTalk final : public Talk {
 public:
  StpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  std::uint16_t priority_;
};

/// Cisco Discovery Protocol, version 2, of the client. `identity: cdp:` has software, platform and port.
class CdpTalk final : public Talk {
 public:
  CdpTalk(World& world, const Line& line, Fields& fields) : Talk(world, line) { (void)fields; }
  void turn(std::int64_t now_ns) override;
};

/// An ARP request for an address that nobody has: `target: 10.0.0.9`, or `sweep: 20` for that many addresses from it
/// on.
class ArpTalk final : public Talk {
 public:
  ArpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  Ip target_ = 0;
  unsigned sweep_ = 1;
};

}  // namespace bulkhead::plant

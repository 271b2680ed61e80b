#pragma once

#include <cstdint>
#include <string>

#include "plant/talk.h"

namespace bulkhead::plant {

/// PROFINET RT class 1 between a controller (`client`) and a device (`server`): one frame each way a period, straight
/// on Ethernet (EtherType 8892) with a priority tag.
///
///     frame_id: 0x8001
///     octets: 40
class ProfinetTalk final : public Talk {
 public:
  ProfinetTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  void frame(End from, End to, unsigned frame_id, std::int64_t now_ns, Octets& data);
  std::uint16_t frame_id_;
  Octets output_, input_;
  std::uint16_t cycle_;
};

/// PROFINET DCP: identify all, or set a station's name or signal. Every device of the network with `identity:
/// profinet:` answers. `server` is needed for `set_name` and `flash`.
///
///     do: identify | set_name | flash
///     name: new-name
class DcpTalk final : public Talk {
 public:
  DcpTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  enum class Do : std::uint8_t { identify, set_name, flash };
  void answer(End end, std::uint32_t transaction, std::int64_t now_ns);
  void set(std::int64_t now_ns);
  Do what_;
  std::string name_;
};

}  // namespace bulkhead::plant

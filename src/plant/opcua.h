#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/opcua_pdu.h"
#include "plant/talk.h"

namespace bulkhead::plant {

/// OPC UA client and server: hello, secure channel (policy None), session, then each turn a Read, or a Publish of a
/// subscription.
///
///     endpoint: opc.tcp://SCADA-1:49320
///     how: read | publish
///     nodes: [Pasteuriser.TT101]       # OPC UA nodes of the server under 'tags'; empty: all it has
///     write: {node: X, value: 5}       # in the first turn
class OpcUaTalk final : public TcpTalk {
 public:
  OpcUaTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t greet(std::int64_t now_ns) override;
  void assume() override;
  std::int64_t act(std::int64_t now_ns) override;
  std::int64_t open_channel(std::int64_t now_ns);
  std::int64_t create_session(std::int64_t now_ns);
  std::int64_t activate_session(std::int64_t now_ns);
  std::int64_t subscribe(std::int64_t now_ns);
  std::int64_t read(std::int64_t now_ns);
  std::int64_t publish(std::int64_t now_ns);
  std::int64_t write(std::int64_t now_ns);
  std::int64_t service(std::int64_t now_ns, const opcua::UaWriter& asked, const opcua::UaWriter& answered);
  [[nodiscard]] double value_of(const std::string& node) const;
  [[nodiscard]] opcua::Application server_application() const;

  std::string endpoint_;
  bool publishes_;
  std::vector<std::string> nodes_;
  std::string written_;
  double written_value_ = 0;
  std::uint32_t channel_ = 0, sequence_client_ = 0, sequence_server_ = 0, request_ = 0, notification_ = 0;
  unsigned token_ = 0;
};

}  // namespace bulkhead::plant

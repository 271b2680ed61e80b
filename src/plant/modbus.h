#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/talk.h"

namespace bulkhead::plant {

/// Modbus/TCP (Messaging on TCP/IP Implementation Guide V1.0b) with the functions of the Application Protocol V1.1b3:
/// 01 to 06, 0F, 10, 11 Report Server ID, 2B/0E Read Device Identification.
///
///     requests: [{do: read, table: holding, address: 0, count: 100}, {do: write, table: holding, address: 7, value:
///     5},
///                {do: identify}, {do: server_id}]
///     first: [...]        # in the first turn only
///     unit: 1
class ModbusTalk final : public TcpTalk {
 public:
  ModbusTalk(World& world, const Line& line, Fields& fields);

 private:
  struct Request {
    enum class Do : std::uint8_t { read, write, identify, server_id, custom };
    Do what = Do::read;
    Space table = Space::holding;
    std::uint16_t address = 0, count = 1;
    std::vector<double> values;
    std::string pdu;  ///< custom: the octets of the request in hexadecimal.
  };
  std::int64_t act(std::int64_t now_ns) override;
  static std::vector<Request> read_requests(Fields& fields, std::string_view key);
  std::int64_t perform(const Request& request, std::int64_t now_ns);
  std::int64_t perform_read(const Request& request, std::int64_t now_ns);
  std::int64_t perform_write(const Request& request, std::int64_t now_ns);
  std::int64_t identify(std::int64_t now_ns);
  std::int64_t server_id(std::int64_t now_ns);
  /// A PDU each way, under one transaction number.
  std::int64_t pdus(std::int64_t now_ns, Bytes request, Bytes response);
  /// The device that answers for the unit: the server, or one behind it.
  [[nodiscard]] std::size_t unit_device() const;

  std::vector<Request> first_, requests_;
  std::uint8_t unit_;
  std::uint16_t transaction_;
};

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <vector>

#include "plant/talk.h"

namespace bulkhead::plant {

/// FINS over UDP (Omron W227, W342): memory area read and write, controller data and status read, mode change.
///
///     node: 12                  # of the client; the server's is the last octet of its address
///     requests: [{do: read, word: 100, count: 20}, {do: write, word: 7, values: [5]}, {do: controller_data}, {do:
///     status},
///                {do: run}, {do: stop}]
class FinsTalk final : public Talk {
 public:
  FinsTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  struct Request {
    enum class Do : std::uint8_t { read, write, controller_data, status, run, stop };
    Do what = Do::read;
    std::uint16_t word = 0, count = 1;
    std::vector<double> values;
  };
  static std::vector<Request> read_requests(Fields& fields, std::string_view key);
  std::int64_t perform(const Request& request, std::int64_t now_ns);
  std::int64_t command(std::int64_t now_ns, unsigned code, Bytes asked, Bytes answered);

  std::vector<Request> first_, requests_;
  std::uint8_t service_id_;
  std::uint16_t client_port_ = 9600;
  bool begun_ = false;
};

}  // namespace bulkhead::plant

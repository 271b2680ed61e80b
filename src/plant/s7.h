#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/s7_pdu.h"
#include "plant/talk.h"

namespace bulkhead::plant {

/// S7comm between a client and a SIMATIC CPU: connection, setup, variables, SZL, blocks, program transfer, operating
/// mode.
///
///     tsap: pg | op | basic          # what the client calls itself
///     rack: 0
///     slot: 2
///     pdu: 240                       # octets, as the CPU grants
///     requests: [{do: read, items: [{db: 10, offset: 0, octets: 40}]}, {do: write, db: 100, offset: 4, type: real,
///     value: 68},
///                {do: szl, id: 0x11}, {do: list_blocks}, {do: list_blocks_of_type, block: DB}, {do: upload, block: OB,
///                number: 1}, {do: download, block: FC, number: 10, octets: 800}, {do: stop}, {do: start}, {do: delete,
///                block: FC, number: 10}]
///     first: [...]                   # in the first turn only
class S7Talk final : public TcpTalk {
 public:
  S7Talk(World& world, const Line& line, Fields& fields);

 private:
  struct Request {
    enum class Do : std::uint8_t {
      read,
      write,
      szl,
      list_blocks,
      list_blocks_of_type,
      upload,
      download,
      stop,
      start,
      remove
    };
    Do what = Do::read;
    std::vector<s7::Item> items;
    Octets value;
    std::uint16_t id = 0x11;
    s7::BlockName block;
    std::size_t octets = 0;
  };
  std::int64_t greet(std::int64_t now_ns) override;
  std::int64_t act(std::int64_t now_ns) override;

  static std::vector<Request> read_requests(Fields& fields, std::string_view key);
  static s7::Item read_item(Fields& fields);
  static void read_value(Fields& fields, Request& request);
  std::int64_t perform(const Request& request, std::int64_t now_ns);
  std::int64_t read(const Request& request, std::int64_t now_ns);
  std::int64_t read_some(const std::vector<s7::Item>& items, std::int64_t now_ns);
  std::int64_t write(const Request& request, std::int64_t now_ns);
  std::int64_t szl(const Request& request, std::int64_t now_ns);
  std::int64_t list_blocks(std::int64_t now_ns);
  std::int64_t list_blocks_of_type(const Request& request, std::int64_t now_ns);
  std::int64_t upload(const Request& request, std::int64_t now_ns);
  std::int64_t download(const Request& request, std::int64_t now_ns);
  std::int64_t service(std::int64_t now_ns, std::string_view name, Bytes arguments);
  std::int64_t stop(std::int64_t now_ns);
  std::int64_t job(std::int64_t now_ns, Bytes parameters, Bytes data, Bytes answer_parameters, Bytes answer_data);
  std::int64_t userdata(std::int64_t now_ns, unsigned group, unsigned function, Bytes data, Bytes answer_data);
  [[nodiscard]] s7::Identity identity() const;

  std::vector<Request> first_, requests_;
  std::uint16_t called_tsap_ = 0, calling_tsap_ = 0, pdu_octets_ = 240;
  std::uint16_t reference_ = 0;
};

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/cip_pdu.h"
#include "plant/talk.h"

namespace bulkhead::plant {

/// EtherNet/IP explicit messages on TCP 44818: session, class 3 connection, tags, identity.
///
///     connected: true      # a class 3 connection (Forward Open), else unconnected messages
///     slot: 0              # of the controller behind a communication module
///     requests: [{do: read, tags: [A, B]}, {do: write, tag: A, value: 3}, {do: identity}, {do: slot_identity, of:
///     PLC},
///                {do: symbols}, {do: list_identity}]
///     first: [...]
class CipTalk final : public TcpTalk {
 public:
  CipTalk(World& world, const Line& line, Fields& fields);

 private:
  struct Request {
    enum class Do : std::uint8_t { read, write, identity, slot_identity, symbols, list_identity };
    Do what = Do::read;
    std::vector<std::string> tags;
    double value = 0;
    std::optional<std::size_t> subject;
  };
  std::int64_t greet(std::int64_t now_ns) override;
  void assume() override;
  std::int64_t act(std::int64_t now_ns) override;
  std::int64_t part(std::int64_t now_ns) override;

  std::vector<Request> read_requests(Fields& fields, std::string_view key) const;
  std::int64_t perform(const Request& request, std::int64_t now_ns);
  std::int64_t read(const Request& request, std::int64_t now_ns);
  std::int64_t write(const Request& request, std::int64_t now_ns);
  std::int64_t tell_identity(std::int64_t now_ns, std::size_t subject, bool behind_slot);
  std::int64_t symbols(std::int64_t now_ns);
  /// A CIP message each way, connected or not as the line says.
  std::int64_t message(std::int64_t now_ns, Bytes asked, Bytes answered);
  std::int64_t rr_data(std::int64_t now_ns, Bytes asked, Bytes answered);
  /// The device whose tags are read: the one in the slot, else the server.
  [[nodiscard]] std::size_t owner() const { return owner_.value_or(server_.device); }

  bool connected_;
  std::uint8_t slot_;
  std::optional<std::size_t> owner_;
  std::vector<Request> first_, requests_;
  std::uint32_t session_ = 0;
  std::uint64_t context_ = 0;
  std::uint16_t sequence_ = 0;
  cip::Connection connection_;
};

/// Class 1 I/O on UDP 2222: both directions each period. `client` is the scanner, `server` the adapter.
///
///     output_octets: 8
///     input_octets: 16
///     opens: true           # with its Forward Open on TCP
class CipIoTalk final : public Talk {
 public:
  CipIoTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  void open(std::int64_t now_ns);

  std::size_t output_octets_, input_octets_;
  bool opens_;
  cip::Connection connection_;
  std::uint32_t sequence_ = 0;
  Octets output_, input_;
};

/// ListIdentity as UDP broadcast; every device of the network that has a CIP identity answers.
class CipDiscoverTalk final : public Talk {
 public:
  CipDiscoverTalk(World& world, const Line& line, Fields& fields) : Talk(world, line) { (void)fields; }
  void turn(std::int64_t now_ns) override;
};

}  // namespace bulkhead::plant

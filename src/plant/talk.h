#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "plant/tcp.h"
#include "plant/world.h"

namespace bulkhead::plant {

/// One line of the plant's traffic while it runs: does, each time it is its turn, what its client and its server say to
/// each other, and puts it on the wire.
class Talk {
 public:
  Talk(World& world, const Line& line);
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  virtual ~Talk() = default;
  virtual void turn(std::int64_t now_ns) = 0;
  /// The run ends: what was put off is sent.
  virtual void finish(std::int64_t /*now_ns*/) {}

 protected:
  /// How long the server takes this time.
  std::int64_t thinking() { return world_.answer_time(server_.device, random_); }
  [[nodiscard]] const Device& client_device() const { return world_.device(client_); }
  [[nodiscard]] const Device& server_device() const { return world_.device(server_); }
  /// What the server's device says of itself in a protocol: the map `identity: PROTOCOL:`; a null node where it has
  /// none.
  [[nodiscard]] const Node& server_identity(std::string_view protocol) const;
  /// Notes an identity of the server that its answer at `time_ns` holds.
  void reveal(std::int64_t time_ns, std::string_view fact, std::string_view value);

  World& world_;
  const Line& line_;
  Random random_;
  End client_, server_;
};

/// A talk over a TCP connection that lasts from turn to turn. Where the line does not say whether it opens inside the
/// capture, a repeated talk mostly has begun before, and a single one has not.
class TcpTalk : public Talk {
 public:
  TcpTalk(World& world, const Line& line, std::uint16_t default_port);
  void turn(std::int64_t now_ns) final;
  void finish(std::int64_t now_ns) override;

 protected:
  enum class Lasts : std::uint8_t { from_turn_to_turn, one_turn };
  /// What is said once, after the handshake; returns when it is done.
  virtual std::int64_t greet(std::int64_t now_ns) { return now_ns; }
  /// A connection that was there before the capture begins: settle what greet() would have agreed.
  virtual void assume() {}
  virtual std::int64_t act(std::int64_t now_ns) = 0;
  /// What is said last before the connection ends.
  virtual std::int64_t part(std::int64_t now_ns) { return now_ns; }
  [[nodiscard]] virtual Lasts lasts() const { return Lasts::from_turn_to_turn; }

  /// A request, and its answer after the server's time; returns when the answer arrived.
  std::int64_t exchange(std::int64_t now_ns, Bytes request, Bytes answer);
  std::int64_t ask(std::int64_t now_ns, Bytes octets) { return tcp_->say(Side::client, now_ns, octets); }
  std::int64_t answer(std::int64_t now_ns, Bytes octets) {
    return tcp_->say(Side::server, now_ns + thinking(), octets);
  }
  [[nodiscard]] bool is_first_turn() const noexcept { return turns_ == 0; }

  std::unique_ptr<Tcp> tcp_;  ///< There from greet() or assume() to part().
  std::uint16_t port_;

 private:
  bool was_there_before_;
  std::uint64_t turns_ = 0;
};

/// Makes the talk of a line's protocol; fails, with place and key, where the line's options are not understood.
Result<std::unique_ptr<Talk>> make_talk(World& world, const Line& line);

/// Keys that every line may have, so that `fields` knows them.
void allow_common_keys(Fields& fields);

using MakeTalk = Result<std::unique_ptr<Talk>> (*)(World& world, const Line& line, Fields& fields);
/// For the table of protocols: a talk whose constructor reads its options from `fields`.
template <class T>
Result<std::unique_ptr<Talk>> talk_of(World& world, const Line& line, Fields& fields) {
  auto talk = std::make_unique<T>(world, line, fields);
  if (const auto done = fields.done(); !done) return std::unexpected(done.error());
  return talk;
}

}  // namespace bulkhead::plant

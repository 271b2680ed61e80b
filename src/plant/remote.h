#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/talk.h"

namespace bulkhead::plant {

/// RDP (MS-RDPBCGR): connection request with the user's cookie, TLS, then screen and keys that cannot be read.
///
///     user: administrator
class RdpTalk final : public TcpTalk {
 public:
  RdpTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t greet(std::int64_t now_ns) override;
  std::int64_t act(std::int64_t now_ns) override;
  std::string user_;
};

/// RFB 3.8 (RFC 6143): handshake with password or without, then updates of the screen.
///
///     security: password | none
///     desktop: HMI-PAST
class VncTalk final : public TcpTalk {
 public:
  VncTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t greet(std::int64_t now_ns) override;
  std::int64_t act(std::int64_t now_ns) override;
  bool has_password_;
  std::string desktop_;
};

/// SSH 2.0 (RFC 4253): banners, algorithms, then what cannot be read.
class SshTalk final : public TcpTalk {
 public:
  SshTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t greet(std::int64_t now_ns) override;
  std::int64_t act(std::int64_t now_ns) override;
  [[nodiscard]] Octets algorithms();
  std::string client_banner_;
};

/// A login and a command in clear: Telnet, or any other dialogue of lines.
///
///     lines: ["server text", "client text", ...]     # in turns, the server first
class LineTalk final : public TcpTalk {
 public:
  LineTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t act(std::int64_t now_ns) override;
  [[nodiscard]] Lasts lasts() const override { return Lasts::one_turn; }
  std::vector<std::string> lines_;
};

/// TDS 7.4 (MS-TDS): prelogin, login without encryption, then one batch of SQL a turn.
///
///     user: hist_writer
///     database: Historian
///     application: SCADA Archive
///     sql: "INSERT INTO trend VALUES (1)"
class TdsTalk final : public TcpTalk {
 public:
  TdsTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t greet(std::int64_t now_ns) override;
  std::int64_t act(std::int64_t now_ns) override;
  [[nodiscard]] Octets login() const;
  std::string user_, database_, application_, sql_;
};

/// Connections that lead nowhere: a scan, a dead server, a closed port.
///
///     ports: [102, 502]
///     outcome: refused | unanswered | open
class ProbeTalk final : public Talk {
 public:
  ProbeTalk(World& world, const Line& line, Fields& fields);
  void turn(std::int64_t now_ns) override;

 private:
  enum class Outcome : std::uint8_t { refused, unanswered, open };
  std::vector<std::uint16_t> ports_;
  Outcome outcome_;
};

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plant/talk.h"

namespace bulkhead::plant {

/// HTTP/1.1 (RFC 9112): one request and its answer a turn, in a connection of its own.
///
///     method: GET
///     path: /
///     agent: Mozilla/5.0 ...
///     user: admin:admin          # basic authentication, in clear
///     title: SCALANCE X204IRT    # of the answer's page
///     octets: 2000               # of the answer's body, about
class HttpTalk final : public TcpTalk {
 public:
  HttpTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t act(std::int64_t now_ns) override;
  [[nodiscard]] Lasts lasts() const override { return Lasts::one_turn; }
  std::string method_, path_, agent_, user_, title_, host_;
  std::size_t octets_;
};

/// The TLS 1.2 handshake (RFC 5246) with RSA key exchange and a certificate (RFC 5280) of random key and signature.
class TlsHandshake {
 public:
  TlsHandshake(std::string server_name, std::string subject, std::string issuer)
      : server_name_(std::move(server_name)), subject_(std::move(subject)), issuer_(std::move(issuer)) {}
  /// Everything up to both Finished messages; returns when it is done.
  std::int64_t perform(Tcp& tcp, std::int64_t now_ns, std::int64_t server_time_ns, Random& random) const;
  /// Application data of random octets.
  static Octets data(Random& random, std::size_t octets);

 private:
  [[nodiscard]] Octets client_hello(Random& random) const;
  [[nodiscard]] Octets server_flight(std::int64_t now_ns, Random& random) const;
  [[nodiscard]] Octets certificate(std::int64_t now_ns, Random& random) const;
  std::string server_name_, subject_, issuer_;
};

/// TLS with data that cannot be read: one request and one answer a turn.
///
///     name: update.vendor.example   # Server Name Indication
///     subject: "*.vendor.example"   # of the certificate; else its name
///     issuer: Vendor Root CA        # else self-signed
///     up: 500
///     down: 3000
class TlsTalk final : public TcpTalk {
 public:
  TlsTalk(World& world, const Line& line, Fields& fields);

 private:
  std::int64_t greet(std::int64_t now_ns) override;
  std::int64_t act(std::int64_t now_ns) override;
  std::string name_, subject_, issuer_;
  std::size_t up_, down_;
};

}  // namespace bulkhead::plant

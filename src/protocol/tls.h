#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::tls {

/// A hello of the handshake. What follows is encrypted: operations are unknown.
struct Hello {
  Operation operation = Operation::session_open;
  std::optional<std::string_view> from;         ///< "client" or "server".
  std::optional<std::uint16_t> tls_version;     ///< As offered or chosen, 0x0303 for 1.2 and later.
  std::optional<std::string_view> server_name;  ///< SNI: whom the client means.
  static const Schema schema;
};

/// A certificate's names, where the handshake shows it.
struct Certificate {
  std::optional<std::string_view> subject, issuer;  ///< Common names.
  std::optional<std::string_view> organisation;     ///< Of the subject.
  static const Schema schema;
};

/// Reads a client's hello that another transport carried: the message of the handshake with its header. It was
/// decrypted, so its fields have no place in the PDU.
void read_client_hello(Bytes message, Emitter& out);

extern const Protocol protocol;

}  // namespace bulkhead::tls

#pragma once

#include <cstdint>
#include <string>

#include "plant/random.h"
#include "plant/writer.h"

/// NTLM messages (MS-NLMP) and their SPNEGO wrapping (RFC 4178), with made-up challenges and responses.
namespace bulkhead::plant::ntlm {

struct Party {
  std::string computer, domain, dns_domain, user;
  std::uint8_t major = 10, minor = 0;
  std::uint16_t build = 19'045;
};

enum class Version : std::uint8_t { v1, v2 };

Octets negotiate(const Party& client);
Octets challenge(const Party& server, std::int64_t time_ns, Random& random);
Octets authenticate(const Party& client, Version version, std::int64_t time_ns, Random& random);

/// The first token of a client.
Octets in_spnego_init(Bytes token);
/// The answer of a server: accept-incomplete and its token.
Octets in_spnego_answer(Bytes token);
/// The second token of a client.
Octets in_spnego_token(Bytes token);
/// What a server offers in its answer to Negotiate.
Octets spnego_offer();
/// accept-completed.
Octets spnego_done();

}  // namespace bulkhead::plant::ntlm

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::smb {

/// The head of a request or response.
struct Message {
  std::optional<std::uint8_t> smb_version;  ///< 1, 2 (2 and 3 share their head), 3 where it is encrypted.
  std::optional<std::uint16_t> command;
  Operation operation = Operation::unknown;
  std::optional<std::uint32_t> status;       ///< Of a response that says no.
  std::optional<std::string_view> weakness;  ///< "smb1" where version 1 is really used, not only offered.
  static const Schema schema;
};

/// What an end says of its system when a session of version 1 is set up.
struct System {
  std::optional<std::string_view> operating_system, software, domain;
  static const Schema schema;
};

/// What NTLM's messages say: the challenge of who asks for a password, and the answer of who has one.
struct Ntlm {
  std::optional<std::uint32_t> type;                  ///< 1 negotiate, 2 challenge, 3 authenticate.
  std::optional<std::string_view> host_name, domain;  ///< Of the sender.
  std::optional<std::string_view> target;             ///< Realm that a challenge names, or that the account is of.
  std::optional<std::string_view> operating_system;   ///< "Windows 10.0 build 19041".
  std::optional<Secret> user;
  std::optional<Secret> response;            ///< The answer to the challenge.
  std::optional<std::string_view> weakness;  ///< "ntlm1" where the answer is one of version 1.
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::smb

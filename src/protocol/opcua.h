#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/protocol.h"

namespace bulkhead::opcua {

/// One message chunk, with the service that it completes.
struct Message {
  std::optional<std::string_view> message_type;  ///< "HEL", "ACK", "ERR", "RHE", "OPN", "MSG", "CLO".
  std::optional<std::string_view> chunk;         ///< "F" final, "C" more follow, "A" given up.
  std::optional<Operation> operation;            ///< None in a chunk that completes no service.
  std::optional<std::uint32_t> channel;
  std::optional<std::uint32_t> sequence, request_id;
  std::optional<std::string_view> security_policy;
  std::optional<std::uint32_t> security_mode;  ///< 1 none, 2 sign, 3 sign and encrypt.
  std::optional<bool> encrypted;
  std::optional<std::uint32_t> service;  ///< Node identifier of the binary encoding, as on the wire.
  std::optional<std::string_view> service_name;
  std::optional<bool> response;
  std::optional<std::uint32_t> status;   ///< Service result, or error of the connection.
  std::optional<std::uint32_t> refusal;  ///< The same, where it is bad.
  std::optional<std::string_view> endpoint_url, session_name;
  std::optional<std::string_view> user_token;  ///< "anonymous", "user name", "certificate", "issued".
  std::optional<Secret> user, password;
  std::optional<std::string_view> weakness;  ///< A secure channel without security.
  static const Schema schema;
};

/// A node that is read, written, called or monitored.
struct Item {
  Operation operation = Operation::unknown;
  std::optional<std::uint16_t> name_space;
  std::optional<std::string_view> node;  ///< `i=2261`, `s=Tank.Level`; of a call, the method.
  std::optional<std::uint32_t> attribute;
  std::optional<double> value;
  std::optional<std::string_view> text;
  static const Schema schema;
};

/// An endpoint that a server offers.
struct Endpoint {
  std::optional<std::string_view> url, application_uri, security_policy;
  std::optional<std::uint32_t> security_mode;
  std::optional<std::uint8_t> security_level;
  std::optional<bool> anonymous, user_name, certificate;  ///< Which kinds of users it lets in.
  static const Schema schema;
};

/// What an application says of itself.
struct Identity {
  std::optional<std::string_view> application_name, application_uri, product_uri;
  std::optional<std::string_view> application_type;
  std::optional<std::string_view> discovery_url;
  static const Schema schema;
};

/// What a server says it was built as: values that were read from its BuildInfo.
struct Build {
  std::optional<std::string_view> manufacturer, product, version, number, product_uri;
  static const Schema schema;
};

extern const Protocol protocol;

}  // namespace bulkhead::opcua

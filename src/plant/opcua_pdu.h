#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plant/writer.h"

/// OPC UA binary (OPC 10000-6): connection protocol, secure conversation with policy None, and the service messages
/// that a historian and its server exchange.
namespace bulkhead::plant::opcua {

/// A Writer with OPC UA's own types.
class UaWriter : public Writer {
 public:
  UaWriter& string(std::string_view value);
  UaWriter& null_string();
  UaWriter& null_array() { return null_string(); }
  /// Four octets: namespace below 256, number below 65536.
  UaWriter& node(unsigned name_space, unsigned number);
  UaWriter& string_node(unsigned name_space, std::string_view name);
  UaWriter& time(std::int64_t time_ns);
  UaWriter& extension_null();
  UaWriter& localized(std::string_view text);
};

inline constexpr std::string_view policy_none = "http://opcfoundation.org/UA/SecurityPolicy#None";

/// HEL, ACK, OPN, MSG or CLO with its length filled in.
Octets message(std::string_view type, Bytes body);
/// Body of a MSG or CLO: channel, token, sequence, request, then the service.
Octets in_channel(std::uint32_t channel, std::uint32_t token, std::uint32_t sequence, std::uint32_t request,
                  Bytes service);
Octets hello(std::string_view endpoint);
Octets acknowledge();
/// Body of an OPN; `channel` 0 in the request.
Octets open_channel(std::uint32_t channel, std::uint32_t sequence, std::uint32_t request, Bytes service);

/// What a service message begins with. `token` is the session's authentication token, 0 before there is one.
void request_header(UaWriter& out, unsigned type, unsigned token, std::int64_t time_ns, std::uint32_t handle);
void response_header(UaWriter& out, unsigned type, std::int64_t time_ns, std::uint32_t handle);

struct Application {
  std::string uri, product, name;
  unsigned type = 0;  ///< 0 server, 1 client.
};
void application(UaWriter& out, const Application& application, std::string_view discovery_url);
/// One endpoint with policy None and an anonymous user token.
void endpoint(UaWriter& out, std::string_view url, const Application& server);
void value(UaWriter& out, double number, std::int64_t time_ns);

}  // namespace bulkhead::plant::opcua

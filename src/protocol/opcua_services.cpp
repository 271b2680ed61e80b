#include "protocol/opcua_services.h"

#include <array>

#include "protocol/faults.h"

namespace bulkhead::opcua {

namespace {

constexpr std::uint32_t find_servers = 422, get_endpoints = 428, open_channel = 446, create_session = 461,
                        activate_session = 467, read_nodes = 631, write_nodes = 673, call = 712,
                        create_monitored_items = 751;
constexpr std::uint32_t user_name_token = 324;
constexpr std::size_t nodes_max = 1024;  // remembered of one Read

constexpr std::array tokens{
    Named<std::uint32_t>{321, "anonymous"},
    Named<std::uint32_t>{user_name_token, "user name"},
    Named<std::uint32_t>{327, "certificate"},
    Named<std::uint32_t>{940, "issued"},
};

constexpr std::array application_types{
    Named<std::uint32_t>{0, "server"},
    Named<std::uint32_t>{1, "client"},
    Named<std::uint32_t>{2, "client and server"},
    Named<std::uint32_t>{3, "discovery server"},
};

// Nodes of Server_ServerStatus_BuildInfo, part 5 and NodeIds.csv.
constexpr std::uint32_t product_name = 2261, product_uri = 2262, manufacturer_name = 2263, software_version = 2264,
                        build_number = 2265;

/// ApplicationDescription, part 4, 7.2.
Identity read_application(Reader& body) {
  Identity identity;
  read_string(body, identity.application_uri);
  read_string(body, identity.product_uri);
  identity.application_name = read_localized_text(body);
  if (identity.application_name) body.note(&identity.application_name, identity.application_name->size());
  const std::uint32_t type = body.u32le();
  if (body.ok()) identity.application_type = name_in(application_types, type);
  skip_string(body);
  skip_string(body);
  const std::size_t urls = read_count(body);
  for (std::size_t i = 0; i < urls && body.ok(); ++i) {
    if (identity.discovery_url) skip_string(body);
    else read_string(body, identity.discovery_url);
  }
  return identity;
}

/// EndpointDescription, part 4, 7.10. Gives the application that it belongs to.
Identity say_endpoint(Reader& body, Emitter& out) {
  Endpoint endpoint;
  read_string(body, endpoint.url);
  const Identity identity = read_application(body);
  endpoint.application_uri = identity.application_uri;
  skip_string(body);  // certificate
  body.u32le(endpoint.security_mode);
  read_string(body, endpoint.security_policy);
  const std::size_t policies = read_count(body);
  endpoint.anonymous = endpoint.user_name = endpoint.certificate = false;
  for (std::size_t i = 0; i < policies && body.ok(); ++i) {
    skip_string(body);
    switch (body.u32le()) {
      case 0: endpoint.anonymous = true; break;
      case 1: endpoint.user_name = true; break;
      case 2: endpoint.certificate = true; break;
      default: break;
    }
    for (int text = 0; text < 3; ++text) skip_string(body);
  }
  skip_string(body);  // transport profile
  body.u8(endpoint.security_level);
  if (body.ok()) out.emit(endpoint);
  return identity;
}

/// All of them belong to one server: that which answers.
void say_endpoints(Reader& body, Emitter& out) {
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    const Identity identity = say_endpoint(body, out);
    if (i == 0 && body.ok()) out.emit(identity);
  }
}

/// A discovery server names others, too: only one that is alone is taken for who answers.
void say_servers(Reader& body, Emitter& out) {
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    const Identity identity = read_application(body);
    if (!body.ok()) return;
    if (count == 1) {
      out.emit(identity);
    } else {
      Endpoint endpoint;
      endpoint.url = identity.discovery_url;
      endpoint.application_uri = identity.application_uri;
      out.emit(endpoint);
    }
  }
}

void read_session(Reader& body, Message& message) {
  (void)read_application(body);
  skip_string(body);
  read_string(body, message.endpoint_url);
  read_string(body, message.session_name);
}

/// Part 4, 5.6.3: signature, certificates, locales, then who the user is.
void read_user(Reader& body, Message& message) {
  skip_string(body);
  skip_string(body);
  const std::size_t certificates = read_count(body);
  for (std::size_t i = 0; i < certificates && body.ok(); ++i) {
    skip_string(body);
    skip_string(body);
  }
  const std::size_t locales = read_count(body);
  for (std::size_t i = 0; i < locales && body.ok(); ++i) skip_string(body);
  ExtensionObject token = read_extension_object(body);
  if (!body.ok()) return;
  message.user_token = name_in(tokens, token.type);
  if (token.type != user_name_token) return;
  skip_string(token.body);
  const auto user = read_string(token.body);
  if (user) {
    message.user = conceal(*user);
    token.body.note(&message.user, user->size());
  }
  const auto password = read_string(token.body);
  if (password) token.body.note(&message.password, password->size());
  const auto algorithm = read_string(token.body);
  const bool plain = !algorithm || algorithm->empty();
  if (password && token.body.ok() && plain) message.password = conceal(*password);
}

void say_item(const NodeId& node, Operation operation, std::optional<std::uint32_t> attribute, const Value& value,
              Emitter& out) {
  Item item;
  item.operation = operation;
  item.name_space = node.name_space;
  item.node = node.text;
  item.attribute = attribute;
  item.value = value.number;
  item.text = value.text;
  out.emit(item);
}

/// ReadValueId, part 4, 7.29: node, attribute, range of an array, encoding.
std::uint32_t read_value_id(Reader& body, NodeId& node) {
  node = read_node_id(body);
  const std::uint32_t attribute = body.u32le();
  skip_string(body);
  body.skip(2);
  skip_string(body);
  return attribute;
}

void say_reads(Reader& body, Operation operation, Asked& asked, Emitter& out) {
  body.skip(12);  // age and time stamps
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    NodeId node;
    const std::uint32_t attribute = read_value_id(body, node);
    if (!body.ok()) return;
    say_item(node, operation, attribute, {}, out);
    constexpr std::uint32_t value_attribute = 13;
    const bool standard = node.numeric && node.name_space == 0 && attribute == value_attribute;
    if (asked.nodes.size() < nodes_max) asked.nodes.push_back(standard ? node.number : 0);
  }
}

void say_writes(Reader& body, Operation operation, Emitter& out) {
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    const NodeId node = read_node_id(body);
    const std::uint32_t attribute = body.u32le();
    skip_string(body);
    const Value value = read_data_value(body);
    if (body.ok()) say_item(node, operation, attribute, value, out);
  }
}

void say_calls(Reader& body, Operation operation, Emitter& out) {
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    (void)read_node_id(body);  // object
    const NodeId method = read_node_id(body);
    const std::size_t arguments = read_count(body);
    Value first;
    for (std::size_t j = 0; j < arguments && body.ok(); ++j) {
      const Value value = read_variant(body);
      if (j == 0) first = value;
    }
    if (body.ok()) say_item(method, operation, {}, first, out);
  }
}

void say_monitored(Reader& body, Operation operation, Emitter& out) {
  body.skip(8);  // subscription and time stamps
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    NodeId node;
    const std::uint32_t attribute = read_value_id(body, node);
    body.skip(4 + 4 + 8);  // mode, handle, interval
    (void)read_extension_object(body);
    body.skip(5);  // queue
    if (body.ok()) say_item(node, operation, attribute, {}, out);
  }
}

/// Values of the build information, where that was asked for.
void say_build(Reader& body, const Asked& asked, Emitter& out) {
  Build build;
  bool says_something = false;
  const std::size_t count = read_count(body);
  for (std::size_t i = 0; i < count && body.ok(); ++i) {
    const Value value = read_data_value(body);
    if (!body.ok()) break;
    if (!value.text || value.text->empty() || i >= asked.nodes.size()) continue;
    std::optional<std::string_view>* member = nullptr;
    switch (asked.nodes[i]) {
      case product_name: member = &build.product; break;
      case product_uri: member = &build.product_uri; break;
      case manufacturer_name: member = &build.manufacturer; break;
      case software_version: member = &build.version; break;
      case build_number: member = &build.number; break;
      default: continue;
    }
    *member = value.text;
    says_something = true;
  }
  if (says_something) out.emit(build);
}

}  // namespace

void read_request(std::uint32_t service, Reader body, Message& message) {
  switch (service) {
    case open_channel:
      body.skip(8);  // version, kind
      body.u32le(message.security_mode);
      return;
    case get_endpoints: return read_string(body, message.endpoint_url);
    case find_servers: return read_string(body, message.endpoint_url);
    case create_session: return read_session(body, message);
    case activate_session: return read_user(body, message);
    default: return;
  }
}

void say_request(std::uint32_t service, Reader body, Operation operation, Asked& asked, Emitter& out) {
  switch (service) {
    case open_channel:
      body.skip(12);
      skip_string(body);
      body.skip(4);
      break;
    case get_endpoints:
    case find_servers: skip_string(body); break;
    case create_session: {
      const Identity client = read_application(body);
      if (body.ok()) out.emit(client);
      break;
    }
    case activate_session: {
      Message again;
      read_user(body, again);
      break;
    }
    case read_nodes: say_reads(body, operation, asked, out); break;
    case write_nodes: say_writes(body, operation, out); break;
    case call: say_calls(body, operation, out); break;
    case create_monitored_items: say_monitored(body, operation, out); break;
    default: break;
  }
  (void)say_truncated(body, out);
}

void say_response(std::uint32_t service, Reader body, const Asked* asked, Emitter& out) {
  switch (service) {
    case find_servers: say_servers(body, out); break;
    case get_endpoints: say_endpoints(body, out); break;
    case create_session:
      (void)read_node_id(body);
      (void)read_node_id(body);
      body.skip(8);
      skip_string(body);
      skip_string(body);
      say_endpoints(body, out);
      break;
    case read_nodes:
      if (asked != nullptr) say_build(body, *asked, out);
      break;
    default: break;
  }
  (void)say_truncated(body, out);
}

}  // namespace bulkhead::opcua

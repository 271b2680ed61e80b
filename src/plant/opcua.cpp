#include "plant/opcua.h"

#include "base/text.h"

namespace bulkhead::plant {

using opcua::UaWriter;

OpcUaTalk::OpcUaTalk(World& world, const Line& line, Fields& fields)
    : TcpTalk(world, line, 4840),
      endpoint_(fields.optional_text("endpoint").value_or("")),
      publishes_(fields.optional_choice("how", {"read", "publish"}).value_or(0) == 1),
      nodes_(fields.optional_texts("nodes")) {
  if (endpoint_.empty()) endpoint_ = "opc.tcp://" + server_device().name + ":" + std::to_string(port_);
  if (nodes_.empty()) nodes_ = world.memory.names(server_.device);
  if (const Node* const node = fields.optional_node("write")) {
    Fields each{*node};
    written_ = each.text("node");
    written_value_ = each.number("value");
    if (const auto done = each.done(); !done) fields.fail(done.error());
  }
  for (const std::string& name : nodes_)
    if (!world.memory.named(world.physics, server_.device, name))
      fields.fail(fields.whole(), "the server has no OPC UA node '" + plain_text(name, 64) + "'",
                  "add it under 'tags'");
  assume();
}

void OpcUaTalk::assume() {
  channel_ = static_cast<std::uint32_t>(random_.between(1, 5000));
  sequence_client_ = static_cast<std::uint32_t>(random_.between(1000, 90'000));
  sequence_server_ = sequence_client_;
  request_ = sequence_client_;
  token_ = static_cast<unsigned>(random_.between(1000, 60'000));
  notification_ = static_cast<std::uint32_t>(random_.between(100, 9000));
}

opcua::Application OpcUaTalk::server_application() const {
  const Node& own = server_identity("opcua");
  const auto text = [&](std::string_view key, const std::string& otherwise) {
    return own.optional_text(key).value_or(std::nullopt).value_or(otherwise);
  };
  return {text("uri", "urn:" + server_device().name), text("product", "urn:" + server_device().vendor),
          text("name", server_device().name), 0};
}

double OpcUaTalk::value_of(const std::string& node) const {
  return world_.memory.named(world_.physics, server_.device, node).value_or(NamedValue{}).value;
}

std::int64_t OpcUaTalk::greet(std::int64_t now_ns) {
  assume();
  sequence_client_ = sequence_server_ = request_ = 0;
  notification_ = 0;
  std::int64_t now = exchange(now_ns, opcua::hello(endpoint_), opcua::acknowledge());
  now = open_channel(now + random_.between(300'000, 2'000'000));
  now = create_session(now + random_.between(300'000, 2'000'000));
  now = activate_session(now + random_.between(300'000, 2'000'000));
  return publishes_ ? subscribe(now + random_.between(300'000, 2'000'000)) : now;
}

std::int64_t OpcUaTalk::open_channel(std::int64_t now_ns) {
  UaWriter asked;
  opcua::request_header(asked, 446, 0, now_ns, 1);
  asked.u32le(0).u32le(0).u32le(1);  // issue a token, mode None
  asked.null_string().u32le(3'600'000);
  UaWriter answered;
  opcua::response_header(answered, 449, now_ns, 1);
  answered.u32le(0).u32le(channel_).u32le(1);
  answered.time(now_ns).u32le(3'600'000);
  answered.null_string();
  ++request_;
  return exchange(now_ns, opcua::open_channel(0, ++sequence_client_, request_, asked.view()),
                  opcua::open_channel(channel_, ++sequence_server_, request_, answered.view()));
}

std::int64_t OpcUaTalk::service(std::int64_t now_ns, const UaWriter& asked, const UaWriter& answered) {
  ++request_;
  return exchange(now_ns,
                  opcua::message("MSG", opcua::in_channel(channel_, 1, ++sequence_client_, request_, asked.view())),
                  opcua::message("MSG", opcua::in_channel(channel_, 1, ++sequence_server_, request_, answered.view())));
}

std::int64_t OpcUaTalk::create_session(std::int64_t now_ns) {
  const opcua::Application server = server_application();
  const std::string client = "urn:" + client_device().name + ":OPCUA-Client";
  UaWriter asked;
  opcua::request_header(asked, 461, 0, now_ns, 2);
  opcua::application(asked, {client, client, client_device().name, 1}, "");
  asked.null_string().string(endpoint_).string(client + " session").null_string().null_string();
  asked.f64le(1'200'000).u32le(0);
  UaWriter answered;
  opcua::response_header(answered, 464, now_ns, 2);
  answered.node(1, token_ + 1).node(1, token_).f64le(1'200'000);
  answered.null_string().null_string().u32le(1);
  opcua::endpoint(answered, endpoint_, server);
  answered.null_array().null_string().null_string().u32le(0);
  reveal(now_ns, "application_uri", server.uri);
  reveal(now_ns, "product_uri", server.product);
  return service(now_ns, asked, answered);
}

std::int64_t OpcUaTalk::activate_session(std::int64_t now_ns) {
  UaWriter user;
  user.string("Anonymous");
  UaWriter asked;
  opcua::request_header(asked, 467, token_, now_ns, 3);
  asked.null_string().null_string().null_array().null_array();
  asked.node(0, 321).u8(1).u32le(user.size()).bytes(user.view());
  asked.null_string().null_string();
  UaWriter answered;
  opcua::response_header(answered, 470, now_ns, 3);
  answered.null_string().null_array().null_array();
  return service(now_ns, asked, answered);
}

std::int64_t OpcUaTalk::subscribe(std::int64_t now_ns) {
  const double interval_ms = static_cast<double>(line_.period_ns) / 1e6;
  UaWriter asked;
  opcua::request_header(asked, 787, token_, now_ns, 4);
  asked.f64le(interval_ms).u32le(60).u32le(20).u32le(0).u8(1).u8(0);
  UaWriter answered;
  opcua::response_header(answered, 790, now_ns, 4);
  answered.u32le(1).f64le(interval_ms).u32le(60).u32le(20);
  const std::int64_t now = service(now_ns, asked, answered) + random_.between(300'000, 2'000'000);
  UaWriter items;
  opcua::request_header(items, 751, token_, now, 5);
  items.u32le(1).u32le(0).u32le(nodes_.size());
  UaWriter made;
  opcua::response_header(made, 754, now, 5);
  made.u32le(nodes_.size());
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    items.string_node(2, nodes_[i]).u32le(13);
    items.null_string().u16le(0);
    items.null_string().u32le(2).u32le(i + 1).f64le(interval_ms);
    items.extension_null().u32le(1).u8(1);
    made.u32le(0).u32le(i + 1).f64le(interval_ms).u32le(1);
    made.extension_null();
  }
  made.null_array();
  return service(now, items, made);
}

std::int64_t OpcUaTalk::act(std::int64_t now_ns) {
  std::int64_t now = now_ns;
  if (is_first_turn() && !written_.empty()) now = write(now) + random_.between(300'000, 2'000'000);
  return publishes_ ? publish(now) : read(now);
}

std::int64_t OpcUaTalk::read(std::int64_t now_ns) {
  UaWriter asked;
  opcua::request_header(asked, 631, token_, now_ns, request_ + 10);
  asked.f64le(0).u32le(0).u32le(nodes_.size());
  UaWriter answered;
  opcua::response_header(answered, 634, now_ns, request_ + 10);
  answered.u32le(nodes_.size());
  for (const std::string& node : nodes_) {
    asked.string_node(2, node).u32le(13);
    asked.null_string().u16le(0);
    asked.null_string();
    opcua::value(answered, value_of(node), now_ns);
  }
  answered.null_array();
  return service(now_ns, asked, answered);
}

std::int64_t OpcUaTalk::publish(std::int64_t now_ns) {
  UaWriter changes;
  changes.u32le(nodes_.size());
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    changes.u32le(i + 1);
    opcua::value(changes, value_of(nodes_[i]), now_ns);
  }
  changes.null_array();
  UaWriter asked;
  opcua::request_header(asked, 826, token_, now_ns, request_ + 10);
  if (notification_ == 0) asked.u32le(0);
  else asked.u32le(1).u32le(1).u32le(notification_);
  const bool acknowledged = notification_ != 0;
  ++notification_;
  UaWriter answered;
  opcua::response_header(answered, 829, now_ns, request_ + 10);
  answered.u32le(1).u32le(1).u32le(notification_).u8(0).u32le(notification_);
  answered.time(now_ns).u32le(1);
  answered.node(0, 811).u8(1).u32le(changes.size()).bytes(changes.view());
  answered.u32le(acknowledged ? 1 : 0);
  if (acknowledged) answered.u32le(0);
  answered.null_array();
  return service(now_ns, asked, answered);
}

std::int64_t OpcUaTalk::write(std::int64_t now_ns) {
  (void)world_.memory.set_named(world_.physics, server_.device, written_, written_value_);
  UaWriter asked;
  opcua::request_header(asked, 673, token_, now_ns, request_ + 10);
  asked.u32le(1);
  asked.string_node(2, written_).u32le(13);
  asked.null_string();
  opcua::value(asked, written_value_, now_ns);
  UaWriter answered;
  opcua::response_header(answered, 676, now_ns, request_ + 10);
  answered.u32le(1).u32le(0);
  answered.null_array();
  return service(now_ns, asked, answered);
}

}  // namespace bulkhead::plant

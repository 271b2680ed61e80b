#include "plant/opcua_pdu.h"

namespace bulkhead::plant::opcua {

namespace {

constexpr std::int64_t seconds_1601_to_1970 = 11'644'473'600;

}  // namespace

UaWriter& UaWriter::string(std::string_view value) {
  u32le(value.size()).text(value);
  return *this;
}
UaWriter& UaWriter::null_string() {
  u32le(0xFFFFFFFF);
  return *this;
}
UaWriter& UaWriter::node(unsigned name_space, unsigned number) {
  u8(1).u8(name_space).u16le(number);
  return *this;
}
UaWriter& UaWriter::string_node(unsigned name_space, std::string_view name) {
  u8(3).u16le(name_space);
  return string(name);
}
UaWriter& UaWriter::time(std::int64_t time_ns) {
  u64le(static_cast<std::uint64_t>(time_ns / 100 + seconds_1601_to_1970 * 10'000'000));
  return *this;
}
UaWriter& UaWriter::extension_null() {
  u8(0).u8(0).u8(0);
  return *this;
}
UaWriter& UaWriter::localized(std::string_view text) {
  u8(2);
  return string(text);
}

Octets message(std::string_view type, Bytes body) {
  Writer out;
  out.text(type).u8('F').u32le(body.size() + 8).bytes(body);
  return out.take();
}

Octets in_channel(std::uint32_t channel, std::uint32_t token, std::uint32_t sequence, std::uint32_t request,
                  Bytes service) {
  return Writer{}.u32le(channel).u32le(token).u32le(sequence).u32le(request).bytes(service).take();
}

Octets hello(std::string_view endpoint) {
  UaWriter out;
  out.u32le(0).u32le(65536).u32le(65536).u32le(0).u32le(0);
  out.string(endpoint);
  return message("HEL", out.view());
}

Octets acknowledge() {
  return message("ACK", Writer{}.u32le(0).u32le(65536).u32le(65536).u32le(16'777'216).u32le(5000).view());
}

Octets open_channel(std::uint32_t channel, std::uint32_t sequence, std::uint32_t request, Bytes service) {
  UaWriter out;
  out.u32le(channel);
  out.string(policy_none).null_string().null_string();  // no certificates
  out.u32le(sequence).u32le(request).bytes(service);
  return message("OPN", out.view());
}

void request_header(UaWriter& out, unsigned type, unsigned token, std::int64_t time_ns, std::uint32_t handle) {
  out.node(0, type);
  if (token == 0) out.u8(0).u8(0);
  else out.node(1, token);
  out.time(time_ns).u32le(handle).u32le(0);
  out.null_string().u32le(10'000);
  out.extension_null();
}

void response_header(UaWriter& out, unsigned type, std::int64_t time_ns, std::uint32_t handle) {
  out.node(0, type).time(time_ns).u32le(handle).u32le(0).u8(0);  // good, no diagnostics
  out.null_array().extension_null();
}

void application(UaWriter& out, const Application& application, std::string_view discovery_url) {
  out.string(application.uri).string(application.product).localized(application.name).u32le(application.type);
  out.null_string().null_string();
  if (discovery_url.empty()) {
    out.null_array();
  } else {
    out.u32le(1);
    out.string(discovery_url);
  }
}

void endpoint(UaWriter& out, std::string_view url, const Application& server) {
  out.string(url);
  application(out, server, url);
  out.null_string().u32le(1);  // no certificate, mode None
  out.string(policy_none).u32le(1);
  out.string("Anonymous").u32le(0);
  out.null_string().null_string().null_string();
  out.string("http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary").u8(0);
}

void value(UaWriter& out, double number, std::int64_t time_ns) {
  out.u8(0x05).u8(0x0B).f64le(number);  // a value and its source time; Double
  out.time(time_ns);
}

}  // namespace bulkhead::plant::opcua

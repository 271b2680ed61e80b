#include "event/json.h"

#include <array>
#include <charconv>

#include "base/text.h"
#include "base/time.h"

namespace bulkhead {

namespace {

constexpr std::uint64_t exact_limit = 1ULL << 53U;  // beyond it a JSON number is not exact in every reader

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += json_text(text);
  out += '"';
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
  if (number > exact_limit) append_quoted(out, text);
  else out += text;
}

void append_real(std::string& out, double number) {
  if (number != number || number > 1.7e308 || number < -1.7e308) return append_quoted(out, "not a number");
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

void append_key(std::string& out, std::string_view key) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += key;
  out += "\":";
}

struct JsonWriter {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const {
    if (value >= 0) return append_number(out, static_cast<std::uint64_t>(value));
    const std::string text = std::to_string(value);
    if (value < -static_cast<std::int64_t>(exact_limit)) append_quoted(out, text);
    else out += text;
  }
  void operator()(std::uint64_t value) const { append_number(out, value); }
  void operator()(double value) const { append_real(out, value); }
  void operator()(std::string_view value) const { append_quoted(out, value); }
  void operator()(Bytes value) const { append_quoted(out, to_hex(value)); }
  void operator()(const MacAddress& value) const { append_quoted(out, to_text(value)); }
  void operator()(const IpAddress& value) const { append_quoted(out, to_text(value)); }
};

struct TextWriter {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    std::string text;
    append_real(text, value);
    return text;
  }
  std::string operator()(std::string_view value) const { return plain_text(value); }
  std::string operator()(Bytes value) const { return to_hex(value.first(std::min<std::size_t>(value.size(), 256))); }
  std::string operator()(const MacAddress& value) const { return to_text(value); }
  std::string operator()(const IpAddress& value) const { return to_text(value); }
};

}  // namespace

void append_json(std::string& out, const Value& value) {
  std::visit(JsonWriter{out}, value);
}

std::string to_text(const Value& value) {
  return std::visit(TextWriter{}, value);
}

void append_event_line(std::string& out, const Event& event, std::string_view capture, unsigned decimals) {
  const Origin& origin = event.origin;
  out += '{';
  const auto text = [&](std::string_view key, std::string_view value) {
    append_key(out, key);
    append_quoted(out, value);
  };
  const auto number = [&](std::string_view key, std::uint64_t value) {
    append_key(out, key);
    append_number(out, value);
  };
  text("event", event.schema.name);
  text("time", to_text_utc(origin.time_ns, decimals));
  text("capture", capture);
  number("frame", origin.frame);
  if (origin.first_frame != origin.frame) number("first_frame", origin.first_frame);
  if (origin.flow != 0) number("flow", origin.flow);
  if (origin.pdu > 1) number("pdu", origin.pdu);
  if (const std::string end = to_text(origin.source); !end.empty()) text("source", end);
  if (const std::string end = to_text(origin.destination); !end.empty()) text("destination", end);
  if (origin.source.vlan) number("vlan", *origin.source.vlan);
  if (origin.direction != Direction::unknown) text("direction", name(origin.direction));
  for (const Field& field : event.schema.fields) {
    const Value value = field.get(event.message);
    if (std::holds_alternative<std::monostate>(value)) continue;
    append_key(out, field.name);
    append_json(out, value);
  }
  out += '}';
}

}  // namespace bulkhead

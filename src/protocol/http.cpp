// HTTP/1 (RFC 9112): the head of each message. Bodies are passed over by their length, so that the next head is found;
// their content is never looked at.

#include "protocol/http.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace bulkhead::http {

namespace {

constexpr std::size_t head_max = 16'384, body_piece = 65'535;

struct Method {
  std::string_view name;
  Operation operation;
};

constexpr std::array methods{Method{"GET ", Operation::read},          Method{"HEAD ", Operation::read},
                             Method{"POST ", Operation::write},        Method{"PUT ", Operation::write},
                             Method{"PATCH ", Operation::write},       Method{"DELETE ", Operation::file_delete},
                             Method{"OPTIONS ", Operation::read},      Method{"CONNECT ", Operation::session_open},
                             Method{"PROPFIND ", Operation::read},     Method{"NOTIFY ", Operation::report},
                             Method{"M-SEARCH ", Operation::discover}, Method{"SUBSCRIBE ", Operation::subscribe}};
constexpr std::string_view version = "HTTP/1.";

std::string_view text_of(Bytes bytes) {
  Reader reader{bytes};
  return reader.text(bytes.size());
}

const Method* method_of(std::string_view text) noexcept {
  const auto* const found =
      std::find_if(methods.begin(), methods.end(), [&](const Method& method) { return text.starts_with(method.name); });
  return found == methods.end() ? nullptr : &*found;
}

bool is_head(std::string_view text) noexcept {
  return text.starts_with(version) || method_of(text) != nullptr;
}

/// Too short to tell.
bool may_become_head(std::string_view text) noexcept {
  return text.size() < 10 &&
         (version.starts_with(text.substr(0, version.size())) ||
          std::any_of(
              methods.begin(), methods.end(), [&](const Method& method) { return method.name.starts_with(text); }));
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return low(x) == low(y);
  });
}

std::string_view without_blanks(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

class HttpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Bytes whole = reader.peek();
    const std::string_view text = text_of(whole);
    if (!is_head(text)) {  // a piece of a body, or the start of a head
      if (may_become_head(text)) reader.skip(reader.left_on_wire() + 1);
      if (!reader.ok()) out.fault(reader.fault());
      return;
    }
    Message message;
    if (const Method* method = method_of(text)) {
      message.method = method->name.substr(0, method->name.size() - 1);
      message.operation = method->operation;
    } else {
      std::uint16_t status = 0;
      const std::string_view digits = text.substr(std::min<std::size_t>(9, text.size()), 3);
      if (std::from_chars(digits.data(), digits.data() + digits.size(), status).ec == std::errc{})
        message.status = status;
      message.operation = Operation::report;
    }
    const bool complete = text.find("\r\n\r\n") != std::string_view::npos;
    headers(reader, text, message);
    out.emit(message);
    if (!complete) {
      reader.skip(reader.left_on_wire() + 1);
      out.fault(reader.fault());
    }
  }

 private:
  static void headers(const Reader& reader, std::string_view text, Message& message) {
    std::size_t at = text.find("\r\n");
    while (at != std::string_view::npos && at + 2 < text.size()) {
      const std::size_t begin = at + 2;
      at = text.find("\r\n", begin);
      const std::string_view line = text.substr(begin, (at == std::string_view::npos ? text.size() : at) - begin);
      const std::size_t colon = line.find(':');
      if (line.empty() || colon == std::string_view::npos) return;
      const std::string_view value = without_blanks(line.substr(colon + 1));
      const auto place = static_cast<std::size_t>(value.data() - text.data());
      header(reader, line.substr(0, colon), value, place, message);
    }
  }

  static void header(Reader reader, std::string_view name, std::string_view value, std::size_t place,
                     Message& message) {
    if (value.empty()) return;
    reader.skip(place);
    if (same_word(name, "host")) reader.text(value.size(), message.host);
    else if (same_word(name, "user-agent")) reader.text(value.size(), message.user_agent);
    else if (same_word(name, "server")) reader.text(value.size(), message.server);
    else if (same_word(name, "upgrade")) reader.text(value.size(), message.upgrade);
    else if (same_word(name, "authorization") && value.size() > 6 && same_word(value.substr(0, 6), "basic ")) {
      message.credentials = conceal_basic(value.substr(6));
      message.weakness = "plaintext_administration";
      reader.skip(6);
      reader.skip(value.size() - 6);
      reader.note(&message.credentials, value.size() - 6);
    }
  }

  /// Base64 of "user:password" (RFC 7617): a known default where both halves are.
  static Secret conceal_basic(std::string_view encoded) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<char, 96> plain{};
    std::size_t size = 0;
    unsigned bits = 0;
    unsigned held = 0;
    for (const char c : encoded) {
      const std::size_t digit = alphabet.find(c);
      if (digit == std::string_view::npos || size == plain.size()) break;
      bits = bits << 6U | static_cast<unsigned>(digit);
      held += 6;
      if (held < 8) continue;
      held -= 8;
      plain.at(size++) = static_cast<char>(bits >> held & 0xFFU);
    }
    const std::string_view pair{plain.data(), size};
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos) return {encoded.size(), false};
    const bool known = conceal(pair.substr(0, colon)).known_default && conceal(pair.substr(colon + 1)).known_default;
    return {pair.size(), known};
  }
};

std::optional<std::size_t> content_length(std::string_view head) noexcept {
  std::size_t at = head.find("\r\n");
  while (at != std::string_view::npos && at + 2 < head.size()) {
    const std::size_t begin = at + 2;
    at = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, (at == std::string_view::npos ? head.size() : at) - begin);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !same_word(line.substr(0, colon), "content-length")) continue;
    const std::string_view digits = without_blanks(line.substr(colon + 1));
    std::size_t length = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), length).ec == std::errc{}) return length;
  }
  return std::nullopt;
}

/// A head, and its body where it is short and whole; else what is there of a body, as a piece that says nothing.
Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  const std::string_view text = text_of(buffered.first(std::min(buffered.size(), head_max)));
  if (!is_head(text)) {
    if (may_become_head(text)) return {Framing::Kind::need_more, buffered.size() + 1};
    return {Framing::Kind::pdu, std::min(buffered.size(), body_piece)};
  }
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (buffered.size() >= head_max) return {Framing::Kind::pdu, head_max};
    return {Framing::Kind::need_more, buffered.size() + 1};
  }
  const std::size_t head = end + 4;
  const std::size_t body = std::min(content_length(text.substr(0, head)).value_or(0), buffered.size() - head);
  return {Framing::Kind::pdu, std::min(head + body, body_piece)};
}

Match recognise(Bytes start) noexcept {
  const std::string_view text = text_of(start.first(std::min<std::size_t>(start.size(), 512)));
  if (text.starts_with(version)) return Match::yes;
  if (method_of(text) == nullptr) return Match::no;
  const std::size_t line = text.find("\r\n");
  if (line == std::string_view::npos) return Match::maybe;
  return text.substr(0, line).find(" HTTP/1.") != std::string_view::npos ? Match::yes : Match::no;
}

Says says(Bytes pdu) noexcept {
  const std::string_view text = text_of(pdu.first(std::min<std::size_t>(pdu.size(), 16)));
  if (text.starts_with(version)) return Says::response;
  return method_of(text) != nullptr ? Says::request : Says::nothing;
}

constexpr std::array fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::method>("method", "Method of a request."),
    field<&Message::status>("status", "Status of a response."),
    field<&Message::host>("host", "Whom the client means.", Meaning::host_name, Subject::receiver),
    field<&Message::user_agent>("user_agent", "Program of the client.", Meaning::software),
    field<&Message::server>("server", "Program of the server.", Meaning::software),
    field<&Message::upgrade>("upgrade", "Protocol that the connection turns to."),
    field<&Message::credentials>("credentials", "User and password of basic authentication, masked.", Meaning::secret,
                                 Subject::receiver),
    field<&Message::weakness>("weakness", "Credentials in the clear.", Meaning::weakness, Subject::receiver),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 80}, Carrier{Carrier::Kind::tcp, 8080},
                              Carrier{Carrier::Kind::tcp, 8000}, Carrier{Carrier::Kind::tcp, 8081},
                              Carrier{Carrier::Kind::udp, 1900}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("http.message", "The head of a request or response.", "RFC 9112, 2", fields);

constinit const Protocol protocol{
    .name = "http",
    .title = "HTTP",
    .source = "RFC 9112",
    .carriers = carriers,
    .max_pdu = body_piece,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<HttpSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::http

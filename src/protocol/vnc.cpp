// VNC, its remote framebuffer protocol (RFC 6143): twelve octets that name the version, the ways to log on, and the
// server's description of its desktop. From there on, or with a way to log on that the standard does not describe, it
// is a screen, and not read.

#include "protocol/vnc.h"

#include <algorithm>
#include <array>
#include <string>

#include "protocol/faults.h"

namespace bulkhead::vnc {

namespace {

constexpr std::string_view start_of_greeting = "RFB ";
constexpr std::size_t greeting_size = 12, version_size = 7, piece_max = 65'535, name_max = 1024;
constexpr std::size_t challenge_size = 16, result_size = 4, format_size = 16, desktop_head = 2 + 2 + format_size + 4;
constexpr std::uint8_t no_password = 1, password = 2;  // 7.1.2

/// What an end says next, in the order of RFC 6143, 7.1 to 7.3.
enum class Step : std::uint8_t { greeting, offer, choice, challenge, answer, result, client, desktop, screen };

std::string_view text_of(Bytes bytes, std::size_t most) {
  Reader reader{bytes};
  return reader.text(std::min(bytes.size(), most));
}

class VncSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (reader.peek().empty()) {
      if (!say_cut(whole, out)) out.fault(ParseFault::Kind::truncated, 0, "a greeting, or what follows it");
      return;
    }
    const bool greets = starts_as_greeting(reader.peek());
    const Step now = greets ? Step::greeting : step(out.direction());
    if (now == Step::screen) return;
    if (out.direction() != Direction::unknown) last_[side(out.direction())] = now;
    read(now, reader, out);
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

  void gap(Direction) override { lost_ = true; }

  /// What this end says next; a screen where that cannot be told.
  [[nodiscard]] Step step(Direction direction) const noexcept {
    if (direction == Direction::unknown || lost_) return Step::screen;
    const Step last = last_[side(direction)];
    return direction == Direction::to_client ? after_of_server(last) : after_of_client(last);
  }
  /// Version 3.3, in which the server chooses.
  [[nodiscard]] bool server_chooses() const noexcept { return version_ == "003.003"; }

  static bool starts_as_greeting(Bytes bytes) noexcept {
    const std::string_view text = text_of(bytes, start_of_greeting.size());
    return !text.empty() && start_of_greeting.starts_with(text);
  }

 private:
  static std::size_t side(Direction direction) noexcept { return direction == Direction::to_client ? 0 : 1; }

  [[nodiscard]] Step after_of_server(Step last) const noexcept {
    switch (last) {
      case Step::greeting: return Step::offer;
      case Step::offer:
        if (chosen_ == password) return Step::challenge;
        if (chosen_ != no_password) return Step::screen;
        return version_ == "003.008" ? Step::result : Step::desktop;
      case Step::challenge: return Step::result;
      case Step::result: return Step::desktop;
      case Step::choice:
      case Step::answer:
      case Step::client:
      case Step::desktop:
      case Step::screen: break;
    }
    return Step::screen;
  }

  [[nodiscard]] Step after_of_client(Step last) const noexcept {
    switch (last) {
      case Step::greeting:
        if (!server_chooses()) return Step::choice;
        [[fallthrough]];
      case Step::choice:
        if (chosen_ == password) return Step::answer;
        return chosen_ == no_password ? Step::client : Step::screen;
      case Step::answer: return Step::client;
      case Step::offer:
      case Step::challenge:
      case Step::result:
      case Step::client:
      case Step::desktop:
      case Step::screen: break;
    }
    return Step::screen;
  }

  void read(Step now, Reader& reader, Emitter& out) {
    switch (now) {
      case Step::greeting: return greeting(reader, out);
      case Step::offer:
        if (server_chooses()) chosen_ = static_cast<std::uint8_t>(reader.u32be());
        else reader.skip(reader.u8());
        return;
      case Step::choice: chosen_ = reader.u8(); return;
      case Step::challenge:
      case Step::answer: return reader.skip(challenge_size);
      case Step::result:
        if (reader.u32be() != 0) lost_ = true;  // refused: a reason may follow
        return;
      case Step::client: return reader.skip(1);  // whether it shares the desktop
      case Step::desktop: return desktop(reader, out);
      case Step::screen: return;
    }
  }

  void greeting(Reader& reader, Emitter& out) {
    Greeting said;
    reader.skip(start_of_greeting.size());
    reader.text(version_size, said.version);
    reader.skip(1);
    out.emit(said);
    // Both speak the lower of the two versions.
    if (said.version && (version_.empty() || *said.version < version_)) version_ = *said.version;
  }

  static void desktop(Reader& reader, Emitter& out) {
    Desktop said;
    reader.u16be(said.width);
    reader.u16be(said.height);
    reader.skip(format_size);
    reader.text(reader.u32be(), said.desktop);
    if (said.desktop && said.desktop->empty()) said.desktop.reset();
    out.emit(said);
  }

  std::array<Step, 2> last_{Step::screen, Step::screen};  ///< Of the server, of the client.
  std::string version_;
  std::uint8_t chosen_ = 0;
  bool lost_ = false;
};

std::size_t size_of(Step step, Bytes buffered, bool server_chooses) noexcept {
  switch (step) {
    case Step::greeting: return greeting_size;
    case Step::offer: return server_chooses ? 4 : std::size_t{1} + (buffered.empty() ? 0 : buffered[0]);
    case Step::choice:
    case Step::client: return 1;
    case Step::challenge:
    case Step::answer: return challenge_size;
    case Step::result: return result_size;
    case Step::desktop: {
      Reader reader{buffered};
      reader.skip(desktop_head - 4);
      const std::size_t name = reader.u32be();
      return reader.ok() && name <= name_max ? desktop_head + name : desktop_head;
    }
    case Step::screen: break;
  }
  return std::clamp(buffered.size(), std::size_t{1}, piece_max);
}

Framing frame(Bytes buffered, Direction direction, const Session* session) noexcept {
  const auto* vnc = static_cast<const VncSession*>(session);
  Step step = vnc == nullptr ? Step::screen : vnc->step(direction);
  if (VncSession::starts_as_greeting(buffered)) step = Step::greeting;
  const std::size_t size = size_of(step, buffered, vnc != nullptr && vnc->server_chooses());
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

Match recognise(Bytes start) noexcept {
  const std::string_view text = text_of(start, greeting_size);
  if (text.size() < greeting_size) return start_of_greeting.starts_with(text.substr(0, 4)) ? Match::maybe : Match::no;
  return text.starts_with(start_of_greeting) && text[7] == '.' && text[11] == '\n' ? Match::yes : Match::no;
}

constexpr std::array fields{
    field<&Greeting::operation>("operation", "What it does.", Meaning::operation),
    field<&Greeting::version>("version", "Version of the protocol."),
};

constexpr std::array desktop_fields{
    field<&Desktop::width>("width", "Width of the screen, in pixels."),
    field<&Desktop::height>("height", "Height of the screen, in pixels."),
    field<&Desktop::desktop>("desktop", "Name that the server gives its desktop.", Meaning::description),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 5900}, Carrier{Carrier::Kind::tcp, 5901}};
constexpr std::array messages{&Greeting::schema, &Desktop::schema};

}  // namespace

constinit const Schema Greeting::schema =
    describe<Greeting>("vnc.greeting", "The version with which an end begins.", "RFC 6143, 7.1.1", fields);
constinit const Schema Desktop::schema =
    describe<Desktop>("vnc.desktop", "What the server says of its desktop.", "RFC 6143, 7.3.2", desktop_fields);

constinit const Protocol protocol{
    .name = "vnc",
    .title = "VNC",
    .source = "RFC 6143",
    .carriers = carriers,
    .max_pdu = piece_max,
    .recognise = recognise,
    .frame = frame,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<VncSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::vnc

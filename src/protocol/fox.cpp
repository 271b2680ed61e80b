// Tridium Niagara Fox: frames of text, "fox a 0 -1 fox hello", a block of "key=type:value", and ";;" at the end. After
// the greeting passwords may follow, so no bytes are kept.

#include "protocol/fox.h"

#include <algorithm>
#include <array>

#include "protocol/lookup.h"

namespace bulkhead::fox {

namespace {

constexpr std::string_view start_of_frame = "fox ", end_of_frame = "};;\n";
constexpr std::size_t frame_max = 65'535, lines_max = 256, words = 6;

std::string_view text_of(Bytes bytes) {
  Reader reader{bytes};
  return reader.text(std::min(bytes.size(), frame_max));
}

struct Key {
  std::string_view code;
  std::optional<std::string_view> Message::* member;
};

constexpr std::array keys{
    Key{"hostName", &Message::host_name},
    Key{"app.name", &Message::application},
    Key{"app.version", &Message::application_version},
    Key{"os.name", &Message::operating_system},
    Key{"os.version", &Message::operating_system_version},
    Key{"brandId", &Message::brand},
    Key{"station.name", &Message::station},
};

class FoxSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const std::string_view text = text_of(reader.peek());
    if (!text.ends_with(end_of_frame)) {
      reader.skip(reader.left_on_wire() + 1);
      return out.fault(reader.fault());
    }
    Message said;
    head(reader, line(text, 0), said);
    for (std::size_t i = 0; i < lines_max && reader.left() > 0; ++i)
      entry(reader, line(text_of(reader.peek()), 0), said);
    if (said.command == "hello") said.operation = Operation::identify;
    out.emit(said);
    if (!said.command) out.fault(ParseFault::Kind::bad_value, 0, "a frame's type, numbers, channel and command");
  }

 private:
  static std::string_view line(std::string_view text, std::size_t from) {
    const std::size_t end = text.find('\n', from);
    return text.substr(from, end == std::string_view::npos ? end : end + 1 - from);
  }

  /// "fox", type, number, number of the reply, channel, command.
  static void head(Reader& reader, std::string_view text, Message& said) {
    std::size_t at = 0;
    for (std::size_t word = 0; word < words && at < text.size(); ++word) {
      const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
      if (word == words - 2) reader.text(end - at, said.channel);
      else if (word == words - 1) reader.text(end - at, said.command);
      else reader.skip(end - at);
      reader.skip(1);
      at = end + 1;
    }
    if (at < text.size()) reader.skip(text.size() - at);
  }

  static void entry(Reader& reader, std::string_view text, Message& said) {
    const std::size_t equals = text.find('='), colon = text.find(':', equals);
    const Key* key = colon == std::string_view::npos ? nullptr : row_of(keys, text.substr(0, equals));
    if (key == nullptr || text.back() != '\n') return reader.skip(text.size());
    reader.skip(colon + 1);
    reader.text(text.size() - colon - 2, said.*key->member);
    reader.skip(1);
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  const std::string_view text = text_of(buffered);
  const std::string_view start = start_of_frame.substr(0, std::min(text.size(), start_of_frame.size()));
  if (!text.starts_with(start)) return {};
  const std::size_t end = text.find(end_of_frame);
  if (end != std::string_view::npos) return {Framing::Kind::pdu, end + end_of_frame.size()};
  return {Framing::Kind::need_more, buffered.size() + 1};
}

Match recognise(Bytes start) noexcept {
  const std::string_view text = text_of(start.first(std::min<std::size_t>(start.size(), 8)));
  if (text.size() <= start_of_frame.size()) return start_of_frame.starts_with(text) ? Match::maybe : Match::no;
  if (!text.starts_with(start_of_frame)) return Match::no;
  if (text.size() < 6) return Match::maybe;
  return text[4] >= 'a' && text[4] <= 'z' && text[5] == ' ' ? Match::yes : Match::no;
}

constexpr std::array fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::channel>("channel", "Channel of the frame."),
    field<&Message::command>("command", "Command of the frame."),
    field<&Message::host_name>("host_name", "Name, or address, that the sender gives itself.", Meaning::host_name),
    field<&Message::application>("application", "Program that speaks.", Meaning::software),
    field<&Message::application_version>("application_version", "Version of the program."),
    field<&Message::operating_system>("operating_system", "Operating system.", Meaning::operating_system),
    field<&Message::operating_system_version>("operating_system_version", "Version of the operating system."),
    field<&Message::brand>("brand", "Brand under which the product is sold.", Meaning::vendor),
    field<&Message::station>("station_name", "Name of the station.", Meaning::site_name),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 1911}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("fox.message", "One frame.", "Niagara Fox as its servers greet", fields);

constinit const Protocol protocol{
    .name = "fox",
    .title = "Niagara Fox",
    .source = "Tridium Niagara Fox, as its servers greet",
    .carriers = carriers,
    .max_pdu = frame_max,
    .recognise = recognise,
    .frame = frame,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<FoxSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::fox

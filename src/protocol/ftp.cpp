// FTP, its control connection (RFC 959, 4): lines that end with CR LF. Names and passwords are masked; file names are
// not kept.

#include "protocol/ftp.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/lookup.h"

namespace bulkhead::ftp {

namespace {

constexpr std::size_t line_max = 4096, command_size = 4;

struct Command {
  std::string_view code;
  Operation operation;
};

constexpr std::array commands{Command{"USER", Operation::auth},          Command{"PASS", Operation::auth},
                              Command{"RETR", Operation::file_read},     Command{"STOR", Operation::file_write},
                              Command{"STOU", Operation::file_write},    Command{"APPE", Operation::file_write},
                              Command{"DELE", Operation::file_delete},   Command{"LIST", Operation::read},
                              Command{"NLST", Operation::read},          Command{"MLSD", Operation::read},
                              Command{"QUIT", Operation::session_close}, Command{"SITE", Operation::config_write},
                              Command{"SYST", Operation::identify},      Command{"PASV", Operation::session_open},
                              Command{"PORT", Operation::session_open},  Command{"EPSV", Operation::session_open},
                              Command{"TYPE", Operation::session_open},  Command{"AUTH", Operation::auth},
                              Command{"RNFR", Operation::file_write},    Command{"RNTO", Operation::file_write},
                              Command{"FEAT", Operation::identify}};

std::string_view text_of(Bytes bytes) {
  Reader reader{bytes};
  return reader.text(std::min(bytes.size(), line_max));
}

bool is_reply(std::string_view text) noexcept {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() >= command_size && text[0] >= '1' && text[0] <= '5' && digit(1) && digit(2) &&
         (text[3] == ' ' || text[3] == '-');
}

class FtpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const std::string_view text = text_of(reader.peek());
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) {
      if (!is_reply(text) && row_of(commands, text.substr(0, command_size)) == nullptr && text.size() >= line_max)
        return;
      reader.skip(reader.left_on_wire() + 1);
      return out.fault(reader.fault());
    }
    Line line;
    if (is_reply(text)) reply(reader, text.substr(0, end), line);
    else if (const Command* command = row_of(commands, text.substr(0, command_size)))
      asked(reader, text.substr(0, end), *command, line);
    else return;
    out.emit(line);
  }

 private:
  static void reply(Reader& reader, std::string_view text, Line& line) {
    std::uint16_t code = 0;
    std::from_chars(text.data(), text.data() + 3, code);
    line.reply = code;
    line.operation = Operation::report;
    reader.skip(command_size);
    if (code == 220) reader.text(text.size() - command_size, line.greeting);
  }

  static void asked(Reader& reader, std::string_view text, const Command& command, Line& line) {
    line.operation = command.operation;
    reader.text(command_size, line.command);
    const std::size_t argument = text.size() > command_size + 1 ? text.size() - command_size - 1 : 0;
    reader.skip(1);
    if (command.code == "USER") {
      line.user = conceal(reader.text(argument));
      reader.note(&line.user, argument);
    } else if (command.code == "PASS") {
      line.password = conceal(reader.text(argument));
      reader.note(&line.password, argument);
      line.weakness = "plaintext_administration";
    }
  }
};

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  const std::string_view text = text_of(buffered);
  const std::size_t end = text.find("\r\n");
  if (end != std::string_view::npos) return {Framing::Kind::pdu, end + 2};
  if (buffered.size() >= line_max) return {Framing::Kind::pdu, line_max};
  return {Framing::Kind::need_more, buffered.size() + 1};
}

/// A greeting looks like that of mail; the port decides, or a command that only this protocol has.
Match recognise(Bytes start) noexcept {
  const std::string_view text = text_of(start);
  if (text.size() < command_size) return Match::maybe;
  return is_reply(text) || row_of(commands, text.substr(0, command_size)) != nullptr ? Match::maybe : Match::no;
}

Says says(Bytes pdu) noexcept {
  const std::string_view text = text_of(pdu.first(std::min<std::size_t>(pdu.size(), 8)));
  if (is_reply(text)) return Says::response;
  return row_of(commands, text.substr(0, command_size)) != nullptr ? Says::request : Says::nothing;
}

constexpr std::array fields{
    field<&Line::operation>("operation", "What it does.", Meaning::operation),
    field<&Line::command>("command", "Command, without its argument."),
    field<&Line::reply>("reply", "Reply code."),
    field<&Line::greeting>("greeting", "What the server says it is.", Meaning::software),
    field<&Line::user>("user", "Name that logs on, masked.", Meaning::secret, Subject::receiver),
    field<&Line::password>("password", "Password, masked.", Meaning::secret, Subject::receiver),
    field<&Line::weakness>("weakness", "A password in the clear.", Meaning::weakness, Subject::receiver),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 21}};
constexpr std::array messages{&Line::schema};

}  // namespace

constinit const Schema Line::schema =
    describe<Line>("ftp.line", "One line of the control connection.", "RFC 959, 4", fields);

constinit const Protocol protocol{
    .name = "ftp",
    .title = "FTP",
    .source = "RFC 959",
    .carriers = carriers,
    .max_pdu = line_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<FtpSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::ftp

// Beckhoff ADS over AMS: Beckhoff Information System, TC3 ADS/AMS specification. Over UDP devices are searched for and
// routes, with passwords, are set up.

#include "protocol/ads.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::ads {

namespace {

constexpr std::size_t tcp_prefix = 6, ams_header = 32, packet_max = 262'144, net_id_size = 6, name_size = 16,
                      tags_max = 32, udp_header = 24;
constexpr std::uint32_t udp_magic = 0x71146603, answer_bit = 0x80000000, search = 1, add_route = 6;
constexpr std::uint16_t response_bit = 0x0001, ads_bit = 0x0004, tag_host_name = 5;
constexpr std::uint16_t read_info = 1, read = 2, write = 3, read_state = 4, write_control = 5, add_notification = 6,
                        delete_notification = 7, notification = 8, read_write = 9;
constexpr std::uint16_t state_reset = 2, state_run = 5, state_stop = 6;

struct Command {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
  std::size_t request_size;
};

constexpr std::array commands{
    Command{read_info, "Read Device Info", Operation::identify, 0},
    Command{read, "Read", Operation::read, 12},
    Command{write, "Write", Operation::write, 12},
    Command{read_state, "Read State", Operation::read_state, 0},
    Command{write_control, "Write Control", Operation::mode_other, 8},
    Command{add_notification, "Add Device Notification", Operation::subscribe, 40},
    Command{delete_notification, "Delete Device Notification", Operation::subscribe, 4},
    Command{notification, "Device Notification", Operation::subscribe, 8},
    Command{read_write, "Read Write", Operation::write, 16},
};

Operation operation_of(std::uint16_t state) noexcept {
  switch (state) {
    case state_reset: return Operation::restart;
    case state_run: return Operation::mode_start;
    case state_stop: return Operation::mode_stop;
    default: return Operation::mode_other;
  }
}

std::string net_id(Reader& reader) {
  const Bytes octets = reader.take(net_id_size);
  return reader.ok() ? fmt::format("{}", fmt::join(octets, ".")) : std::string{};
}

bool is_udp(Bytes bytes) noexcept {
  Reader reader{bytes};
  return reader.u32le() == udp_magic;
}

class AdsSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    if (is_udp(reader.peek())) {
      discovery(reader, out);
    } else {
      reader.skip(2);
      Reader body = reader.sub(reader.u32le());
      message(body, out);
      reader = body;
    }
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

  void gap(Direction) override { asked_.clear(); }

 private:
  void message(Reader& body, Emitter& out) {
    Message said;
    const std::string target = net_id(body);
    const std::uint16_t target_port = body.u16le();
    const std::string source = net_id(body);
    const std::uint16_t source_port = body.u16le();
    body.u16le(said.command);
    const std::uint16_t flags = body.u16le();
    const std::size_t size = body.u32le();
    const std::uint32_t error = body.u32le();
    body.u32le(said.transaction);
    if (!said.transaction) return;
    const bool is_response = (flags & response_bit) != 0;
    // A notification is the device's own request.
    const bool from_device = is_response != (said.command == notification);
    said.station = from_device ? source : target;
    said.client = from_device ? target : source;
    said.port = from_device ? source_port : target_port;
    if (error != 0) said.refusal = error;
    const Command* command = row_of(commands, *said.command);
    Reader data = body.sub(size);
    if (command == nullptr) {
      out.emit(said);
      return out.fault(ParseFault::Kind::unknown_function, tcp_prefix + 16, "a command of ADS");
    }
    said.command_name = command->name;
    said.operation = command->operation;
    if (is_response) answer(data, said, out);
    else ask(data, said, *command, out);
    if (body.ok()) body = data;
  }

  void ask(Reader& data, Message& said, const Command& command, Emitter& out) {
    Reader fixed = data.sub(command.request_size);
    if (said.command == read || said.command == write || said.command == read_write) {
      fixed.u32le(said.index_group);
      fixed.u32le(said.index_offset);
    } else if (said.command == write_control) {
      fixed.u16le(said.state);
      if (said.state) said.operation = operation_of(*said.state);
    }
    asked_.asked(*said.transaction, out.origin().frame, said.operation);
    out.emit(said);
  }

  void answer(Reader& data, Message& said, Emitter& out) {
    if (const auto entry = asked_.answered(*said.transaction)) said.operation = entry->request;
    if (said.refusal && data.left_on_wire() == 0) return out.emit(said);
    const std::uint32_t result = data.u32le();
    if (result != 0) {
      said.refusal = result;
      data.note(&said.refusal, 4);
    }
    out.emit(said);
    if (said.command != read_info || said.refusal) return;
    const unsigned major = data.u8();
    const unsigned minor = data.u8();
    const unsigned build = data.u16le();
    const std::string version = fmt::format("{}.{}.{}", major, minor, build);
    Identity identity;
    data.note(&identity.version, 4);
    identity.product = fixed_text(data.text(name_size));
    data.note(&identity.product, name_size);
    if (!data.ok()) return;
    identity.station = said.station;
    identity.vendor = "Beckhoff";
    identity.version = version;
    out.emit(identity);
  }

  static void discovery(Reader& reader, Emitter& out) {
    Discovery said;
    reader.skip(8);
    reader.u32le(said.service);
    const std::string id = net_id(reader);
    reader.skip(2);
    const std::size_t tags = reader.u32le();
    if (!reader.ok()) return;
    const std::uint32_t service = *said.service & ~answer_bit;
    said.net_id = id;
    said.operation = service == search      ? Operation::discover
                     : service == add_route ? Operation::config_write
                                            : Operation::unknown;
    for (std::size_t i = 0; i < tags && i < tags_max && reader.ok(); ++i) {
      const std::uint16_t tag = reader.u16le();
      const std::size_t size = reader.u16le();
      if (tag != tag_host_name || *said.service != (search | answer_bit)) {
        reader.skip(size);
        continue;
      }
      said.host_name = fixed_text(reader.text(size));
      reader.note(&said.host_name, size);
    }
    out.emit(said);
  }

  Pending<Operation> asked_;
};

Framing frame_udp(Bytes buffered) noexcept {
  Reader reader{buffered};
  reader.skip(udp_header - 4);
  const std::size_t tags = reader.u32le();
  if (!reader.ok()) return {Framing::Kind::need_more, udp_header};
  for (std::size_t i = 0; i < tags && i < tags_max; ++i) {
    if (reader.left() < 4) return {Framing::Kind::need_more, reader.offset() + 4};
    reader.skip(2);
    const std::size_t size = reader.u16le();
    if (reader.left() < size) return {Framing::Kind::need_more, reader.offset() + size};
    reader.skip(size);
  }
  return {Framing::Kind::pdu, reader.offset()};
}

Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  if (buffered.size() < tcp_prefix) return {Framing::Kind::need_more, tcp_prefix};
  if (is_udp(buffered)) return frame_udp(buffered);
  Reader reader{buffered};
  const std::uint16_t kind = reader.u16le();
  const std::size_t size = reader.u32le();
  if (kind != 0 || size < ams_header || size > packet_max - tcp_prefix) return {};
  return {buffered.size() < size + tcp_prefix ? Framing::Kind::need_more : Framing::Kind::pdu, size + tcp_prefix};
}

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  if (start.size() < tcp_prefix) return Match::maybe;
  if (is_udp(start)) return Match::yes;
  if (reader.u16le() != 0) return Match::no;
  const std::size_t size = reader.u32le();
  if (size < ams_header || size > packet_max - tcp_prefix) return Match::no;
  reader.skip(16);
  const std::uint16_t command = reader.u16le();
  const std::uint16_t flags = reader.u16le();
  const std::size_t data = reader.u32le();
  if (!reader.ok()) return Match::maybe;
  return command <= read_write && (flags & ads_bit) != 0 && data + ams_header == size ? Match::yes : Match::no;
}

Says says(Bytes pdu) noexcept {
  Reader reader{pdu};
  if (is_udp(pdu)) {
    reader.skip(8);
    return (reader.u32le() & answer_bit) != 0 ? Says::response : Says::request;
  }
  reader.skip(tcp_prefix + 16);
  const std::uint16_t command = reader.u16le();
  const std::uint16_t flags = reader.u16le();
  if (!reader.ok() || command == notification) return Says::nothing;
  return (flags & response_bit) != 0 ? Says::response : Says::request;
}

constexpr std::array message_fields{
    field<&Message::transaction>("transaction", "Invoke identifier: pairs a response with its command."),
    field<&Message::command>("command", "Command."),
    field<&Message::command_name>("command_name", "The command in words."),
    field<&Message::operation>("operation", "What is asked of the device.", Meaning::operation),
    field<&Message::station>("station", "Net identifier of the device.", Meaning::station),
    field<&Message::client>("client", "Net identifier of the one that asks."),
    field<&Message::port>("ams_port", "AMS port of the device: 851 the first PLC runtime, 10000 the system."),
    field<&Message::index_group>("index_group", "Index group that is read or written."),
    field<&Message::index_offset>("index_offset", "Index offset that is read or written."),
    field<&Message::state>("state", "State that is asked for: 2 reset, 5 run, 6 stop, 15 configuration."),
    field<&Message::refusal>("refusal", "Error code.", Meaning::refusal),
};

constexpr std::array identity_fields{
    field<&Identity::station>("station", "Net identifier of the device.", Meaning::station),
    field<&Identity::vendor>("vendor", "The maker of this protocol.", Meaning::vendor),
    field<&Identity::product>("product", "Name of the device.", Meaning::product),
    field<&Identity::version>("version", "Version of the device's ADS server.", Meaning::firmware),
};

constexpr std::array discovery_fields{
    field<&Discovery::operation>("operation", "What it does.", Meaning::operation),
    field<&Discovery::service>("service", "1 search, 6 add a route; the highest bit marks an answer."),
    field<&Discovery::net_id>("net_id", "Net identifier of the sender."),
    field<&Discovery::host_name>("host_name", "Name of the device that answers.", Meaning::host_name),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 48898}, Carrier{Carrier::Kind::udp, 48899}};
constexpr std::array messages{&Message::schema, &Identity::schema, &Discovery::schema};

}  // namespace

constinit const Schema Message::schema = describe<Message>("ads.message", "A command or its response.",
                                                           "Beckhoff TC3 ADS/AMS specification", message_fields);
constinit const Schema Identity::schema = describe<Identity>("ads.identity", "What a device says of itself.",
                                                             "Beckhoff TC3 ADS/AMS specification", identity_fields);
constinit const Schema Discovery::schema =
    describe<Discovery>("ads.discovery", "A datagram of the search for devices, or of the set-up of routes.",
                        "Beckhoff ADS library, UDP discovery", discovery_fields);

constinit const Protocol protocol{
    .name = "ads",
    .title = "Beckhoff ADS",
    .source = "Beckhoff TC3 ADS/AMS specification",
    .carriers = carriers,
    .max_pdu = packet_max,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<AdsSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::ads

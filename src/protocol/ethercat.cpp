// EtherCAT: IEC 61158-4-12 (frames and datagrams) and ETG.1000.4, 6 (registers). One frame passes all slaves and comes
// back; each reads and writes its part of it on the way, and counts. So a frame is seen twice, and what it did is in
// the second. A cycle is one event; datagrams that reach for registers and memory follow it one by one.

#include "protocol/ethercat.h"

#include <algorithm>
#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::ethercat {

namespace {

constexpr std::uint8_t type_commands = 1, type_variables = 4, type_mailbox = 5;
constexpr std::uint16_t length_mask = 0x07FF, reserved_bit = 0x0800, more_bit = 0x8000;
constexpr unsigned type_shift = 12;
constexpr std::size_t datagram_header = 10, counter_size = 2, datagrams_max = 200;
constexpr std::uint16_t address_register = 0x0010, address_end = 0x0014, reset_register = 0x0040, reset_end = 0x0042,
                        control_register = 0x0120, status_register = 0x0130, eeprom_register = 0x0500,
                        eeprom_control = 0x0502, eeprom_end = 0x0510, mapping_register = 0x0600, mapping_end = 0x0700,
                        sync_manager_register = 0x0800, sync_manager_end = 0x0900, clock_register = 0x0900,
                        clock_end = 0x0A00, memory = 0x1000;
constexpr std::uint8_t state_mask = 0x0F, state_init = 1, state_operational = 8;
constexpr std::uint16_t eeprom_write_bit = 0x0200, eeprom_read_bit = 0x0100;

constexpr std::array types{
    Named<std::uint8_t>{type_commands, "datagrams"},
    Named<std::uint8_t>{type_variables, "network variables"},
    Named<std::uint8_t>{type_mailbox, "mailbox"},
};

enum class Address : std::uint8_t { none, position, station, broadcast, logical };
enum class Access : std::uint8_t { none, read, write };  // what reads and writes, writes

struct Command {
  std::uint8_t code;
  std::string_view name;
  Address address;
  Access access;
};

// IEC 61158-4-12, 5.4.
constexpr std::array commands{
    Command{0, "NOP", Address::none, Access::none},       Command{1, "APRD", Address::position, Access::read},
    Command{2, "APWR", Address::position, Access::write}, Command{3, "APRW", Address::position, Access::write},
    Command{4, "FPRD", Address::station, Access::read},   Command{5, "FPWR", Address::station, Access::write},
    Command{6, "FPRW", Address::station, Access::write},  Command{7, "BRD", Address::broadcast, Access::read},
    Command{8, "BWR", Address::broadcast, Access::write}, Command{9, "BRW", Address::broadcast, Access::write},
    Command{10, "LRD", Address::logical, Access::read},   Command{11, "LWR", Address::logical, Access::write},
    Command{12, "LRW", Address::logical, Access::write},  Command{13, "ARMW", Address::position, Access::write},
    Command{14, "FRMW", Address::station, Access::write},
};
constexpr std::uint8_t read_multiple_write = 13;

struct Area {
  unsigned first, end;
  std::string_view name;
  Operation on_write;
};

// ETG.1000.4, 6: the first that fits.
constexpr std::array areas{
    Area{address_register, address_end, "station address", Operation::config_write},
    Area{reset_register, reset_end, "reset", Operation::restart},
    Area{control_register, control_register + 2, "AL control", Operation::mode_other},
    Area{status_register, status_register + 6, "AL status", Operation::write},
    Area{eeprom_register, eeprom_end, "EEPROM", Operation::write},
    Area{mapping_register, mapping_end, "FMMU", Operation::config_write},
    Area{sync_manager_register, sync_manager_end, "sync manager", Operation::config_write},
    Area{clock_register, clock_end, "distributed clock", Operation::write},
    Area{0, memory, "register", Operation::write},
    Area{memory, 0x10000, "memory", Operation::write},
};

// ETG.1000.6, 6.1.
constexpr std::array states{
    Named<std::uint8_t>{state_init, "init"},
    Named<std::uint8_t>{2, "pre-operational"},
    Named<std::uint8_t>{3, "bootstrap"},
    Named<std::uint8_t>{4, "safe-operational"},
    Named<std::uint8_t>{state_operational, "operational"},
};

const Area* area_of(std::uint16_t offset) noexcept {
  for (const Area& area : areas)
    if (offset >= area.first && offset < area.end) return &area;
  return nullptr;
}

// What says more of a frame comes later.
constexpr std::array by_gravity{
    Operation::unknown,      Operation::report,     Operation::read,       Operation::identify,  Operation::write,
    Operation::config_write, Operation::mode_other, Operation::mode_start, Operation::mode_stop, Operation::restart,
};

Operation graver(Operation one, Operation other) noexcept {
  const auto of = [](Operation operation) { return std::find(by_gravity.begin(), by_gravity.end(), operation); };
  return of(one) < of(other) ? other : one;
}

class EthercatSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Frame said;
    const std::uint16_t header = reader.u16le();
    if (reader.ok()) {
      said.type = static_cast<std::uint8_t>(header >> type_shift);
      reader.note(&said.type, 2);
      said.kind = name_in(types, *said.type);
    }
    Reader body = reader.sub(header & length_mask);
    if (said.type == type_commands) {
      sum(body, said);
      out.emit(said);
      tell(body, out);
    } else if (said.type) {
      if (said.type == type_variables) said.operation = Operation::report;
      out.emit(said);
      if (!said.kind) out.fault(ParseFault::Kind::unknown_function, 0, "a type of EtherCAT frame");
      body.skip(body.left_on_wire());
    }
    if (!say_cut(whole, out) && !say_truncated(reader, out)) (void)say_truncated(body, out);
  }

 private:
  struct Raw {
    const Command* command = nullptr;
    Datagram said;
    bool is_process = false, more = false;
  };

  /// What all datagrams do, before the first of them is told.
  static void sum(Reader body, Frame& said) {
    body.trace(nullptr);
    said.datagrams = said.process_images = said.working_counter = 0;
    for (std::size_t i = 0; i < datagrams_max; ++i) {
      const Raw raw = read_datagram(body);
      if (!body.ok()) return;
      ++*said.datagrams;
      if (raw.is_process) ++*said.process_images;
      *said.working_counter += raw.said.working_counter.value_or(0);
      said.operation = graver(said.operation, raw.is_process ? Operation::report : raw.said.operation);
      if (!raw.more) return;
    }
  }

  static void tell(Reader& body, Emitter& out) {
    for (std::size_t i = 0; i < datagrams_max; ++i) {
      const std::size_t start = body.offset();
      const Raw raw = read_datagram(body);
      if (raw.command == nullptr && raw.said.command)
        out.fault(ParseFault::Kind::unknown_function, start, "a command of EtherCAT");
      if (raw.said.size && !raw.is_process) out.emit(raw.said);
      if (!body.ok()) return;
      if (raw.more) continue;
      if (body.left_on_wire() > 0)
        out.fault(ParseFault::Kind::length_mismatch, body.offset(), "no bytes after the last datagram");
      return;
    }
  }

  static Raw read_datagram(Reader& body) {
    Raw raw;
    Datagram& said = raw.said;
    body.u8(said.command);
    body.skip(1);  // index
    raw.command = said.command ? row_of(commands, *said.command) : nullptr;
    const Address address = raw.command == nullptr ? Address::none : raw.command->address;
    if (address == Address::logical || address == Address::none) {
      body.skip(4);
    } else {
      if (address == Address::station) body.u16le(said.slave);
      else if (address == Address::position) read_position(body, said);
      else body.skip(2);
      body.u16le(said.offset);
    }
    const std::uint16_t length = body.u16le();
    body.skip(2);  // interrupts
    raw.more = (length & more_bit) != 0;
    if (!body.ok()) return raw;
    said.size = static_cast<std::uint16_t>(length & length_mask);
    Reader data = body.sub(*said.size);
    body.u16le(said.working_counter);
    if (raw.command == nullptr) return raw;
    said.command_name = raw.command->name;
    raw.is_process = address == Address::logical || *said.command >= read_multiple_write;
    judge(data, *raw.command, said);
    return raw;
  }

  static void read_position(Reader& body, Datagram& said) {
    const std::uint16_t counted = body.u16le();
    if (!body.ok()) return;
    said.position = static_cast<std::int16_t>(counted);
    body.note(&said.position, 2);
  }

  static void judge(Reader data, const Command& command, Datagram& said) {
    if (command.access == Access::none) return;
    const Area* area = said.offset ? area_of(*said.offset) : nullptr;
    if (area != nullptr) said.area = area->name;
    const bool writes = command.access == Access::write;
    said.operation = !writes ? Operation::read : area == nullptr ? Operation::write : area->on_write;
    if (said.offset == control_register || said.offset == status_register) {
      const std::uint8_t state = data.u8() & state_mask;
      if (!data.ok() || state == 0) return;
      said.state = state;
      data.note(&said.state, 1);
      said.state_name = name_in(states, state);
      if (!writes || said.offset != control_register) return;
      if (state == state_operational) said.operation = Operation::mode_start;
      else if (state == state_init) said.operation = Operation::mode_stop;
    } else if (writes && said.offset == eeprom_control) {
      const std::uint16_t asked = data.u16le();
      if (!data.ok()) return;
      if ((asked & eeprom_write_bit) != 0) said.operation = Operation::config_write;
      else if ((asked & eeprom_read_bit) != 0) said.operation = Operation::identify;
    }
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const std::uint16_t header = reader.u16le();
  if (!reader.ok()) return Match::maybe;
  const auto type = static_cast<std::uint8_t>(header >> type_shift);
  if ((header & reserved_bit) != 0 || !name_in(types, type)) return Match::no;
  if (type != type_commands) return Match::maybe;
  const std::uint8_t command = reader.u8();
  const bool fits = (header & length_mask) >= datagram_header + counter_size && row_of(commands, command) != nullptr;
  return !reader.ok() || fits ? Match::maybe : Match::no;
}

constexpr std::array frame_fields{
    field<&Frame::operation>("operation", "The gravest of what its datagrams do.", Meaning::operation),
    field<&Frame::type>("type", "1 datagrams, 4 network variables, 5 mailbox."),
    field<&Frame::kind>("kind", "The type in words."),
    field<&Frame::datagrams>("datagrams", "How many datagrams it holds."),
    field<&Frame::process_images>("process_images", "How many of them carry process data or the distributed clock."),
    field<&Frame::working_counter>("working_counter", "Sum of working counters; 0 until slaves have handled it."),
};

constexpr std::array datagram_fields{
    field<&Datagram::operation>("operation", "What it asks of the slaves."),
    field<&Datagram::command>("command", "Command."),
    field<&Datagram::command_name>("command_name", "The command in words."),
    field<&Datagram::position>("position", "Minus the position of the slave that it is for; each slave passed adds 1."),
    field<&Datagram::slave>("slave", "Address given to the slave that it is for."),
    field<&Datagram::offset>("register", "First register or memory address."),
    field<&Datagram::area>("area", "What lies there."),
    field<&Datagram::size>("size", "Bytes that are read or written."),
    field<&Datagram::working_counter>("working_counter", "How often slaves have read, written or both."),
    field<&Datagram::state>("state", "State that is asked for, or that a slave says it is in."),
    field<&Datagram::state_name>("state_name", "The state in words."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88A4}, Carrier{Carrier::Kind::udp, 34980}};
constexpr std::array messages{&Frame::schema, &Datagram::schema};

}  // namespace

constinit const Schema Frame::schema =
    describe<Frame>("ethercat.frame", "One frame: what its datagrams do together.", "IEC 61158-4-12, 5", frame_fields);
constinit const Schema Datagram::schema =
    describe<Datagram>("ethercat.datagram", "A datagram that reads or writes registers or memory of slaves.",
                       "IEC 61158-4-12, 5.4 and ETG.1000.4, 6", datagram_fields);

constinit const Protocol protocol{
    .name = "ethercat",
    .title = "EtherCAT",
    .source = "IEC 61158-4-12",
    .carriers = carriers,
    .max_pdu = 2049,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<EthercatSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::ethercat

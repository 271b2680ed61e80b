// Ethernet POWERLINK: EPSG DS 301, 4.6 (frames) and 7.3 (network management). A managing node gives the
// word to each node in turn; what has no place in the cycle is sent when the managing node invites to it. SDO comes
// over UDP as well, with the node numbers left out.

#include "protocol/powerlink.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::powerlink {

namespace {

constexpr std::uint8_t soc = 0x01, preq = 0x03, pres = 0x04, soa = 0x05, asnd = 0x06, amni = 0x07, ainv = 0x0D;
constexpr std::uint8_t service_ident = 1, service_status = 2, service_nmt_request = 3, service_nmt_command = 4,
                       service_sdo = 5, service_sync = 6, service_maker_first = 0xA0, service_maker_last = 0xFE;
constexpr std::uint8_t managing_node = 240;
constexpr std::uint8_t type_mask = 0x7F;
constexpr std::size_t soc_size = 22, address_size = 4, host_name_size = 32, sequence_size = 4;
constexpr std::uint32_t no_serial = 0xFFFFFFFF;

constexpr std::array types{
    Named<std::uint8_t>{soc, "Start of Cycle"},       Named<std::uint8_t>{preq, "Poll Request"},
    Named<std::uint8_t>{pres, "Poll Response"},       Named<std::uint8_t>{soa, "Start of Asynchronous"},
    Named<std::uint8_t>{asnd, "Asynchronous Send"},   Named<std::uint8_t>{amni, "Active Managing Node Indication"},
    Named<std::uint8_t>{ainv, "Asynchronous Invite"},
};

// EPSG DS 301, 7.1: states of managing and of controlled nodes share their numbers.
constexpr std::array states{
    Named<std::uint8_t>{0x00, "off"},
    Named<std::uint8_t>{0x19, "initialising"},
    Named<std::uint8_t>{0x29, "reset application"},
    Named<std::uint8_t>{0x39, "reset communication"},
    Named<std::uint8_t>{0x79, "reset configuration"},
    Named<std::uint8_t>{0x1C, "not active"},
    Named<std::uint8_t>{0x1D, "pre-operational 1"},
    Named<std::uint8_t>{0x5D, "pre-operational 2"},
    Named<std::uint8_t>{0x6D, "ready to operate"},
    Named<std::uint8_t>{0xFD, "operational"},
    Named<std::uint8_t>{0x4D, "stopped"},
    Named<std::uint8_t>{0x1E, "basic Ethernet"},
};

struct Command {
  std::uint8_t code;
  std::string_view name;
  Operation operation;
};

// EPSG DS 301, 7.3.1.2. A start belongs to every boot of the network: it says no more than the steps before it.
constexpr std::array nmt_commands{
    Command{0x01, "IdentResponse", Operation::identify},
    Command{0x02, "StatusResponse", Operation::read_state},
    Command{0x21, "NMTStartNode", Operation::mode_other},
    Command{0x22, "NMTStopNode", Operation::mode_stop},
    Command{0x23, "NMTEnterPreOperational2", Operation::mode_other},
    Command{0x24, "NMTEnableReadyToOperate", Operation::mode_other},
    Command{0x28, "NMTResetNode", Operation::restart},
    Command{0x29, "NMTResetCommunication", Operation::restart},
    Command{0x2A, "NMTResetConfiguration", Operation::restart},
    Command{0x2B, "NMTSwReset", Operation::restart},
    Command{0x2D, "NMTDNA", Operation::config_write},
    Command{0x41, "NMTStartNodeEx", Operation::mode_other},
    Command{0x42, "NMTStopNodeEx", Operation::mode_stop},
    Command{0x43, "NMTEnterPreOperational2Ex", Operation::mode_other},
    Command{0x44, "NMTEnableReadyToOperateEx", Operation::mode_other},
    Command{0x48, "NMTResetNodeEx", Operation::restart},
    Command{0x49, "NMTResetCommunicationEx", Operation::restart},
    Command{0x4A, "NMTResetConfigurationEx", Operation::restart},
    Command{0x4B, "NMTSwResetEx", Operation::restart},
    Command{0x62, "NMTNetHostNameSet", Operation::config_write},
    Command{0x63, "NMTFlushArpEntry", Operation::unknown},
    Command{0x80, "NMTPublishConfiguredNodes", Operation::report},
    Command{0x90, "NMTPublishActiveNodes", Operation::report},
    Command{0x91, "NMTPublishPreOperational1", Operation::report},
    Command{0x92, "NMTPublishPreOperational2", Operation::report},
    Command{0x93, "NMTPublishReadyToOperate", Operation::report},
    Command{0x94, "NMTPublishOperational", Operation::report},
    Command{0x95, "NMTPublishStopped", Operation::report},
    Command{0xA0, "NMTPublishEmergencyNew", Operation::report},
    Command{0xB0, "NMTPublishTime", Operation::report},
    Command{0xFF, "NMTInvalidService", Operation::unknown},
};

// Device profiles of CAN in Automation.
constexpr std::array device_types{
    Named<std::uint16_t>{401, "Generic I/O"},
    Named<std::uint16_t>{402, "Drive and motion control"},
    Named<std::uint16_t>{403, "Human-Machine Interface"},
    Named<std::uint16_t>{404, "Measuring device"},
    Named<std::uint16_t>{405, "Programmable device"},
    Named<std::uint16_t>{406, "Encoder"},
    Named<std::uint16_t>{408, "Hydraulic drive"},
};

constexpr std::array vendors{Named<std::uint32_t>{0x0100006C, "B&R"}};

Operation operation_of_service(std::uint8_t service) noexcept {
  switch (service) {
    case service_ident: return Operation::identify;
    case service_status: return Operation::read_state;
    case service_sync: return Operation::report;
    default: return Operation::unknown;
  }
}

void read_state(Reader& reader, Message& said) {
  reader.u8(said.state);
  if (said.state) said.state_name = name_in(states, *said.state);
}

void take_command(Message& said) {
  const Command* command = said.command ? row_of(nmt_commands, *said.command) : nullptr;
  if (command == nullptr) return;
  said.command_name = command->name;
  said.operation = command->operation;
}

class PowerlinkSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message said;
    const std::uint8_t type = reader.u8() & type_mask;
    if (reader.ok()) {
      said.type = type;
      reader.note(&said.type, 1);
      said.kind = name_in(types, type);
    }
    reader.u8(said.destination_node);
    reader.u8(said.source_node);
    if (said.source_node == 0 && said.destination_node == 0) said.source_node = said.destination_node = std::nullopt;
    Identity identity;
    read_body(reader, said, identity);
    if (said.type) out.emit(said);
    if (identity.vendor_id) out.emit(identity);
    if (reader.ok() && !said.kind) out.fault(ParseFault::Kind::unknown_function, 0, "a type of frame");
    if (!say_cut(whole, out)) (void)say_truncated(reader, out);
  }

 private:
  static void read_body(Reader& reader, Message& said, Identity& identity) {
    switch (said.type.value_or(0)) {
      case soc: said.operation = Operation::report; return reader.skip(soc_size - 3);
      case preq:
      case pres:
        said.operation = Operation::report;
        if (said.type == pres) read_state(reader, said);
        else reader.skip(1);
        reader.skip(4);  // flags, version of the process data
        return reader.skip(reader.u16le());
      case soa:
        read_state(reader, said);
        reader.skip(2);  // flags
        reader.u8(said.service);
        reader.u8(said.target_node);
        reader.skip(1);  // version of the protocol
        said.operation = said.service == 0 ? Operation::report : operation_of_service(said.service.value_or(0));
        if (said.service == service_ident && said.source_node == managing_node) said.role = "POWERLINK managing node";
        return;
      case asnd: return read_asynchronous(reader, said, identity);
      default: return;
    }
  }

  static void read_asynchronous(Reader& reader, Message& said, Identity& identity) {
    reader.u8(said.service);
    said.operation = operation_of_service(said.service.value_or(0));
    switch (said.service.value_or(0)) {
      case service_ident: return read_identity(reader, said, identity);
      case service_status:
        reader.skip(2);  // flags
        return read_state(reader, said);
      case service_nmt_request:
        reader.u8(said.command);
        reader.u8(said.target_node);
        return take_command(said);
      case service_nmt_command:
        reader.u8(said.command);
        reader.skip(1);
        return take_command(said);
      case service_sdo: return reader.skip(sequence_size);
      default: return;
    }
  }

  static void read_identity(Reader& reader, Message& said, Identity& identity) {
    reader.skip(2);  // flags
    read_state(reader, said);
    reader.skip(19);  // version, features, sizes, response time
    reader.u16le(identity.device_type);
    reader.skip(2);  // additional information
    reader.u32le(identity.vendor_id);
    reader.u32le(identity.product_code);
    reader.u32le(identity.revision);
    reader.u32le(identity.serial_number);
    reader.skip(24);  // the vendor's own, dates of configuration and application
    const std::uint32_t address = reader.u32le();
    if (reader.ok() && address != 0) {
      identity.ip = IpAddress::v4(address);
      reader.note(&identity.ip, address_size);
    }
    reader.skip(2 * address_size);  // mask, gateway
    identity.host_name = fixed_text(reader.text(host_name_size));
    reader.note(&identity.host_name, host_name_size);
    if (identity.device_type) identity.role = name_in(device_types, *identity.device_type);
    if (identity.vendor_id) identity.vendor = name_in(vendors, *identity.vendor_id);
    if (identity.serial_number == 0U || identity.serial_number == no_serial) identity.serial_number.reset();
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const std::uint8_t type = reader.u8() & type_mask;
  const std::uint8_t destination = reader.u8();
  const std::uint8_t source = reader.u8();
  const std::uint8_t service = reader.u8();
  if (!reader.ok()) return Match::maybe;
  switch (type) {
    case soc:
    case soa: return destination == 0xFF && source == managing_node ? Match::maybe : Match::no;
    case preq:
    case pres: return destination != 0 && source != 0 ? Match::maybe : Match::no;
    case asnd:
      return (service >= service_ident && service <= service_sync) ||
                     (service >= service_maker_first && service <= service_maker_last)
                 ? Match::maybe
                 : Match::no;
    case amni:
    case ainv: return Match::maybe;
    default: return Match::no;
  }
}

Says says(Bytes pdu) noexcept {
  Reader reader{pdu};
  const std::uint8_t type = reader.u8() & type_mask;
  reader.skip(2);
  const std::uint8_t service = reader.u8();
  if (!reader.ok()) return Says::nothing;
  return type == preq || (type == asnd && service == service_nmt_command) ? Says::request : Says::nothing;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::type>("type", "Type of the frame."),
    field<&Message::kind>("kind", "The type in words."),
    field<&Message::source_node>("source_node", "Number of the sending node; 240 manages."),
    field<&Message::destination_node>("destination_node", "Number of the node that it is for; 255 all."),
    field<&Message::state>("state", "State of the sender in network management."),
    field<&Message::state_name>("state_name", "The state in words."),
    field<&Message::service>("service", "Asynchronous service: 1 identify, 2 status, 4 NMT command, 5 SDO."),
    field<&Message::target_node>("target_node", "Node that the service is asked of."),
    field<&Message::command>("command", "Command of network management."),
    field<&Message::command_name>("command_name", "The command in words."),
    field<&Message::role>("role", "That the sender manages the network.", Meaning::role),
};

constexpr std::array identity_fields{
    field<&Identity::device_type>("device_type", "Device profile of CAN in Automation."),
    field<&Identity::role>("role", "The device profile in words.", Meaning::role),
    field<&Identity::vendor_id>("vendor_id", "Vendor, as CAN in Automation numbers them."),
    field<&Identity::vendor>("vendor", "The vendor by name.", Meaning::vendor),
    field<&Identity::product_code>("product_code", "Product, as the vendor numbers them."),
    field<&Identity::revision>("revision", "Revision of the product."),
    field<&Identity::serial_number>("serial_number", "Serial number.", Meaning::serial_number),
    field<&Identity::ip>("ip_address", "Address of the node beside POWERLINK.", Meaning::ip_address),
    field<&Identity::host_name>("host_name", "Name of the node.", Meaning::host_name),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88AB}, Carrier{Carrier::Kind::udp, 3819}};
constexpr std::array messages{&Message::schema, &Identity::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("powerlink.message", "One frame.", "EPSG DS 301, 4.6", message_fields);
constinit const Schema Identity::schema =
    describe<Identity>("powerlink.identity", "What a node says of itself.", "EPSG DS 301, 7.3.3.2", identity_fields);

constinit const Protocol protocol{
    .name = "powerlink",
    .title = "Ethernet POWERLINK",
    .source = "EPSG DS 301",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<PowerlinkSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::powerlink

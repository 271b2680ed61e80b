// PROFINET Discovery and Configuration Protocol: IEC 61158-6-10, 4.3. It lives on Ethernet alone, so its devices need
// no IP address; frames are padded, and their own length says where the blocks end.

#include "protocol/pn_dcp.h"

#include <array>
#include <string>

#include "protocol/faults.h"
#include "protocol/lookup.h"

namespace bulkhead::pn_dcp {

namespace {

constexpr std::uint16_t frame_hello = 0xFEFC, frame_get_set = 0xFEFD, frame_identify = 0xFEFE, frame_answer = 0xFEFF;
constexpr std::uint8_t service_get = 3, service_set = 4, service_identify = 5, service_hello = 6;
constexpr std::uint8_t request = 0, success = 1, not_supported = 5;
constexpr std::uint8_t option_ip = 1, option_device = 2, option_control = 5;
constexpr std::uint8_t control_signal = 3, control_response = 4, control_factory_reset = 5,
                       control_reset_to_factory = 6;

constexpr std::array services{
    Named<std::uint8_t>{service_get, "Get"},
    Named<std::uint8_t>{service_set, "Set"},
    Named<std::uint8_t>{service_identify, "Identify"},
    Named<std::uint8_t>{service_hello, "Hello"},
};

// IEC 61158-6-10, 4.3.1.4.
constexpr std::array block_names{
    Named<unsigned>{0x0101, "MAC address"},
    Named<unsigned>{0x0102, "IP parameter"},
    Named<unsigned>{0x0103, "full IP suite"},
    Named<unsigned>{0x0201, "type of station"},
    Named<unsigned>{0x0202, "name of station"},
    Named<unsigned>{0x0203, "device identifier"},
    Named<unsigned>{0x0204, "device role"},
    Named<unsigned>{0x0205, "device options"},
    Named<unsigned>{0x0206, "alias name"},
    Named<unsigned>{0x0207, "device instance"},
    Named<unsigned>{0x0208, "OEM device identifier"},
    Named<unsigned>{0x0209, "standard gateway"},
    Named<unsigned>{0x020A, "RSI properties"},
    Named<unsigned>{0x0501, "start of transaction"},
    Named<unsigned>{0x0502, "end of transaction"},
    Named<unsigned>{0x0503, "signal"},
    Named<unsigned>{0x0504, "response"},
    Named<unsigned>{0x0505, "factory reset"},
    Named<unsigned>{0x0506, "reset to factory"},
    Named<unsigned>{0x0601, "device initiative"},
    Named<unsigned>{0xFFFF, "all"},
};

constexpr std::array block_errors{
    Named<std::uint8_t>{1, "option not supported"},
    Named<std::uint8_t>{2, "suboption not supported or no data"},
    Named<std::uint8_t>{3, "suboption not set"},
    Named<std::uint8_t>{4, "resource error"},
    Named<std::uint8_t>{5, "set not possible for local reasons"},
    Named<std::uint8_t>{6, "set not possible in operation"},
};

// Vendor identifiers that PROFIBUS & PROFINET International assigned: those met most.
constexpr std::array vendors{
    Named<std::uint16_t>{0x002A, "Siemens"},
    Named<std::uint16_t>{0x00B0, "Phoenix Contact"},
    Named<std::uint16_t>{0x010C, "HMS Industrial Networks"},
    Named<std::uint16_t>{0x011D, "WAGO"},
    Named<std::uint16_t>{0x011E, "Hilscher"},
    Named<std::uint16_t>{0x0120, "Beckhoff"},
    Named<std::uint16_t>{0x015A, "GE Intelligent Platforms"},
};

constexpr std::array roles{
    Named<std::uint8_t>{1, "IO device"},
    Named<std::uint8_t>{2, "IO controller"},
    Named<std::uint8_t>{4, "IO multidevice"},
    Named<std::uint8_t>{8, "IO supervisor"},
};

/// What setting a block does.
Operation set_operation(unsigned option, unsigned suboption) noexcept {
  if (option != option_control) return Operation::config_write;
  switch (suboption) {
    case control_signal: return Operation::discover;
    case control_factory_reset:
    case control_reset_to_factory: return Operation::restart;
    default: return Operation::unknown;  // a transaction begins or ends, or is answered
  }
}

class DcpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message message;
    reader.u16be(message.frame_id);
    reader.u8(message.service);
    reader.u8(message.service_type);
    reader.u32be(message.transaction);
    reader.skip(2);  // response delay
    Reader blocks = reader.sub(reader.u16be());
    const std::uint8_t service = message.service.value_or(0);
    const std::uint8_t type = message.service_type.value_or(0);
    if (!message.service_type) {
      (void)(say_cut(whole, out) || say_truncated(reader, out));
      return;
    }
    message.service_name = name_in(services, service);
    message.operation = operation_of(service, type, blocks, message.transaction.value_or(0));
    if (type == not_supported) message.refusal = type;
    out.emit(message);
    if (!message.service_name) out.fault(ParseFault::Kind::unknown_function, 2, "Get, Set, Identify or Hello");
    else if (service == service_get && type == request) read_wanted(blocks, message, out);
    else read_blocks(blocks, message, out);
    if (!say_cut(whole, out)) (void)say_truncated(blocks, out);
  }

  void gap(Direction) override { asked_.clear(); }

 private:
  Operation operation_of(std::uint8_t service, std::uint8_t type, Reader blocks, std::uint32_t transaction) {
    switch (service) {
      case service_get: return Operation::identify;
      case service_identify:
      case service_hello: return Operation::discover;
      case service_set: break;
      default: return Operation::unknown;
    }
    if (type != request) {
      const auto entry = asked_.answered(transaction);
      return entry ? entry->request : Operation::config_write;
    }
    Operation worst = Operation::unknown;
    while (blocks.ok() && blocks.left() >= 4) {
      const unsigned option = blocks.u8();
      const Operation one = set_operation(option, blocks.u8());
      const std::size_t size = blocks.u16be();
      blocks.skip(size + size % 2);
      if (worst == Operation::unknown || one == Operation::restart ||
          (one == Operation::config_write && worst != Operation::restart))
        worst = one == Operation::unknown ? worst : one;
    }
    asked_.asked(transaction, 0, worst);
    return worst;
  }

  static Block block_of(std::uint8_t option, std::uint8_t suboption, Operation operation) {
    Block block;
    block.option = option;
    block.suboption = suboption;
    block.operation = operation;
    block.name = name_in(block_names, static_cast<unsigned>(option << 8U | suboption));
    return block;
  }

  /// A Get names what it wants by pairs alone.
  static void read_wanted(Reader& blocks, const Message& message, Emitter& out) {
    while (blocks.ok() && blocks.left_on_wire() > 0) {
      const std::uint8_t option = blocks.u8();
      const std::uint8_t suboption = blocks.u8();
      if (blocks.ok()) out.emit(block_of(option, suboption, message.operation));
    }
  }

  static void read_blocks(Reader& blocks, const Message& message, Emitter& out) {
    Identity identity;
    std::string role;
    identity.station_mac = out.origin().source.mac;
    const bool told = message.service_type != request || message.service == service_hello;
    const bool has_word = told || message.service == service_set;  // block information, or qualifier of a set
    bool says_something = false;
    while (blocks.ok() && blocks.left_on_wire() > 0) {
      const std::uint8_t option = blocks.u8();
      const std::uint8_t suboption = blocks.u8();
      const std::size_t size = blocks.u16be();
      Reader value = blocks.sub(size);
      if (size % 2 != 0 && blocks.left_on_wire() > 0) blocks.skip(1);
      if (!blocks.ok()) break;
      const bool set = message.service == service_set && !told;
      const Operation own = set ? set_operation(option, suboption) : Operation::unknown;
      Block block = block_of(option, suboption, own == Operation::unknown ? message.operation : own);
      if (option == option_control && suboption == control_response) {
        read_answer(value, block);
      } else {
        if (has_word && set) value.u16be(block.qualifier);
        else if (has_word) value.skip(2);
        read_value(value, block);
        if (told && value.ok()) says_something = describe(value, block, identity, role) || says_something;
      }
      out.emit(block);
      (void)say_truncated(value, out);
    }
    if (says_something) out.emit(identity);
  }

  static void read_answer(Reader& value, Block& block) {
    value.skip(2);  // of the block that is answered
    const std::uint8_t error = value.u8();
    if (!value.ok() || error == 0) return;
    block.refusal = error;
    value.note(&block.refusal, 1);
    block.refusal_name = name_in(block_errors, error);
  }

  /// Text and addresses; what else there is, is read from a copy by `describe`.
  static void read_value(Reader& value, Block& block) {
    if (block.option == option_device && (block.suboption == 1 || block.suboption == 2 || block.suboption == 6)) {
      const std::size_t size = value.left_on_wire();
      if (size > 0) value.text(size, block.text);
    } else if (block.option == option_ip && (block.suboption == 2 || block.suboption == 3)) {
      const std::uint32_t address = value.u32be();
      if (!value.ok()) return;
      block.ip = IpAddress::v4(address);
      value.note(&block.ip, 4);
    }
  }

  static bool describe(Reader& value, const Block& block, Identity& identity, std::string& role) {
    if (block.option == option_ip && block.ip && !block.ip->is_unspecified()) {
      identity.ip = block.ip;
      return true;
    }
    if (block.option != option_device) return false;
    switch (block.suboption.value_or(0)) {
      case 1: identity.type = block.text; return block.text.has_value();
      case 2: identity.name = block.text; return block.text.has_value();
      case 6: identity.alias = block.text; return block.text.has_value();
      case 3:
        value.u16be(identity.vendor_id);
        value.u16be(identity.device_id);
        if (identity.vendor_id) identity.vendor = vendor_named(*identity.vendor_id);
        return identity.vendor_id.has_value();
      case 4: {
        const unsigned bits = value.u8();
        for (const auto& row : roles) {
          if ((bits & row.code) == 0) continue;
          if (!role.empty()) role += ", ";
          role += row.name;
        }
        if (role.empty()) return false;
        identity.role = role;
        value.note(&identity.role, 1);
        return true;
      }
      default: return false;
    }
  }

  Pending<Operation> asked_;
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const std::uint16_t frame_id = reader.u16be();
  if (!reader.ok()) return Match::maybe;
  if (frame_id < frame_hello || frame_id > frame_answer) return Match::no;
  const std::uint8_t service = reader.u8();
  const std::uint8_t type = reader.u8();
  if (!reader.ok()) return Match::maybe;
  const bool known =
      name_in(services, service).has_value() && (type == request || type == success || type == not_supported);
  if (!known) return Match::maybe;
  const bool fits = frame_id == frame_get_set ? service == service_get || service == service_set
                    : frame_id == frame_hello ? service == service_hello
                                              : service == service_identify;
  return fits && (frame_id != frame_identify || type == request) && (frame_id != frame_answer || type != request)
             ? Match::yes
             : Match::maybe;
}

Says says(Bytes pdu) noexcept {
  if (recognise(pdu) != Match::yes || pdu.size() < 4 || pdu[2] == service_hello) return Says::nothing;
  return pdu[3] == request ? Says::request : Says::response;
}

constexpr std::array message_fields{
    field<&Message::frame_id>("frame_id", "Frame identifier: 65276 Hello to 65279 answer to Identify."),
    field<&Message::service>("service", "3 Get, 4 Set, 5 Identify, 6 Hello."),
    field<&Message::service_name>("service_name", "The service in words."),
    field<&Message::service_type>("service_type", "0 request, 1 response, 5 not supported."),
    field<&Message::operation>("operation", "What is asked of the station.", Meaning::operation),
    field<&Message::transaction>("transaction", "Pairs a response with its request."),
    field<&Message::refusal>("refusal", "The service type, where the service is not supported.", Meaning::refusal),
};

constexpr std::array block_fields{
    field<&Block::operation>("operation", "What is asked of the station."),
    field<&Block::option>("option", "Option of the block."),
    field<&Block::suboption>("suboption", "Suboption of the block."),
    field<&Block::name>("name", "What the block holds or commands."),
    field<&Block::qualifier>("qualifier", "Qualifier of a set: kept for good, or what is reset."),
    field<&Block::text>("text", "Text of the block."),
    field<&Block::ip>("ip", "Address in the block."),
    field<&Block::refusal>("refusal", "Error of a set.", Meaning::refusal),
    field<&Block::refusal_name>("refusal_name", "The error in words."),
};

constexpr std::array identity_fields{
    field<&Identity::station_mac>("station_mac", "Address that the station sends from.", Meaning::subject_mac),
    field<&Identity::name>("name_of_station", "Name of the station.", Meaning::host_name),
    field<&Identity::type>("type_of_station", "Type of the station.", Meaning::product),
    field<&Identity::alias>("alias", "Alias: the port of a neighbour that it is connected to."),
    field<&Identity::vendor>("vendor", "The vendor by name.", Meaning::vendor),
    field<&Identity::role>("role", "Roles in PROFINET.", Meaning::role),
    field<&Identity::vendor_id>("vendor_id", "Vendor, as PROFIBUS & PROFINET International numbers them."),
    field<&Identity::device_id>("device_id", "Device, as the vendor numbers them."),
    field<&Identity::ip>("ip_address", "Address that it was given.", Meaning::ip_address),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x8892}};
constexpr std::array messages{&Message::schema, &Block::schema, &Identity::schema};

}  // namespace

std::optional<std::string_view> vendor_named(std::uint16_t identifier) noexcept {
  return name_in(vendors, identifier);
}

constinit const Schema Message::schema =
    describe<Message>("pn_dcp.message", "A request or a response.", "IEC 61158-6-10, 4.3", message_fields);
constinit const Schema Block::schema = describe<Block>(
    "pn_dcp.block", "A property that is asked for, told or set, or a command.", "IEC 61158-6-10, 4.3.1", block_fields);
constinit const Schema Identity::schema =
    describe<Identity>("pn_dcp.identity", "What a station says of itself.", "IEC 61158-6-10, 4.3.1", identity_fields);

constinit const Protocol protocol{
    .name = "pn_dcp",
    .title = "PROFINET DCP",
    .source = "IEC 61158-6-10",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<DcpSession>(); },
    .messages = messages,
};

}  // namespace bulkhead::pn_dcp

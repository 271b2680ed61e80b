// DCE/RPC over a connection (C706, 12.6; [MS-RPCE] 2.2.2): which interfaces are bound, which procedures are called, and
// who logs on. Arguments are not read. What a call does is said only of interfaces whose procedures are published:
// services, tasks, the directory, and the data interfaces of OPC Classic. Numbers are in the order that each packet
// says.

#include "protocol/dcerpc.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/ntlm.h"

namespace bulkhead::dcerpc {

namespace {

constexpr std::uint8_t version = 5, minor_max = 1;
constexpr std::uint8_t request = 0, response = 2, fault = 3, bind = 11, bind_ack = 12, bind_nak = 13, alter = 14,
                       alter_response = 15, auth3 = 16, orphaned = 19;
constexpr std::size_t header_size = 16, trailer_size = 8, contexts_max = 32;

struct Packet {
  std::uint8_t code;
  std::string_view name;
  Says says;
  Operation operation;
};

// C706, 12.6.4; [MS-RPCE] 2.2.2.5 for the last but two.
constexpr std::array packets{
    Packet{request, "request", Says::request, Operation::unknown},
    Packet{response, "response", Says::response, Operation::unknown},
    Packet{fault, "fault", Says::response, Operation::unknown},
    Packet{bind, "bind", Says::request, Operation::session_open},
    Packet{bind_ack, "bind acknowledged", Says::response, Operation::session_open},
    Packet{bind_nak, "bind refused", Says::response, Operation::session_open},
    Packet{alter, "alter context", Says::request, Operation::session_open},
    Packet{alter_response, "context altered", Says::response, Operation::session_open},
    Packet{auth3, "authentication", Says::request, Operation::auth},
    Packet{17, "shutdown", Says::response, Operation::session_close},
    Packet{18, "cancel", Says::request, Operation::unknown},
    Packet{orphaned, "orphaned", Says::request, Operation::unknown},
};

/// A UUID as its text has it; the order of its first three parts on the wire is the packet's.
struct Uuid {
  std::uint32_t first = 0;
  std::uint16_t second = 0, third = 0;
  std::uint64_t rest = 0;
  constexpr bool operator==(const Uuid&) const = default;
};

struct Service {
  Uuid code;
  std::string_view name;
};

constexpr Uuid services_control{0x367abb81, 0x9844, 0x35f1, 0xad3298f038001003};
constexpr Uuid tasks_at{0x1ff70682, 0x0a51, 0x30e8, 0x076d740be8cee98b};
constexpr Uuid tasks{0x86d35949, 0x83c9, 0x4044, 0xb424db363231fd0c};
constexpr Uuid registry{0x338cd001, 0x2244, 0x31f1, 0xaaaa900038001003};
constexpr Uuid replication{0xe3514235, 0x4b06, 0x11d1, 0xab0400c04fc2dcd2};
constexpr Uuid logon{0x12345678, 0x1234, 0xabcd, 0xef0001234567cffb};
constexpr Uuid endpoint_mapper{0xe1af8308, 0x5d1f, 0x11c9, 0x91a408002b14a0fa};
constexpr Uuid object_exporter{0x99fcfec4, 0x5260, 0x101b, 0xbbcb00aa0021347a};
constexpr Uuid activator{0x000001a0, 0x0000, 0x0000, 0xc000000000000046};
constexpr Uuid opc_sync{0x39c13a52, 0x011e, 0x11d0, 0x96750020afd8adb3};
constexpr Uuid opc_async{0x39c13a71, 0x011e, 0x11d0, 0x96750020afd8adb3};
constexpr Uuid opc_callback{0x39c13a70, 0x011e, 0x11d0, 0x96750020afd8adb3};

// The Microsoft documents named in brackets; C706, appendix O; OPC Data Access 3.0, appendix.
constexpr std::array services{
    Service{endpoint_mapper, "endpoint mapper"},
    Service{object_exporter, "object exporter"},
    Service{activator, "remote activation"},
    Service{{0x00000131, 0x0000, 0x0000, 0xc000000000000046}, "remote references"},
    Service{{0x00000143, 0x0000, 0x0000, 0xc000000000000046}, "remote references"},
    Service{services_control, "services"},                                            // [MS-SCMR]
    Service{tasks_at, "scheduled tasks"},                                             // [MS-TSCH] ATSvc
    Service{tasks, "scheduled tasks"},                                                // [MS-TSCH] ITaskSchedulerService
    Service{registry, "registry"},                                                    // [MS-RRP]
    Service{replication, "replication"},                                              // [MS-DRSR]
    Service{logon, "network logon"},                                                  // [MS-NRPC]
    Service{{0x12345778, 0x1234, 0xabcd, 0xef000123456789ab}, "security authority"},  // [MS-LSAD]
    Service{{0x12345778, 0x1234, 0xabcd, 0xef000123456789ac}, "accounts"},            // [MS-SAMR]
    Service{{0x4b324fc8, 0x1670, 0x01d3, 0x12785a47bf6ee188}, "server"},              // [MS-SRVS]
    Service{{0x6bffd098, 0xa112, 0x3610, 0x983346c3f87e345a}, "workstation"},         // [MS-WKST]
    Service{{0x12345678, 0x1234, 0xabcd, 0xef000123456789ab}, "printing"},            // [MS-RPRN]
    Service{{0x39c13a4d, 0x011e, 0x11d0, 0x96750020afd8adb3}, "OPC server"},
    Service{{0x39c13a4f, 0x011e, 0x11d0, 0x96750020afd8adb3}, "OPC address space"},
    Service{{0x39c13a50, 0x011e, 0x11d0, 0x96750020afd8adb3}, "OPC group"},
    Service{{0x39c13a54, 0x011e, 0x11d0, 0x96750020afd8adb3}, "OPC items"},
    Service{opc_sync, "OPC data"},
    Service{opc_async, "OPC data"},
    Service{opc_callback, "OPC data callback"},
};

struct Procedure {
  Uuid service;
  std::uint16_t code;
  std::string_view name;
  Operation operation;
};

// Those that are sure, and matter: a service or a task that is made and started is a program run from elsewhere.
constexpr std::array procedures{
    Procedure{endpoint_mapper, 3, "ept_map", Operation::discover},
    Procedure{object_exporter, 5, "ServerAlive2", Operation::identify},
    Procedure{activator, 4, "RemoteCreateInstance", Operation::session_open},
    Procedure{services_control, 1, "RControlService", Operation::control},
    Procedure{services_control, 2, "RDeleteService", Operation::config_write},
    Procedure{services_control, 6, "RQueryServiceStatus", Operation::read_state},
    Procedure{services_control, 11, "RChangeServiceConfigW", Operation::config_write},
    Procedure{services_control, 12, "RCreateServiceW", Operation::config_write},
    Procedure{services_control, 15, "ROpenSCManagerW", Operation::session_open},
    Procedure{services_control, 16, "ROpenServiceW", Operation::session_open},
    Procedure{services_control, 19, "RStartServiceW", Operation::control},
    Procedure{services_control, 24, "RCreateServiceA", Operation::config_write},
    Procedure{services_control, 31, "RStartServiceA", Operation::control},
    Procedure{tasks_at, 0, "NetrJobAdd", Operation::config_write},
    Procedure{tasks_at, 1, "NetrJobDel", Operation::config_write},
    Procedure{tasks_at, 2, "NetrJobEnum", Operation::read},
    Procedure{tasks, 1, "SchRpcRegisterTask", Operation::config_write},
    Procedure{tasks, 12, "SchRpcRun", Operation::control},
    Procedure{replication, 3, "IDL_DRSGetNCChanges", Operation::read},
    Procedure{logon, 4, "NetrServerReqChallenge", Operation::auth},
    Procedure{logon, 26, "NetrServerAuthenticate3", Operation::auth},
    Procedure{logon, 30, "NetrServerPasswordSet2", Operation::credential_change},
    Procedure{opc_sync, 3, "Read", Operation::read},
    Procedure{opc_sync, 4, "Write", Operation::write},
    Procedure{opc_async, 3, "Read", Operation::read},
    Procedure{opc_async, 4, "Write", Operation::write},
    Procedure{opc_callback, 3, "OnDataChange", Operation::report},
};

const Procedure* procedure_of(const Uuid& service, std::uint16_t code) {
  const auto found = std::find_if(procedures.begin(), procedures.end(), [&](const Procedure& procedure) {
    return procedure.service == service && procedure.code == code;
  });
  return found == procedures.end() ? nullptr : &*found;
}

/// The order that a packet says its numbers are in (C706, 14.1).
struct Order {
  bool is_little = true;
  std::uint16_t u16(Reader& reader) const { return is_little ? reader.u16le() : reader.u16be(); }
  std::uint32_t u32(Reader& reader) const { return is_little ? reader.u32le() : reader.u32be(); }
  template <class T>
  void u16(Reader& reader, T& member) const {
    if (is_little) reader.u16le(member);
    else reader.u16be(member);
  }
  template <class T>
  void u32(Reader& reader, T& member) const {
    if (is_little) reader.u32le(member);
    else reader.u32be(member);
  }
};

Uuid read_uuid(Reader& reader, Order order) {
  Uuid uuid;
  uuid.first = order.u32(reader);
  uuid.second = order.u16(reader);
  uuid.third = order.u16(reader);
  uuid.rest = reader.u64be();
  return uuid;
}

std::string to_text(const Uuid& uuid) {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", uuid.first, uuid.second, uuid.third, uuid.rest >> 48U,
                     uuid.rest & 0xFFFFFFFFFFFF);
}

class RpcSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message said;
    reader.skip(2);
    reader.u8(said.packet_type);
    reader.skip(1);
    const Order order{reader.u8() >> 4U == 1};
    reader.skip(3);
    const std::size_t size = order.u16(reader);
    const std::size_t secret = order.u16(reader);
    order.u32(reader, said.call);
    Reader body = reader.sub(size < header_size ? 0 : size - header_size);
    if (const Packet* packet = said.packet_type ? row_of(packets, *said.packet_type) : nullptr) {
      said.packet_name = packet->name;
      said.operation = packet->operation;
    }
    const Reader all = body;
    const std::size_t trailer = secret == 0 ? 0 : secret + trailer_size;
    switch (said.packet_type.value_or(orphaned)) {
      case request: call(body, order, said); break;
      case response:
      case fault: answer(body, order, said); break;
      case bind_nak: order.u16(body, said.refusal); break;
      default: break;
    }
    if (said.call) out.emit(said);
    if (said.packet_type == bind || said.packet_type == alter) interfaces(body, order, out);
    log_on(all, said, trailer, out);
    if (!say_cut(whole, out) && !say_truncated(reader, out)) (void)say_truncated(body, out);
  }

  void gap(Direction) override { waiting_.clear(); }

 private:
  struct Bound {
    std::uint16_t context = 0;
    Uuid service;
  };
  struct Asked {
    std::uint16_t context = 0, procedure = 0;
  };

  void call(Reader& body, Order order, Message& said) {
    body.skip(4);  // how much the arguments need
    order.u16(body, said.context);
    order.u16(body, said.procedure);
    if (!said.call || !said.context || !said.procedure) return;
    waiting_.asked(*said.call, 0, {*said.context, *said.procedure});
    name_call(said);
  }

  void answer(Reader& body, Order order, Message& said) {
    body.skip(4);
    order.u16(body, said.context);
    body.skip(2);  // cancels
    if (said.packet_type == fault) order.u32(body, said.refusal);
    if (!body.ok() || !said.call) return;
    const auto asked = waiting_.answered(*said.call);
    if (!asked) return;
    said.procedure = asked->request.procedure;
    name_call(said);
  }

  void name_call(Message& said) const {
    const auto bound =
        std::find_if(bound_.begin(), bound_.end(), [&](const Bound& entry) { return entry.context == said.context; });
    if (bound == bound_.end() || !said.procedure) return;
    said.service = name_in(services, bound->service);
    const Procedure* procedure = procedure_of(bound->service, *said.procedure);
    if (procedure == nullptr) return;
    said.procedure_name = procedure->name;
    said.operation = procedure->operation;
  }

  /// C706, 12.6.3.1: each interface with the ways of writing arguments that the client offers for it.
  void interfaces(Reader& body, Order order, Emitter& out) {
    body.skip(8);  // sizes of fragments, association
    const unsigned count = body.u8();
    body.skip(3);
    for (unsigned i = 0; i < count && body.ok(); ++i) {
      Interface said;
      order.u16(body, said.context);
      const std::size_t ways = body.u8();
      body.skip(1);
      const Uuid uuid = read_uuid(body, order);
      if (!body.ok() || !said.context) return;
      uuid_ = to_text(uuid);
      said.uuid = uuid_;
      body.note(&said.uuid, 16);
      said.service = name_in(services, uuid);
      order.u16(body, said.major);
      body.skip(2 + 20 * ways);
      const auto known =
          std::find_if(bound_.begin(), bound_.end(), [&](const Bound& entry) { return entry.context == said.context; });
      if (known != bound_.end()) known->service = uuid;
      else if (bound_.size() < contexts_max) bound_.push_back({*said.context, uuid});
      out.emit(said);
    }
  }

  /// The trailer of who logs on stands at the end ([MS-RPCE] 2.2.2.11): later packets carry only seals there.
  void log_on(Reader body, const Message& said, std::size_t trailer, Emitter& out) {
    const std::uint8_t type = said.packet_type.value_or(request);
    const bool logs_on = type >= bind && type <= auth3 && type != bind_nak;
    if (!logs_on || trailer == 0 || body.left_on_wire() < trailer) return;
    body.skip(body.left_on_wire() - trailer + trailer_size);
    if (body.ok()) ntlm_.find(body, out);
  }

  smb::NtlmReader ntlm_;
  std::vector<Bound> bound_;
  Pending<Asked> waiting_;
  std::string uuid_;
};

/// Version, a type that there is, numbers in an order that there is, and a length that holds the header.
Framing frame(Bytes buffered, Direction, const Session*) noexcept {
  if (!buffered.empty() && buffered[0] != version) return {};
  if (buffered.size() < header_size) return {Framing::Kind::need_more, header_size};
  Reader reader{buffered};
  reader.skip(1);
  const std::uint8_t minor = reader.u8();
  const std::uint8_t type = reader.u8();
  reader.skip(1);
  const std::uint8_t order = reader.u8();
  const bool is_plain = reader.u8() <= 3 && reader.u16be() == 0;
  const std::size_t size = Order{order >> 4U == 1}.u16(reader);
  const bool is_ours = minor <= minor_max && row_of(packets, type) != nullptr && (order & 0xEFU) == 0 && is_plain;
  if (!is_ours || size < header_size) return {};
  return {size <= buffered.size() ? Framing::Kind::pdu : Framing::Kind::need_more, size};
}

Match recognise(Bytes start) noexcept {
  if (frame(start, Direction::unknown, nullptr).kind == Framing::Kind::not_mine) return Match::no;
  return start.size() < header_size ? Match::maybe : Match::yes;
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < 3) return Says::nothing;
  const auto* packet = row_of(packets, pdu[2]);
  return packet == nullptr ? Says::nothing : packet->says;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What is asked, where the procedure is known.", Meaning::operation),
    field<&Message::packet_type>("packet_type", "Type of the packet: 0 request, 2 response, 3 fault, 11 bind."),
    field<&Message::packet_name>("packet_name", "The type in words."),
    field<&Message::call>("call", "Number of the call, by which an answer belongs to it."),
    field<&Message::context>("context", "Number of the bound interface."),
    field<&Message::service>("service", "That interface in words, where it is known."),
    field<&Message::procedure>("procedure", "Number of the procedure."),
    field<&Message::procedure_name>("procedure_name", "The procedure by name, where it is known."),
    field<&Message::refusal>("refusal", "Status of a fault, or why an interface is not bound.", Meaning::refusal),
};

constexpr std::array interface_fields{
    field<&Interface::context>("context", "Number by which calls mean the interface."),
    field<&Interface::uuid>("uuid", "Identifier of the interface."),
    field<&Interface::service>("service", "The interface in words, where it is known."),
    field<&Interface::major>("major", "Its major version."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::tcp, 135}};
constexpr std::array messages{&Message::schema, &Interface::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("dcerpc.message", "One packet of a call, or of a binding.", "C706, 12.6", message_fields);
constinit const Schema Interface::schema =
    describe<Interface>("dcerpc.interface", "An interface that a client binds to.", "C706, 12.6.3.1", interface_fields);

constinit const Protocol protocol{
    .name = "dcerpc",
    .title = "DCE/RPC",
    .source = "C706, [MS-RPCE]",
    .carriers = carriers,
    .max_pdu = 65'535,
    .recognise = recognise,
    .frame = frame,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<RpcSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::dcerpc

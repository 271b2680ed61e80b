// PROFINET context management: IEC 61158-6-10, 4.10 (calls) and 5.2 (blocks), over DCE/RPC without connection (C706,
// 12). Relations are set up, parameters written and records read here; the cycle itself is real-time traffic. The
// header's numbers are in the order that it says, the blocks' are big-endian. Answers come from a port of their own.

#include "protocol/pn_cm.h"

#include <algorithm>
#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/pn_cm_blocks.h"
#include "protocol/pn_dcp.h"

namespace bulkhead::pn_cm {

namespace {

constexpr std::uint8_t rpc_version = 4, request = 0, response = 2, fault = 3, reject = 6, packet_last = 10;
constexpr std::uint8_t fragmented = 0x04;
constexpr std::uint16_t connect = 0, release = 1, read = 2, write = 3, control = 4, read_implicit = 5;
constexpr std::array<std::uint8_t, 6> uuid_of_interface{0x00, 0xA0, 0x24, 0x42, 0xDF, 0x7D};
constexpr std::size_t rpc_header = 80;

struct Packet {
  std::uint8_t code;
  std::string_view name;
  Says says;
};

// C706, 12.1.
constexpr std::array packets{
    Packet{request, "request", Says::request},
    Packet{1, "ping", Says::request},
    Packet{response, "response", Says::response},
    Packet{fault, "fault", Says::response},
    Packet{4, "working", Says::response},
    Packet{5, "no call", Says::response},
    Packet{reject, "reject", Says::response},
    Packet{7, "acknowledge", Says::nothing},
    Packet{8, "cancel", Says::request},
    Packet{9, "fragment acknowledge", Says::nothing},
    Packet{packet_last, "cancel acknowledge", Says::response},
};

constexpr std::array interfaces{
    Named<std::uint32_t>{uuid_first + 1, "device"},
    Named<std::uint32_t>{uuid_first + 2, "controller"},
    Named<std::uint32_t>{uuid_first + 3, "supervisor"},
    Named<std::uint32_t>{uuid_first + 4, "parameter server"},
};

struct Procedure {
  std::uint16_t code;
  std::string_view name;
  Operation operation;
};

// IEC 61158-6-10, 4.10.3.2.
constexpr std::array procedures{
    Procedure{connect, "Connect", Operation::session_open},
    Procedure{release, "Release", Operation::session_close},
    Procedure{read, "Read", Operation::read},
    Procedure{write, "Write", Operation::config_write},
    Procedure{control, "Control", Operation::unknown},
    Procedure{read_implicit, "Read Implicit", Operation::read},
};

// What a control call is about: IEC 61158-6-10, 5.2.3.
constexpr std::array steps{
    Procedure{block_parameter_end, "parameters end", Operation::config_write},
    Procedure{block_ready, "application ready", Operation::report},
    Procedure{block_release, "release", Operation::session_close},
    Procedure{block_ready_companion, "ready for companion", Operation::report},
    Procedure{block_ready_rt3, "ready for class 3", Operation::report},
    Procedure{block_parameter_begin, "parameters begin", Operation::config_write},
};

/// What a call is about, by its first block.
void judge(Reader blocks, Message& said) {
  const Procedure* procedure = said.procedure ? row_of(procedures, *said.procedure) : nullptr;
  if (procedure == nullptr) return;
  said.procedure_name = procedure->name;
  said.operation = procedure->operation;
  Block first = read_block(blocks);
  if (first.request() == block_read) {
    const Record record = read_record(first);
    if (record.index) said.operation = record.operation;
  } else if (const Procedure* step = row_of(steps, first.request())) {
    said.step = step->name;
    said.operation = step->operation;
  }
}

Says says(Bytes pdu) noexcept {
  if (pdu.size() < 2) return Says::nothing;
  const auto* packet = row_of(packets, pdu[1]);
  return packet == nullptr ? Says::nothing : packet->says;
}

class CmSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Message said;
    reader.skip(1);
    reader.u8(said.packet_type);
    const bool is_part = (reader.u8() & fragmented) != 0;
    reader.skip(1);
    const Order order{reader.u8() >> 4U == 1};
    reader.skip(3);
    read_object(reader, order, said);
    Bytes rest;
    const auto interface = read_uuid(reader, order, rest);
    reader.skip(24);  // activity, boot time, version
    order.u32(reader, said.sequence);
    order.u16(reader, said.procedure);
    reader.skip(4);  // hints
    const std::size_t size = order.u16(reader);
    order.u16(reader, said.fragment);
    reader.skip(2);  // authentication, serial number
    Reader body = reader.sub(size);
    if (interface) said.interface = name_in(interfaces, *interface);
    if (said.packet_type) said.packet_name = name_in(packets, *said.packet_type);
    const Says direction = says(whole.peek());
    if (said.vendor_id && direction == Says::request) said.called_vendor = pn_dcp::vendor_named(*said.vendor_id);
    if (said.vendor_id && direction == Says::response) said.vendor = pn_dcp::vendor_named(*said.vendor_id);
    bool is_whole = true;
    if (said.packet_type == request || said.packet_type == response) {
      is_whole = call(body, is_part ? Extent::part : Extent::whole, order, said, out);
    } else {
      if (said.packet_type == fault || said.packet_type == reject) order.u32(body, said.refusal);
      if (said.fragment) out.emit(said);
    }
    if (!say_cut(whole, out) && !say_truncated(reader, out) && is_whole) (void)say_truncated(body, out);
  }

 private:
  /// False where a block is broken, and it was said.
  static bool call(Reader& body, Extent extent, Order order, Message& said, Emitter& out) {
    if (said.fragment.value_or(0) > 0) {  // the rest of a call that began in another datagram
      judge(Reader{{}}, said);
      body.skip(body.left_on_wire());
      out.emit(said);
      return true;
    }
    const std::uint32_t status = order.u32(body);  // of a call: how long its answer may be
    if (said.packet_type == response && body.ok() && status != 0) {
      said.refusal = status;
      body.note(&said.refusal, 4);
    }
    body.skip(12);  // size of arguments, and the array's bounds
    const std::size_t size = order.u32(body);
    const std::size_t there = body.left_on_wire();
    Reader blocks = body.sub(extent == Extent::part ? std::min(size, there) : size);
    judge(blocks, said);
    if (said.fragment) out.emit(said);
    const bool is_whole = read_blocks(blocks, extent, out);
    if (body.ok() && is_whole && extent == Extent::whole) body = blocks;
    return is_whole;
  }
};

/// The interface's number, where it is one of PROFINET's.
std::optional<std::uint32_t> interface_of(Bytes pdu) {
  Reader reader{pdu};
  reader.skip(4);
  const Order order{reader.u8() >> 4U == 1};
  reader.skip(3 + uuid_size);
  Bytes rest;
  const auto first = read_uuid(reader, order, rest);
  const bool is_ours = first && name_in(interfaces, *first) &&
                       std::equal(rest.begin(), rest.end(), uuid_of_interface.begin(), uuid_of_interface.end());
  return is_ours ? first : std::nullopt;
}

Match recognise(Bytes start) noexcept {
  if (!start.empty() && start[0] != rpc_version) return Match::no;
  if (start.size() > 1 && start[1] > packet_last) return Match::no;
  if (start.size() < rpc_header) return Match::maybe;
  return interface_of(start) ? Match::yes : Match::no;
}

constexpr std::array message_fields{
    field<&Message::operation>("operation", "What is asked of the one that is called.", Meaning::operation),
    field<&Message::packet_type>("packet_type", "Type of the packet: 0 request, 2 response, 3 fault."),
    field<&Message::packet_name>("packet_name", "The type in words."),
    field<&Message::interface>("interface", "Whose interface is called."),
    field<&Message::procedure>("procedure", "Number of the procedure."),
    field<&Message::procedure_name>("procedure_name", "The procedure in words."),
    field<&Message::step>("step", "What a control or a release is about."),
    field<&Message::sequence>("sequence", "Number of the call, by which an answer belongs to it."),
    field<&Message::fragment>("fragment", "Which part of the call this is, counted from 0."),
    field<&Message::instance>("instance", "Instance of the one that is called."),
    field<&Message::device_id>("device_id", "Its device, as the vendor numbers them."),
    field<&Message::vendor_id>("vendor_id", "Its vendor, as PROFIBUS & PROFINET International numbers them."),
    field<&Message::vendor>("vendor", "That vendor by name, where it answers.", Meaning::vendor),
    field<&Message::called_vendor>("called_vendor", "That vendor by name, where it is called.", Meaning::vendor,
                                   Subject::receiver),
    field<&Message::refusal>("refusal", "Status: code, decoding, and two numbers of detail.", Meaning::refusal),
};

constexpr std::array carriers{Carrier{Carrier::Kind::udp, 34964}};
constexpr std::array messages{&Message::schema, &Relation::schema, &Record::schema, &Identity::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("pn_cm.message", "One call or its answer.", "IEC 61158-6-10, 4.10", message_fields);
constinit const Protocol protocol{
    .name = "pn_cm",
    .title = "PROFINET CM",
    .source = "IEC 61158-6-10",
    .carriers = carriers,
    .max_pdu = 65'535,
    .recognise = recognise,
    .frame = nullptr,
    .says = says,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<CmSession>(); },
    .messages = messages,
    .bytes_may_be_kept = false,
};

}  // namespace bulkhead::pn_cm

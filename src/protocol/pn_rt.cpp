// PROFINET real time: IEC 61158-6-10, 4.2 (cyclic data), 4.7 (alarms) and 4.4 (clock synchronisation). Discovery shares
// the EtherType and has frame identifiers of its own.

#include "protocol/pn_rt.h"

#include <array>

#include "protocol/faults.h"

namespace bulkhead::pn_rt {

namespace {

constexpr std::uint16_t sync_first = 0x0020, sync_last = 0x00FF, cyclic_first = 0x0100, cyclic_last = 0xFBFF,
                        alarm_high = 0xFC01, alarm_low = 0xFE01, dcp_first = 0xFEFC, dcp_last = 0xFEFF,
                        ptcp_first = 0xFF00, ptcp_last = 0xFF43;
constexpr std::size_t data_min = 40, status_size = 4, ptcp_skipped = 12, ptcp_after_sequence = 6;

bool is_sync(unsigned id) noexcept {
  return (id >= sync_first && id <= sync_last) || (id >= ptcp_first && id <= ptcp_last);
}
bool is_cyclic(unsigned id) noexcept {
  return id >= cyclic_first && id <= cyclic_last;
}
bool is_alarm(unsigned id) noexcept {
  return id == alarm_high || id == alarm_low;
}

class RtSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Frame said;
    reader.u16be(said.frame_id);
    Reader body = reader;
    const unsigned id = said.frame_id.value_or(0);
    if (!said.frame_id) body.skip(1);
    else if (is_cyclic(id)) cyclic(body, said);
    else if (is_alarm(id)) alarm(body, said);
    else if (is_sync(id)) sync(body, said);
    else out.fault(ParseFault::Kind::unknown_function, 0, "a frame identifier of real-time traffic");
    if (said.frame_id) out.emit(said);
    if (!say_cut(whole, out)) (void)say_truncated(body, out);
  }

 private:
  static void cyclic(Reader& body, Frame& said) {
    said.operation = Operation::report;
    said.kind = "cyclic data";
    const std::size_t least = data_min + status_size;
    body.skip(body.left_on_wire() > least ? body.left_on_wire() - status_size : data_min);
    body.u16be(said.cycle_counter);
    body.u8(said.data_status);
    body.skip(1);  // transfer status
  }

  static void alarm(Reader& body, Frame& said) {
    said.operation = Operation::report;
    said.kind = "alarm";
    body.skip(6);  // end points, type, flags
    body.u16be(said.sequence);
    body.skip(2);  // acknowledged
    body.skip(body.u16be());
  }

  static void sync(Reader& body, Frame& said) {
    said.operation = Operation::report;
    said.kind = "clock synchronisation";
    body.skip(ptcp_skipped);
    body.u16be(said.sequence);
    body.skip(ptcp_after_sequence);
    for (;;) {
      const std::uint16_t header = body.u16be();
      if (!body.ok() || header == 0) return;
      body.skip(header & 0x1FFU);
    }
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const std::uint16_t id = reader.u16be();
  if (!reader.ok()) return Match::maybe;
  if (id >= dcp_first && id <= dcp_last) return Match::no;
  return is_cyclic(id) || is_alarm(id) || is_sync(id) ? Match::maybe : Match::no;
}

constexpr std::array fields{
    field<&Frame::operation>("operation", "What it does.", Meaning::operation),
    field<&Frame::frame_id>("frame_id", "Frame identifier: of a relation, or of a kind of frame."),
    field<&Frame::kind>("kind", "What the frame identifier stands for."),
    field<&Frame::cycle_counter>("cycle_counter", "Counter of cycles, in steps of 31.25 microseconds."),
    field<&Frame::data_status>("data_status", "Status of the data: bit 2 valid, bit 4 the provider runs."),
    field<&Frame::sequence>("sequence", "Sequence number of an alarm or of clock synchronisation."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x8892}};
constexpr std::array messages{&Frame::schema};

}  // namespace

constinit const Schema Frame::schema =
    describe<Frame>("pn_rt.frame", "One frame of real-time traffic.", "IEC 61158-6-10, 4.2, 4.4 and 4.7", fields);

constinit const Protocol protocol{
    .name = "pn_rt",
    .title = "PROFINET RT",
    .source = "IEC 61158-6-10",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<RtSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::pn_rt

// Sampled values: IEC 61850-9-2, 8.5 and annex A.

#include "protocol/sv.h"

#include <array>

#include "protocol/iec61850.h"

namespace bulkhead::sv {

namespace {

constexpr std::size_t sets_max = 16;
constexpr std::uint8_t sv_pdu = 0x60, tag_sets = 0xA2, tag_set = 0x30;
constexpr std::uint8_t tag_sv_id = 0x80, tag_data_set = 0x81, tag_smp_cnt = 0x82, tag_conf_rev = 0x83,
                       tag_smp_synch = 0x85;

class SvSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    Message said;
    auto body = read_iec61850_header(reader, said.appid, out);
    if (!body) return;
    Ber apdu = read_ber(*body);
    if (body->ok() && apdu.tag != sv_pdu)
      return out.fault(ParseFault::Kind::bad_value, iec61850_header_size, "the tag of a PDU of sampled values");
    Reader& units = apdu.content;
    while (units.ok() && units.left_on_wire() > 0) {
      Ber unit = read_ber(units);
      if (units.ok() && unit.tag == tag_sets) read_sets(unit.content, said, out);
    }
    if (say_cut(reader, out) || say_truncated(*body, out)) return;
    (void)say_truncated(units, out);
  }

 private:
  static void read_sets(Reader& sets, const Message& common, Emitter& out) {
    for (std::size_t i = 0; i < sets_max && sets.ok() && sets.left_on_wire() > 0; ++i) {
      Ber set = read_ber(sets);
      if (!sets.ok() || set.tag != tag_set) break;
      Message said = common;
      while (set.content.ok() && set.content.left_on_wire() > 0) {
        Ber unit = read_ber(set.content);
        if (set.content.ok()) read_unit(unit, said);
        if (say_truncated(unit.content, out)) break;
      }
      if (said.sv_id) out.emit(said);
    }
    (void)say_truncated(sets, out);
  }

  static void read_unit(Ber& unit, Message& said) {
    Reader& content = unit.content;
    switch (unit.tag) {
      case tag_sv_id: return content.text(content.left_on_wire(), said.sv_id);
      case tag_data_set: return content.text(content.left_on_wire(), said.data_set);
      case tag_smp_cnt: return content.u16be(said.smp_cnt);
      case tag_conf_rev: return content.u32be(said.conf_rev);
      case tag_smp_synch: return content.u8(said.smp_synch);
      default: return;
    }
  }
};

Match recognise(Bytes start) noexcept {
  return recognise_iec61850(start, sv_pdu);
}

constexpr std::array fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::appid>("appid", "Application identifier."),
    field<&Message::sv_id>("sv_id", "Identifier of the stream.", Meaning::description),
    field<&Message::data_set>("data_set", "Reference of the data set."),
    field<&Message::smp_cnt>("smp_cnt", "Sample counter: starts again every second."),
    field<&Message::conf_rev>("conf_rev", "Revision of the control block's configuration."),
    field<&Message::smp_synch>("smp_synch", "What the clock follows: 0 nothing, 1 a local clock, 2 a global one."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88BA}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("sv.message", "One set of samples of a stream.", "IEC 61850-9-2, 8.5", fields);

constinit const Protocol protocol{
    .name = "sv",
    .title = "Sampled Values",
    .source = "IEC 61850-9-2",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<SvSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::sv

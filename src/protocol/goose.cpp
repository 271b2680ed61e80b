// GOOSE: IEC 61850-8-1, 18 and annex A.

#include "protocol/goose.h"

#include <array>

#include "protocol/iec61850.h"

namespace bulkhead::goose {

namespace {

constexpr std::uint8_t goose_pdu = 0x61;
constexpr std::uint8_t tag_gocb_ref = 0x80, tag_time_allowed = 0x81, tag_data_set = 0x82, tag_go_id = 0x83,
                       tag_st_num = 0x85, tag_sq_num = 0x86, tag_simulation = 0x87, tag_conf_rev = 0x88,
                       tag_nds_com = 0x89, tag_entries = 0x8A;

void number(Reader& content, std::optional<std::uint64_t>& member) {
  const std::size_t size = content.left_on_wire();
  const std::uint64_t value = ber_number(content);
  content.skip(size);
  if (!content.ok()) return;
  member = value;
  content.note(&member, size);
}

void flag(Reader& content, std::optional<bool>& member) {
  const bool value = content.u8() != 0;
  if (!content.ok()) return;
  member = value;
  content.note(&member, 1);
}

void read_unit(Ber& unit, Message& said) {
  Reader& content = unit.content;
  switch (unit.tag) {
    case tag_gocb_ref: return content.text(content.left_on_wire(), said.gocb_ref);
    case tag_time_allowed: return number(content, said.time_allowed_to_live);
    case tag_data_set: return content.text(content.left_on_wire(), said.data_set);
    case tag_go_id: return content.text(content.left_on_wire(), said.go_id);
    case tag_st_num: return number(content, said.st_num);
    case tag_sq_num: return number(content, said.sq_num);
    case tag_simulation: return flag(content, said.simulation);
    case tag_conf_rev: return number(content, said.conf_rev);
    case tag_nds_com: return flag(content, said.nds_com);
    case tag_entries: return number(content, said.entries);
    default: return;
  }
}

class GooseSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    Message said;
    auto body = read_iec61850_header(reader, said.appid, out);
    if (!body) return;
    Ber apdu = read_ber(*body);
    if (body->ok() && apdu.tag != goose_pdu)
      return out.fault(ParseFault::Kind::bad_value, iec61850_header_size, "the tag of a GOOSE PDU");
    bool is_whole = true;
    while (is_whole && apdu.content.ok() && apdu.content.left_on_wire() > 0) {
      Ber unit = read_ber(apdu.content);
      if (apdu.content.ok()) read_unit(unit, said);
      is_whole = !say_truncated(unit.content, out);
    }
    if (said.gocb_ref || said.conf_rev || said.st_num) out.emit(said);  // without a reference, by what else it says
    if (say_cut(reader, out) || !is_whole) return;
    if (!say_truncated(*body, out) && !said.gocb_ref)
      out.fault(ParseFault::Kind::bad_value, iec61850_header_size, "the reference of a control block");
  }
};

Match recognise(Bytes start) noexcept {
  return recognise_iec61850(start, goose_pdu);
}

constexpr std::array fields{
    field<&Message::operation>("operation", "What it does.", Meaning::operation),
    field<&Message::appid>("appid", "Application identifier."),
    field<&Message::gocb_ref>("gocb_ref", "Reference of the control block, which begins with the device's name.",
                              Meaning::description),
    field<&Message::go_id>("go_id", "Identifier of the publication."),
    field<&Message::data_set>("data_set", "Reference of the data set."),
    field<&Message::st_num>("st_num", "State number: grows when a value changes."),
    field<&Message::sq_num>("sq_num", "Sequence number: grows with each repetition of a state."),
    field<&Message::conf_rev>("conf_rev", "Revision of the control block's configuration."),
    field<&Message::time_allowed_to_live>("time_allowed_to_live", "How long it holds, in milliseconds."),
    field<&Message::simulation>("simulation", "Whether it is simulated."),
    field<&Message::nds_com>("nds_com", "Whether the control block still needs commissioning."),
    field<&Message::entries>("entries", "How many values the data set has."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88B8}};
constexpr std::array messages{&Message::schema};

}  // namespace

constinit const Schema Message::schema =
    describe<Message>("goose.message", "One publication of a data set.", "IEC 61850-8-1, 18.1 and annex A", fields);

constinit const Protocol protocol{
    .name = "goose",
    .title = "GOOSE",
    .source = "IEC 61850-8-1",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<GooseSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::goose

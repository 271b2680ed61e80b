// Media Redundancy Protocol: IEC 62439-2, 8.1. A version and a list of items: what the frame says, then what all frames
// have in common, perhaps what a maker adds, and the end.

#include "protocol/mrp.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/read_mac.h"

namespace bulkhead::mrp {

namespace {

constexpr std::size_t version_size = 2, uuid_size = 16, items_max = 16;
constexpr std::uint8_t last = 0x00, common = 0x01, test = 0x02, topology_change = 0x03, link_down = 0x04,
                       link_up = 0x05, in_test = 0x06, in_topology_change = 0x07, in_link_down = 0x08,
                       in_link_up = 0x09, in_link_status_poll = 0x0A, option = 0x7F;

constexpr std::string_view manager = "MRP manager", client = "MRP client",
                           interconnection_manager = "MRP interconnection manager",
                           interconnection_client = "MRP interconnection client";

struct Item {
  std::uint8_t code;
  std::string_view name;
  std::string_view role;  ///< Of whoever sends it.
};

// IEC 62439-2, table 23.
constexpr std::array items{
    Item{test, "test", manager},
    Item{topology_change, "topology change", manager},
    Item{link_down, "link down", client},
    Item{link_up, "link up", client},
    Item{in_test, "interconnection test", interconnection_manager},
    Item{in_topology_change, "interconnection topology change", interconnection_manager},
    Item{in_link_down, "interconnection link down", interconnection_client},
    Item{in_link_up, "interconnection link up", interconnection_client},
    Item{in_link_status_poll, "interconnection link status poll", interconnection_manager},
};

void read_item(Reader& content, std::uint8_t type, Frame& said) {
  switch (type) {
    case test:
      content.u16be(said.priority);
      read_mac(content, said.device_mac);
      content.u16be(said.port_role);
      content.u16be(said.ring_state);
      content.u16be(said.transitions);
      return content.skip(4);  // time stamp
    case topology_change:
      content.u16be(said.priority);
      read_mac(content, said.device_mac);
      return content.u16be(said.interval);
    case link_down:
    case link_up:
      read_mac(content, said.device_mac);
      content.u16be(said.port_role);
      content.u16be(said.interval);
      return content.skip(2);  // whether a blocked port is supported
    case in_test:
      content.u16be(said.interconnection);
      read_mac(content, said.device_mac);
      content.u16be(said.port_role);
      content.u16be(said.ring_state);
      content.u16be(said.transitions);
      return content.skip(4);  // time stamp
    case in_topology_change:
      read_mac(content, said.device_mac);
      content.u16be(said.interconnection);
      return content.u16be(said.interval);
    case in_link_down:
    case in_link_up:
      read_mac(content, said.device_mac);
      content.u16be(said.port_role);
      content.u16be(said.interconnection);
      content.u16be(said.interval);
      return content.skip(2);  // link information
    case in_link_status_poll:
      read_mac(content, said.device_mac);
      content.u16be(said.port_role);
      return content.u16be(said.interconnection);
    case common: content.u16be(said.sequence); return content.take(uuid_size, said.domain);
    default: return;
  }
}

class MrpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Frame said;
    reader.skip(version_size);
    bool is_whole = true;
    for (std::size_t i = 0; i < items_max && is_whole; ++i) {
      const std::size_t start = reader.offset();
      const std::uint8_t type = reader.u8();
      const std::size_t size = reader.u8();
      if (!reader.ok()) break;
      // Items are aligned, and what fills the gap looks like the end: that comes after the common part alone.
      if (type == last && size == 0) {
        if (said.sequence) break;
        continue;
      }
      Reader content = reader.sub(size);
      if (const Item* item = row_of(items, type)) {
        said.type = type;
        said.kind = item->name;
        said.role = item->role;
      } else if (type != common && type != option) {
        out.fault(ParseFault::Kind::unknown_function, start, "an item of MRP");
      }
      read_item(content, type, said);
      if (reader.ok()) is_whole = !say_truncated(content, out) && content.ok();
    }
    if (said.type) out.emit(said);
    if (say_cut(whole, out) || say_truncated(reader, out) || !is_whole) return;
    if (!said.type) out.fault(ParseFault::Kind::bad_value, version_size, "what the frame says");
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  const std::uint16_t version = reader.u16be();
  const std::uint8_t type = reader.u8();
  if (!reader.ok()) return Match::maybe;
  return version == 1 && (type == common || type == option || row_of(items, type) != nullptr) ? Match::maybe
                                                                                              : Match::no;
}

constexpr std::array fields{
    field<&Frame::operation>("operation", "What it does.", Meaning::operation),
    field<&Frame::type>("type", "Type of the frame's first item."),
    field<&Frame::kind>("kind", "The type in words."),
    field<&Frame::sequence>("sequence", "Sequence number."),
    field<&Frame::domain>("domain", "Identifier of the ring; all ones is the default."),
    field<&Frame::device_mac>("device_mac", "Address of the device that says it.", Meaning::subject_mac),
    field<&Frame::role>("role", "What the device is in the ring.", Meaning::role),
    field<&Frame::priority>("priority", "Priority of a manager; less wins, from 36864 on it may step back."),
    field<&Frame::port_role>("port_role", "Port that it was sent from: 0 primary, 1 secondary, 2 interconnection."),
    field<&Frame::ring_state>("ring_state", "State of the ring or of the interconnection: 0 open, 1 closed."),
    field<&Frame::transitions>("transitions", "How often that state has changed."),
    field<&Frame::interval>("interval", "When a change takes effect, in milliseconds."),
    field<&Frame::interconnection>("interconnection", "Number of the interconnection between two rings."),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88E3}};
constexpr std::array messages{&Frame::schema};

}  // namespace

constinit const Schema Frame::schema =
    describe<Frame>("mrp.frame", "One frame of a ring's redundancy.", "IEC 62439-2, 8.1", fields);

constinit const Protocol protocol{
    .name = "mrp",
    .title = "MRP",
    .source = "IEC 62439-2",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<MrpSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::mrp

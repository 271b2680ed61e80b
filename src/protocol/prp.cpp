// Supervision of the Parallel Redundancy Protocol and of High-availability Seamless Redundancy: IEC 62439-3, 4.3 and
// 5.6. Tags and trailers of the frames themselves are the decoder's.

#include "protocol/prp.h"

#include <array>

#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/read_mac.h"

namespace bulkhead::prp {

namespace {

constexpr std::size_t mac_size = 6, two_macs_size = 12, items_max = 8;
constexpr std::uint8_t last = 0, red_box = 30, virtual_node = 31;
constexpr unsigned version_mask = 0x0FFF, path_shift = 12;

struct Node {
  std::uint8_t code;
  std::string_view name;
  std::string_view role;
};

// IEC 62439-3, 4.3 and 5.6; 22 was HSR's in its first edition.
constexpr std::array nodes{
    Node{20, "PRP, duplicates discarded", "PRP node"},
    Node{21, "PRP, duplicates accepted", "PRP node"},
    Node{22, "HSR of the first edition", "HSR node"},
    Node{23, "HSR", "HSR node"},
};
constexpr std::string_view behind_red_box = "node behind a RedBox";

bool is_item(std::uint8_t type, std::uint8_t size) noexcept {
  return row_of(nodes, type) != nullptr && (size == mac_size || size == two_macs_size);
}

class PrpSession final : public Session {
 public:
  void pdu(Reader reader, Emitter& out) override {
    const Reader whole = reader;
    Supervision said;
    const std::uint16_t path_and_version = reader.u16be();
    if (reader.ok()) {
      said.path = static_cast<std::uint16_t>(path_and_version >> path_shift);
      reader.note(&said.path, 2);
      said.supervision_version = static_cast<std::uint16_t>(path_and_version & version_mask);
      reader.note(&said.supervision_version, 2);
    }
    // The first edition of PRP has no sequence number, the first of HSR calls itself version 0 too and has one.
    Reader ahead = reader;
    const std::uint8_t type = ahead.u8();
    if (said.supervision_version != 0 || !is_item(type, ahead.u8())) reader.u16be(said.sequence);
    bool is_whole = true;
    for (std::size_t i = 0; i < items_max && is_whole; ++i) is_whole = read_item(reader, said, out);
    if (said.node_mac) {
      if (said.red_box_mac && said.red_box_mac != said.node_mac) said.role = behind_red_box;
      out.emit(said);
    }
    if (said.red_box_mac) {
      RedBox box;
      box.red_box_mac = said.red_box_mac;
      box.role = "RedBox";
      out.emit(box);
    }
    if (say_cut(whole, out) || say_truncated(reader, out)) return;
    if (!said.type) out.fault(ParseFault::Kind::bad_value, 4, "a node of PRP or of HSR");
  }

 private:
  /// False at the end of the list, and where it breaks.
  static bool read_item(Reader& reader, Supervision& said, Emitter& out) {
    const std::uint8_t type = reader.u8();
    const std::size_t size = reader.u8();
    if (!reader.ok() || type == last) return false;
    Reader content = reader.sub(size);
    if (const Node* node = row_of(nodes, type)) {
      said.type = type;
      said.kind = node->name;
      said.role = node->role;
      read_mac(content, said.node_mac);
      if (size == two_macs_size) read_mac(content, said.second_mac);
    } else if (type == red_box || type == virtual_node) {
      read_mac(content, type == red_box ? said.red_box_mac : said.node_mac);
    }
    if (!reader.ok()) return false;
    return !say_truncated(content, out) && content.ok();
  }
};

Match recognise(Bytes start) noexcept {
  Reader reader{start};
  reader.skip(2);
  std::uint8_t type = reader.u8();
  std::uint8_t size = reader.u8();
  if (!reader.ok() || is_item(type, size)) return Match::maybe;
  type = reader.u8();
  size = reader.u8();
  return !reader.ok() || is_item(type, size) ? Match::maybe : Match::no;
}

constexpr std::array supervision_fields{
    field<&Supervision::operation>("operation", "What it does.", Meaning::operation),
    field<&Supervision::path>("path", "Path: 0 in PRP, in HSR the ring that it comes from."),
    field<&Supervision::supervision_version>("version", "Version of the frame: 0 first edition, 1 since."),
    field<&Supervision::sequence>("sequence", "Sequence number."),
    field<&Supervision::type>("type", "Type of the node."),
    field<&Supervision::kind>("kind", "The type in words."),
    field<&Supervision::node_mac>("node_mac", "Address of the node.", Meaning::subject_mac),
    field<&Supervision::second_mac>("second_mac", "Address of its other port, in the first edition."),
    field<&Supervision::red_box_mac>("red_box_mac", "Address of the box that the node stands behind."),
    field<&Supervision::role>("role", "What the node is.", Meaning::role),
};

constexpr std::array red_box_fields{
    field<&RedBox::red_box_mac>("red_box_mac", "Address of the box.", Meaning::subject_mac),
    field<&RedBox::role>("role", "That it is one.", Meaning::role),
};

constexpr std::array carriers{Carrier{Carrier::Kind::ethertype, 0x88FB}};
constexpr std::array messages{&Supervision::schema, &RedBox::schema};

}  // namespace

constinit const Schema Supervision::schema =
    describe<Supervision>("prp.supervision", "A node of two networks, or of a ring, says that it is there.",
                          "IEC 62439-3, 4.3 and 5.6", supervision_fields);
constinit const Schema RedBox::schema =
    describe<RedBox>("prp.red_box", "The box through which a node without two ports takes part.",
                     "IEC 62439-3, 4.3 and 5.6", red_box_fields);

constinit const Protocol protocol{
    .name = "prp",
    .title = "PRP and HSR",
    .source = "IEC 62439-3",
    .carriers = carriers,
    .max_pdu = 1600,
    .recognise = recognise,
    .frame = nullptr,
    .says = nullptr,
    .start = []() -> std::unique_ptr<Session> { return std::make_unique<PrpSession>(); },
    .messages = messages,
    .depth = Depth::recognised,
};

}  // namespace bulkhead::prp

// Blocks of PROFINET context management: IEC 61158-6-10, 5.2.

#include "protocol/pn_cm_blocks.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "protocol/faults.h"
#include "protocol/lookup.h"
#include "protocol/pn_dcp.h"
#include "protocol/read_mac.h"

namespace bulkhead::pn_cm {

namespace {

constexpr std::uint16_t index_im_first = 0xAFF0, index_im_last = 0xAFFF, index_multiple = 0xE040;
constexpr std::array<std::uint8_t, 6> uuid_middle{0x6C, 0x97, 0x11, 0xD1, 0x82, 0x71};
constexpr std::size_t order_size = 20, serial_size = 16, blocks_max = 512, alignment = 4;

// IEC 61158-6-10, 5.2.4.2, by what the initiator is.
constexpr std::array relation_roles{
    Named<std::uint16_t>{0x0001, "PROFINET controller"}, Named<std::uint16_t>{0x0003, "PROFINET controller"},
    Named<std::uint16_t>{0x0006, "PROFINET supervisor"}, Named<std::uint16_t>{0x0010, "PROFINET controller"},
    Named<std::uint16_t>{0x0020, "PROFINET controller"},
};

std::size_t there_of(const Reader& reader, std::size_t announced, Extent extent) noexcept {
  return extent == Extent::part ? std::min(announced, reader.left_on_wire()) : announced;
}

/// Many writes in one: headers and data in turn, aligned.
bool read_parts(Reader& data, std::uint16_t type, Extent extent, Emitter& out) {
  const std::size_t start = data.offset();
  for (std::size_t i = 0; i < blocks_max && data.ok() && data.left_on_wire() > 0; ++i) {
    Block block = read_block(data);
    const Record record = read_record(block);
    if (record.size) out.emit(record);
    if (!data.ok() || block.type != type) break;
    if (type == block_write && record.size) data.skip(*record.size);
    const std::size_t over = (data.offset() - start) % alignment;
    if (over != 0) data.skip(std::min(alignment - over, data.left_on_wire()));
    if (data.ok() && say_truncated(block.content, out)) return false;
  }
  return extent == Extent::part || (!say_truncated(data, out) && data.ok());
}

void read_relation(Block& block, Emitter& out) {
  Reader& content = block.content;
  Relation said;
  content.u16be(said.type);
  content.take(uuid_size, said.relation);
  content.skip(2);  // key of the session
  read_mac(content, said.sender_mac);
  if (block.type == block_relation) {
    read_object(content, Order{}, said);
    content.skip(8);  // properties, time-out, port
    const std::size_t size = content.u16be();
    content.text(size, said.name);
    if (said.type) said.role = name_in(relation_roles, *said.type);
    if (said.vendor_id) said.vendor = pn_dcp::vendor_named(*said.vendor_id);
  } else {
    content.skip(2);  // port
  }
  if (said.type) out.emit(said);
}

bool read_identity(Reader& data, const Record& record, Emitter& out) {
  Block block = read_block(data);
  if (say_truncated(data, out)) return false;
  if (!data.ok() || block.type != block_im0) return data.ok();
  Reader& content = block.content;
  Identity said;
  if (record.slot != 0) said.slot = record.slot;
  said.sub_slot = record.sub_slot;
  content.u16be(said.vendor_id);
  said.order_number = fixed_text(content.text(order_size));
  content.note(&said.order_number, order_size);
  said.serial_number = fixed_text(content.text(serial_size));
  content.note(&said.serial_number, serial_size);
  const unsigned hardware = content.u16be();
  const std::string hardware_text = std::to_string(hardware);
  if (content.ok()) said.hardware = hardware_text;
  content.note(&said.hardware, 2);
  const std::string_view prefix = content.text(1);
  const unsigned major = content.u8();
  const unsigned minor = content.u8();
  const unsigned internal = content.u8();
  const std::string firmware = fmt::format("{}{}.{}.{}", is_printable(prefix) ? prefix : "", major, minor, internal);
  if (content.ok()) said.firmware = firmware;
  content.note(&said.firmware, 4);
  content.skip(2);  // how often parameters changed
  content.u16be(said.profile);
  if (said.vendor_id) said.vendor = pn_dcp::vendor_named(*said.vendor_id);
  if (said.profile) out.emit(said);
  return !say_truncated(content, out) && content.ok();
}

/// What follows the header of a record.
bool read_data(Reader& blocks, std::uint16_t type, const Record& record, Extent extent, Emitter& out) {
  const bool is_multiple = record.index == index_multiple;
  const bool is_read = type == (block_read | response_bit);
  if (type != block_write && !is_read && (!is_multiple || type == block_read)) return true;
  const std::size_t size = record.size.value_or(0);
  Reader data = blocks.sub(there_of(blocks, size, extent));
  if (!blocks.ok()) return true;  // said of the blocks
  if (is_multiple) return read_parts(data, type, extent, out);
  if (is_read && record.index == index_im_first && size > 0) return read_identity(data, record, out);
  return true;
}

constexpr std::array relation_fields{
    field<&Relation::type>("type", "Type of the relation: 1 controller, 6 supervisor, 16 class 3, 32 redundant."),
    field<&Relation::role>("role", "What opens the relation.", Meaning::role),
    field<&Relation::relation>("relation", "Identifier of the relation."),
    field<&Relation::sender_mac>("sender_mac", "Address of the one that says it.", Meaning::mac_address),
    field<&Relation::name>("name_of_station", "Name of the station that opens it.", Meaning::host_name),
    field<&Relation::instance>("instance", "Its instance."),
    field<&Relation::device_id>("device_id", "Its device, as the vendor numbers them."),
    field<&Relation::vendor_id>("vendor_id", "Its vendor, as PROFIBUS & PROFINET International numbers them."),
    field<&Relation::vendor>("vendor", "The vendor by name.", Meaning::vendor),
};

constexpr std::array record_fields{
    field<&Record::operation>("operation", "What is done with the record."),
    field<&Record::api>("api", "Application process that it belongs to."),
    field<&Record::slot>("slot", "Slot of the module."),
    field<&Record::sub_slot>("sub_slot", "Part of the module."),
    field<&Record::index>("index", "Which record: from 45040 on identification, 57408 many at once."),
    field<&Record::size>("size", "Bytes of the record, or the most that are wanted."),
};

constexpr std::array identity_fields{
    field<&Identity::slot>("slot", "Slot of the module; not said of the device itself.", Meaning::station),
    field<&Identity::sub_slot>("sub_slot", "Part of the module."),
    field<&Identity::vendor_id>("vendor_id", "Vendor, as PROFIBUS & PROFINET International numbers them."),
    field<&Identity::vendor>("vendor", "The vendor by name.", Meaning::vendor),
    field<&Identity::order_number>("order_number", "Order number.", Meaning::order_number),
    field<&Identity::serial_number>("serial_number", "Serial number.", Meaning::serial_number),
    field<&Identity::hardware>("hardware", "Revision of the hardware.", Meaning::hardware),
    field<&Identity::firmware>("firmware", "Revision of the software; V is a release.", Meaning::firmware),
    field<&Identity::profile>("profile", "Profile that the module keeps."),
};

}  // namespace

/// The first part of an identifier of PROFINET, and its last six octets in `rest`; nothing for any other.
std::optional<std::uint32_t> read_uuid(Reader& reader, Order order, Bytes& rest) {
  const std::uint32_t first = order.u32(reader);
  const std::uint16_t second = order.u16(reader);
  const std::uint16_t third = order.u16(reader);
  const std::uint16_t fourth = reader.u16be();
  rest = reader.take(6);
  const bool is_ours = second == (uuid_middle[0] << 8U | uuid_middle[1]) &&
                       third == (uuid_middle[2] << 8U | uuid_middle[3]) &&
                       fourth == (uuid_middle[4] << 8U | uuid_middle[5]);
  return reader.ok() && is_ours ? std::optional{first} : std::nullopt;
}

Block read_block(Reader& reader) {
  const std::uint16_t type = reader.u16be();
  Reader content = reader.sub(reader.u16be());
  content.skip(2);  // version
  return {type, content};
}

Record read_record(Block& block) {
  Reader& content = block.content;
  Record record;
  content.skip(2 + uuid_size);  // sequence, relation
  content.u32be(record.api);
  content.u16be(record.slot);
  content.u16be(record.sub_slot);
  content.skip(2);
  content.u16be(record.index);
  content.u32be(record.size);
  const bool identifies = record.index >= index_im_first && record.index <= index_im_last;
  record.operation = block.request() == block_write ? Operation::config_write
                     : identifies                   ? Operation::identify
                                                    : Operation::read;
  return record;
}

bool read_blocks(Reader& blocks, Extent extent, Emitter& out) {
  for (std::size_t i = 0; i < blocks_max && blocks.ok() && blocks.left_on_wire() > 0; ++i) {
    Block block = read_block(blocks);
    if (!blocks.ok()) return true;  // the caller says so
    if (block.request() == block_read || block.request() == block_write) {
      const Record record = read_record(block);
      if (record.size) out.emit(record);
      if (record.size && !read_data(blocks, block.type, record, extent, out)) return false;
    } else if (block.request() == block_relation) {
      read_relation(block, out);
    }
    if (say_truncated(block.content, out) || !block.content.ok()) return false;
  }
  return true;
}

constinit const Schema Relation::schema =
    describe<Relation>("pn_cm.relation", "An application relation: what the side that sends it says of itself.",
                       "IEC 61158-6-10, 5.2.4", relation_fields);
constinit const Schema Record::schema =
    describe<Record>("pn_cm.record", "One record that is read or written.", "IEC 61158-6-10, 5.2.5", record_fields);
constinit const Schema Identity::schema = describe<Identity>("pn_cm.identity", "What a module says of itself.",
                                                             "IEC 61158-6-10, 5.2.28 (I&M0)", identity_fields);

}  // namespace bulkhead::pn_cm

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plant/memory.h"
#include "plant/writer.h"

/// S7comm PDUs (protocol id 0x32) in COTP class 0 (ISO 8073) in TPKT (RFC 1006).
namespace bulkhead::plant::s7 {

enum class Rosctr : std::uint8_t { job = 1, ack = 2, ack_data = 3, userdata = 7 };

/// A stretch of memory to read or write, in octets.
struct Item {
  Space area = Space::db;
  std::uint16_t db = 0;
  std::uint32_t offset = 0;
  std::uint16_t octets = 0;
};

/// A block: its type as the two ASCII letters of the protocol ("08" OB, "0A" DB, "0C" FC, "0E" FB), and its number.
struct BlockName {
  std::string type;
  unsigned number = 0;
  /// `_0800001P`: with the file identifier, and passive or active file system.
  [[nodiscard]] std::string file(char system) const;
};
/// "OB", "DB", "FC", "FB", "SDB", "SFC", "SFB" to the letters; empty for any other.
std::string block_letters(std::string_view name);

Octets connect_request(std::uint16_t source_reference, std::uint16_t called_tsap, std::uint16_t calling_tsap);
Octets connect_confirm(std::uint16_t destination_reference, std::uint16_t source_reference, std::uint16_t called_tsap,
                       std::uint16_t calling_tsap);
/// A whole PDU, from TPKT on.
Octets pdu(Rosctr kind, std::uint16_t reference, Bytes parameters, Bytes data);

Octets setup_parameters(std::uint16_t jobs, std::uint16_t pdu_octets);
Octets read_parameters(const std::vector<Item>& items);
Octets write_parameters(const std::vector<Item>& items);
/// One data item of a read answer or a write request, without the fill octet that separates it from the next.
void add_data_item(Writer& out, std::uint8_t return_code, Bytes value);
/// Parameters of a userdata request of `group` (4 CPU functions, 3 block functions) and its answer.
Octets userdata_request(unsigned group, unsigned function, std::uint8_t sequence);
Octets userdata_answer(unsigned group, unsigned function, std::uint8_t sequence);

/// What a CPU says of itself.
struct Identity {
  std::string order_number, firmware, as_name, module_name, plant, copyright, serial, module_type, memory_card;
  unsigned hardware = 1;
};
/// Answer data of SZL 0011 and 001C; empty for any other.
Octets system_status_list(std::uint16_t id, std::uint16_t index, const Identity& identity);
/// A block as it lies in a CPU: header of 36 octets, then code.
Octets block_content(const BlockName& name, std::size_t octets, std::uint64_t seed);

}  // namespace bulkhead::plant::s7

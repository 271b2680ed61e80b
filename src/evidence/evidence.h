#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "event/event.h"

namespace bulkhead {

/// One field of a kept message, and where it stood in the PDU.
struct KeptField {
  std::string name, value;
  std::uint32_t offset = 0, size = 0;  ///< Bytes from the start of the PDU; size 0 where it was not read from bytes.
};

/// One message that a statement cites, as it may be shown after the capture is gone.
struct KeptMessage {
  Citation citation;
  std::string schema;  ///< "modbus.message".
  std::string source, destination;
  std::string direction;
  std::vector<KeptField> fields;
};

/// One PDU with its messages. Bytes are there only where the protocol lets them be kept; masked bytes are zero.
struct KeptPdu {
  std::uint32_t capture = 0;
  std::uint64_t frame = 0, first_frame = 0, pdu = 0;
  std::int64_t time_ns = 0;
  std::string protocol;
  std::vector<std::uint8_t> bytes;
  std::uint64_t size = 0;  ///< Of the whole PDU; more than `bytes` where it was cut.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> masked;  ///< Offset and size.
  std::vector<KeptMessage> messages;
};

/// Keeps PDUs of one shard, bounded.
class EvidenceKeeper final : public Keeper {
 public:
  void keep(const Event& event) override;
  std::vector<KeptPdu> kept;
  std::uint64_t not_kept = 0;  ///< Beyond the bound.

 private:
  std::map<std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>, std::size_t> index_;
};

}  // namespace bulkhead

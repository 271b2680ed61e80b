#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "plant/writer.h"

namespace bulkhead::plant {

/// The bytes of a capture file in the classic format: version 2.4, microseconds, big enough for any frame, Ethernet.
class PcapFile {
 public:
  PcapFile();
  /// Frames come in the order of their time.
  void add(std::int64_t time_ns, Bytes frame);
  [[nodiscard]] Result<void> write(const std::filesystem::path& path) const;

 private:
  Writer out_;
};

}  // namespace bulkhead::plant

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"
#include "capture/source.h"

namespace bulkhead {

/// Writes a pcap file (version 2.4, this machine's byte order little-endian). Only the owner may read what it makes. A
/// file already there is replaced.
class PcapWriter {
 public:
  enum class Resolution : std::uint8_t { microseconds, nanoseconds };

  /// Fails where the file cannot be made.
  static Result<PcapWriter> create(const std::filesystem::path& path, std::uint16_t link,
                                   Resolution resolution = Resolution::nanoseconds);
  PcapWriter(PcapWriter&& other) noexcept;
  PcapWriter& operator=(PcapWriter&& other) noexcept;
  PcapWriter(const PcapWriter&) = delete;
  PcapWriter& operator=(const PcapWriter&) = delete;
  /// Writes what is still held; a failure is heard only from `close`.
  ~PcapWriter();

  /// Fails where the disk does, the frame is of another link type, longer than `frame_limit`, or of a time before 1970
  /// or after 2106, which pcap cannot say.
  Result<void> write(const Frame& frame);
  /// Writes what is still held, and closes the file. Nothing may be written after it.
  Result<void> close();

 private:
  PcapWriter(int descriptor, std::filesystem::path path, std::uint16_t link, Resolution resolution);
  Result<void> flush();
  void put16(std::uint16_t value);
  void put32(std::uint32_t value);

  int descriptor_ = -1;
  std::filesystem::path path_;
  std::uint16_t link_ = 0;
  Resolution resolution_ = Resolution::nanoseconds;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace bulkhead

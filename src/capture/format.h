#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "capture/source.h"

namespace bulkhead {

/// The records of a capture format, read out of a window that moves along the file.
class CaptureFormat {
 public:
  /// How far a window was understood.
  struct Progress {
    std::size_t used = 0;  ///< Bytes that need not be seen again.
    std::size_t wanted =
        0;               ///< Bytes from there that the next record needs, as far as known; more than the window had.
    std::string damage;  ///< What was expected and found at `used`; empty while all is well.
  };

  CaptureFormat() = default;
  CaptureFormat(const CaptureFormat&) = delete;
  CaptureFormat& operator=(const CaptureFormat&) = delete;
  virtual ~CaptureFormat() = default;

  /// Appends the frames of every whole record in `window`; they are views into it.
  virtual Progress read(Bytes window, std::vector<Frame>& frames) = 0;
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept { return interfaces_; }

 protected:
  std::vector<CaptureInterface> interfaces_;
  std::uint64_t frames_read_ = 0;
  std::int64_t last_time_ns_ = 0;
};

/// The format whose magic number `start` (at least four bytes) begins with; null where it is none of ours.
std::unique_ptr<CaptureFormat> recognise_format(Bytes start);
std::unique_ptr<CaptureFormat> pcap_format(Bytes start);    ///< Null where it is not pcap.
std::unique_ptr<CaptureFormat> pcapng_format(Bytes start);  ///< Null where it is not pcapng.
std::unique_ptr<CaptureFormat> snoop_format(Bytes start);   ///< Null where it is not snoop.

inline std::uint16_t u16(Reader& reader, ByteOrder order) noexcept {
  return order == ByteOrder::big ? reader.u16be() : reader.u16le();
}
inline std::uint32_t u32(Reader& reader, ByteOrder order) noexcept {
  return order == ByteOrder::big ? reader.u32be() : reader.u32le();
}
inline std::uint64_t u64(Reader& reader, ByteOrder order) noexcept {
  return order == ByteOrder::big ? reader.u64be() : reader.u64le();
}

}  // namespace bulkhead

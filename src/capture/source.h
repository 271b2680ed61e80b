#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bulkhead {

/// One captured frame. A view: its bytes belong to the batch it came in.
struct Frame {
  std::uint64_t number = 0;     ///< In its file, counted from 1.
  std::int64_t time_ns = 0;     ///< Nanoseconds since 1970-01-01 UTC, by the capturing host's clock. A pcapng Simple
                                ///< Packet Block has none: it gets that of the frame before it.
  Bytes bytes;                  ///< What the capture kept.
  std::size_t on_wire = 0;      ///< Length on the wire; never less than what was kept.
  std::uint16_t link = 0;       ///< LINKTYPE_ value (pcap link types registry).
  std::uint16_t interface = 0;  ///< Of a pcapng file, counted from 0 through all its sections.
  std::uint32_t source = 0;     ///< Of a timeline, counted from 0: which of its sources saw the frame.
};

/// Frames read at once, with the memory that holds them. Reused from call to call: no allocation a frame.
struct Batch {
  std::vector<std::uint8_t> storage;
  std::vector<Frame> frames;
};

/// How a file ended. Every file ends in one of these words.
struct Ending {
  enum class Kind : std::uint8_t {
    read,                     ///< To its last byte.
    cut_off,                  ///< After frame `frame`: the last packet is not whole.
    damaged,                  ///< At byte `offset` of the uncompressed file; what was read before it stands.
    link_type_not_supported,  ///< `detail` says which.
    not_a_capture,
  };
  Kind kind = Kind::read;
  std::uint64_t frame = 0;   ///< Frames read.
  std::uint64_t offset = 0;  ///< Bytes from the start of the uncompressed file.
  std::string detail;        ///< What was expected and what was found.
};
std::string_view name(Ending::Kind kind) noexcept;

/// An interface of a capture, as the file describes it.
struct CaptureInterface {
  std::uint16_t link = 0;
  std::string name;                      ///< Empty where the file does not say.
  std::uint32_t snap_length = 0;         ///< 0: no limit.
  unsigned decimals = 6;                 ///< Digits of the clock's resolution after the second, for writing times.
  std::optional<std::uint64_t> dropped;  ///< Frames the interface lost, where the file counts them.
};

/// Where frames come from: a file, or a live interface.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// The next frames, in the source's order; false at the end. A batch holds at most a few megabytes. A live source may
  /// give an empty batch, so that its caller wakes up while the line is silent.
  virtual bool next(Batch& batch) = 0;
  /// Valid once `next` said false.
  [[nodiscard]] virtual const Ending& ending() const noexcept = 0;
  /// Those seen so far.
  [[nodiscard]] virtual const std::vector<CaptureInterface>& interfaces() const noexcept = 0;
};

inline constexpr std::size_t frame_limit = 262'144;
inline constexpr std::size_t block_limit = 16'777'216;

/// Opens a capture file: pcap in both byte orders, with microseconds or nanoseconds; pcapng; snoop (RFC 1761);
/// each plain or compressed with gzip or zstd (told by content, not by name). Memory does not grow with the file: a
/// batch, one frame and the decompressor's window (at most 128 MiB for zstd). A frame of more than `frame_limit` bytes,
/// or a block of more than `block_limit`, is damage. A file that is none of these still opens, gives no frame, and ends
/// as `not_a_capture`. Fails where the file cannot be opened or read at all.
Result<std::unique_ptr<Source>> open_capture(const std::filesystem::path& path);

/// The same from memory, for tests and fuzzing.
std::unique_ptr<Source> read_capture(std::vector<std::uint8_t> bytes);

}  // namespace bulkhead

// The pcap format: draft-ietf-opsawg-pcap, and the variants that libpcap reads: nanoseconds, the "modified" header of
// A. Kuznetsov's patches, and the old versions that swapped the two lengths.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/time.h"
#include "capture/format.h"

namespace bulkhead {

namespace {

constexpr std::size_t file_header_size = 24;
constexpr std::size_t record_header_size = 16;
constexpr std::size_t modified_record_header_size = 24;  // interface index, protocol, packet type, padding

struct Magic {
  std::uint32_t value;
  std::int64_t fraction_ns;
  std::size_t record_header;
  unsigned decimals;
};
constexpr std::array magics{
    Magic{0xA1B2C3D4, 1000, record_header_size, 6},
    Magic{0xA1B23C4D, 1, record_header_size, 9},
    Magic{0xA1B2CD34, 1000, modified_record_header_size, 6},
};

/// In which order the two lengths of a record stand (libpcap, sf-pcap.c): the writers of version 2.3 did not agree.
enum class Lengths : std::uint8_t { captured_first, wire_first, larger_second };

class Pcap final : public CaptureFormat {
 public:
  Pcap(const Magic& magic, ByteOrder order) : magic_(magic), order_(order) {}

  Progress read(Bytes window, std::vector<Frame>& frames) override {
    Progress progress;
    if (!opened_ && !read_file_header(window, progress)) return progress;
    while (read_record(window, progress, frames)) continue;
    return progress;
  }

 private:
  bool read_file_header(Bytes window, Progress& progress) {
    Reader reader{window};
    reader.skip(4);
    const std::uint16_t major = u16(reader, order_);
    const std::uint16_t minor = u16(reader, order_);
    reader.skip(8);  // time zone and accuracy: every writer leaves them zero
    const std::uint32_t snap_length = u32(reader, order_);
    const std::uint32_t network = u32(reader, order_);
    if (!reader.ok()) {
      progress.wanted = file_header_size;
      return false;
    }
    if (major != 2 && major != 543) {  // 543: a DG/UX tool, as libpcap has it
      progress.damage = fmt::format("expected pcap version 2, found {}.{}", major, minor);
      return false;
    }
    if (major == 543 || minor < 3) lengths_ = Lengths::wire_first;
    else if (minor == 3) lengths_ = Lengths::larger_second;
    // The upper half may hold the length of a frame check sequence.
    interfaces_.push_back({static_cast<std::uint16_t>(network & 0xFFFFU), {}, snap_length, magic_.decimals, {}});
    progress.used = file_header_size;
    opened_ = true;
    return true;
  }

  bool read_record(Bytes window, Progress& progress, std::vector<Frame>& frames) {
    const Bytes rest = window.subspan(progress.used);
    if (rest.size() < magic_.record_header) {
      progress.wanted = magic_.record_header;
      return false;
    }
    Reader reader{rest.first(record_header_size)};
    const std::uint32_t seconds = u32(reader, order_);
    const std::uint32_t fraction = u32(reader, order_);
    std::uint32_t captured = u32(reader, order_);
    std::uint32_t on_wire = u32(reader, order_);
    if (lengths_ != Lengths::captured_first && (lengths_ == Lengths::wire_first || captured > on_wire))
      std::swap(captured, on_wire);
    if (captured > frame_limit) {
      progress.damage = fmt::format("expected a frame of at most {} bytes, found {}", frame_limit, captured);
      return false;
    }
    const std::size_t size = magic_.record_header + captured;
    if (rest.size() < size) {
      progress.wanted = size;
      return false;
    }
    Frame& frame = frames.emplace_back();
    frame.number = ++frames_read_;
    frame.time_ns = std::int64_t{seconds} * second_ns + std::int64_t{fraction} * magic_.fraction_ns;
    frame.bytes = rest.subspan(magic_.record_header, captured);
    frame.on_wire = std::max(captured, on_wire);
    frame.link = interfaces_.front().link;
    progress.used += size;
    return true;
  }

  const Magic& magic_;
  ByteOrder order_;
  Lengths lengths_ = Lengths::captured_first;
  bool opened_ = false;
};

}  // namespace

std::unique_ptr<CaptureFormat> pcap_format(Bytes start) {
  for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    Reader reader{start};
    const std::uint32_t value = u32(reader, order);
    for (const Magic& magic : magics)
      if (reader.ok() && magic.value == value) return std::make_unique<Pcap>(magic, order);
  }
  return nullptr;
}

}  // namespace bulkhead

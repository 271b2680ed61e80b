// The snoop format of Solaris: RFC 1761, version 2, big-endian throughout.

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/time.h"
#include "capture/format.h"

namespace bulkhead {

namespace {

constexpr std::string_view identification{"snoop\0\0\0", 8};
constexpr std::size_t file_header_size = 16, record_header_size = 24;
constexpr std::uint32_t version = 2;
constexpr std::uint32_t padding_max = 65'536;  // beyond the frame; writers align to four octets

/// RFC 1761, "Datalink Type", and the registry that continues it (IANA, snoop datalink types), as LINKTYPE_ values.
struct Datalink {
  std::uint32_t snoop;
  std::uint16_t link;
};
constexpr std::array datalinks{
    Datalink{0, 1},    // IEEE 802.3
    Datalink{2, 6},    // IEEE 802.5
    Datalink{4, 1},    // Ethernet
    Datalink{5, 104},  // HDLC
    Datalink{8, 10},   // FDDI
};

class Snoop final : public CaptureFormat {
 public:
  Progress read(Bytes window, std::vector<Frame>& frames) override {
    Progress progress;
    if (!opened_ && !read_file_header(window, progress)) return progress;
    while (read_record(window, progress, frames)) continue;
    return progress;
  }

 private:
  bool read_file_header(Bytes window, Progress& progress) {
    Reader reader{window};
    reader.skip(identification.size());
    const std::uint32_t found = reader.u32be();
    const std::uint32_t datalink = reader.u32be();
    if (!reader.ok()) {
      progress.wanted = file_header_size;
      return false;
    }
    if (found != version) {
      progress.damage = fmt::format("expected snoop version {}, found {}", version, found);
      return false;
    }
    const auto* known = std::find_if(datalinks.begin(), datalinks.end(),
                                     [&](const Datalink& entry) { return entry.snoop == datalink; });
    if (known == datalinks.end()) {
      progress.damage = fmt::format("expected a datalink type of RFC 1761 that can be read, found {}", datalink);
      return false;
    }
    interfaces_.push_back({known->link, {}, 0, 6, {}});
    progress.used = file_header_size;
    opened_ = true;
    return true;
  }

  bool read_record(Bytes window, Progress& progress, std::vector<Frame>& frames) {
    const Bytes rest = window.subspan(progress.used);
    if (rest.size() < record_header_size) {
      progress.wanted = record_header_size;
      return false;
    }
    Reader reader{rest.first(record_header_size)};
    const std::uint32_t on_wire = reader.u32be();
    const std::uint32_t captured = reader.u32be();
    const std::uint32_t size = reader.u32be();
    const std::uint32_t dropped = reader.u32be();
    const std::uint32_t seconds = reader.u32be();
    const std::uint32_t microseconds = reader.u32be();
    if (captured > frame_limit) {
      progress.damage = fmt::format("expected a frame of at most {} bytes, found {}", frame_limit, captured);
      return false;
    }
    const std::size_t least = record_header_size + captured;
    if (size < least || size > least + padding_max) {
      progress.damage = fmt::format("expected a record of {} bytes and its padding, found {}", least, size);
      return false;
    }
    if (rest.size() < size) {
      progress.wanted = size;
      return false;
    }
    Frame& frame = frames.emplace_back();
    frame.number = ++frames_read_;
    frame.time_ns = std::int64_t{seconds} * second_ns + std::int64_t{microseconds} * 1000;
    frame.bytes = rest.subspan(record_header_size, captured);
    frame.on_wire = std::max(captured, on_wire);
    frame.link = interfaces_.front().link;
    interfaces_.front().dropped = dropped;  // counted from the start of the file
    progress.used += size;
    return true;
  }

  bool opened_ = false;
};

}  // namespace

std::unique_ptr<CaptureFormat> snoop_format(Bytes start) {
  Reader reader{start};
  const Bytes magic = reader.take(identification.size());
  const bool is_snoop =
      reader.ok() && std::equal(magic.begin(), magic.end(), identification.begin(),
                                [](std::uint8_t byte, char c) { return byte == static_cast<std::uint8_t>(c); });
  return is_snoop ? std::make_unique<Snoop>() : nullptr;
}

}  // namespace bulkhead

// Reads a capture file in batches. Each call fills the batch's own storage from the stream in one go and lays the
// frames over it, so that no byte is copied a second time but those of the record that did not fit, which open the next
// batch.

#include "capture/source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"
#include "capture/byte_stream.h"
#include "capture/format.h"

namespace bulkhead {

namespace {

constexpr std::size_t batch_size = 128U << 10U;  // what becomes of it fits the second-level cache with it
constexpr std::size_t magic_size = 4;

/// Other files that people hand over as captures, by their first bytes.
struct OtherFormat {
  std::array<std::uint8_t, magic_size> magic;
  std::string_view name;
};
constexpr std::array other_formats{
    OtherFormat{{0x50, 0x4B, 0x03, 0x04}, "a ZIP archive or an Office document; unpack it"},
    OtherFormat{{0x42, 0x5A, 0x68, 0x39}, "bzip2 data; unpack it"},
    OtherFormat{{0xFD, 0x37, 0x7A, 0x58}, "xz data; unpack it"},
    OtherFormat{{0x37, 0x7A, 0xBC, 0xAF}, "a 7z archive; unpack it"},
    OtherFormat{{0x25, 0x50, 0x44, 0x46}, "a PDF document"},
    OtherFormat{{0x52, 0x54, 0x53, 0x53}, "a Network Monitor capture; convert it to pcapng"},
};

std::string describe_start(Bytes start) {
  if (start.empty()) return "expected a capture, found an empty file";
  const Bytes magic = start.first(std::min(start.size(), magic_size));
  for (const OtherFormat& other : other_formats)
    if (std::equal(other.magic.begin(), other.magic.end(), magic.begin(), magic.end()))
      return fmt::format("expected the magic number of pcap, pcapng or snoop, found {}", other.name);
  return fmt::format("expected the magic number of pcap, pcapng or snoop, found the bytes {}", to_hex(magic));
}

class CaptureFile final : public Source {
 public:
  /// Tells compression by the first bytes.
  explicit CaptureFile(std::unique_ptr<ByteStream> stream) {
    std::array<std::uint8_t, magic_size> start{};
    const std::size_t size = read_fully(*stream, start);
    const Bytes bytes = Bytes{start}.first(size);
    switch (compression_of(bytes)) {
      case Compression::gzip: stream_ = gzip_stream(bytes, std::move(stream)); break;
      case Compression::zstd: stream_ = zstd_stream(bytes, std::move(stream)); break;
      case Compression::none:
        carry_.assign(bytes.begin(), bytes.end());
        if (const auto whole = stream->size())
          batch_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(batch_size, *whole + 1));
        stream_ = std::move(stream);
        break;
    }
  }

  bool next(Batch& batch) override {
    batch.frames.clear();
    while (!ended_ && batch.frames.empty()) read_window(batch);
    return !batch.frames.empty();
  }
  [[nodiscard]] const Ending& ending() const noexcept override { return ending_; }
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept override {
    return format_ == nullptr ? none_ : format_->interfaces();
  }

 private:
  /// One window: what the last one left, then what the stream gives; at least the record that did not fit then.
  void read_window(Batch& batch) {
    const std::size_t size = std::max(batch_size_, wanted_);
    if (batch.storage.size() != size) batch.storage.resize(size);
    std::copy(carry_.begin(), carry_.end(), batch.storage.begin());
    const std::size_t got = read_fully(*stream_, std::span{batch.storage}.subspan(carry_.size()));
    const Bytes window = Bytes{batch.storage}.first(carry_.size() + got);
    const bool at_end = window.size() < size;

    if (format_ == nullptr) format_ = recognise_format(window);
    if (format_ == nullptr) {
      const bool broken = !stream_->failure().empty();
      return end(broken ? Ending::Kind::damaged : Ending::Kind::not_a_capture, window.size(),
                 broken ? stream_->failure() : describe_start(window));
    }
    const CaptureFormat::Progress progress = format_->read(window, batch.frames);
    frames_ += batch.frames.size();
    offset_ += progress.used;
    const Bytes left = window.subspan(progress.used);
    if (!progress.damage.empty()) return end(Ending::Kind::damaged, offset_, progress.damage);
    if (at_end) return end_of_stream(left.size(), progress.wanted);
    carry_.assign(left.begin(), left.end());
    wanted_ = progress.wanted;
  }

  void end_of_stream(std::size_t left, std::size_t wanted) {
    if (!stream_->failure().empty()) return end(Ending::Kind::damaged, offset_ + left, stream_->failure());
    if (left == 0) return end(Ending::Kind::read, offset_, {});
    end(Ending::Kind::cut_off, offset_, fmt::format("expected a record of {} bytes or more, found {}", wanted, left));
  }

  void end(Ending::Kind kind, std::uint64_t offset, std::string detail) {
    ended_ = true;
    ending_ = {kind, frames_, offset, std::move(detail)};
  }

  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<CaptureFormat> format_;
  std::vector<std::uint8_t> carry_;  ///< The start of a record whose rest is still to come.
  std::size_t batch_size_ = batch_size;
  std::size_t wanted_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t frames_ = 0;
  bool ended_ = false;
  Ending ending_;
  std::vector<CaptureInterface> none_;
};

}  // namespace

std::string_view name(Ending::Kind kind) noexcept {
  switch (kind) {
    case Ending::Kind::read: return "read";
    case Ending::Kind::cut_off: return "cut_off";
    case Ending::Kind::damaged: return "damaged";
    case Ending::Kind::link_type_not_supported: return "link_type_not_supported";
    case Ending::Kind::not_a_capture: return "not_a_capture";
  }
  return {};
}

std::unique_ptr<CaptureFormat> recognise_format(Bytes start) {
  if (auto format = pcap_format(start)) return format;
  if (auto format = pcapng_format(start)) return format;
  return snoop_format(start);
}

Result<std::unique_ptr<Source>> open_capture(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(*-vararg): POSIX
  if (descriptor < 0)
    return failure("the capture cannot be opened: " + std::generic_category().message(errno), path.string());
  struct stat status{};
  const bool known = ::fstat(descriptor, &status) == 0;
  std::optional<std::uint64_t> size;
  if (known && S_ISREG(status.st_mode)) size = static_cast<std::uint64_t>(status.st_size);
  auto stream = file_stream(descriptor, size);
  if (known && S_ISDIR(status.st_mode)) return failure("expected a capture file, found a folder", path.string());
  return std::make_unique<CaptureFile>(std::move(stream));
}

std::unique_ptr<Source> read_capture(std::vector<std::uint8_t> bytes) {
  return std::make_unique<CaptureFile>(memory_stream(std::move(bytes)));
}

}  // namespace bulkhead

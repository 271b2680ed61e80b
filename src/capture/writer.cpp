#include "capture/writer.h"

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"

namespace bulkhead {

namespace {

constexpr std::size_t buffer_size = 262'144;
constexpr std::uint32_t magic_microseconds = 0xA1B2C3D4, magic_nanoseconds = 0xA1B23C4D;
constexpr std::int64_t microsecond_ns = 1000;

}  // namespace

Result<PcapWriter> PcapWriter::create(const std::filesystem::path& path, std::uint16_t link, Resolution resolution) {
  // NOLINTNEXTLINE(*-vararg): POSIX
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0)
    return failure("the capture cannot be written: " + std::generic_category().message(errno), path.string());
  return PcapWriter{descriptor, path, link, resolution};
}

PcapWriter::PcapWriter(int descriptor, std::filesystem::path path, std::uint16_t link, Resolution resolution)
    : descriptor_(descriptor), path_(std::move(path)), link_(link), resolution_(resolution) {
  buffer_.reserve(buffer_size);
  put32(resolution == Resolution::nanoseconds ? magic_nanoseconds : magic_microseconds);
  put16(2);  // version 2.4
  put16(4);
  put32(0);  // time zone, accuracy: always zero
  put32(0);
  put32(frame_limit);
  put32(link);
}

PcapWriter::PcapWriter(PcapWriter&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      link_(other.link_),
      resolution_(other.resolution_),
      buffer_(std::move(other.buffer_)) {}

PcapWriter& PcapWriter::operator=(PcapWriter&& other) noexcept {
  if (this == &other) return *this;
  [[maybe_unused]] const Result<void> closed = close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  path_ = std::move(other.path_);
  link_ = other.link_;
  resolution_ = other.resolution_;
  buffer_ = std::move(other.buffer_);
  return *this;
}

PcapWriter::~PcapWriter() {
  [[maybe_unused]] const Result<void> closed = close();
}

void PcapWriter::put16(std::uint16_t value) {
  for (unsigned shift = 0; shift < 16; shift += 8) buffer_.push_back(static_cast<std::uint8_t>(value >> shift));
}

void PcapWriter::put32(std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) buffer_.push_back(static_cast<std::uint8_t>(value >> shift));
}

Result<void> PcapWriter::write(const Frame& frame) {
  if (descriptor_ < 0) return failure("the capture is closed", path_.string());
  if (frame.link != link_)
    return failure(fmt::format("expected a frame of link type {}, found {}", link_, frame.link), path_.string());
  if (frame.bytes.size() > frame_limit)
    return failure(fmt::format("expected a frame of at most {} bytes, found {}", frame_limit, frame.bytes.size()),
                   path_.string());
  const std::int64_t seconds = frame.time_ns / second_ns;
  if (frame.time_ns < 0 || seconds > std::numeric_limits<std::uint32_t>::max())
    return failure("expected a time between 1970 and 2106, found " + to_text_utc(frame.time_ns), path_.string());
  const std::int64_t fraction_ns = frame.time_ns % second_ns;
  const std::size_t on_wire = std::max(frame.on_wire, frame.bytes.size());
  put32(static_cast<std::uint32_t>(seconds));
  put32(
      static_cast<std::uint32_t>(resolution_ == Resolution::nanoseconds ? fraction_ns : fraction_ns / microsecond_ns));
  put32(static_cast<std::uint32_t>(frame.bytes.size()));
  put32(static_cast<std::uint32_t>(std::min<std::size_t>(on_wire, std::numeric_limits<std::uint32_t>::max())));
  buffer_.insert(buffer_.end(), frame.bytes.begin(), frame.bytes.end());
  return buffer_.size() < buffer_size ? Result<void>{} : flush();
}

Result<void> PcapWriter::flush() {
  Bytes rest{buffer_};
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return failure("the capture cannot be written on: " + std::generic_category().message(errno), path_.string());
    rest = rest.subspan(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

Result<void> PcapWriter::close() {
  if (descriptor_ < 0) return {};
  const Result<void> flushed = flush();
  const int status = ::close(std::exchange(descriptor_, -1));
  if (!flushed || status == 0) return flushed;
  return failure("the capture cannot be closed: " + std::generic_category().message(errno), path_.string());
}

}  // namespace bulkhead

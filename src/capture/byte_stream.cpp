#include "capture/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace bulkhead {

namespace {

class FileStream final : public ByteStream {
 public:
  FileStream(int descriptor, std::optional<std::uint64_t> size) : descriptor_(descriptor), size_(size) {}
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;
  ~FileStream() override { ::close(descriptor_); }

  std::size_t read(std::span<std::uint8_t> out) override {
    if (!failure_.empty() || out.empty()) return 0;
    for (;;) {
      const ssize_t got = ::read(descriptor_, out.data(), out.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      failure_ = "the file cannot be read on: " + std::generic_category().message(errno);
      return 0;
    }
  }
  [[nodiscard]] const std::string& failure() const noexcept override { return failure_; }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override { return size_; }

 private:
  int descriptor_;
  std::optional<std::uint64_t> size_;
  std::string failure_;
};

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  std::size_t read(std::span<std::uint8_t> out) override {
    const Bytes next = Bytes{bytes_}.subspan(at_, std::min(out.size(), bytes_.size() - at_));
    std::copy(next.begin(), next.end(), out.begin());
    at_ += next.size();
    return next.size();
  }
  [[nodiscard]] const std::string& failure() const noexcept override { return failure_; }
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept override { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
  std::string failure_;
};

}  // namespace

std::size_t read_fully(ByteStream& stream, std::span<std::uint8_t> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const std::size_t got = stream.read(out.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

std::unique_ptr<ByteStream> file_stream(int descriptor, std::optional<std::uint64_t> size) {
  return std::make_unique<FileStream>(descriptor, size);
}

std::unique_ptr<ByteStream> memory_stream(std::vector<std::uint8_t> bytes) {
  return std::make_unique<MemoryStream>(std::move(bytes));
}

}  // namespace bulkhead

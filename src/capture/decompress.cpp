// gzip and zstd as streams. Both formats allow several members (frames) one after another, and rotating capture tools
// and `cat` produce such files, so the end of one member is not the end of the file. The decompressors keep a window of
// their own; beside it, each stream holds one block of compressed input.

#include <algorithm>
#include <array>

#include <zlib.h>
#include <zstd.h>

#include "capture/byte_stream.h"

namespace bulkhead {

namespace {

constexpr std::size_t input_size = 131'072;
constexpr std::array<std::uint8_t, 2> gzip_magic{0x1F, 0x8B};              // RFC 1952, 2.3.1
constexpr std::array<std::uint8_t, 4> zstd_magic{0x28, 0xB5, 0x2F, 0xFD};  // RFC 8878, 3.1.1
constexpr int zstd_window_log = 27;                                        // 128 MiB: what `zstd -d` grants by default

bool starts_with(Bytes bytes, Bytes magic) noexcept {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

/// RFC 8878, 3.1.2: 0x184D2A50 to 0x184D2A5F, little-endian.
bool is_skippable_frame(Bytes start) noexcept {
  constexpr std::array<std::uint8_t, 3> tail{0x2A, 0x4D, 0x18};
  return start.size() >= 4 && (start[0] & 0xF0U) == 0x50 && starts_with(start.subspan(1), tail);
}

/// The compressed side: a block of bytes and where in it the decompressor stands.
class Input {
 public:
  Input(Bytes start, std::unique_ptr<ByteStream> rest)
      : buffer_(input_size), size_(std::min(start.size(), input_size)), rest_(std::move(rest)) {
    std::copy_n(start.begin(), size_, buffer_.begin());
  }
  /// What is there; asks for more only when nothing is. Empty at the end.
  Bytes bytes() {
    if (at_ == size_) {
      at_ = 0;
      size_ = rest_->read(buffer_);
    }
    return Bytes{buffer_}.subspan(at_, size_ - at_);
  }
  void used(std::size_t n) noexcept { at_ += n; }
  [[nodiscard]] const std::string& failure() const noexcept { return rest_->failure(); }

 private:
  std::vector<std::uint8_t> buffer_;
  std::size_t size_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

class GzipStream final : public ByteStream {
 public:
  GzipStream(Bytes start, std::unique_ptr<ByteStream> rest) : input_(start, std::move(rest)) {
    // 15: the largest window; 16 more: a gzip header and trailer, and nothing else.
    if (inflateInit2(&state_, 15 + 16) != Z_OK) failure_ = "the gzip decompressor did not start";
    else started_ = true;
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override {
    if (started_) inflateEnd(&state_);
  }

  std::size_t read(std::span<std::uint8_t> out) override {
    if (!failure_.empty() || ended_ || out.empty()) return 0;
    state_.next_out = out.data();
    state_.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), 1U << 30U));
    const std::size_t asked = state_.avail_out;
    while (state_.avail_out == asked && failure_.empty() && !ended_) step();
    return asked - state_.avail_out;
  }
  [[nodiscard]] const std::string& failure() const noexcept override { return failure_; }

 private:
  void step() {
    const Bytes bytes = input_.bytes();
    if (bytes.empty()) return end_of_input();
    if (between_members_) return next_member(bytes);
    state_.next_in = const_cast<Bytef*>(bytes.data());  // NOLINT(*-const-cast): zlib reads it only
    state_.avail_in = static_cast<uInt>(bytes.size());
    const int status = inflate(&state_, Z_NO_FLUSH);
    input_.used(bytes.size() - state_.avail_in);
    if (status == Z_STREAM_END) between_members_ = true;
    else if (status != Z_OK && status != Z_BUF_ERROR)
      failure_ = std::string{"the gzip data is corrupt: "} + (state_.msg != nullptr ? state_.msg : "unknown error");
  }

  /// After a member stands another one, or zeros that a tape or a download tool added, or the end.
  void next_member(Bytes bytes) {
    if (bytes[0] == 0) return input_.used(1);
    if (bytes[0] != gzip_magic[0]) {
      failure_ = "other bytes follow the end of the gzip data";
      return;
    }
    inflateReset(&state_);
    between_members_ = false;
  }

  void end_of_input() {
    ended_ = true;
    if (!input_.failure().empty()) failure_ = input_.failure();
    else if (!between_members_) failure_ = "the gzip data ends before its end";
  }

  Input input_;
  z_stream state_{};
  std::string failure_;
  bool started_ = false;
  bool between_members_ = false;
  bool ended_ = false;
};

class ZstdStream final : public ByteStream {
 public:
  ZstdStream(Bytes start, std::unique_ptr<ByteStream> rest)
      : input_(start, std::move(rest)), state_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    if (state_ == nullptr) failure_ = "the zstd decompressor did not start";
    else ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, zstd_window_log);
  }

  std::size_t read(std::span<std::uint8_t> out) override {
    if (!failure_.empty() || ended_ || out.empty()) return 0;
    ZSTD_outBuffer target{out.data(), out.size(), 0};
    while (target.pos == 0 && failure_.empty() && !ended_) step(target);
    return target.pos;
  }
  [[nodiscard]] const std::string& failure() const noexcept override { return failure_; }

 private:
  void step(ZSTD_outBuffer& target) {
    // What the decompressor still holds comes out without new input; only then is the input asked.
    const Bytes bytes = holding_ ? Bytes{} : input_.bytes();
    if (bytes.empty() && !holding_) {
      ended_ = true;
      if (!input_.failure().empty()) failure_ = input_.failure();
      else if (!between_frames_) failure_ = "the zstd data ends before its end";
      return;
    }
    ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
    const std::size_t left = ZSTD_decompressStream(state_.get(), &target, &from);
    input_.used(from.pos);
    if (ZSTD_isError(left) != 0) {
      failure_ = std::string{"the zstd data is corrupt: "} + ZSTD_getErrorName(left);
      return;
    }
    between_frames_ = left == 0;
    holding_ = !between_frames_ && target.pos == target.size;
  }

  Input input_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> state_;
  std::string failure_;
  bool between_frames_ = true;
  bool holding_ = false;
  bool ended_ = false;
};

}  // namespace

Compression compression_of(Bytes start) noexcept {
  if (starts_with(start, gzip_magic)) return Compression::gzip;
  if (starts_with(start, zstd_magic) || is_skippable_frame(start)) return Compression::zstd;
  return Compression::none;
}

std::unique_ptr<ByteStream> gzip_stream(Bytes start, std::unique_ptr<ByteStream> rest) {
  return std::make_unique<GzipStream>(start, std::move(rest));
}

std::unique_ptr<ByteStream> zstd_stream(Bytes start, std::unique_ptr<ByteStream> rest) {
  return std::make_unique<ZstdStream>(start, std::move(rest));
}

}  // namespace bulkhead

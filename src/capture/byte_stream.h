#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace bulkhead {

/// Bytes that come in order: a file, memory, or what a decompressor makes of another stream.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Fills `out` from its start as far as bytes are there now; 0 at the end, and after a failure.
  virtual std::size_t read(std::span<std::uint8_t> out) = 0;
  /// Why the stream ended before its end, in words; empty where it did not.
  [[nodiscard]] virtual const std::string& failure() const noexcept = 0;
  /// How many bytes there are in all, where that is known beforehand.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const noexcept { return std::nullopt; }
};

/// Reads until `out` is full or the stream ends; gives how much there was.
std::size_t read_fully(ByteStream& stream, std::span<std::uint8_t> out);

/// Takes over the descriptor, and closes it.
std::unique_ptr<ByteStream> file_stream(int descriptor, std::optional<std::uint64_t> size);
std::unique_ptr<ByteStream> memory_stream(std::vector<std::uint8_t> bytes);

/// Whether the first bytes of a file are those of gzip (RFC 1952) or zstd (RFC 8878).
enum class Compression : std::uint8_t { none, gzip, zstd };
Compression compression_of(Bytes start) noexcept;

/// Decompress `start` and what follows it in `rest`: several members or frames one after another, as the formats allow.
std::unique_ptr<ByteStream> gzip_stream(Bytes start, std::unique_ptr<ByteStream> rest);
std::unique_ptr<ByteStream> zstd_stream(Bytes start, std::unique_ptr<ByteStream> rest);

}  // namespace bulkhead

// The pcapng format: draft-ietf-opsawg-pcapng. A file is a row of blocks, each with its length before and after it. A
// Section Header Block sets the byte order and forgets the interfaces before it; the numbers that a Frame carries go on
// through all sections. Blocks that describe no frame and no interface (names, secrets, vendors' own) are stepped over.

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/time.h"
#include "capture/format.h"

namespace bulkhead {

namespace {

// Clause 11.1, "Standardized Block Type Codes".
constexpr std::uint32_t section_header = 0x0A0D0D0A, interface_description = 1, packet = 2, simple_packet = 3,
                        interface_statistics = 5, enhanced_packet = 6;
constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;
constexpr std::size_t block_overhead = 12;  // type, length, and the length again
constexpr std::size_t block_start = 8;
constexpr std::size_t interfaces_max = 65'536;

/// Bytes to the next multiple of four.
constexpr std::size_t padding(std::size_t size) noexcept {
  return (4 - size % 4) % 4;
}

/// Clause 4.2, option if_tsresol: how ticks of an interface become nanoseconds.
class Clock {
  static constexpr std::uint64_t max = std::numeric_limits<std::int64_t>::max();

 public:
  Clock() = default;
  explicit Clock(std::uint8_t resolution) : binary_((resolution & 0x80U) != 0), exponent_(resolution & 0x7FU) {
    if (binary_ || exponent_ > 9) return;
    factor_ = power_of_ten(9 - exponent_);
    ticks_max_ = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor_;
  }

  void offset(std::int64_t seconds) noexcept {
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / second_ns;
    offset_ns_ = std::clamp(seconds, -limit, limit) * second_ns;
  }

  /// Nanoseconds since 1970; clamped to what 64 bits hold.
  [[nodiscard]] std::int64_t nanoseconds(std::uint64_t ticks) const noexcept {
    const std::uint64_t time = binary_ ? of_binary(ticks) : exponent_ <= 9 ? of_coarse(ticks) : of_fine(ticks);
    const auto time_ns = static_cast<std::int64_t>(std::min<std::uint64_t>(time, max));
    if (offset_ns_ > 0 && time_ns > static_cast<std::int64_t>(max) - offset_ns_) return static_cast<std::int64_t>(max);
    return time_ns + offset_ns_;
  }

  /// Decimal digits that the clock's resolution fills, at most nine.
  [[nodiscard]] unsigned decimals() const noexcept {
    return std::min(9U, binary_ ? (exponent_ * 30'103U + 99'999U) / 100'000U : exponent_);
  }

 private:
  static std::uint64_t power_of_ten(unsigned exponent) noexcept {
    std::uint64_t value = 1;
    for (unsigned i = 0; i < exponent; ++i) value *= 10;
    return value;
  }
  [[nodiscard]] std::uint64_t of_coarse(std::uint64_t ticks) const noexcept {
    return std::min(ticks, ticks_max_) * factor_;
  }
  [[nodiscard]] std::uint64_t of_fine(std::uint64_t ticks) const noexcept {
    return exponent_ > 28 ? 0 : ticks / power_of_ten(exponent_ - 9);
  }
  [[nodiscard]] std::uint64_t of_binary(std::uint64_t ticks) const noexcept {
    if (exponent_ > 63) return 0;  // finer than any clock; 64 bits of it are below a second
    const std::uint64_t seconds = ticks >> exponent_;
    const std::uint64_t rest = ticks - (seconds << exponent_);
    if (seconds > max / second_ns) return max;
    const std::uint64_t coarse = exponent_ > 30 ? rest >> (exponent_ - 30) : rest << (30 - exponent_);  // 2^-30 s
    return seconds * second_ns + (coarse * second_ns >> 30U);
  }

  bool binary_ = false;
  unsigned exponent_ = 6;  // microseconds, where the option is missing
  std::uint64_t factor_ = 1000;
  std::uint64_t ticks_max_ = max / 1000;
  std::int64_t offset_ns_ = 0;
};

class Pcapng final : public CaptureFormat {
 public:
  Progress read(Bytes window, std::vector<Frame>& frames) override {
    Progress progress;
    while (read_block(window, progress, frames)) continue;
    return progress;
  }

 private:
  using Damage = std::string;

  bool read_block(Bytes window, Progress& progress, std::vector<Frame>& frames) {
    const Bytes rest = window.subspan(progress.used);
    if (rest.size() < block_overhead) {
      progress.wanted = block_overhead;
      return false;
    }
    Reader head{rest};
    // The type of a section header reads the same in both orders; its magic number says which one is meant.
    const std::uint32_t type = u32(head, order_);
    if (type == section_header && !set_order(rest, progress)) return false;
    const std::uint32_t length = u32(head, order_);
    if (length < block_overhead || length > block_limit) {
      progress.damage =
          fmt::format("expected a block of {} to {} bytes, found {}", block_overhead, block_limit, length);
      return false;
    }
    const std::size_t size = std::size_t{length} + padding(length);  // some writers forget to pad the length
    if (rest.size() < size) {
      progress.wanted = size;
      return false;
    }
    Reader tail{rest.subspan(size - 4, 4)};
    if (const std::uint32_t again = u32(tail, order_); again != length) {
      progress.damage = fmt::format("expected the block length {} again at its end, found {}", length, again);
      return false;
    }
    progress.damage = read_body(type, rest.subspan(block_start, size - block_overhead), frames);
    if (!progress.damage.empty()) return false;
    progress.used += size;
    return true;
  }

  bool set_order(Bytes block, Progress& progress) {
    Reader little{block.subspan(block_start)};
    Reader big = little;
    if (little.u32le() == byte_order_magic) order_ = ByteOrder::little;
    else if (big.u32be() == byte_order_magic) order_ = ByteOrder::big;
    else progress.damage = "expected the byte order magic 1a2b3c4d in a section header";
    return progress.damage.empty();
  }

  Damage read_body(std::uint32_t type, Bytes body, std::vector<Frame>& frames) {
    Reader reader{body};
    switch (type) {
      case enhanced_packet: return read_enhanced_packet(reader, frames);
      case packet: return read_packet(reader, frames);
      case simple_packet: return read_simple_packet(reader, frames);
      case section_header: return read_section(reader);
      case interface_description: return read_interface(reader);
      case interface_statistics: return read_statistics(reader);
      default: return {};
    }
  }

  // Clause 4.1.
  Damage read_section(Reader& reader) {
    reader.skip(4);
    const std::uint16_t major = u16(reader, order_);
    const std::uint16_t minor = u16(reader, order_);
    if (!reader.ok()) return "expected a section header of 28 bytes or more";
    if (major != 1 || (minor != 0 && minor != 2))
      return fmt::format("expected pcapng version 1.0, found {}.{}", major, minor);
    section_start_ = interfaces_.size();
    return {};
  }

  /// Calls `use(code, value)` for each option; a list that breaks off ends there, as it is only a description.
  template <class Use>
  void for_each_option(Reader& reader, const Use& use) {
    while (reader.left() >= 4) {
      const std::uint16_t code = u16(reader, order_);
      const std::uint16_t length = u16(reader, order_);
      if (code == 0) return;
      const Bytes value = reader.take(length);
      if (!reader.ok()) return;
      use(code, value);
      reader.skip(std::min(padding(length), reader.left()));
    }
  }

  // Clause 4.2.
  Damage read_interface(Reader& reader) {
    CaptureInterface interface;
    interface.link = u16(reader, order_);
    reader.skip(2);
    interface.snap_length = u32(reader, order_);
    if (!reader.ok()) return "expected an interface description of 20 bytes or more";
    if (interfaces_.size() >= interfaces_max) return fmt::format("expected at most {} interfaces", interfaces_max);
    Clock clock;
    std::int64_t offset_s = 0;
    std::string description;
    for_each_option(reader, [&](std::uint16_t code, Bytes value) {
      Reader option{value};
      if (code == 2) interface.name = option.text(value.size());
      if (code == 3) description = option.text(value.size());
      if (code == 9 && !value.empty()) clock = Clock{option.u8()};
      if (code == 14 && value.size() >= 8) offset_s = static_cast<std::int64_t>(u64(option, order_));
    });
    if (interface.name.empty()) interface.name = description;
    clock.offset(offset_s);
    interface.decimals = clock.decimals();
    interfaces_.push_back(std::move(interface));
    clocks_.push_back(clock);
    counted_by_statistics_.push_back(false);
    return {};
  }

  /// The interface's number through all sections; none where the section does not describe it.
  [[nodiscard]] std::optional<std::size_t> find_interface(std::uint32_t in_section) const noexcept {
    if (in_section >= interfaces_.size() - section_start_) return std::nullopt;
    return section_start_ + in_section;
  }

  [[nodiscard]] Damage no_such_interface(std::uint32_t in_section) const {
    return fmt::format("expected one of the {} interfaces of this section, found number {}",
                       interfaces_.size() - section_start_, in_section);
  }

  // Clause 4.3.
  Damage read_enhanced_packet(Reader& reader, std::vector<Frame>& frames) {
    const std::uint32_t in_section = u32(reader, order_);
    const auto interface = find_interface(in_section);
    const std::uint64_t high = u32(reader, order_);
    const std::uint64_t ticks = high << 32U | u32(reader, order_);
    if (!reader.ok()) return "expected an enhanced packet of 32 bytes or more";
    if (!interface) return no_such_interface(in_section);
    last_time_ns_ = clocks_[*interface].nanoseconds(ticks);
    Damage damage = read_frame(reader, *interface, frames);
    if (damage.empty() && reader.left() > 4) read_drop_count(reader, *interface);
    return damage;
  }

  // Appendix A, obsolete.
  Damage read_packet(Reader& reader, std::vector<Frame>& frames) {
    const std::uint16_t in_section = u16(reader, order_);
    const auto interface = find_interface(in_section);
    const std::uint16_t drops = u16(reader, order_);
    const std::uint64_t high = u32(reader, order_);
    const std::uint64_t ticks = high << 32U | u32(reader, order_);
    if (!reader.ok()) return "expected a packet block of 32 bytes or more";
    if (!interface) return no_such_interface(in_section);
    last_time_ns_ = clocks_[*interface].nanoseconds(ticks);
    if (drops != 0xFFFF) add_dropped(*interface, drops);
    return read_frame(reader, *interface, frames);
  }

  // Clause 4.4: the first interface, no time, and no captured length but that of the block and the snap length.
  Damage read_simple_packet(Reader& reader, std::vector<Frame>& frames) {
    const std::uint32_t on_wire = u32(reader, order_);
    if (!reader.ok()) return "expected a simple packet of 16 bytes or more";
    if (!find_interface(0)) return no_such_interface(0);
    const std::uint32_t snap_length = interfaces_[section_start_].snap_length;
    std::size_t captured = std::min<std::size_t>(on_wire, reader.left());
    if (snap_length != 0) captured = std::min<std::size_t>(captured, snap_length);
    return append(reader, section_start_, captured, on_wire, frames);
  }

  Damage read_frame(Reader& reader, std::size_t interface, std::vector<Frame>& frames) {
    const std::uint32_t captured = u32(reader, order_);
    const std::uint32_t on_wire = u32(reader, order_);
    if (!reader.ok() || captured > reader.left())
      return fmt::format("expected a frame within its block, found one of {} bytes", captured);
    return append(reader, interface, captured, on_wire, frames);
  }

  Damage append(Reader& reader, std::size_t interface, std::size_t captured, std::size_t on_wire,
                std::vector<Frame>& frames) {
    if (captured > frame_limit)
      return fmt::format("expected a frame of at most {} bytes, found {}", frame_limit, captured);
    Frame& frame = frames.emplace_back();
    frame.number = ++frames_read_;
    frame.time_ns = last_time_ns_;
    frame.bytes = reader.take(captured);
    frame.on_wire = std::max(captured, on_wire);
    frame.link = interfaces_[interface].link;
    frame.interface = static_cast<std::uint16_t>(interface);
    reader.skip(std::min(padding(captured), reader.left()));
    return {};
  }

  // Option epb_dropcount: what was lost between this frame and the one before it.
  void read_drop_count(Reader& reader, std::size_t interface) {
    for_each_option(reader, [&](std::uint16_t code, Bytes value) {
      Reader option{value};
      if (code == 4 && value.size() >= 8) add_dropped(interface, u64(option, order_));
    });
  }

  void add_dropped(std::size_t interface, std::uint64_t count) {
    if (counted_by_statistics_[interface]) return;
    interfaces_[interface].dropped = interfaces_[interface].dropped.value_or(0) + count;
  }

  // Clause 4.6. Its counters run from the start of the capture, so the last one stands.
  Damage read_statistics(Reader& reader) {
    const std::uint32_t in_section = u32(reader, order_);
    reader.skip(8);
    const auto interface = find_interface(in_section);
    if (!reader.ok()) return "expected interface statistics of 24 bytes or more";
    if (!interface) return no_such_interface(in_section);
    std::optional<std::uint64_t> dropped;
    for_each_option(reader, [&](std::uint16_t code, Bytes value) {
      Reader option{value};
      if ((code == 5 || code == 7) && value.size() >= 8) dropped = dropped.value_or(0) + u64(option, order_);
    });
    if (!dropped) return {};
    counted_by_statistics_[*interface] = true;
    interfaces_[*interface].dropped = dropped;
    return {};
  }

  ByteOrder order_ = ByteOrder::little;
  std::size_t section_start_ = 0;
  std::vector<Clock> clocks_;
  std::vector<bool> counted_by_statistics_;
};

}  // namespace

std::unique_ptr<CaptureFormat> pcapng_format(Bytes start) {
  Reader reader{start};
  if (reader.u32le() != section_header) return nullptr;
  return std::make_unique<Pcapng>();
}

}  // namespace bulkhead

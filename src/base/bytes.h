#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace bulkhead {

using Bytes = std::span<const std::uint8_t>;

/// Why a read failed, and where. Offsets count from the first byte of the outermost reader.
struct ReadFault {
  enum class Kind : std::uint8_t {
    none,
    cut,        ///< The bytes were on the wire, but the capture kept only part of the frame.
    truncated,  ///< The message ends before the field it announces.
  };
  Kind kind = Kind::none;
  std::size_t offset = 0;  ///< Of the field that did not fit.
  std::size_t wanted = 0;  ///< Its size.
  std::size_t had = 0;     ///< What was left.
};

/// Where the members of a message stood in the bytes: the evidence drawer's way from a field to its octets.
/// Only a reader that was given one fills it; without a trace, reading costs nothing more.
class Trace {
 public:
  struct Entry {
    const void* member;
    std::size_t offset;  ///< From the first byte of the outermost reader.
    std::size_t size;
  };
  void note(const void* member, std::size_t offset, std::size_t size) { entries_.push_back({member, offset, size}); }
  /// The latest place read into `member`; null where it was not read from bytes.
  [[nodiscard]] const Entry* find(const void* member) const noexcept {
    const auto found =
        std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& entry) { return entry.member == member; });
    return found == entries_.rend() ? nullptr : &*found;
  }
  void clear() noexcept { entries_.clear(); }

 private:
  std::vector<Entry> entries_;
};

/// Reads forwards through bytes that somebody else owns, and never past their end.
///
/// A read that does not fit yields zero (or an empty view) and *breaks* the reader: every later read
/// fails too, and `fault()` keeps the first failure. A parser therefore reads a whole structure in
/// straight lines and asks `ok()` once, before it believes any of it.
///
/// `reader.u16be(message.address)` reads into a member of a message: it is set only where the bytes were there, so
/// what was not read stays unknown, and a trace learns where it stood.
class Reader {
 public:
  /// `on_wire` is the length before the capture cut the frame short; it is never less than `bytes`.
  Reader(Bytes bytes, std::size_t on_wire, std::size_t base = 0) noexcept
      : bytes_(bytes), on_wire_(std::max(on_wire, bytes.size())), base_(base) {}
  explicit Reader(Bytes bytes) noexcept : Reader(bytes, bytes.size()) {}

  /// From here on, members read into are noted in `trace`, by this reader and by those made from it.
  void trace(Trace* trace) noexcept { trace_ = trace; }

  [[nodiscard]] bool ok() const noexcept { return fault_.kind == ReadFault::Kind::none; }
  [[nodiscard]] const ReadFault& fault() const noexcept { return fault_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  /// What is left, counting bytes that were on the wire and that the capture did not keep.
  [[nodiscard]] std::size_t left_on_wire() const noexcept { return on_wire_ - at_; }
  /// Offset of the next byte, from the first byte of the outermost reader.
  [[nodiscard]] std::size_t offset() const noexcept { return base_ + at_; }
  /// What is left, without moving on.
  [[nodiscard]] Bytes peek() const noexcept { return bytes_.subspan(at_); }

  std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(big<1>()); }
  std::uint16_t u16be() noexcept { return static_cast<std::uint16_t>(big<2>()); }
  std::uint32_t u32be() noexcept { return static_cast<std::uint32_t>(big<4>()); }
  std::uint32_t u24be() noexcept { return static_cast<std::uint32_t>(big<3>()); }
  std::uint64_t u64be() noexcept { return big<8>(); }
  std::uint16_t u16le() noexcept { return static_cast<std::uint16_t>(little<2>()); }
  std::uint32_t u24le() noexcept { return static_cast<std::uint32_t>(little<3>()); }
  std::uint32_t u32le() noexcept { return static_cast<std::uint32_t>(little<4>()); }
  std::uint64_t u64le() noexcept { return little<8>(); }

  // Into a member: `T` is an unsigned integer, or an optional of one.
  template <class T>
  void u8(T& member) noexcept {
    into(member, 1, big<1>());
  }
  template <class T>
  void u16be(T& member) noexcept {
    into(member, 2, big<2>());
  }
  template <class T>
  void u24be(T& member) noexcept {
    into(member, 3, big<3>());
  }
  template <class T>
  void u32be(T& member) noexcept {
    into(member, 4, big<4>());
  }
  template <class T>
  void u64be(T& member) noexcept {
    into(member, 8, big<8>());
  }
  template <class T>
  void u16le(T& member) noexcept {
    into(member, 2, little<2>());
  }
  template <class T>
  void u24le(T& member) noexcept {
    into(member, 3, little<3>());
  }
  template <class T>
  void u32le(T& member) noexcept {
    into(member, 4, little<4>());
  }
  template <class T>
  void u64le(T& member) noexcept {
    into(member, 8, little<8>());
  }

  void skip(std::size_t n) noexcept { (void)take(n); }

  Bytes take(std::size_t n) noexcept {
    if (!ok() || n > left()) {
      fail(n);
      return {};
    }
    const Bytes view = bytes_.subspan(at_, n);
    at_ += n;
    return view;
  }

  /// All that is left. Breaks the reader where the capture lost the end of it: part is not the whole.
  Bytes rest() noexcept {
    const Bytes view = take(left());
    if (on_wire_ > at_) fail(on_wire_ - at_);
    return view;
  }

  std::string_view text(std::size_t n) noexcept {
    const Bytes view = take(n);
    return {reinterpret_cast<const char*>(view.data()), view.size()};  // NOLINT(*-reinterpret-cast): the one place
  }

  /// The next `n` bytes into a member: `Bytes`, or an optional of it.
  template <class T>
  void take(std::size_t n, T& member) {
    const Bytes view = take(n);
    if (!ok()) return;
    member = view;
    note(&member, n);
  }
  /// The next `n` bytes as text into a member: `std::string_view`, or an optional of it.
  template <class T>
  void text(std::size_t n, T& member) {
    const std::string_view view = text(n);
    if (!ok()) return;
    member = view;
    note(&member, n);
  }
  /// All that is left, into a member.
  template <class T>
  void rest(T& member) {
    const std::size_t n = left();
    const Bytes view = rest();
    if (!ok()) return;
    member = view;
    note(&member, n);
  }
  /// Notes that the `n` bytes just read are what `member` was made of: for members that are computed or shared.
  void note(const void* member, std::size_t n) {
    if (trace_ != nullptr && ok()) trace_->note(member, base_ + at_ - n, n);
  }

  /// A reader of the next `n` bytes alone: the way to honour a length field. What breaks inside it
  /// does not break this one.
  Reader sub(std::size_t n) noexcept {
    const std::size_t from = at_;
    if (ok() && n > left() && n <= on_wire_ - at_) {  // cut by the capture: hand over what there is
      const std::size_t lost = n - left();
      const Bytes view = take(left());
      on_wire_ -= lost;  // those bytes belong to the child alone
      Reader child{view, n, base_ + from};
      child.trace_ = trace_;
      return child;
    }
    const Bytes view = take(n);
    Reader child{view, view.size(), base_ + from};
    child.trace_ = trace_;
    child.fault_ = fault_;
    return child;
  }

 private:
  template <class T>
  struct ValueOf {
    using Type = T;
  };
  template <class T>
  struct ValueOf<std::optional<T>> {
    using Type = T;
  };

  template <class T>
  void into(T& member, std::size_t n, std::uint64_t value) noexcept {
    if (!ok()) return;
    member = static_cast<typename ValueOf<T>::Type>(value);
    if (trace_ != nullptr) trace_->note(&member, base_ + at_ - n, n);
  }

  void fail(std::size_t n) noexcept {
    if (!ok()) return;
    const bool cut = n <= on_wire_ - at_;
    fault_ = {cut ? ReadFault::Kind::cut : ReadFault::Kind::truncated, base_ + at_, n, left()};
    at_ = bytes_.size();
  }

  // The size is a constant, so that a read is one load and at most one byte swap.
  template <std::size_t n>
  std::uint64_t big() noexcept {
    const Bytes view = take(n);
    if (view.size() != n) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < n; ++i) value = value << 8U | view[i];
    return value;
  }

  template <std::size_t n>
  std::uint64_t little() noexcept {
    const Bytes view = take(n);
    if (view.size() != n) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < n; ++i) value |= std::uint64_t{view[i]} << (8U * i);
    return value;
  }

  Bytes bytes_;
  std::size_t on_wire_;
  std::size_t base_;
  std::size_t at_ = 0;
  Trace* trace_ = nullptr;
  ReadFault fault_;
};

}  // namespace bulkhead

#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/hash.h"

namespace bulkhead {

/// A link-layer address of six octets (IEEE 802).
struct MacAddress {
  std::array<std::uint8_t, 6> octets{};

  auto operator<=>(const MacAddress&) const = default;
  /// Group bit of the first octet: multicast or broadcast, never one station.
  [[nodiscard]] constexpr bool is_group() const noexcept { return (octets[0] & 1U) != 0; }
  [[nodiscard]] bool is_zero() const noexcept { return *this == MacAddress{}; }
  /// Set by software, not by a manufacturer: virtual machines, private WLAN addresses, some redundancy protocols.
  [[nodiscard]] constexpr bool is_local() const noexcept { return (octets[0] & 2U) != 0; }
};

/// An IPv4 or IPv6 address, or none.
struct IpAddress {
  enum class Family : std::uint8_t { none, v4, v6 };
  Family family = Family::none;
  std::array<std::uint8_t, 16> octets{};  ///< IPv4 uses the first four.

  /// By family, then octet by octet: eight at a time, as packets are looked up by it.
  std::strong_ordering operator<=>(const IpAddress& other) const noexcept {
    if (family != other.family) return family <=> other.family;
    const std::uint64_t first = half(0);
    const std::uint64_t others = other.half(0);
    return first != others ? first <=> others : half(8) <=> other.half(8);
  }
  bool operator==(const IpAddress& other) const noexcept {
    return family == other.family && half(0) == other.half(0) && half(8) == other.half(8);
  }
  [[nodiscard]] constexpr bool present() const noexcept { return family != Family::none; }
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return family == Family::v4 ? 4 : family == Family::v6 ? 16 : 0;
  }
  /// IPv4 224.0.0.0/4 and 255.255.255.255; IPv6 ff00::/8.
  [[nodiscard]] bool is_group() const noexcept;
  /// 0.0.0.0 and ::.
  [[nodiscard]] bool is_unspecified() const noexcept;
  [[nodiscard]] bool is_loopback() const noexcept;
  /// 169.254.0.0/16 (RFC 3927) and fe80::/10.
  [[nodiscard]] bool is_link_local() const noexcept;
  /// RFC 1918, RFC 6598 and RFC 4193. Says nothing about where an address is used.
  [[nodiscard]] bool is_private() const noexcept;

  static IpAddress v4(std::uint32_t value) noexcept;
  static IpAddress v4(Bytes octets) noexcept;  ///< At least four bytes, else none.
  static IpAddress v6(Bytes octets) noexcept;  ///< At least sixteen bytes, else none.

 private:
  /// Eight octets as a number that orders as they do.
  [[nodiscard]] std::uint64_t half(std::size_t at) const noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, octets.data() + at, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
  }
};

/// An address and the number of leading bits that count.
struct IpPrefix {
  IpAddress address;
  unsigned bits = 0;

  auto operator<=>(const IpPrefix&) const = default;
  [[nodiscard]] bool contains(const IpAddress& other) const noexcept;
};

/// `00:1b:1b:02:9a:c3`, lower case.
std::string to_text(const MacAddress& address);
/// `10.0.0.5`, `fe80::1` (RFC 5952); empty for none.
std::string to_text(const IpAddress& address);
std::string to_text(const IpPrefix& prefix);

/// Colons, hyphens, Cisco dots or twelve digits.
std::optional<MacAddress> parse_mac(std::string_view text);
std::optional<IpAddress> parse_ip(std::string_view text);
/// `10.0.0.0/24`; an address alone is a prefix of its full length.
std::optional<IpPrefix> parse_prefix(std::string_view text);

/// For tables, and the same in every run: identifiers are made of it.
inline std::uint64_t hash(const MacAddress& address) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, address.octets.data(), address.octets.size());
  return mix(value);
}
inline std::uint64_t hash(const IpAddress& address) noexcept {
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), address.octets.data(), sizeof halves);
  return mix(mix(halves[0]) ^ halves[1] ^ static_cast<std::uint64_t>(address.family));
}

}  // namespace bulkhead

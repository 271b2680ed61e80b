#include "base/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace bulkhead {

bool IpAddress::is_group() const noexcept {
  if (family == Family::v4) return octets[0] >= 224 && (octets[0] < 240 || *this == v4(0xFFFFFFFFU));
  return family == Family::v6 && octets[0] == 0xFF;
}

bool IpAddress::is_unspecified() const noexcept {
  return present() && std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool IpAddress::is_loopback() const noexcept {
  if (family == Family::v4) return octets[0] == 127;
  if (family != Family::v6) return false;
  return std::all_of(octets.begin(), octets.end() - 1, [](std::uint8_t octet) { return octet == 0; }) &&
         octets[15] == 1;
}

bool IpAddress::is_link_local() const noexcept {
  if (family == Family::v4) return octets[0] == 169 && octets[1] == 254;
  return family == Family::v6 && octets[0] == 0xFE && (octets[1] & 0xC0U) == 0x80;
}

bool IpAddress::is_private() const noexcept {
  if (family == Family::v6) return (octets[0] & 0xFEU) == 0xFC;
  if (family != Family::v4) return false;
  return octets[0] == 10 || (octets[0] == 172 && (octets[1] & 0xF0U) == 16) || (octets[0] == 192 && octets[1] == 168) ||
         (octets[0] == 100 && (octets[1] & 0xC0U) == 64);
}

IpAddress IpAddress::v4(std::uint32_t value) noexcept {
  IpAddress address;
  address.family = Family::v4;
  for (std::size_t i = 0; i < 4; ++i) address.octets.at(i) = static_cast<std::uint8_t>(value >> (24U - 8U * i));
  return address;
}

IpAddress IpAddress::v4(Bytes octets) noexcept {
  if (octets.size() < 4) return {};
  IpAddress address;
  address.family = Family::v4;
  std::copy_n(octets.begin(), 4, address.octets.begin());
  return address;
}

IpAddress IpAddress::v6(Bytes octets) noexcept {
  if (octets.size() < 16) return {};
  IpAddress address;
  address.family = Family::v6;
  std::copy_n(octets.begin(), 16, address.octets.begin());
  return address;
}

bool IpPrefix::contains(const IpAddress& other) const noexcept {
  if (other.family != address.family || !other.present()) return false;
  const std::size_t whole = std::min<std::size_t>(bits / 8, address.size());
  if (!std::equal(other.octets.begin(), other.octets.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.octets.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0 || whole >= address.size()) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return (other.octets.at(whole) & mask) == (address.octets.at(whole) & mask);
}

std::string to_text(const MacAddress& address) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(17);
  for (const std::uint8_t octet : address.octets) {
    if (!text.empty()) text += ':';
    text += digits[octet >> 4U];
    text += digits[octet & 0xFU];
  }
  return text;
}

std::string to_text(const IpAddress& address) {
  if (!address.present()) return {};
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const int family = address.family == IpAddress::Family::v4 ? AF_INET : AF_INET6;
  const char* text = inet_ntop(family, address.octets.data(), buffer.data(), buffer.size());
  return text == nullptr ? std::string{} : std::string{text};
}

std::string to_text(const IpPrefix& prefix) {
  return to_text(prefix.address) + '/' + std::to_string(prefix.bits);
}

std::optional<MacAddress> parse_mac(std::string_view text) {
  MacAddress address;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == '.') continue;
    unsigned value = 0;
    if (c >= '0' && c <= '9') value = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') value = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F') value = static_cast<unsigned>(c - 'A') + 10;
    else return std::nullopt;
    if (digits >= 12) return std::nullopt;
    std::uint8_t& octet = address.octets.at(digits / 2);
    octet = static_cast<std::uint8_t>(unsigned{octet} << 4U | value);
    ++digits;
  }
  if (digits != 12) return std::nullopt;
  return address;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string terminated{text};
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.octets.data()) == 1) {
    address.family = IpAddress::Family::v4;
    return address;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1) {
    address.family = IpAddress::Family::v6;
    return address;
  }
  return std::nullopt;
}

std::optional<IpPrefix> parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpPrefix prefix{*address, static_cast<unsigned>(address->size()) * 8};
  if (slash == std::string_view::npos) return prefix;
  const std::string_view bits = text.substr(slash + 1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), value);
  if (error != std::errc{} || end != bits.data() + bits.size() || value > prefix.bits) return std::nullopt;
  prefix.bits = value;
  return prefix;
}

}  // namespace bulkhead

// RFC 9001, 5: keys by HKDF (RFC 5869) over SHA-256, AES-128 in ECB for the header's mask and in GCM for the content.

#include "protocol/quic_keys.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace bulkhead::quic {

namespace {

constexpr std::size_t digest_size = 32, tag_size = 16, sample_size = 16, connection_max = 20;
constexpr std::uint8_t long_header = 0xC0, type_mask = 0x30, initial_1 = 0x00, initial_2 = 0x10;

using Digest = std::array<std::uint8_t, digest_size>;
using Salt = std::array<std::uint8_t, 20>;

// RFC 9001, 5.2; RFC 9369, 3.3.1.
constexpr Salt salt_1{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt salt_2{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};

bool authenticate(Bytes key, Bytes data, Digest& out) {
  unsigned size = 0;
  return HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), out.data(), &size) !=
             nullptr &&
         size == out.size();
}

/// HKDF-Expand-Label (RFC 8446, 7.1) without context, of at most one digest.
bool expand(const Digest& secret, std::string_view label, std::span<std::uint8_t> out) {
  constexpr std::string_view prefix = "tls13 ";
  std::array<std::uint8_t, 40> text{};
  std::size_t size = 0;
  const auto put = [&](std::uint8_t octet) { text.at(size++) = octet; };
  put(0);
  put(static_cast<std::uint8_t>(out.size()));
  put(static_cast<std::uint8_t>(prefix.size() + label.size()));
  for (const char c : prefix) put(static_cast<std::uint8_t>(c));
  for (const char c : label) put(static_cast<std::uint8_t>(c));
  put(0);  // no context
  put(1);  // the first block
  Digest block{};
  if (!authenticate(secret, Bytes{text}.first(size), block)) return false;
  std::copy_n(block.begin(), out.size(), out.begin());
  return true;
}

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free>;

/// RFC 9001, 5.4.3: what hides the first octet and the packet number.
std::optional<std::array<std::uint8_t, sample_size>> mask_of(const Keys& keys, Bytes sample) {
  const Cipher cipher{EVP_CIPHER_CTX_new()};
  std::array<std::uint8_t, sample_size> mask{};
  int size = 0;
  if (cipher == nullptr ||
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ecb(), nullptr, keys.header_protection.data(), nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher.get(), 0) != 1 ||
      EVP_EncryptUpdate(cipher.get(), mask.data(), &size, sample.data(), static_cast<int>(sample.size())) != 1)
    return std::nullopt;
  return mask;
}

bool decrypt(const Keys& keys, const std::array<std::uint8_t, 12>& nonce, Bytes head, Bytes sealed, Bytes tag,
             Opened& room) {
  const Cipher cipher{EVP_CIPHER_CTX_new()};
  std::array<std::uint8_t, tag_size> expected{};
  std::copy(tag.begin(), tag.end(), expected.begin());
  int size = 0;
  return cipher != nullptr &&
         EVP_DecryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, keys.key.data(), nonce.data()) == 1 &&
         EVP_DecryptUpdate(cipher.get(), nullptr, &size, head.data(), static_cast<int>(head.size())) == 1 &&
         EVP_DecryptUpdate(cipher.get(), room.data(), &size, sealed.data(), static_cast<int>(sealed.size())) == 1 &&
         EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, expected.data()) == 1 &&
         EVP_DecryptFinal_ex(cipher.get(), room.data() + size, &size) == 1;
}

}  // namespace

std::optional<Keys> client_keys(std::uint32_t version, Bytes connection) {
  const bool is_2 = version == version_2;
  Digest initial{};
  Digest client{};
  Keys keys;
  const bool derived = authenticate(is_2 ? salt_2 : salt_1, connection, initial) &&
                       expand(initial, "client in", client) &&
                       expand(client, is_2 ? "quicv2 key" : "quic key", keys.key) &&
                       expand(client, is_2 ? "quicv2 iv" : "quic iv", keys.vector) &&
                       expand(client, is_2 ? "quicv2 hp" : "quic hp", keys.header_protection);
  return derived ? std::optional{keys} : std::nullopt;
}

std::optional<Bytes> open(const Keys& keys, Bytes packet, std::size_t number_at, Opened& room) {
  constexpr std::size_t number_max = 4;
  if (packet.size() > sealed_max || packet.size() < number_at + number_max + sample_size) return std::nullopt;
  const auto mask = mask_of(keys, packet.subspan(number_at + number_max, sample_size));
  if (!mask) return std::nullopt;
  std::array<std::uint8_t, 512> head{};
  const auto first = static_cast<std::uint8_t>(packet[0] ^ ((*mask)[0] & 0x0FU));
  const std::size_t number_size = 1 + (first & 0x03U);
  const std::size_t head_size = number_at + number_size;
  if (head_size > head.size() || packet.size() < head_size + tag_size) return std::nullopt;
  std::copy_n(packet.begin(), head_size, head.begin());
  head[0] = first;
  auto nonce = keys.vector;
  for (std::size_t i = 0; i < number_size; ++i) {
    std::uint8_t& octet = head.at(number_at + i);
    octet = static_cast<std::uint8_t>(octet ^ mask->at(1 + i));
    std::uint8_t& of_nonce = nonce.at(nonce.size() - number_size + i);
    of_nonce = static_cast<std::uint8_t>(of_nonce ^ octet);
  }
  const Bytes sealed = packet.subspan(head_size, packet.size() - head_size - tag_size);
  if (!decrypt(keys, nonce, Bytes{head}.first(head_size), sealed, packet.last(tag_size), room)) return std::nullopt;
  return Bytes{room}.first(sealed.size());
}

std::uint64_t read_number(Reader& reader) {
  const std::uint8_t first = reader.u8();
  std::uint64_t value = first & 0x3FU;
  for (unsigned i = 1; i < 1U << (first >> 6U); ++i) value = value << 8U | reader.u8();
  return value;
}

std::optional<Initial> read_initial(Bytes datagram) {
  Reader reader{datagram};
  const std::uint8_t first = reader.u8();
  Initial initial;
  initial.version = reader.u32be();
  const bool is_known = initial.version == version_1 || initial.version == version_2;
  const std::uint8_t type = initial.version == version_2 ? initial_2 : initial_1;
  if (!reader.ok() || !is_known || (first & long_header) != long_header || (first & type_mask) != type)
    return std::nullopt;
  const std::size_t size = reader.u8();
  if (size > connection_max) return std::nullopt;
  initial.connection = reader.take(size);
  const std::size_t of_sender = reader.u8();
  if (of_sender > connection_max) return std::nullopt;
  reader.skip(of_sender);
  const std::uint64_t token = read_number(reader);
  if (!reader.ok() || token > reader.left_on_wire()) return std::nullopt;
  reader.skip(static_cast<std::size_t>(token));
  const std::uint64_t length = read_number(reader);
  if (!reader.ok() || length > 65'535) return std::nullopt;
  initial.number_at = reader.offset();
  initial.size = initial.number_at + static_cast<std::size_t>(length);
  return initial;
}

}  // namespace bulkhead::quic

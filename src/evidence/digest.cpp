#include "evidence/digest.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>

#include <openssl/evp.h>

#include "base/text.h"

namespace bulkhead {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view text) { EVP_DigestUpdate(context_.get(), text.data(), text.size()); }
  std::string finish() {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    return to_hex(Bytes{digest}.first(size));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

}  // namespace

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return failure("can't be opened", path.string(), "check that it exists and may be read");
  Sha256 sha;
  std::array<char, 1 << 16> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
    sha.add({piece.data(), static_cast<std::size_t>(file.gcount())});
  if (file.bad()) return failure("can't be read to its end", path.string());
  return sha.finish();
}

std::string sha256_of(std::string_view text) {
  Sha256 sha;
  sha.add(text);
  return sha.finish();
}

}  // namespace bulkhead

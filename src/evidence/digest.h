#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bulkhead {

/// SHA-256 of a file, lower-case hexadecimal. Reads it in pieces; fails where it can't be read.
Result<std::string> sha256_of_file(const std::filesystem::path& path);
std::string sha256_of(std::string_view text);

}  // namespace bulkhead

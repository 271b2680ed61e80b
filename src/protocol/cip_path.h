#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace bulkhead::cip {

/// What a module is expected to be: electronic key segment, CIP volume 1, C-1.4.2.
struct ElectronicKey {
  std::uint16_t vendor = 0, device_type = 0, product_code = 0;  ///< 0: any.
  std::uint8_t major = 0, minor = 0;                            ///< 0: any. Without the compatibility bit.
  bool compatible = false;  ///< A compatible module will do: the revision is not to be taken at its word.
};

/// An application path, read.
struct Path {
  std::optional<std::uint32_t> class_id, instance, attribute, connection_point, member;
  std::string symbol;  ///< `Program:Main.Level[3]`; empty where there is none.
  std::string route;   ///< Port and link address pairs: `1,0` is backplane slot 0; empty where there is none.
  std::optional<ElectronicKey> key;
  bool understood = true;  ///< Every segment was of a known kind.
};

/// Reads a padded path. What is too short breaks `segments`.
Path read_path(Reader& segments);

}  // namespace bulkhead::cip

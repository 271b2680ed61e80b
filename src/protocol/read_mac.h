#pragma once

#include <algorithm>
#include <optional>

#include "base/address.h"
#include "base/bytes.h"

namespace bulkhead {

/// The next six bytes into a member, as an address. Zeros are no address.
inline void read_mac(Reader& reader, std::optional<MacAddress>& member) {
  MacAddress mac;
  const Bytes octets = reader.take(mac.octets.size());
  if (!reader.ok()) return;
  std::copy(octets.begin(), octets.end(), mac.octets.begin());
  if (mac.is_zero()) return;
  member = mac;
  reader.note(&member, mac.octets.size());
}

}  // namespace bulkhead

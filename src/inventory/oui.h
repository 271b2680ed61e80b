#pragma once

#include <optional>
#include <string>

#include "base/address.h"

namespace bulkhead {

/// The organisation that a MAC's first three octets were assigned to, from the operating system's copy of the IEEE list
/// (/usr/share/ieee-data/oui.txt); nothing for addresses set by software, and where the list is absent.
std::optional<std::string> organisation_of(const MacAddress& mac);
/// Whether the list is there at all.
bool has_organisations();

}  // namespace bulkhead

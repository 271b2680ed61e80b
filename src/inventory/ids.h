#pragma once

#include <vector>

#include "base/numbered_ids.h"
#include "inventory/inventory.h"

namespace bulkhead {

/// Gives each asset its id. A device is known again by any of its MAC addresses; without one, and where nobody with
/// another MAC address has it, by an IP address, or by its station behind one; in its address space, by any of that
/// one's names. So ids do not depend on the order of the files, nor on what else was captured.
void give_asset_ids(std::vector<Asset>& assets, const Traffic& traffic, NumberedIds& ids);

}  // namespace bulkhead

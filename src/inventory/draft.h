#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "inventory/inventory.h"
#include "inventory/roles.h"

namespace bulkhead {

using MacKey = std::pair<std::uint16_t, MacAddress>;  ///< In its address space.

/// Every address that was met, by the device it belongs to.
struct AddressGroups {
  /// An IP or a MAC address.
  struct Address {
    std::uint16_t space = 0;
    IpAddress ip;
    std::optional<MacAddress> mac;
    std::size_t group = 0;  ///< The first address of its device.
  };
  struct Reason {
    std::size_t group = 0;
    std::string text;
  };
  std::vector<Address> addresses;         ///< In the order in which they were met.
  std::vector<Reason> reasons;            ///< Why addresses were put together.
  std::map<MacKey, MacAddress> returned;  ///< A sender that is none, and whose frame it sends back.
  std::set<MacKey> routers;               ///< Cards that carry what others send.
};
AddressGroups group_addresses(const InventoryInput& input);

/// An inventory while it is made. Assets are named by their place in it: ids come last.
struct Draft {
  Inventory inventory;
  std::vector<Behaviour> behaviours;                                    ///< One for each asset.
  std::map<std::pair<std::size_t, std::string>, std::size_t> stations;  ///< By the device in front, and their name.
  std::map<std::size_t, std::size_t> fronts;                            ///< The device in front, by station.
};

/// An asset for each of several stations that answer behind one address.
void add_stations(Draft& draft, const InventoryInput& input);
/// What devices say of themselves: attributes, the most trusted source first.
void add_facts(Draft& draft, const InventoryInput& input);
/// Where and when assets were seen, what they serve, and how they behave.
void add_conversations(Draft& draft, const Traffic& traffic);

void add_candidate(Asset& asset, Meaning meaning, Attribute::Candidate candidate);
/// Whether a person said that what answers at an address (or "stations") is not to be put together.
bool is_split(const InventoryInput& input, const std::string& address);

}  // namespace bulkhead

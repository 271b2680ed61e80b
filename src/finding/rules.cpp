#include "finding/rules.h"

#include <algorithm>
#include <array>

namespace bulkhead {

namespace {

constexpr std::array controllers{Role::plc,   Role::rtu,       Role::safety_controller,   Role::protection_relay,
                                 Role::drive, Role::remote_io, Role::building_controller, Role::field_device};

}  // namespace

const Asset* asset_at(const Inventory& inventory, const Party& party) {
  const auto at = inventory.at(party);
  return at ? &inventory.assets[*at] : nullptr;
}

bool is_controller(const Asset& asset) {
  return asset.role.value && std::find(controllers.begin(), controllers.end(), *asset.role.value) != controllers.end();
}

bool is_work(Operation operation) {
  return operation != Operation::discover && class_of(operation) != OperationClass::session &&
         class_of(operation) != OperationClass::unknown;
}

}  // namespace bulkhead

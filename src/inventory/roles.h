#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "inventory/inventory.h"

namespace bulkhead {

class Catalogue;

/// What product texts, device types and names say about roles: `content/inventory/products.yml`.
struct RoleCatalogue {
  struct Entry {
    std::string text;  ///< Lower case.
    Role role;
  };
  std::vector<Entry> products, types, names;
};
Result<RoleCatalogue> read_roles(const Catalogue& catalogue);

/// What an asset did on the network, summed over its conversations.
struct Behaviour {
  std::vector<std::string> serves_ot;  ///< OT protocols in which it answered.
  std::vector<std::string> asks_ot;    ///< OT protocols in which it asked.
  std::size_t controllers_asked = 0;   ///< Different devices it polls.
  bool programs = false;               ///< It downloads, edits or uploads programs.
  bool serves_sql = false, serves_opc_ua = false, asks_opc_ua = false, serves_time = false, serves_directory = false,
       serves_names = false, serves_files = false, serves_desktop = false, serves_web = false;
  bool uses_windows = false;
  bool speaks_it_only = true;  ///< Nothing but office protocols.
  bool publishes_goose = false;
  bool bridges = false;  ///< Spanning tree, MRP, or LLDP/CDP that says bridge or router.
  bool routes = false;   ///< Its MAC carries addresses of other hosts.
  Citation citation;     ///< Of the strongest of these.
};

/// The role, its confidence and why. Unknown where evidence conflicts or there is none.
Stated<Role> infer_role(const Asset& asset, const Behaviour& behaviour, const RoleCatalogue& catalogue);

/// Levels from roles and from whom an asset shares its subnet with. Changes only assets without a person's level.
void infer_levels(std::vector<Asset>& assets);

}  // namespace bulkhead

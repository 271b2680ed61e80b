#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "inventory/inventory.h"

namespace bulkhead {

/// Proposed by the program, or approved by a person.
struct Approval {
  bool approved = false;
  std::string by, on;  ///< Who, and the date as written; empty while proposed.
};

/// A zone of the model (IEC 62443-3-2 ZCR 3). Assets belong to it by rule.
struct Zone {
  std::string id;  ///< "cell-pasteuriser".
  std::string name;
  std::string kind;  ///< business, dmz, operations, control, safety, wireless, temporary, remote_access, external,
                     ///< infrastructure.
  std::optional<Level> level_low, level_high;
  std::optional<std::uint8_t> sl_target;  ///< IEC 62443-3-3, 0 to 4; set by a person.
  Approval approval;
  std::vector<IpPrefix> subnets;
  std::vector<std::uint16_t> vlans;
  std::vector<std::string> members;  ///< Asset ids, names or addresses that belong here whatever their address.
  std::vector<std::string> reasons;  ///< Why it was proposed.
};

/// What may pass between two zones (ZCR 3): direction, service, operations.
struct AllowedFlow {
  std::string protocol;                 ///< "s7comm", "modbus", "tcp/443"; "any".
  std::vector<std::string> operations;  ///< Names or classes; empty: all.
};

struct Conduit {
  std::string id;  ///< "C-02".
  std::string name;
  std::string from, to;  ///< Zone ids: from the client's to the server's.
  std::optional<std::uint8_t> sl_target;
  Approval approval;
  std::vector<AllowedFlow> allow;
  std::vector<std::string> reasons;
};

/// A consequence that a person states for a zone or an asset.
struct StatedConsequence {
  std::string target;                                  ///< Zone id, asset id or name.
  std::string safety, environment, production, other;  ///< Levels of the matrix, by name; empty: not stated.
  std::string text;
};

struct CapturePointDeclaration {
  std::string name;
  std::vector<std::string> files;  ///< Patterns of file names: * and ?.
  std::string space;               ///< Name of its address space; empty: its own.
  std::string mirrors;             ///< What it mirrors, in words.
  std::optional<std::int64_t> clock_offset_ns;
};

/// The model of a site: what site.yml says, or what the program proposes.
struct Site {
  std::string name;
  std::string sector;  ///< manufacturing, energy, oil_and_gas, transport, healthcare; empty: not stated.
  std::string time_zone;
  bool simulated = false;
  std::vector<CapturePointDeclaration> capture_points;
  std::vector<Zone> zones;
  std::vector<Conduit> conduits;
  std::vector<IpPrefix> inside;  ///< Address ranges that are the site's own.
  std::vector<AssetOverride> assets;
  std::vector<std::vector<std::string>> merges;
  std::vector<std::string> splits;
  std::vector<StatedConsequence> consequences;

  [[nodiscard]] const Zone* zone(std::string_view id) const noexcept;
  /// Whether every zone is approved: only then does the model judge traffic as a whole. A conduit or zone that is
  /// approved alone judges what touches it.
  [[nodiscard]] bool approved() const noexcept;
};

/// Reads site.yml. Errors name the line, the key and what was expected.
Result<Site> read_site(const std::filesystem::path& path);
Result<Site> parse_site(std::string_view text, std::string_view file_name);
/// As a person would want to edit it; reads back to the same model.
std::string write_site(const Site& site);

/// A model from roles, levels, subnets, VLANs and who talks to whom, that obeys the separations of IEC 62443-3-2
/// ZCR 3.2 to 3.6. Zones and conduits of `known` stay as they are; what is new is added as proposed.
Site propose_site(const Site& known, const Inventory& inventory, const Traffic& traffic);

/// Puts each asset into its zone: by membership, by subnet, by VLAN. An asset that no rule covers has none.
void assign_zones(const Site& site, Inventory& inventory);

/// What a person's zones say of roles: a controller in an approved safety zone is a safety controller, for such a one
/// names its family and speaks its protocol as any other does. Changes no role that a person gave.
void place_roles(const Site& site, Inventory& inventory);

/// Gives assets the level of their approved zone where what they are does not tell one: a server in the boundary zone
/// is at its level. Controllers, field devices and panels keep their own.
void place_levels(const Site& site, Inventory& inventory);

/// Observed traffic between two zones.
struct Crossing {
  std::string from, to;                    ///< Zone ids; empty for assets in none.
  std::vector<std::size_t> conversations;  ///< Indexes into Traffic::conversations.
  std::string conduit;                     ///< Its id; empty where the model has none.
  enum class Verdict : std::uint8_t {
    conforming,       ///< An approved conduit allows all of it.
    proposed,         ///< The conduit was guessed from this very traffic: no judgement.
    not_designed,     ///< Approved model, and nothing allows it.
    partly_designed,  ///< Approved conduit; some flows or operations are not in it.
  };
  Verdict verdict = Verdict::proposed;
  std::vector<std::size_t> forbidden;  ///< Of the conversations, those that an approved model does not allow.
};
std::string_view name(Crossing::Verdict verdict) noexcept;
std::vector<Crossing> cross(const Site& site, const Inventory& inventory, const Traffic& traffic);

}  // namespace bulkhead

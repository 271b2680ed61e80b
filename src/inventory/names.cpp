// The words of the inventory's enumerations.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "inventory/inventory.h"

namespace bulkhead {

namespace {

struct RoleRow {
  Role role;
  std::string_view name, title;
};

constexpr std::array roles{
    RoleRow{Role::unknown, "unknown", "Unknown"},
    RoleRow{Role::plc, "plc", "PLC"},
    RoleRow{Role::rtu, "rtu", "RTU"},
    RoleRow{Role::safety_controller, "safety_controller", "Safety controller"},
    RoleRow{Role::protection_relay, "protection_relay", "Protection relay"},
    RoleRow{Role::drive, "drive", "Drive"},
    RoleRow{Role::remote_io, "remote_io", "Remote I/O"},
    RoleRow{Role::field_device, "field_device", "Field device"},
    RoleRow{Role::building_controller, "building_controller", "Building controller"},
    RoleRow{Role::medical_device, "medical_device", "Medical device"},
    RoleRow{Role::hmi, "hmi", "HMI"},
    RoleRow{Role::scada_server, "scada_server", "SCADA server"},
    RoleRow{Role::historian, "historian", "Historian"},
    RoleRow{Role::engineering_workstation, "engineering_workstation", "Engineering workstation"},
    RoleRow{Role::operations_server, "operations_server", "Operations server"},
    RoleRow{Role::domain_controller, "domain_controller", "Domain controller"},
    RoleRow{Role::time_server, "time_server", "Time server"},
    RoleRow{Role::gateway, "gateway", "Gateway"},
    RoleRow{Role::remote_access, "remote_access", "Remote access device"},
    RoleRow{Role::router, "router", "Router or firewall"},
    RoleRow{Role::network_switch, "network_switch", "Switch"},
    RoleRow{Role::wireless_access_point, "wireless_access_point", "Wireless access point"},
    RoleRow{Role::jump_host, "jump_host", "Jump host"},
    RoleRow{Role::it_server, "it_server", "IT server"},
    RoleRow{Role::it_host, "it_host", "IT host"},
    RoleRow{Role::camera, "camera", "Camera"},
    RoleRow{Role::external_host, "external_host", "External host"},
};

const RoleRow& row_of(Role role) noexcept {
  return *std::find_if(roles.begin(), roles.end(), [&](const RoleRow& row) { return row.role == role; });
}

}  // namespace

std::string_view name(Confidence confidence) noexcept {
  switch (confidence) {
    case Confidence::unknown: return "unknown";
    case Confidence::possible: return "possible";
    case Confidence::likely: return "likely";
    case Confidence::certain: return "certain";
  }
  return {};
}

std::string_view name(Role role) noexcept {
  return row_of(role).name;
}

std::string_view title(Role role) noexcept {
  return row_of(role).title;
}

std::optional<Role> role_named(std::string_view name) noexcept {
  const auto* const row =
      std::find_if(roles.begin(), roles.end(), [&](const RoleRow& known) { return known.name == name; });
  if (row == roles.end()) return std::nullopt;
  return row->role;
}

std::string to_text(Level level) {
  return std::to_string(level.doubled / 2) + (level.doubled % 2 != 0 ? ".5" : "");
}

std::string Asset::attribute(Meaning meaning) const {
  const Attribute::Candidate* candidate = best(meaning);
  return candidate == nullptr ? std::string{} : candidate->value;
}

const Attribute::Candidate* Asset::best(Meaning meaning) const noexcept {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& attribute) { return attribute.meaning == meaning; });
  return found == attributes.end() || found->candidates.empty() ? nullptr : &found->candidates.front();
}

std::string Asset::address_text() const {
  std::string text = !ips.empty() ? to_text(ips.front()) : !macs.empty() ? to_text(macs.front()) : std::string{};
  if (!station.empty()) text += (text.empty() ? "" : " ") + station;
  return text;
}

const Asset* Inventory::find(std::string_view id) const noexcept {
  const auto found = std::find_if(assets.begin(), assets.end(), [&](const Asset& asset) { return asset.id == id; });
  return found == assets.end() ? nullptr : &*found;
}

std::string label(const Asset& asset) {
  const std::string address = asset.address_text();
  if (asset.name.empty() || asset.name == address) return plain_text(address);
  return plain_text(asset.name) + " (" + plain_text(address) + ')';
}

std::optional<std::size_t> Inventory::at(const Party& party) const {
  if (party.ip.present()) {
    const auto found = by_ip.find({party.space, party.ip});
    if (found == by_ip.end()) return std::nullopt;
    return found->second;
  }
  if (!party.mac) return std::nullopt;
  const auto found = by_mac.find({party.space, *party.mac});
  if (found == by_mac.end()) return std::nullopt;
  return found->second;
}

}  // namespace bulkhead

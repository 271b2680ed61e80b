#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "traffic/traffic.h"

namespace bulkhead {

struct NumberedIds;

/// How sure a statement is.
enum class Confidence : std::uint8_t {
  unknown,
  possible,  ///< One kind of evidence.
  likely,    ///< Two kinds.
  certain,   ///< The device said so, or a person did.
};
std::string_view name(Confidence confidence) noexcept;

/// Of whom a fact speaks: an address, and the station behind it.
struct FactSubject {
  std::uint16_t space = 0;
  IpAddress ip;
  std::optional<MacAddress> mac;
  std::string station;  ///< "unit 100", "network 5 address 0a", "slot 1"; empty for the device at the address itself.
  auto operator<=>(const FactSubject&) const = default;
};

/// One thing that was said of a device on the wire.
struct Fact {
  FactSubject subject;
  Meaning meaning = Meaning::none;
  std::string value;   ///< As it was said, trimmed; never a secret.
  std::string schema;  ///< "modbus.identity".
  std::string field;   ///< "vendor".
  std::uint64_t count = 0;
  Citation first;
  std::int64_t last_ns = 0;
};

/// What a device is.
enum class Role : std::uint8_t {
  unknown,
  plc,
  rtu,
  safety_controller,
  protection_relay,
  drive,
  remote_io,
  field_device,  ///< Meter, sensor, analyser, vision, weigher, robot.
  building_controller,
  medical_device,
  hmi,
  scada_server,
  historian,
  engineering_workstation,
  operations_server,  ///< MES, batch, OPC, licence, patch relay at level 3.
  domain_controller,
  time_server,
  gateway,        ///< Protocol or serial gateway.
  remote_access,  ///< Modem, industrial VPN router, cellular.
  router,         ///< Router or firewall.
  network_switch,
  wireless_access_point,
  jump_host,
  it_server,
  it_host,  ///< Office PC, laptop, phone, printer.
  camera,
  external_host,  ///< On the far side of the internet boundary.
};
std::string_view name(Role role) noexcept;   ///< "engineering_workstation"
std::string_view title(Role role) noexcept;  ///< "Engineering workstation"
std::optional<Role> role_named(std::string_view name) noexcept;

/// Purdue level in halves: 0, 1, 2, 3, 3.5 (the boundary zone) as 3 and a half, 4, 5.
struct Level {
  std::uint8_t doubled = 0;
  auto operator<=>(const Level&) const = default;
};
std::string to_text(Level level);  ///< "2", "3.5"

/// A statement about an asset with what it rests on.
template <class T>
struct Stated {
  std::optional<T> value;
  Confidence confidence = Confidence::unknown;
  std::vector<std::string> reasons;  ///< In words.
  std::vector<Citation> citations;
  bool by_person = false;  ///< From site.yml; then nothing observed overrides it.
};

/// One attribute of an asset with every candidate: the best by the order of trust first, the others kept and shown.
struct Attribute {
  Meaning meaning = Meaning::none;
  struct Candidate {
    std::string value;
    std::string source;  ///< "modbus.identity", "dhcp.message", "oui", "site.yml".
    Citation citation;
    std::int64_t last_ns = 0;
    std::uint64_t count = 0;
  };
  std::vector<Candidate> candidates;
};

struct Service {
  std::string transport;
  std::uint16_t port = 0;
  std::string protocol;  ///< Ours, else the classifier's opinion, else empty.
  std::uint64_t clients = 0;
  Citation first;
};

/// One device, or one device behind a device.
struct Asset {
  std::string id;    ///< "A-0031": kept in the journal, the same in every run.
  std::string name;  ///< A person's, else a host name, else the address.
  std::uint16_t space = 0;
  std::vector<IpAddress> ips;
  std::vector<MacAddress> macs;
  std::vector<std::uint16_t> vlans;
  std::string station;  ///< Of a device behind another.
  std::string behind;   ///< Id of that other; empty for none.
  std::vector<std::string> merge_reasons;
  std::vector<Attribute> attributes;
  Stated<Role> role;
  Stated<Level> level;
  std::vector<Service> services;
  std::vector<std::string> modules;
  std::optional<std::string> criticality, note;  ///< A person's.
  std::string zone;                              ///< Id of its zone once there is a model; empty for none.
  bool external = false;                         ///< Beyond the internet boundary.
  bool never_heard = false;                      ///< Only spoken to.
  std::int64_t first_ns = 0, last_ns = 0;
  std::uint64_t frames = 0;
  std::vector<std::uint16_t> points;  ///< Capture points that saw it.
  Citation first;

  /// The best candidate; empty where nothing is known.
  [[nodiscard]] std::string attribute(Meaning meaning) const;
  [[nodiscard]] const Attribute::Candidate* best(Meaning meaning) const noexcept;
  [[nodiscard]] std::string address_text() const;  ///< First IP, else first MAC, else the station.
};

/// "PLC-1 (10.0.0.5)", or the address alone; ready to be shown.
std::string label(const Asset& asset);

/// What a person says about assets, from site.yml.
struct AssetOverride {
  std::string match;  ///< An asset id, name, IP, prefix-free, or MAC.
  std::optional<std::string> name, zone, criticality, note;
  std::optional<Role> role;
  std::optional<Level> level;
};
struct RoleCatalogue;
struct InventoryInput {
  const Traffic& traffic;
  const std::vector<Fact>& facts;
  std::vector<AssetOverride> overrides;
  std::vector<std::vector<std::string>> merges;  ///< Addresses that are one device.
  std::vector<std::string> splits;               ///< Addresses that are devices of their own.
  std::vector<IpPrefix> inside;                  ///< Declared to be the site's own although not private.
  const RoleCatalogue* roles = nullptr;          ///< Required.
};

struct Inventory {
  std::vector<Asset> assets;  ///< By id.
  /// Index of the asset at a party's address; nothing for groups and for what is nobody's.
  [[nodiscard]] std::optional<std::size_t> at(const Party& party) const;
  [[nodiscard]] const Asset* find(std::string_view id) const noexcept;

  std::map<std::pair<std::uint16_t, IpAddress>, std::size_t> by_ip;
  std::map<std::pair<std::uint16_t, MacAddress>, std::size_t> by_mac;
};

/// Makes assets of what was observed. Ids come from `ids`, which remembers those given before.
Inventory take_inventory(const InventoryInput& input, NumberedIds& ids);

}  // namespace bulkhead

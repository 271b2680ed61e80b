#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "content/catalogue.h"
#include "content/yaml.h"
#include "plant/frame.h"

/// A simulated plant: what a plant folder says, and what comes of it on the wire. Written from the specifications and
/// on purpose without a look at how the rest of the program reads them, so that it can bear witness.
namespace bulkhead::plant {

/// A broadcast domain. `external` is what lies beyond the site: its own links are never seen.
struct Network {
  std::string id, name;
  IpPrefix subnet;
  std::uint16_t vlan = 0;     ///< 0: untagged everywhere.
  std::string address_space;  ///< "site" unless the network hides behind address translation.
  bool external = false;
};

struct Interface {
  std::size_t network = 0;
  std::optional<Ip> ip;  ///< PROFINET devices and bridges may have none.
  MacAddress mac;
};

/// A device as the plant folder describes it. What only one protocol tells stays in `identity`, for that protocol to
/// read.
struct Device {
  std::string name, role, zone, vendor, model, serial, firmware, order_number, host_name, operating_system, note;
  std::optional<double> level;
  std::string stack;  ///< Which habits of TCP/IP it has: see stack.h.
  std::vector<Interface> interfaces;
  std::string behind;                ///< The gateway through which alone it can be reached; empty for most.
  std::optional<std::uint8_t> unit;  ///< Its Modbus unit there.
  std::vector<std::string> serves;   ///< Protocols, for the reader and for the truth.
  bool forwards = false;             ///< Routes between its interfaces.
  std::map<Ip, Ip> translated;       ///< Address inside to address outside, where it forwards with translation.
  bool is_visible_from_outside = true;
  Node identity, whole;
};

/// A mirror port: the networks it sees, the first one of a frame's way that is listed is where the frame is taken.
struct Mirror {
  struct Sees {
    std::size_t network = 0;
    bool routed_only = false;  ///< Only what passes the router of the network, and group frames.
  };
  std::string id, name;
  std::vector<Sees> sees;
  bool tagged = false;    ///< Frames carry their VLAN tag.
  double duplicates = 0;  ///< Share of frames that arrive twice, as where a switch mirrors two ports of one way.
};

struct Capture {
  std::string file;
  std::size_t mirror = 0;
  std::int64_t from_ns = 0, to_ns = 0;  ///< Within the run, from its start.
};

/// One stretch of time that is simulated, with the captures that are made of it.
struct Run {
  std::string id, description;
  std::int64_t start_ns = 0;  ///< UTC.
  std::int64_t duration_ns = 0;
  std::vector<Capture> captures;
  std::map<std::string, double> signals;  ///< What differs at its start.
};

struct Zone {
  std::string id, name, description;
  std::string kind;  ///< As in site.yml: control, safety, business ...
  std::optional<double> level;
  std::vector<std::string> networks;
};

struct Conduit {
  struct Service {
    std::string protocol, note;
    std::vector<std::uint16_t> ports;
    std::string transport;
    std::vector<std::string> operations;  ///< Names or classes; none: all.
  };
  std::string id, from, to, note;
  std::vector<Service> services;
};

/// A fault of the site, or a step of the attack: what a reviewer should find.
struct Story {
  std::string id, title, description, finding;
  std::vector<std::string> techniques;  ///< ATT&CK for ICS.
  bool is_attack = false;
  std::vector<std::string> devices;
};

/// Somebody talks: one line of the plant's traffic.
struct Line {
  std::string id, protocol;
  std::size_t client = 0;
  std::optional<std::size_t> server;
  std::size_t client_interface = 0, server_interface = 0;
  std::optional<std::uint16_t> port;
  std::int64_t period_ns = 0, jitter_ns = 0;
  std::int64_t from_ns = 0, until_ns = INT64_MAX;  ///< Within a run.
  std::uint64_t times = UINT64_MAX;
  std::vector<std::string> runs;                ///< Empty: all.
  std::map<std::string, std::int64_t> ends_ns;  ///< By run: when it falls silent there.
  std::optional<std::size_t> story;
  std::optional<bool> opens;             ///< Whether its connection begins inside the capture.
  std::map<std::string, double> effect;  ///< Signals it sets when it is done.
  Node options;
};

struct Plant {
  std::string id, name, sector, description;
  std::vector<Network> networks;
  std::vector<Device> devices;
  std::vector<Mirror> mirrors;
  std::vector<Run> runs;
  std::vector<Zone> zones;
  std::vector<Conduit> conduits;
  std::vector<Story> stories;
  std::vector<Line> lines;
  std::vector<Node> physics, tags;  ///< One of each part that has any; see physics.h and memory.h.
  Node site;                        ///< What site.yml says beside zones and conduits; passed on.

  [[nodiscard]] std::optional<std::size_t> device(std::string_view wanted) const;
  [[nodiscard]] std::optional<std::size_t> network(std::string_view wanted) const;
  [[nodiscard]] const Interface* interface_on(std::size_t device, std::size_t network) const;
};

/// Reads a plant: a folder that holds plant.yml, or the name of a built-in plant ("alder-vale-dairy"). Parts that
/// plant.yml names stand beside it. Every error says file, line and column.
Result<Plant> read_plant(const std::string& folder_or_name, const Catalogue& catalogue = Catalogue{});

}  // namespace bulkhead::plant

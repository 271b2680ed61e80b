#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "plant/plant.h"
#include "plant/simulate.h"
#include "plant/wire.h"
#include "plant/world.h"

namespace bulkhead::plant {

/// What is true of a simulated plant, collected while it runs: which capture shows which device, and which frames
/// belong to which fault or step of the attack.
class Truth {
 public:
  explicit Truth(const Plant& plant);
  /// The frames of one capture, in its order.
  void add(const Run& run, const Capture& capture, const std::vector<Taken>& frames);
  [[nodiscard]] std::string json(const World& world, const Options& options,
                                 const std::vector<CaptureMade>& captures) const;

 private:
  struct Evidence {
    std::uint64_t count = 0;
    std::vector<std::uint64_t> frames;  ///< The first ones.
  };
  static constexpr std::size_t frames_listed = 400;
  void see(std::size_t device, const std::string& file, const char* how) { visible_[device][file].insert(how); }
  [[nodiscard]] std::string device_json(std::size_t index, const World& world) const;
  [[nodiscard]] std::string story_json(std::size_t index) const;

  const Plant& plant_;
  std::map<MacAddress, std::size_t> by_mac_;
  std::map<std::pair<std::string, Ip>, std::size_t> by_ip_;  ///< By address space.
  std::map<std::size_t, std::map<std::string, std::set<std::string>>> visible_;
  std::map<std::size_t, std::map<std::string, Evidence>> evidence_;
};

/// The plant's zones and conduits as a site.yml of its owner.
std::string site_yaml(const Plant& plant);

}  // namespace bulkhead::plant

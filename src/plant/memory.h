#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plant/physics.h"
#include "plant/plant.h"
#include "plant/writer.h"

namespace bulkhead::plant {

/// A kind of memory in a controller.
enum class Space : std::uint8_t {
  coils,            ///< Modbus; one octet a coil.
  inputs,           ///< Modbus discrete inputs; one octet each.
  holding,          ///< Modbus; two octets a register, big-endian.
  input_registers,  ///< The same.
  db,               ///< S7 data blocks; octets, big-endian values.
  flags,            ///< S7 merkers.
  process_inputs,
  process_outputs,
  dm,  ///< FINS data memory; two octets a word, big-endian.
  cio,
};

enum class ValueType : std::uint8_t { boolean, int16, uint16, int32, real };

/// A value that a device offers under a name of its own: a CIP tag, an OPC UA variable.
struct NamedValue {
  ValueType type = ValueType::real;
  double value = 0;
};

/// What the controllers hold. Reading brings the process in first; writing takes the process along: what is written
/// changes what is read. Memory that no tag claims keeps what was written to it, and starts with numbers that look like
/// settings.
class Memory {
 public:
  /// `parts`: lists of tags. Fails where a tag names no device or no signal.
  static Result<Memory> make(const std::vector<Node>& parts, const Plant& plant, const Physics& physics);

  /// `count` octets from `offset`. `number` is the Modbus unit or the data block.
  Octets read(const Physics& physics, std::size_t device, Space space, unsigned number, std::size_t offset,
              std::size_t count);
  void write(Physics& physics, std::size_t device, Space space, unsigned number, std::size_t offset, Bytes bytes);

  /// A CIP tag or an OPC UA node, by its name; none where the device has none of it.
  [[nodiscard]] std::optional<NamedValue> named(const Physics& physics, std::size_t device,
                                                std::string_view name) const;
  /// Whether there was one to write.
  bool set_named(Physics& physics, std::size_t device, std::string_view name, double value);
  [[nodiscard]] std::vector<std::string> names(std::size_t device) const;
  /// Data blocks of an S7 controller with the octets that tags need, for its list of blocks.
  [[nodiscard]] std::map<unsigned, std::size_t> data_blocks(std::size_t device) const;

 private:
  struct Place {
    std::size_t device;
    Space space;
    unsigned number;
    auto operator<=>(const Place&) const = default;
  };
  struct Tag {
    std::size_t signal = 0;
    std::size_t offset = 0;
    unsigned bit = 0;
    ValueType type = ValueType::real;
    double scale = 1;  ///< What stands in memory is the signal times this.
  };
  Result<void> add(const Node& node, const Plant& plant, const Physics& physics);
  Result<void> place(const Node& node, std::size_t device, std::size_t signal, std::string_view kind);
  Octets& area(const Place& place, std::size_t size);

  std::map<Place, std::vector<Tag>> tags_;
  std::map<Place, Octets> areas_;
  std::map<std::pair<std::size_t, std::string>, Tag> named_;
};

}  // namespace bulkhead::plant

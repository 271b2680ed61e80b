// The table of everything that simulated devices can say to each other.

#include "base/text.h"
#include "plant/modbus.h"
#include "plant/talk.h"

namespace bulkhead::plant {

namespace {

struct Spoken {
  std::string_view protocol;
  MakeTalk make;
};
constexpr std::array spoken{
    Spoken{"modbus", talk_of<ModbusTalk>},
};

}  // namespace

Result<std::unique_ptr<Talk>> make_talk(World& world, const Line& line) {
  for (const Spoken& each : spoken) {
    if (each.protocol != line.protocol) continue;
    Fields fields{line.options};
    allow_common_keys(fields);
    return each.make(world, line, fields);
  }
  std::vector<std::string_view> known;
  for (const Spoken& each : spoken) known.push_back(each.protocol);
  const std::string meant = nearest(line.protocol, known);
  return line.options.error("protocol '" + plain_text(line.protocol, 64) + "' is not spoken here",
                            meant.empty() ? "" : "did you mean '" + meant + "'?");
}

}  // namespace bulkhead::plant

// The only file that sees nDPI.

#include "pipeline/label.h"

#include <array>
#include <map>
#include <mutex>
#include <string>

#include <ndpi/ndpi_main.h>

namespace bulkhead {

namespace {

constexpr unsigned packets_max = 10;
constexpr std::size_t packet_size_max = 65'535;  // its length parameter has sixteen bits

std::mutex& initialising() {
  static std::mutex mutex;  // nDPI asks that modules are not made in parallel
  return mutex;
}

}  // namespace

struct Labeller::Engine {
  ndpi_detection_module_struct* module = nullptr;
  std::map<std::uint32_t, std::string> names;
};

class Labeller::Memory {
 public:
  Memory() : flow_(static_cast<ndpi_flow_struct*>(ndpi_flow_malloc(ndpi_detection_get_sizeof_ndpi_flow_struct()))) {
    if (flow_ != nullptr) *flow_ = ndpi_flow_struct{};
  }
  ~Memory() {
    if (flow_ != nullptr) ndpi_free_flow(flow_);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  ndpi_flow_struct* flow() noexcept { return flow_; }
  unsigned packets = 0;
  ndpi_protocol found{};

 private:
  ndpi_flow_struct* flow_;
};

void Labeller::Forget::operator()(Memory* memory) const noexcept {
  delete memory;  // NOLINT(cppcoreguidelines-owning-memory): the deleter of its unique_ptr
}

Labeller::Labeller() : engine_(std::make_unique<Engine>()) {
  const std::lock_guard lock{initialising()};
  engine_->module = ndpi_init_detection_module(ndpi_no_prefs);
  if (engine_->module == nullptr) return;
  NDPI_PROTOCOL_BITMASK all;
  NDPI_BITMASK_SET_ALL(all);
  ndpi_set_protocol_detection_bitmask2(engine_->module, &all);
  ndpi_finalize_initialization(engine_->module);
}

Labeller::~Labeller() {
  if (engine_->module != nullptr) ndpi_exit_detection_module(engine_->module);
}

Labeller::MemoryPointer Labeller::remember() const {
  return MemoryPointer{std::make_unique<Memory>().release()};
}

bool Labeller::look(Memory& memory, Bytes ip_packet, std::int64_t time_ns) {
  if (engine_->module == nullptr || memory.flow() == nullptr || memory.packets >= packets_max) return true;
  if (ip_packet.empty() || ip_packet.size() > packet_size_max) return false;
  ++memory.packets;
  const auto time_ms = static_cast<std::uint64_t>(time_ns > 0 ? time_ns / 1'000'000 : 0);
  memory.found = ndpi_detection_process_packet(engine_->module, memory.flow(), ip_packet.data(),
                                               static_cast<unsigned short>(ip_packet.size()), time_ms);
  return memory.packets >= packets_max ||
         (memory.found.app_protocol != NDPI_PROTOCOL_UNKNOWN && memory.found.master_protocol != NDPI_PROTOCOL_UNKNOWN);
}

std::string_view Labeller::label(Memory& memory) {
  if (engine_->module == nullptr || memory.flow() == nullptr || memory.packets == 0) return {};
  if (memory.found.app_protocol == NDPI_PROTOCOL_UNKNOWN && memory.found.master_protocol == NDPI_PROTOCOL_UNKNOWN) {
    std::uint8_t guessed = 0;
    memory.found = ndpi_detection_giveup(engine_->module, memory.flow(), 0, &guessed);
    if (guessed != 0) return {};
  }
  // What other conversations of the same host were is no evidence for this one.
  if (memory.flow()->confidence != NDPI_CONFIDENCE_DPI) return {};
  if (memory.found.app_protocol == NDPI_PROTOCOL_UNKNOWN && memory.found.master_protocol == NDPI_PROTOCOL_UNKNOWN)
    return {};
  const std::uint32_t key = static_cast<std::uint32_t>(memory.found.master_protocol) << 16U | memory.found.app_protocol;
  auto known = engine_->names.find(key);
  if (known == engine_->names.end()) {
    std::array<char, 64> buffer{};
    ndpi_protocol2name(engine_->module, memory.found, buffer.data(), static_cast<unsigned>(buffer.size()));
    known = engine_->names.emplace(key, buffer.data()).first;
  }
  return known->second;
}

}  // namespace bulkhead

// How fast are captures read? One capture, several ways, in one run, by CPU time:
//
// - a bare walk: frames, headers, and a look-up of the conversation: what any program must do;
// - ours: `observe`, one worker, everything on: reassembly, every parser, what is learnt, evidence, labels by nDPI;
// - ndpiReader and tshark, where they are installed. tshark is measured twice: counting protocols alone, which lets it
//   skip most fields, and printing the codes of the OT protocols, which is what we do.
//
// Wall time depends on the disk and the neighbours; ratios of CPU time in one run depend less on them.

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assessment/observe.h"
#include "base/hash.h"
#include "capture/source.h"
#include "net/packet.h"

namespace bulkhead {

namespace {

double cpu_seconds(int whose) {
  rusage usage{};
  getrusage(whose, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct FlowKey {
  IpAddress low, high;
  std::uint16_t port_low = 0, port_high = 0;
  std::uint8_t ip_protocol = 0;
  bool operator==(const FlowKey&) const = default;
};
struct FlowHash {
  std::size_t operator()(const FlowKey& key) const noexcept {
    return static_cast<std::size_t>(mix(hash(key.low) * 3 ^ hash(key.high) ^ std::uint64_t{key.port_low} << 32U ^
                                        std::uint64_t{key.port_high} << 8U ^ key.ip_protocol));
  }
};

struct Measured {
  double seconds = 0;
  std::uint64_t packets = 0, flows = 0;
};

std::optional<Measured> bare_walk(const std::string& path) {
  const double before = cpu_seconds(RUSAGE_SELF);
  const auto source = open_capture(path);
  if (!source) return std::nullopt;
  Measured measured;
  std::unordered_map<FlowKey, std::uint64_t, FlowHash> flows;
  Batch batch;
  Packet packet;
  while ((*source)->next(batch)) {
    for (const Frame& frame : batch.frames) {
      decode(frame.bytes, frame.on_wire, frame.link, packet);
      ++measured.packets;
      FlowKey key{packet.source, packet.destination, packet.source_port.value_or(0),
                  packet.destination_port.value_or(0), packet.ip_protocol};
      if (std::tie(key.high, key.port_high) < std::tie(key.low, key.port_low)) {
        std::swap(key.low, key.high);
        std::swap(key.port_low, key.port_high);
      }
      ++flows[key];
    }
  }
  measured.flows = flows.size();
  measured.seconds = cpu_seconds(RUSAGE_SELF) - before;
  return measured;
}

std::optional<Measured> ours(const std::string& path) {
  const double before = cpu_seconds(RUSAGE_SELF);
  ObserveOptions options;
  options.workers = 1;
  options.hash_files = false;
  const auto observations = observe({path}, {}, options);
  if (!observations) return std::nullopt;
  return Measured{cpu_seconds(RUSAGE_SELF) - before, observations->traffic.frames, observations->traffic.flows};
}

/// CPU seconds of another program over the capture, its output thrown away; nothing where it isn't there or fails.
std::optional<double> other_program(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const double before = cpu_seconds(RUSAGE_CHILDREN);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return cpu_seconds(RUSAGE_CHILDREN) - before;
}

std::vector<std::string> tshark_codes(const std::string& path) {
  std::vector<std::string> arguments{"tshark", "-n", "-T", "fields", "-r", path};
  for (const char* field : {"frame.number", "modbus.func_code", "s7comm.param.func", "cip.service", "dnp3.al.func",
                            "iec60870_asdu.typeid", "bacapp.confirmed_service", "opcua.servicenodeid.numeric"}) {
    arguments.emplace_back("-e");
    arguments.emplace_back(field);
  }
  return arguments;
}

/// `alone` leaves other programs out: for a profiler.
int measure(const std::string& path, bool alone) {
  const auto walk = bare_walk(path);
  const auto own = walk ? ours(path) : std::nullopt;
  if (!own) {
    fmt::print(stderr, "{} can't be read\n", path);
    return 2;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto packets = static_cast<double>(walk->packets);
  fmt::print("{} packets, {} conversations; CPU time of one run each\n\n", walk->packets, own->flows);
  fmt::print("{:<20}{:>10}{:>14}{:>14}\n", "", "CPU s", "packets/s", "as bulkhead");
  const auto line = [&](std::string_view name, std::optional<double> seconds) {
    if (!seconds) return fmt::print("{:<20}  not installed, or it failed\n", name);
    fmt::print("{:<20}{:>10.2f}{:>14.0f}{:>12.2f} x\n", name, *seconds, packets / *seconds, *seconds / own->seconds);
  };
  line("bare walk", walk->seconds);
  line("bulkhead", own->seconds);
  if (alone) return 0;
  line("ndpiReader", other_program({"ndpiReader", "-q", "-i", path}));
  line("tshark, counting", other_program({"tshark", "-n", "-q", "-z", "io,phs", "-r", path}));
  line("tshark, OT codes", other_program(tshark_codes(path)));
  fmt::print("\nmost memory held by bulkhead: {:.0f} MB\n", static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}

}  // namespace

}  // namespace bulkhead

int main(int argc, char** argv) {
  const bool alone = argc == 3 && std::string_view{argv[2]} == "--alone";
  if (argc != 2 && !alone) {
    std::fprintf(stderr, "usage: bench_packet_path CAPTURE [--alone]\n");
    return 2;
  }
  return bulkhead::measure(argv[1], alone);
}

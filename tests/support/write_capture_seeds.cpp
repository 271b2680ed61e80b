// Seeds for the fuzz targets of captures and packets: DIR/capture/*, DIR/packet/*.

#include <filesystem>
#include <fstream>

#include "support/capture_files.h"
#include "support/frames.h"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

void write(const std::filesystem::path& path, Bytes bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file{path, std::ios::binary};
  for (const std::uint8_t byte : bytes) file.put(static_cast<char>(byte));
}

void write_captures(const std::filesystem::path& folder) {
  const Octets frame = ethernet(0x0800, udp_packet());
  const auto size = static_cast<std::uint32_t>(frame.size());
  for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
    const std::string suffix = order == ByteOrder::big ? ".big" : ".little";
    for (const std::uint32_t magic : {0xA1B2C3D4U, 0xA1B23C4DU}) {
      CaptureBuild file{order};
      file.pcap_header(magic).pcap_record(1, 2, frame, size).pcap_record(3, 4, frame, size + 9);
      write(folder / ("pcap" + std::to_string(magic) + suffix), file.bytes());
    }
    CaptureBuild file{order};
    file.section().interface(1, 0, file.same_order().option(2, Build{}.text("eth0")).option(9, Build{}.u8(9)).bytes());
    file.enhanced_packet(0, 5, frame, size);
    file.block(3, file.same_order().u32(size).add(frame).bytes());
    file.block(2, file.same_order().u16(0).u16(1).u32(0).u32(8).u32(size).u32(size).add(frame).bytes());
    file.block(5, file.same_order().u32(0).u64(1).option(5, Build{}.u64le(10)).bytes());
    write(folder / ("pcapng" + suffix), file.bytes());
  }
  CaptureBuild snoop{ByteOrder::big};
  snoop.snoop_header().snoop_record(1, 2, frame, size, 3).snoop_record(4, 5, frame, size + 9);
  write(folder / "snoop", snoop.bytes());
}

/// As packet_fuzz.cpp reads them: the link, then frames, each after its length and how much of it was lost.
void write_packets(const std::filesystem::path& folder) {
  for (const Encapsulated& sample : encapsulations()) {
    if (sample.frame.size() > 255) continue;
    Build seed;
    seed.u8(0).u16be(sample.link);
    for (const unsigned lost : {0U, 3U}) seed.u8(static_cast<unsigned>(sample.frame.size())).u8(lost).add(sample.frame);
    write(folder / sample.name, seed);
  }
  const Octets datagram = udp(1, 2, bytes_of("a datagram in two parts"));
  Build fragments;
  fragments.u8(0).u16be(101);
  for (const Octets& part :
       {ipv4(Bytes{datagram}.first(16), {.fragment = 0x2000}), ipv4(Bytes{datagram}.subspan(16), {.fragment = 2})})
    fragments.u8(static_cast<unsigned>(part.size())).u8(0).add(part);
  write(folder / "fragments", fragments);
  Build stream;  // mode 1: sequence, flags, size, lost, acknowledgement
  stream.u8(1).u8(0).u8(2).u8(0).u8(0).u8(0);
  for (const unsigned at : {1U, 9U, 5U, 20U}) stream.u8(at).u8(0x18).u8(4).u8(at == 9 ? 1 : 0).u8(at);
  write(folder / "stream", stream);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  write_captures(std::filesystem::path{argv[1]} / "capture");
  write_packets(std::filesystem::path{argv[1]} / "packet");
}

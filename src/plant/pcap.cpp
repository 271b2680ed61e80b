#include "plant/pcap.h"

#include <fstream>

#include "base/time.h"

namespace bulkhead::plant {

PcapFile::PcapFile() {
  out_.u32le(0xA1B2C3D4).u16le(2).u16le(4).u32le(0).u32le(0).u32le(65535).u32le(1);  // LINKTYPE_ETHERNET
}

void PcapFile::add(std::int64_t time_ns, Bytes frame) {
  out_.u32le(static_cast<std::uint64_t>(time_ns / second_ns));
  out_.u32le(static_cast<std::uint64_t>(time_ns % second_ns / 1000));
  out_.u32le(frame.size()).u32le(frame.size()).bytes(frame);
}

Result<void> PcapFile::write(const std::filesystem::path& path) const {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  // NOLINTNEXTLINE(*-reinterpret-cast): octets are what a file holds
  stream.write(reinterpret_cast<const char*>(out_.view().data()), static_cast<std::streamsize>(out_.size()));
  stream.flush();
  if (!stream) return failure("the capture cannot be written", path.string(), "check space and permissions");
  return {};
}

}  // namespace bulkhead::plant

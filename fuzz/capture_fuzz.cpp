// A capture file of any bytes is read to an end that has a name, and its frames lie within their bounds.

#include <cstdlib>

#include "capture/source.h"

using namespace bulkhead;

namespace {

volatile std::uint8_t last = 0;  // so that every byte is read

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = read_capture({data, data + size});
  Batch batch;
  std::uint64_t frames = 0;
  while (source->next(batch)) {
    if (batch.frames.empty() || batch.storage.size() > block_limit + 4) std::abort();
    for (const Frame& frame : batch.frames) {
      if (frame.number != ++frames || frame.bytes.size() > frame.on_wire || frame.bytes.size() > frame_limit)
        std::abort();
      if (frame.interface >= source->interfaces().size()) std::abort();
      for (const std::uint8_t byte : frame.bytes) last = byte;
    }
  }
  if (source->ending().frame != frames || name(source->ending().kind).empty()) std::abort();
  return 0;
}

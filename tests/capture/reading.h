#pragma once

#include <memory>
#include <vector>

#include "capture/source.h"

namespace bulkhead::test {

/// A capture read to its end, with the bytes of its frames.
struct Reading {
  std::vector<Frame> frames;  ///< Views into `bytes`.
  std::vector<std::vector<std::uint8_t>> bytes;
  Ending ending;
  std::vector<CaptureInterface> interfaces;
  std::size_t largest_batch = 0;
};

inline Reading read_all(Source& source) {
  Reading reading;
  Batch batch;
  while (source.next(batch)) {
    reading.largest_batch = std::max(reading.largest_batch, batch.storage.size());
    for (const Frame& frame : batch.frames) {
      reading.frames.push_back(frame);
      reading.bytes.emplace_back(frame.bytes.begin(), frame.bytes.end());
    }
  }
  for (std::size_t i = 0; i < reading.frames.size(); ++i) reading.frames[i].bytes = reading.bytes[i];
  reading.ending = source.ending();
  reading.interfaces = source.interfaces();
  return reading;
}

inline Reading read_all(const std::vector<std::uint8_t>& bytes) {
  return read_all(*read_capture(bytes));
}

}  // namespace bulkhead::test

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace bulkhead {

/// What nDPI takes a conversation for that no protocol of ours claimed. It sees at most ten packets with payload of
/// each, and its word is kept as its opinion, never as an identity.
class Labeller {
 public:
  /// nDPI's memory of one conversation; a few kilobytes, so only conversations that ask have one.
  class Memory;
  struct Forget {
    void operator()(Memory* memory) const noexcept;
  };
  using MemoryPointer = std::unique_ptr<Memory, Forget>;

  Labeller();
  ~Labeller();
  Labeller(const Labeller&) = delete;
  Labeller& operator=(const Labeller&) = delete;

  [[nodiscard]] MemoryPointer remember() const;
  /// Looks at an IP packet, from its IP header on. True once it needs no more.
  bool look(Memory& memory, Bytes ip_packet, std::int64_t time_ns);
  /// Its last word, guesses by port left out; empty where it knows nothing. Valid as long as the labeller lives.
  [[nodiscard]] std::string_view label(Memory& memory);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace bulkhead

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/source.h"

namespace bulkhead {

/// A network interface, listened to. Receive only: nothing here can send.
class LiveSource : public Source {
 public:
  /// From any thread, or a signal handler: `next` says false within about a quarter of a second.
  virtual void stop() noexcept = 0;
  /// Frames that the kernel or the interface dropped since the start. Unknown where the driver does not count.
  [[nodiscard]] virtual std::optional<std::uint64_t> dropped() const = 0;
};

/// Opens an interface in promiscuous mode. Frames come with nanoseconds where the driver has them, whole up to
/// `frame_limit`; while the line is silent `next` gives an empty batch four times a second. Fails, in words that say
/// what to do, where the interface does not exist, is down, or listening is not permitted.
Result<std::unique_ptr<LiveSource>> open_interface(const std::string& interface);

/// Names of the interfaces that can be listened to.
Result<std::vector<std::string>> list_interfaces();

}  // namespace bulkhead

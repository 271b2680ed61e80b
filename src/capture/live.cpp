#include "capture/live.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>

#include "base/time.h"

namespace bulkhead {

namespace {

constexpr std::size_t batch_size = 1U << 20U;
constexpr int wake_up_ms = 250;               // of a silent line
constexpr int hand_over_ms = 100;             // what the kernel may hold back to hand over more at once
constexpr int kernel_buffer_size = 64 << 20;  // what a burst may fill while the reader is busy
constexpr std::int64_t microsecond_ns = 1000;

class PcapInterface final : public LiveSource {
 public:
  using Handle = std::unique_ptr<pcap_t, decltype(&pcap_close)>;

  PcapInterface(Handle handle, const std::string& interface) : handle_(std::move(handle)) {
    const bool nanoseconds = pcap_get_tstamp_precision(handle_.get()) == PCAP_TSTAMP_PRECISION_NANO;
    fraction_ns_ = nanoseconds ? 1 : microsecond_ns;
    CaptureInterface description;
    description.link = static_cast<std::uint16_t>(pcap_datalink(handle_.get()));
    description.name = interface;
    description.snap_length = frame_limit;
    description.decimals = nanoseconds ? 9 : 6;
    interfaces_.push_back(std::move(description));
  }

  bool next(Batch& batch) override {
    batch.frames.clear();
    if (batch.storage.size() != batch_size) batch.storage.resize(batch_size);
    if (!stopped_) wait();
    std::size_t used = 0;
    while (!ended_ && batch_size - used >= frame_limit) {
      if (stopped_) end(Ending::Kind::read, {});
      else if (!read_frame(batch, used)) break;
    }
    interfaces_.front().dropped = dropped();
    return !ended_ || !batch.frames.empty();
  }
  void stop() noexcept override { stopped_ = true; }
  [[nodiscard]] std::optional<std::uint64_t> dropped() const override {
    pcap_stat counters{};
    if (pcap_stats(handle_.get(), &counters) != 0) return std::nullopt;
    return std::uint64_t{counters.ps_drop} + counters.ps_ifdrop;
  }
  [[nodiscard]] const Ending& ending() const noexcept override { return ending_; }
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept override { return interfaces_; }

 private:
  /// Until a frame is there, but not longer than the wake-up time. libpcap's own timeout does not end a wait in which
  /// nothing comes at all: the kernel's ring (TPACKET_V3) wakes nobody for an empty block.
  void wait() {
    pollfd descriptor{pcap_get_selectable_fd(handle_.get()), POLLIN, 0};
    ::poll(&descriptor, 1, wake_up_ms);
  }

  /// False where nothing is there, or the interface is gone.
  bool read_frame(Batch& batch, std::size_t& used) {
    pcap_pkthdr* header = nullptr;
    const std::uint8_t* data = nullptr;
    const int status = pcap_next_ex(handle_.get(), &header, &data);
    if (status == 0) return false;
    if (status < 0) {
      end(Ending::Kind::cut_off, std::string{"the interface cannot be read on: "} + pcap_geterr(handle_.get()));
      return false;
    }
    const Bytes bytes{data, std::min<std::size_t>(header->caplen, frame_limit)};
    const std::span kept = std::span{batch.storage}.subspan(used, bytes.size());
    std::copy(bytes.begin(), bytes.end(), kept.begin());
    Frame& frame = batch.frames.emplace_back();
    frame.number = ++frames_;
    frame.time_ns = std::int64_t{header->ts.tv_sec} * second_ns + std::int64_t{header->ts.tv_usec} * fraction_ns_;
    frame.bytes = kept;
    frame.on_wire = std::max<std::size_t>(header->len, bytes.size());
    frame.link = interfaces_.front().link;
    used += bytes.size();
    return true;
  }

  void end(Ending::Kind kind, std::string detail) {
    ended_ = true;
    ending_ = {kind, frames_, 0, std::move(detail)};
  }

  Handle handle_;
  std::int64_t fraction_ns_ = microsecond_ns;
  std::vector<CaptureInterface> interfaces_;
  std::uint64_t frames_ = 0;
  std::atomic<bool> stopped_ = false;
  bool ended_ = false;
  Ending ending_;
};

std::string known_interfaces() {
  const auto names = list_interfaces();
  if (!names || names->empty()) return "name one that this machine has";
  return fmt::format("this machine has: {}", fmt::join(*names, ", "));
}

std::unexpected<Error> refusal(int status, pcap_t* handle, const std::string& interface) {
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE: return failure("no such interface", interface, known_interfaces());
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return failure("listening to the interface is not permitted", interface,
                     "run it as root, or let it listen without: setcap cap_net_raw+ep PROGRAM");
    case PCAP_ERROR_IFACE_NOT_UP:
      return failure("the interface is down", interface, "bring it up first: ip link set " + interface + " up");
    default: break;
  }
  const std::string detail = pcap_geterr(handle);
  return failure("the interface cannot be opened: " + (detail.empty() ? pcap_statustostr(status) : detail), interface);
}

}  // namespace

Result<std::unique_ptr<LiveSource>> open_interface(const std::string& interface) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  PcapInterface::Handle handle{pcap_create(interface.c_str(), error.data()), &pcap_close};
  if (handle == nullptr) return failure(fmt::format("the interface cannot be opened: {}", error.data()), interface);
  pcap_set_snaplen(handle.get(), static_cast<int>(frame_limit));
  pcap_set_promisc(handle.get(), 1);
  pcap_set_timeout(handle.get(), hand_over_ms);
  pcap_set_buffer_size(handle.get(), kernel_buffer_size);
  pcap_set_tstamp_precision(handle.get(),
                            PCAP_TSTAMP_PRECISION_NANO);  // refused where there are none: microseconds then
  const int status = pcap_activate(handle.get());
  if (status < 0) return refusal(status, handle.get(), interface);
  if (pcap_setnonblock(handle.get(), 1, error.data()) != 0)
    return failure(fmt::format("the interface cannot be listened to: {}", error.data()), interface);
  return std::make_unique<PcapInterface>(std::move(handle), interface);
}

Result<std::vector<std::string>> list_interfaces() {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap_if_t* first = nullptr;
  if (pcap_findalldevs(&first, error.data()) != 0)
    return failure(fmt::format("the interfaces cannot be listed: {}", error.data()));
  const std::unique_ptr<pcap_if_t, decltype(&pcap_freealldevs)> owner{first, &pcap_freealldevs};
  std::vector<std::string> names;
  for (const pcap_if_t* interface = first; interface != nullptr; interface = interface->next)
    names.emplace_back(interface->name);
  return names;
}

}  // namespace bulkhead

#include "cli/listen.h"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "capture/live.h"

namespace bulkhead {

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<LiveSource*> interrupted_by_signals = nullptr;
static_assert(std::atomic<LiveSource*>::is_always_lock_free);  // a signal handler may wait for nobody

void interrupt(int) {
  if (LiveSource* source = interrupted_by_signals) source->stop();
}

/// An interface that ends at its time, or by a signal while it lives.
class Listening final : public Source {
 public:
  Listening(std::unique_ptr<LiveSource> source, std::optional<Clock::time_point> until)
      : source_(std::move(source)), until_(until) {
    interrupted_by_signals = source_.get();
    struct sigaction action{};
    action.sa_handler = interrupt;  // NOLINT(*-union-access): POSIX
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals.at(i), &action, &before_.at(i));
  }
  ~Listening() override {
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals.at(i), &before_.at(i), nullptr);
    interrupted_by_signals = nullptr;
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  bool next(Batch& batch) override {
    if (until_ && Clock::now() >= *until_) source_->stop();
    return source_->next(batch);
  }
  [[nodiscard]] const Ending& ending() const noexcept override { return source_->ending(); }
  [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept override {
    return source_->interfaces();
  }

 private:
  static constexpr std::array signals{SIGINT, SIGTERM};
  std::unique_ptr<LiveSource> source_;
  std::optional<Clock::time_point> until_;
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace

Result<Observations> listen(const std::string& interface, std::optional<std::int64_t> duration_ns,
                            ObserveOptions options) {
  TRY(std::unique_ptr<LiveSource> source, open_interface(interface));
  std::optional<Clock::time_point> until;
  if (duration_ns) until = Clock::now() + std::chrono::nanoseconds{*duration_ns};
  auto listening = std::make_unique<Listening>(std::move(source), until);
  const std::string name = plain_text(interface);
  if (duration_ns)
    fmt::print(stderr, "Listening to {} for {}; Ctrl-C ends it before.\n", name, to_text_duration(*duration_ns));
  else fmt::print(stderr, "Listening to {} until Ctrl-C.\n", name);
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (terminal)
    options.progress = [](std::uint64_t frames, std::uint64_t bytes, std::uint64_t) {
      fmt::print(stderr, "\r\x1b[K  {} frames, {} bytes", grouped(frames), grouped(bytes));
    };
  auto observations = observe(std::move(listening), interface, options);
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  return observations;
}

}  // namespace bulkhead

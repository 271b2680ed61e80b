#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bulkhead::test {

/// How a program ended: its exit status (128 and the signal where one ended it), and what it wrote.
struct Outcome {
  int status = -1;
  std::string out, err;
};

/// A program that runs beside the test. Nothing is read from a shell: arguments go as they are.
class Program {
 public:
  /// `user`: runs as this user where the test may choose; 0: as the test's own.
  explicit Program(const std::vector<std::string>& arguments, unsigned user = 0) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      if (user != 0 && (::setgid(user) != 0 || ::setuid(user) != 0)) ::_exit(126);
      std::vector<char*> texts;
      for (const std::string& argument : arguments) texts.push_back(const_cast<char*>(argument.c_str()));
      texts.push_back(nullptr);
      ::execvp(texts[0], texts.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    streams_ = {pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (process_ > 0 && !ended_) signal(SIGKILL);
    (void)finish();
    for (const pollfd& stream : streams_)
      if (stream.fd >= 0) ::close(stream.fd);
  }

  /// Waits until it has written this on standard error, at most so long; false where it ended or wrote something else.
  bool says(const std::string& text, int wait_ms = 20'000) {
    while (outcome_.err.find(text) == std::string::npos)
      if (!read(wait_ms)) return false;
    return true;
  }
  void signal(int number) const { ::kill(process_, number); }
  /// Waits for its end.
  Outcome finish() {
    if (process_ <= 0 || ended_) return outcome_;
    while (read(-1)) continue;
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
    ended_ = true;
    outcome_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome_;
  }

 private:
  /// Takes what was written; false where nothing came in time, or nothing will.
  bool read(int wait_ms) {
    if (streams_[0].fd < 0 && streams_[1].fd < 0) return false;
    if (::poll(streams_.data(), streams_.size(), wait_ms) <= 0) return false;
    for (pollfd& stream : streams_) {
      if (stream.fd < 0 || stream.revents == 0) continue;
      std::array<char, 65'536> piece{};
      const ssize_t size = ::read(stream.fd, piece.data(), piece.size());
      if (size > 0) {
        (&stream == &streams_[0] ? outcome_.out : outcome_.err).append(piece.data(), static_cast<std::size_t>(size));
      } else {
        ::close(stream.fd);
        stream.fd = -1;
      }
    }
    return true;
  }

  pid_t process_ = -1;
  bool ended_ = false;
  std::array<pollfd, 2> streams_{pollfd{-1, 0, 0}, pollfd{-1, 0, 0}};
  Outcome outcome_;
};

/// Runs a program to its end.
inline Outcome run_program(const std::vector<std::string>& arguments, unsigned user = 0) {
  return Program{arguments, user}.finish();
}

}  // namespace bulkhead::test

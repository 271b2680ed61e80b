// A journal of any bytes: it is refused with its line, or its ids are known; and ids that are added are read back.

#include <array>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "assessment/ids.h"

using namespace bulkhead;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("journal", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  const Result<Ids> before = read_ids(path);
  if (!before) {
    if (before.error().message.empty() || !before.error().place.starts_with(path + ':')) std::abort();
  } else {
    Ids now = *before;
    const std::string added = IdGiver{now.findings}.give(std::array{std::string{"a rule \"and\" its\ncause"}});
    if (!append_ids(path, *before, now)) std::abort();
    const Result<Ids> after = read_ids(path);
    if (!after || after->findings.known != now.findings.known || after->assets.known != now.assets.known) std::abort();
    if (added.empty()) std::abort();
  }
  ::close(file);
  return 0;
}

// A plant's folder whose plant.yml is any text: it is refused with its place, or it is a plant.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include "base/bytes.h"
#include "plant/plant.h"

using namespace bulkhead;

namespace {

/// One folder a process, away when it ends.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("bulkhead_fuzz_plant_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  std::ofstream{folder.path() / "plant.yml", std::ios::binary} << Reader{{data, size}}.text(size);
  const auto plant = plant::read_plant(folder.path().string());
  if (!plant && (plant.error().message.empty() || plant.error().place.empty())) std::abort();
  return 0;
}

// make_plant PLANT OUTPUT [SEED]: writes a plant's captures, truth.json and site.yml.

#include <cstdio>
#include <cstdlib>

#include "plant/simulate.h"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: make_plant PLANT OUTPUT [SEED]\n", stderr);
    return 2;
  }
  const auto failed = [](const bulkhead::Error& error) {
    std::fprintf(stderr, "%s: %s\n", error.place.c_str(), error.message.c_str());
    if (!error.hint.empty()) std::fprintf(stderr, "  %s\n", error.hint.c_str());
    return 2;
  };
  const auto plant = bulkhead::plant::read_plant(argv[1]);
  if (!plant) return failed(plant.error());
  const auto made = bulkhead::plant::simulate(*plant, {argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1, argv[2]});
  if (!made) return failed(made.error());
  for (const auto& capture : made->captures)
    std::printf("%-28s %8llu frames\n", capture.file.c_str(), static_cast<unsigned long long>(capture.frames));
  return 0;
}

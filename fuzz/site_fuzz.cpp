// site.yml of any text: it is refused with its place, or it is a model; and a model is written so that it reads back.

#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "site/site.h"

using namespace bulkhead;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Site> site = parse_site(Reader{{data, size}}.text(size), "site.yml");
  if (!site) {
    if (site.error().message.empty() || !site.error().place.starts_with("site.yml")) std::abort();
    return 0;
  }
  const std::string written = write_site(*site);
  const Result<Site> again = parse_site(written, "again.yml");
  if (!again || write_site(*again) != written) std::abort();
  Inventory inventory;
  assign_zones(*site, inventory);
  place_levels(*site, inventory);
  if (!cross(*site, inventory, {}).empty()) std::abort();  // nothing was observed
  (void)propose_site(*site, inventory, {});
  return 0;
}

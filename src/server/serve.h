#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "assessment/assessment.h"
#include "base/result.h"

namespace bulkhead {

struct ServeOptions {
  std::uint16_t port = 8470;          ///< 0: any free one.
  std::string address = "127.0.0.1";  ///< An IP address. Anything but the loopback shows the assessment to the network,
                                      ///< without a password.
};

/// Serves the report and its API (api.h) until interrupted (SIGINT, SIGTERM) or stopped. `ready` is told the URL once
/// connections are accepted. Fails where the address or port can't be had.
Result<void> serve(const ServeOptions& options, const Assessment& assessment,
                   const std::function<void(const std::string& url)>& ready, const std::stop_token& stop = {});

}  // namespace bulkhead

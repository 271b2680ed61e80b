#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "assessment/observe.h"

namespace bulkhead {

/// Listens to an interface for a time, or until the person ends it (Ctrl-C, SIGTERM), and gives what was observed: one
/// capture of the interface's name. A second Ctrl-C ends the program. Says on standard error that it listens, and on a
/// terminal how much was heard. Nothing is ever sent.
Result<Observations> listen(const std::string& interface, std::optional<std::int64_t> duration_ns,
                            ObserveOptions options);

}  // namespace bulkhead

#pragma once

#include "protocol/dnp3.h"

namespace bulkhead::dnp3 {

/// What the objects of a fragment are read with.
struct Context {
  std::optional<std::uint16_t> station;
  Operation operation = Operation::unknown;
  bool has_data = false;
  bool is_answer = false;
};

/// The object headers of a fragment, one event each, then the points that are controlled, files and identity.
void read_objects(Reader objects, const Context& context, Emitter& out);

}  // namespace bulkhead::dnp3

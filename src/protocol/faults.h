#pragma once

#include "event/event.h"

namespace bulkhead {

// A PDU that the capture cut is cut in every part that reaches that far. So the parts say only what is too short on
// the wire, and the whole says once that it was cut.

/// Reports a part that broke because the message ends before what it announces. False where the part is whole.
inline bool say_truncated(const Reader& part, Emitter& out) {
  if (part.ok()) return false;
  if (part.fault().kind == ReadFault::Kind::truncated) out.fault(part.fault());
  return true;
}

/// Reports a whole PDU that the capture cut. `whole` is a copy of the reader as it came. True where it was cut.
inline bool say_cut(Reader whole, Emitter& out) {
  (void)whole.rest();
  if (whole.ok()) return false;
  out.fault(whole.fault());
  return true;
}

}  // namespace bulkhead

#pragma once

#include <string>
#include <string_view>

#include "event/event.h"

namespace bulkhead {

/// One field's value as JSON; integers above 2^53 are strings, bytes are lower-case hexadecimal. Nothing for
/// `monostate`.
void append_json(std::string& out, const Value& value);
/// One field's value for people: words, numbers, hexadecimal; sanitised. Empty for `monostate`.
std::string to_text(const Value& value);

/// The event line (docs/events.md): one flat object, without a line break. Unknown fields are left out. `capture` is
/// the name of the file, `decimals` the digits of its clock.
void append_event_line(std::string& out, const Event& event, std::string_view capture, unsigned decimals);

}  // namespace bulkhead

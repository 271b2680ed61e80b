#pragma once

namespace bulkhead {

/// Of the program. CMakeLists.txt has the same; a test compares them.
inline constexpr const char* version = "0.1.0";

}  // namespace bulkhead

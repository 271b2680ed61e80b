#include "plant/stack.h"

#include <array>

namespace bulkhead::plant {

namespace {

using Id = Stack::Identification;
constexpr std::int64_t us = 1000, ms = 1'000'000;

constexpr std::array stacks{
    Stack{"windows", 128, 64240, 8, true, false, false, Id::counting, 45 * ms, 600 * us},
    Stack{"linux", 64, 64240, 7, true, true, false, Id::random, 40 * ms, 400 * us},
    Stack{"siemens", 30, 8192, 0, false, false, true, Id::counting, 100 * ms, 3 * ms},
    Stack{"rockwell", 64, 8192, 0, false, false, false, Id::counting, 90 * ms, 2 * ms},
    Stack{"schneider", 64, 5840, 0, false, false, true, Id::counting, 200 * ms, 4 * ms},
    Stack{"omron", 64, 4096, 0, false, false, true, Id::counting, 150 * ms, 6 * ms},
    Stack{"ios", 255, 4128, 0, false, false, true, Id::counting, 200 * ms, 2 * ms},
    Stack{"embedded", 64, 5792, 0, false, false, true, Id::counting, 120 * ms, 5 * ms},
    Stack{"gateway", 128, 4380, 0, false, false, true, Id::zero, 50 * ms, 25 * ms},
};

}  // namespace

const Stack* find_stack(std::string_view name) noexcept {
  for (const Stack& stack : stacks)
    if (stack.name == name) return &stack;
  return nullptr;
}

}  // namespace bulkhead::plant

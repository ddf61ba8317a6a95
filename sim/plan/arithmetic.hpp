// Whole divisions that round up, as tiles and buffers need them.
#pragma once

#include <cstdint>

namespace presil::plan {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// The next multiple of `to`, which is at least 1.
constexpr std::int64_t round_up(std::int64_t value, std::int64_t to) {
  return ceil_div(value, to) * to;
}

}  // namespace presil::plan

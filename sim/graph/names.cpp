// Names and sizes of element types.
#include <iterator>

#include "sim/graph/graph.hpp"

namespace presil::graph {

namespace {

struct TypeFacts {
  const char* name;
  int bits;
};

constexpr TypeFacts kTypes[] = {
    {"float32", 32}, {"float16", 16}, {"int32", 32},     {"uint8", 8},   {"int64", 64},        {"string", 0},
    {"boolean", 8},  {"int16", 16},   {"complex64", 64}, {"int8", 8},    {"float64", 64},      {"complex128", 128},
    {"uint64", 64},  {"resource", 0}, {"variant", 0},    {"uint32", 32}, {"uint16", 16},       {"int4", 4},
    {"int2", 2},     {"int1", 1},     {"bfloat16", 16},  {"uint4", 4},   {"float8_e4m3fn", 8}, {"float8_e5m2", 8},
};
static_assert(std::size(kTypes) == static_cast<std::size_t>(Type::float8_e5m2) + 1);

}  // namespace

const char* name(Type type) {
  return kTypes[static_cast<std::size_t>(type)].name;
}
int bits(Type type) {
  return kTypes[static_cast<std::size_t>(type)].bits;
}

}  // namespace presil::graph

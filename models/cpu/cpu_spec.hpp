// Parameters of a CPU or DSP: clock, kernel library rates, caches and hand-over costs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/common/op_class.hpp"

namespace presil::cpu {

using common::OpClass;

/// Cost of one operator class in a kernel library, cycles of one core: the sum of the terms.
struct KernelRate {
  double cycles_per_mac = 0;
  int few_channels = 0;           // up to so many input channels a MAC costs the next figure instead, unless a row of
  double cycles_per_mac_few = 0;  // the window (its width x the channels) is whole words of four elements
  double cycles_per_output = 0;   // per output element: bias, requantisation, store
  double cycles_per_input = 0;    // per input element (pooling, copies, softmax)
  double cycles_per_operator = 0;
  bool assumed = false;  // no source: listed by `inspect` and named in the report
  std::string source;
};

/// A library: rates by class, for 8-bit integers; the other types by factor.
struct KernelLibrary {
  std::string name;
  std::map<OpClass, KernelRate> rates;
  KernelRate generic;         // for a class without a rate of its own, named loudly
  double int16_factor = 2.0;  // cycles of 16-bit activations against 8-bit
  double float_factor = 4.0;
  bool folds_pad = false;  // its windows read the zeros of a PAD before them by themselves
};

struct CacheSpec {
  std::string name;
  std::int64_t size_bytes = 0;
  std::int64_t line_bytes = 64;
  bool write_allocate = false;  // a line is read before it is written
};

struct CpuSpec {
  std::int64_t hz = 0;
  int cores = 1;
  double parallel_efficiency = 1.0;  // speed-up of `cores` is 1 + (cores - 1) * this
  KernelLibrary library;
  double library_scale = 1.0;        // over the terms by MAC and element: a version of the library, a core
  std::vector<CacheSpec> caches;     // the last one decides which bytes reach memory
  bool memory_overlap = true;        // memory traffic beside the kernel (prefetch) or before and after it
  double flush_cycles_per_line = 0;  // cache maintenance at a hand-over
};

}  // namespace presil::cpu

// Readers of what stands below an NPU: the array's modes, overheads, supported classes and fusion; used by
// load_npu.cpp.
#pragma once

#include <array>
#include <map>
#include <set>
#include <vector>

#include "models/npu/npu_spec.hpp"
#include "sim/hw/sections.hpp"
#include "sim/yaml/value.hpp"

namespace presil::hw {

/// `array`, with what convolution's modes stand for when other classes are not given.
std::map<common::OpClass, std::vector<npu::Mode>> read_array(yaml::Map& npu);
std::vector<npu::Overhead> read_overheads(const yaml::Value& list);
/// `supports`; every supported class must have something that sets its pace.
std::map<common::OpClass, npu::Support> read_supports(yaml::Map& npu, const npu::NpuSpec& so_far);
std::vector<npu::FusionPattern> read_fusion(const yaml::Value& list);
/// "7x7" -> height, width.
std::pair<int, int> read_kernel(const yaml::Value& value);
/// `[h, w, oc]`, each at least `min`.
std::array<std::int32_t, 3> read_extents(const yaml::Value& value, std::int32_t min);

/// A map from class (or group of classes) to T. A class named itself wins over a group that holds it.
template <typename T, typename Read>
void read_by_class(yaml::Map& map, std::map<common::OpClass, T>& into, Read read) {
  std::set<common::OpClass> named;
  for (const auto& [key, value] : map.all()) {
    const std::vector<common::OpClass> classes = read_classes(value, key);
    const T one = read(value);
    for (common::OpClass op_class : classes) {
      const bool itself = classes.size() == 1;
      if (!itself && named.count(op_class) > 0) continue;
      if (itself) named.insert(op_class);
      into[op_class] = one;
    }
  }
}

}  // namespace presil::hw

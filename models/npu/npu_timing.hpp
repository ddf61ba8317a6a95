// How many cycles an NPU needs for one tile: the array, its streams and overheads; plain C++.
#pragma once

#include "models/common/work.hpp"
#include "models/npu/npu_spec.hpp"
#include "models/tile_buffer/tile_buffer_timing.hpp"

namespace presil::npu {

using common::StageCycles;
using common::Work;

class NpuTiming {
 public:
  explicit NpuTiming(const NpuSpec& spec);

  /// Stage cycles of one tile on one core. `work.mode` must be a mode of the class; classes without array modes run on
  /// the vector stage alone (output stream). Precondition: the class is supported.
  StageCycles cost(const Work& work) const;

  /// Cycles of starting one hardware operator of the class: the launch and the overheads paid once per operator.
  std::int64_t launch_cycles(OpClass op_class = OpClass::other) const;

  /// Peak MACs per cycle of one core for 8-bit operands: given, or the largest product of unroll factors.
  std::int64_t peak_macs_per_cycle() const { return peak_; }

  /// Modes of the class that can run a kernel of this size and (larger) stride; indices into NpuSpec::array.
  std::vector<int> usable_modes(OpClass op_class, int kh, int kw, int ic, int stride = 1) const;

  /// Rate against the native precision; 0 = not supported.
  double precision_rate(int activation_bits, int weight_bits, bool floating_point) const;

  /// In words, why operands of these widths run slower than native ones: "4-bit weights run at 0.5 of the native rate,
  /// emulated in passes of the native type"; empty when they do not.
  std::string slow_widths(const Work& work) const;

  /// Steps over the output channels: how often the input streams again.
  std::int64_t passes(const Work& work) const;

  /// In words, the dimension that wastes most lanes: "17 output channels on 16 lanes: 2 passes, 47 % idle lanes";
  /// empty when none wastes more than a tenth.
  std::string idle_lanes(const Work& work) const;

  /// In words, that the mode does more MACs than the array multiplies, so that a utilisation may pass 100 %:
  /// "winograd does 2.25 MACs with each multiplication"; empty when it does not.
  std::string saved_products(const Work& work) const;

 private:
  /// The spec's modes, streams and overheads with every look-up done: `cost` is called for thousands of candidates.
  struct FastMode {
    struct Group {
      std::array<std::uint8_t, dim_count> dims{};
      std::uint8_t count = 0;  // of dims
      std::int32_t factor = 1;
      bool inner = false;  // counts against `minimum_cycles`
    };
    std::vector<Group> groups;  // every dimension is in exactly one
    std::int32_t oc_lanes = 1;
    const Mode* mode = nullptr;
  };
  struct FastOverhead {
    Per per = Per::tile;
    double cycles = 0;
    std::array<std::int32_t, dim_count> over{};
    bool over_some = false;
    bool hidden = false;
    std::int32_t only_when_pixels_up_to = 0;
  };
  struct FastClass {
    std::vector<FastMode> modes;
    std::vector<FastOverhead> overheads;
    std::array<double, 3> output_cycles{};  // per element, by post-operation
  };
  const FastMode* mode(const Work& work) const;
  NpuSpec spec_;
  std::array<FastClass, common::op_class_count> classes_;
  std::optional<tile_buffer::TileBufferTiming> tile_buffer_;  // none: the array streams from memory
  std::int64_t peak_ = 0;

 public:
  NpuTiming(const NpuTiming&) = delete;  // FastMode points into spec_
  NpuTiming& operator=(const NpuTiming&) = delete;
};

}  // namespace presil::npu

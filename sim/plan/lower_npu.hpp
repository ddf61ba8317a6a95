// Lowers one step on an NPU: the loop over its tiles, with loads, weights, compute and stores.
#pragma once

#include <memory>
#include <vector>

#include "models/npu/npu_timing.hpp"
#include "sim/plan/builder.hpp"
#include "sim/plan/channel_slices.hpp"
#include "sim/plan/path.hpp"
#include "sim/plan/ready.hpp"
#include "sim/plan/slots.hpp"
#include "sim/plan/staging.hpp"
#include "sim/plan/tiling.hpp"
#include "sim/plan/weight_stream.hpp"

namespace presil::plan {

/// What lowering keeps between steps, for all units.
struct Progress {
  std::vector<Ready> ready;                   // by storage
  std::vector<std::vector<JobId>> step_done;  // by step: the jobs that end last on each engine
};

/// One NPU over the whole plan: its engines, the state of its tile buffers, its timing.
class NpuLowering {
 public:
  NpuLowering(const Program& program, int unit, Builder& builder, Progress& progress);

  /// `entry`: jobs that the step's first jobs wait for. Fills the operator's tile figures.
  void lower(int index, const Staging& staging, std::vector<JobId> entry, traces::OperatorInfo& info);

  /// The host's call of the driver before a run of steps on this NPU.
  JobId call(const Step& step, std::vector<JobId> entry);

 private:
  struct Core {
    std::uint16_t in = 0, weights = 0, out = 0, compute = 0;
    Slots input, weight, output;
  };
  void lower_tiled(const Step& step, int index, traces::OperatorInfo& info, const Tiling& tiling,
                   const ChannelTiles& channel_tiles, WeightStream& weights);
  /// The slices of output channels that the step runs in, one pass each.
  std::vector<Range> slices_of(int index, const Staging& staging, const Operands& operands, const Tiling& tiling);
  void lower_proportional(const Step& step, int index, traces::OperatorInfo& info);
  /// The step's weights are on chip before the inference.
  bool resident(const Step& step) const;
  JobId launch(const Step& step, Core& core);
  /// The read of the operator's commands, one operator ahead of the array; -1: it has none.
  JobId read_commands();
  void whole_operands(Core& core, JobId launched, std::vector<JobId>& loads, const std::vector<int>& tensors);
  std::optional<Tiling> tiling_of(const Step& step, const Operands& operands);
  Operands operands_of(const Step& step, const Staging& staging) const;

  const Program& program_;
  const hw::Unit& unit_;
  const npu::NpuSpec& npu_;
  npu::NpuTiming timing_;
  std::vector<Path> paths_;
  Builder& builder_;
  Progress& progress_;
  std::vector<Core> cores_;
  struct Chosen {
    Nest nest;
    Operands operands;
    std::optional<Tiling> tiling;
  };
  std::vector<Chosen> chosen_;  // networks repeat their blocks: equal steps are tiled once
  std::uint16_t copy_ = 0, commands_ = 0;
  JobId last_launch_ = -1;
  Storage command_stream_;  // behind the constants
  std::int64_t commands_read_ = 0;
  int last_step_ = -1;       // position of the step lowered last ...
  double last_pass_ps_ = 0;  // ... and the estimated time of its last pass
};

/// Kind of data of a feature map's traffic: spilled maps are booked apart.
traces::DataKind input_kind(const Storage& storage);
traces::DataKind output_kind(const Storage& storage);

/// True when the operand has the output's shape and so is cut into the same tiles.
bool follows_output(const Program& program, const Step& step, int tensor);

}  // namespace presil::plan

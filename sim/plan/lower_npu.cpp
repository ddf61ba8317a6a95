#include "sim/plan/lower_npu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/common/error.hpp"
#include "sim/plan/arithmetic.hpp"
#include "sim/plan/region.hpp"
#include "sim/plan/stages.hpp"
#include "sim/plan/weight_stream.hpp"

namespace presil::plan {
namespace {

using traces::DataKind;
using traces::JobKind;

/// Rows that have come out of the stages when the array has made rows [0, end).
std::int64_t rows_through(const std::vector<Nest>& stages, std::int64_t end) {
  for (const Nest& stage : stages) {
    if (end >= stage.in.h) {
      end = stage.out.h;
      continue;
    }
    const std::int64_t reach = end + stage.pad_top - ((stage.kh - 1) * stage.dilation_h + 1);
    end = reach < 0 ? 0 : std::min(stage.out.h, reach / stage.stride_h + 1);
  }
  return end;
}

}  // namespace

DataKind input_kind(const Storage& storage) {
  return storage.spilled ? DataKind::spill : DataKind::input;
}
DataKind output_kind(const Storage& storage) {
  return storage.spilled ? DataKind::spill : DataKind::output;
}

bool follows_output(const Program& program, const Step& step, int tensor) {
  const graph::Tensor& t = program.tensor(tensor);
  return t.elements() == step.nest.out.elements() && shape4(t) == step.nest.out;
}

NpuLowering::NpuLowering(const Program& program, int unit, Builder& builder, Progress& progress)
    : program_(program),
      unit_(program.hardware->units[static_cast<std::size_t>(unit)]),
      npu_(unit_.npu()),
      timing_(npu_),
      paths_(paths(*program.hardware, unit_)),
      builder_(builder),
      progress_(progress) {
  for (int c = 0; c < std::max(1, npu_.cores); ++c) {
    const std::string name = npu_.cores > 1 ? fmt::format("{}#{}", unit_.name, c) : unit_.name;
    Core core;
    core.compute = builder_.queue(name, unit_.name, c);
    core.in = builder_.queue(name + ".in", unit_.name, c);
    core.weights = builder_.queue(name + ".weights", unit_.name, c);
    core.out = builder_.queue(name + ".out", unit_.name, c);
    cores_.push_back(core);
  }
  for (const Storage& s : program_.storages) {
    if (!s.constant || s.memory < 0 || npu_.launch.command_bytes == 0) continue;
    command_stream_.memory = s.memory;
    command_stream_.address =
        std::max(command_stream_.address, s.address + static_cast<std::uint64_t>(round_up(s.bytes, Arena::alignment)));
  }
  if (command_stream_.memory >= 0) commands_ = builder_.queue(unit_.name + ".commands", unit_.name);
  if (npu_.weights.delivery == npu::WeightDelivery::staged) copy_ = builder_.queue(unit_.name + ".dma", unit_.name);
}

JobId NpuLowering::launch(const Step& step, Core& core) {
  if (timing_.launch_cycles(step.nest.op_class) == 0 && npu_.launch.host_ps == 0) return -1;
  builder_.after(read_commands());
  Work work;
  work.op_class = step.nest.op_class;
  return last_launch_ = builder_.work(core.compute, JobKind::launch, work, 0);
}

JobId NpuLowering::read_commands() {
  if (command_stream_.memory < 0) return -1;
  builder_.after(last_launch_);
  commands_read_ += npu_.launch.command_bytes;
  return builder_.transfer(commands_, DataKind::none, false,
                           span(command_stream_, commands_read_ - npu_.launch.command_bytes, commands_read_), false, 0);
}

JobId NpuLowering::call(const Step& step, std::vector<JobId> entry) {
  builder_.begin_step(step.op, std::move(entry));
  return builder_.work(cores_[0].compute, JobKind::hand_over, Work{}, 0);
}

std::optional<Tiling> NpuLowering::tiling_of(const Step& step, const Operands& operands) {
  for (const Chosen& c : chosen_)
    if (c.nest == step.nest && c.operands == operands) return c.tiling;
  chosen_.push_back({step.nest, operands, choose_tiling(program_, step, operands, timing_, paths_)});
  return chosen_.back().tiling;
}

void NpuLowering::lower(int index, const Staging& staging, std::vector<JobId> entry, traces::OperatorInfo& info) {
  const Step& step = program_.steps[static_cast<std::size_t>(index)];
  // Copies ahead wait for the room they take, not for the step before.
  std::vector<JobId> room;
  const int free_since = index - (staging.ahead ? 2 : 1);
  if (staging.memory >= 0 && free_since >= 0) room = progress_.step_done[static_cast<std::size_t>(free_since)];
  const Operands operands = operands_of(step, staging);
  std::optional<Tiling> tiling;
  if (step.nest.access != Access::proportional && !step.inputs.empty()) tiling = tiling_of(step, operands);
  if (!tiling && step.nest.access == Access::window)
    throw common::Error(
        fmt::format("{}: operator {} ({}): not even the smallest tile fits the tile buffer of {} ({} B); enlarge "
                    "units.{}.tile_buffer.size",
                    program_.hardware->file, step.op, program_.graph->operators[static_cast<std::size_t>(step.op)].name,
                    unit_.name, npu_.tile_buffer.size_bytes, unit_.name));
  builder_.begin_step(step.op, {});
  if (tiling) {
    const std::vector<Range> slices = slices_of(index, staging, operands, *tiling);
    const ChannelTiles channel_tiles(slices, tiling->tc);
    WeightStream weights(program_, step, staging, operands, *tiling, slices, channel_tiles, npu_, builder_, copy_,
                         static_cast<std::int64_t>(index) << 40, room);
    builder_.begin_step(step.op, std::move(entry));
    lower_tiled(step, index, info, *tiling, channel_tiles, weights);
  } else {
    builder_.begin_step(step.op, std::move(entry));
    lower_proportional(step, index, info);
  }
}

void NpuLowering::whole_operands(Core& core, JobId launched, std::vector<JobId>& loads,
                                 const std::vector<int>& tensors) {
  for (int t : tensors) {
    const Storage& s = program_.storage(t);
    std::vector<JobId> producers;
    if (!s.constant)
      progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(t)])].wait_for(INT64_MAX,
                                                                                                           producers);
    for (JobId p : producers) builder_.after(p);
    if (npu_.launch.gates_transfers) builder_.after(launched);
    loads.push_back(builder_.transfer(core.in, s.constant ? DataKind::weights : input_kind(s), false,
                                      span(s, 0, s.bytes), false, 0));
  }
}

void NpuLowering::lower_tiled(const Step& step, int index, traces::OperatorInfo& info, const Tiling& t,
                              const ChannelTiles& channel_tiles, WeightStream& weights) {
  const Nest& nest = step.nest;
  const bool window = nest.access == Access::window;
  const std::int64_t nh = ceil_div(nest.out.h, t.th), nw = ceil_div(nest.out.w, t.tw), nc = channel_tiles.count();
  const std::int64_t ni = window ? ceil_div(nest.ic, t.tic) : 1, spatial = nest.out.n * nh * nw;
  const std::int64_t step_key = static_cast<std::int64_t>(index) << 40;
  const double half = t.slots == 2 ? 0.5 : 1.0;
  const double input_share = t.keep_input ? 1.0 / static_cast<double>(spatial) : half;
  const int out_tensor = step.outputs[0], in_tensor = step.inputs[0];
  const Storage& out = program_.storage(out_tensor);
  const Storage& in = program_.storage(in_tensor);
  Ready& stores = progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(out_tensor)])];
  const Shape4 stored_shape = step.last().out;
  stores.start(stored_shape.n * stored_shape.h);
  std::int64_t rows_stored = 0;  // of the current image
  const Ready& inputs =
      progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(in_tensor)])];
  const bool row_wise = inputs.rows() == nest.in.n * nest.in.h;

  // Operands beside the first input: those of the output's shape are cut like it, the others are loaded whole, once.
  std::vector<int> tiled, whole;
  for (std::size_t i = 1; i < step.inputs.size(); ++i) {
    if (nest.op_class == OpClass::matmul && i == 1) continue;
    (follows_output(program_, step, step.inputs[i]) ? tiled : whole).push_back(step.inputs[i]);
  }
  for (int c : step.constants) {
    if (c == step.weights || program_.storage_of[static_cast<std::size_t>(c)] < 0) continue;
    const bool cut = nest.access == Access::channelwise && step.weights < 0 && follows_output(program_, step, c);
    (cut ? tiled : whole).push_back(c);
  }

  std::vector<JobId> once(cores_.size(), -1);
  MacShare macs(nest.macs, nest.out.elements() * (window ? nest.ic : 1));
  StageWorks stages(step.stages);
  std::vector<JobId> launched(cores_.size(), -1);
  std::vector<std::vector<JobId>> whole_loads(cores_.size());
  std::vector<std::int64_t> first_sweep(static_cast<std::size_t>(spatial * ni), 0);  // 1: this input was loaded before
  std::vector<JobId> waits, last_store(cores_.size(), -1);
  std::int64_t tile_number = 0;

  const bool again_per_tile = input_again_per_tile(npu_, nest);

  const auto run_tile = [&](std::int64_t sp, std::int64_t c) {
    const std::int64_t image = sp / (nh * nw), hy = sp / nw % nh, wx = sp % nw;
    const Range rows{hy * t.th, std::min(nest.out.h, (hy + 1) * t.th)};
    const Range columns{wx * t.tw, std::min(nest.out.w, (wx + 1) * t.tw)};
    const Range channels = channel_tiles.tiles[static_cast<std::size_t>(c)];
    const std::int64_t pass = channel_tiles.slice[static_cast<std::size_t>(c)];
    const std::size_t which =
        cores_.size() == 1 ? 0 : static_cast<std::size_t>((sp + c) % static_cast<std::int64_t>(cores_.size()));
    Core& core = cores_[which];
    if (once[which] < 0) {
      once[which] = 0;
      launched[which] = launch(step, core);
      whole_operands(core, launched[which], whole_loads[which], whole);
    }
    const Range in_rows =
        window_range(rows, nest.kh, nest.stride_h, nest.dilation_h, nest.pad_top, nest.upsample_h, nest.in.h);
    const Range in_columns =
        window_range(columns, nest.kw, nest.stride_w, nest.dilation_w, nest.pad_left, nest.upsample_w, nest.in.w);
    const bool streaming = npu_.tile_buffer.size_bytes == 0;
    std::int64_t overlap = 0;  // rows that the tile above has loaded already
    if (hy > 0) {
      const Range above = window_range({rows.begin - t.th, rows.begin}, nest.kh, nest.stride_h, nest.dilation_h,
                                       nest.pad_top, nest.upsample_h, nest.in.h);
      overlap = std::clamp<std::int64_t>(above.end - in_rows.begin, 0, in_rows.size());
    }
    // Without a tile buffer line buffers keep them, and only the new ones stream into the array.
    const std::int64_t kept_rows = streaming ? overlap : 0;

    for (std::int64_t i = 0; i < ni; ++i) {
      const Range slice{i * t.tic, std::min(nest.ic, (i + 1) * t.tic)};
      Range in_channels = slice;
      if (!window)
        in_channels = {channels.begin / nest.channel_multiplier,
                       std::min(nest.in.c, ceil_div(channels.end, nest.channel_multiplier))};
      const std::int64_t input_key = step_key | (!window          ? sp * nc + c
                                                 : again_per_tile ? (sp * nc + c) * ni + i
                                                                  : (pass * spatial + sp) * ni + i);
      if (!core.input.holds(input_key)) {
        Box box;
        box.image = image;
        box.rows = in_rows;
        box.columns = in_columns;
        box.channels = in_channels;
        box.rows.begin += kept_rows;
        box.redundant_rows = overlap - kept_rows;
        if (wx > 0) {
          const Range left = window_range({columns.begin - t.tw, columns.begin}, nest.kw, nest.stride_w,
                                          nest.dilation_w, nest.pad_left, nest.upsample_w, nest.in.w);
          box.redundant_columns = std::clamp<std::int64_t>(left.end - in_columns.begin, 0, in_columns.size());
        }
        std::int64_t& seen = first_sweep[static_cast<std::size_t>(window ? sp * ni + i : sp)];
        const bool again = window && seen != 0;
        seen = 1;
        const JobId room = core.input.make_room(input_share);
        JobId load = -1;
        const common::Area area = region(in, nest.in, nest.activation_bits, box);
        if (area.bytes() > 0) {  // a tile can lie in the padding alone, or find all its rows in the line buffers
          waits.clear();
          inputs.wait_for(row_wise ? image * nest.in.h + in_rows.end : INT64_MAX, waits);
          for (JobId w : waits) builder_.after(w);
          builder_.after(room);
          if (npu_.launch.gates_transfers) builder_.after(launched[which]);
          load = builder_.transfer(core.in, input_kind(in), false, area, again, static_cast<std::int32_t>(tile_number));
        }
        for (int extra : tiled) {
          Box same{image, rows, columns, channels, 0, 0};
          const Storage& s = program_.storage(extra);
          waits.clear();
          if (!s.constant) {
            const Ready& r =
                progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(extra)])];
            r.wait_for(r.rows() == nest.out.n * nest.out.h ? image * nest.out.h + rows.end : INT64_MAX, waits);
          }
          for (JobId w : waits) builder_.after(w);
          load = builder_.transfer(core.in, s.constant ? DataKind::weights : input_kind(s), false,
                                   region(s, nest.out, graph::bits(program_.tensor(extra).type), same), false,
                                   static_cast<std::int32_t>(tile_number));
        }
        core.input.put(input_key, input_share, load);
      }
      const JobId loaded = core.input.load_of(input_key);
      const WeightStream::Piece piece = weights.load(core.weight, core.weights, sp, c, i, channels, slice,
                                                     launched[which], static_cast<std::int32_t>(tile_number));

      const bool last_slice = i + 1 == ni;
      const std::int64_t output_key = step_key | (sp * nc + c);
      if (i == 0) builder_.after(core.output.make_room(half));
      builder_.after(loaded);
      builder_.after(piece.load);
      for (JobId w : whole_loads[which]) builder_.after(w);
      whole_loads[which].clear();
      Work work = tile_work(nest, t, rows.size(), columns.size(), channels.size(), slice.size(),
                            in_rows.size() - kept_rows, in_columns.size(), static_cast<int>(tiled.size()), piece.bytes);
      if (!last_slice) work.output_elements = 0;
      work.last = tile_number + 1 == spatial * nc * ni;
      work.macs = macs.next(rows.size() * columns.size() * channels.size() * (window ? slice.size() : 1));
      JobId computed = -1, read = -1;  // the last job of the tile, and the one that reads its input
      if (step.stages.empty()) {
        computed = read = builder_.work(core.compute, JobKind::compute, work, static_cast<std::int32_t>(tile_number));
      } else {
        for (const Work& stage :
             stages.works(t, rows, columns, channels.size(), static_cast<int>(tiled.size()), piece.bytes)) {
          computed = builder_.work(core.compute, JobKind::compute, stage, static_cast<std::int32_t>(tile_number));
          if (read < 0) read = computed;
        }
      }
      if (i == 0) core.output.put(output_key, half, computed);
      core.input.use(input_key, read);
      weights.used(core.weight, piece, computed);
      ++tile_number;
      if (!last_slice) continue;
      // What pooling behind the array still waits for is stored with a later stripe.
      if (hy == 0) rows_stored = 0;
      const Range done{step.behind.empty() ? rows.begin : rows_stored, rows_through(step.behind, rows.end)};
      rows_stored = done.end;
      if (done.size() <= 0) {
        core.output.use(output_key, computed);
        continue;
      }
      builder_.after(computed);
      Box box{image, done, step.behind.empty() ? columns : Range{0, stored_shape.w}, channels, 0, 0};
      const JobId stored =
          builder_.transfer(core.out, output_kind(out), true, region(out, stored_shape, step.last().output_bits, box),
                            false, static_cast<std::int32_t>(tile_number - 1));
      core.output.use(output_key, stored);
      stores.stored(core.out, image * stored_shape.h + done.begin, stored);
      last_store[which] = stored;
    }
  };

  for (const Range& pass : channel_tiles.of_slice) {
    if (t.weights_outer) {
      for (std::int64_t c = pass.begin; c < pass.end; ++c)
        for (std::int64_t sp = 0; sp < spatial; ++sp) run_tile(sp, c);
    } else {
      for (std::int64_t sp = 0; sp < spatial; ++sp)
        for (std::int64_t c = pass.begin; c < pass.end; ++c) run_tile(sp, c);
    }
  }
  for (JobId job : last_store)
    if (job >= 0) progress_.step_done[static_cast<std::size_t>(index)].push_back(job);
  info.tiles = static_cast<std::int32_t>(tile_number);
  info.tile_h = static_cast<std::int32_t>(std::min(t.th, nest.out.h));
  info.tile_w = static_cast<std::int32_t>(std::min(t.tw, nest.out.w));
  info.tile_oc = static_cast<std::int32_t>(std::min(t.tc, nest.out.c));
}

}  // namespace presil::plan

// Lowers data movement that is no window over a map (concatenation, softmax, transposes, ...): operands stream in step.
#include <algorithm>

#include "sim/plan/arithmetic.hpp"
#include "sim/plan/lower_npu.hpp"
#include "sim/plan/region.hpp"

namespace presil::plan {
void NpuLowering::lower_proportional(const Step& step, int index, traces::OperatorInfo& info) {
  using traces::DataKind;
  std::vector<int> operands = step.inputs;
  for (int c : step.constants)
    if (program_.storage_of[static_cast<std::size_t>(c)] >= 0) operands.push_back(c);
  std::int64_t in_bytes = 0, out_bytes = 0, in_elements = 0, out_elements = 0;
  for (int t : operands) {
    in_bytes += bytes_read(program_, step, program_.tensor(t).bytes());
    in_elements += program_.tensor(t).elements();
  }
  for (int t : step.outputs) {
    out_bytes += program_.tensor(t).bytes();
    out_elements += program_.tensor(t).elements();
  }

  const tile_buffer::TileBufferSpec& buffer = npu_.tile_buffer;
  std::int64_t parts = std::max(1, npu_.streaming_stripes);
  double share = 0.5;
  if (buffer.size_bytes > 0) {
    const std::int64_t capacity =
        std::max<std::int64_t>(1, (buffer.size_bytes - buffer.reserved_bytes) / (buffer.double_buffered ? 2 : 1));
    if (buffer.partition.shared())
      parts = ceil_div(in_bytes + (buffer.holds_output ? out_bytes : 0), capacity);
    else
      parts = std::max(ceil_div(in_bytes, std::max<std::int64_t>(1, capacity * buffer.partition.input / 100)),
                       buffer.partition.output > 0
                           ? ceil_div(out_bytes, std::max<std::int64_t>(1, capacity * buffer.partition.output / 100))
                           : 1);
    share = buffer.double_buffered ? 0.5 : 1.0;
  }
  parts = std::clamp<std::int64_t>(parts, 1, std::max<std::int64_t>(1, out_elements));

  for (int t : step.outputs)
    progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(t)])].start(1);
  Core& core = cores_[0];
  const JobId launched = launch(step, core);
  JobId last = -1;
  for (std::int64_t p = 0; p < parts; ++p) {
    const std::int64_t key = (static_cast<std::int64_t>(index) << 40) | p;
    const JobId room = core.input.make_room(share);
    JobId loaded = -1;
    for (int t : operands) {
      const Storage& s = program_.storage(t);
      const std::int64_t bytes = bytes_read(program_, step, program_.tensor(t).bytes());
      const common::Area part = span(s, bytes * p / parts, bytes * (p + 1) / parts);
      if (part.bytes() == 0) continue;  // more parts than bytes of this operand
      std::vector<JobId> producers;
      if (!s.constant)
        progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(t)])].wait_for(INT64_MAX,
                                                                                                             producers);
      for (JobId j : producers) builder_.after(j);
      builder_.after(room);
      if (npu_.launch.gates_transfers) builder_.after(launched);
      loaded = builder_.transfer(core.in, s.constant ? DataKind::weights : input_kind(s), false, part, false,
                                 static_cast<std::int32_t>(p));
    }
    core.input.put(key, share, loaded);
    const std::int64_t elements = out_elements * (p + 1) / parts - out_elements * p / parts;
    Work work = whole_work(step.nest, in_elements * (p + 1) / parts - in_elements * p / parts, elements, 0);
    const std::int64_t oc = std::max<std::int64_t>(1, std::min(step.nest.out.c, elements));
    work.n = 1;
    work.oh = static_cast<std::int32_t>(ceil_div(elements, oc));
    work.ow = 1;
    work.oc = static_cast<std::int32_t>(oc);
    work.macs = step.nest.macs * (p + 1) / parts - step.nest.macs * p / parts;
    work.mode = 0;
    builder_.after(loaded);
    builder_.after(core.output.make_room(share));
    const JobId computed = builder_.work(core.compute, traces::JobKind::compute, work, static_cast<std::int32_t>(p));
    core.input.use(key, computed);
    core.output.put(key, share, computed);
    for (int t : step.outputs) {
      const Storage& s = program_.storage(t);
      const std::int64_t bytes = program_.tensor(t).bytes();
      const common::Area part = span(s, bytes * p / parts, bytes * (p + 1) / parts);
      if (part.bytes() == 0) continue;
      builder_.after(computed);
      last = builder_.transfer(core.out, output_kind(s), true, part, false, static_cast<std::int32_t>(p));
      Ready& ready = progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(t)])];
      ready.stored(core.out, 0, last);
    }
    if (last >= 0) core.output.use(key, last);
  }
  if (last >= 0) progress_.step_done[static_cast<std::size_t>(index)].push_back(last);
  info.tiles = static_cast<std::int32_t>(parts);
}

}  // namespace presil::plan

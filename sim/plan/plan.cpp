#include "sim/plan/plan.hpp"

#include "sim/plan/allocate.hpp"
#include "sim/plan/fuse.hpp"
#include "sim/plan/lower.hpp"
#include "sim/plan/partition.hpp"
#include "sim/plan/storage.hpp"

namespace presil::plan {
namespace {

/// The rows that reports show: one per operator of the network, in its order.
void describe_operators(const Program& program, traces::Schedule& schedule) {
  const graph::Graph& graph = *program.graph;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const graph::Operator& op = graph.operators[i];
    const Assignment& a = program.assignments[i];
    traces::OperatorInfo info;
    info.index = static_cast<std::int32_t>(i);
    info.type = op.name;
    info.op_class = op.op_class;
    info.macs = op.macs;
    if (!op.outputs.empty()) {
      info.name = program.tensor(op.outputs[0]).name;
      info.output_shape = program.tensor(op.outputs[0]).shape;
    }
    if (a.unit >= 0) info.unit = program.hardware->units[static_cast<std::size_t>(a.unit)].name;
    info.fused_into = a.fused_into;
    info.free_reason = a.free_reason;
    info.fallback_reason = a.fallback_reason;
    info.note = a.note;
    schedule.operators.push_back(std::move(info));
  }
}

void describe_buffers(const Program& program, traces::Schedule& schedule) {
  for (const Storage& s : program.storages) {
    if (s.memory < 0) continue;
    traces::Buffer buffer;
    buffer.name = program.tensor(s.tensors[0]).name;
    buffer.memory = s.memory;
    buffer.address = s.address;
    buffer.bytes = s.bytes;
    buffer.first_op = s.first_step;
    buffer.last_op = s.last_step;
    buffer.constant = s.constant;
    schedule.buffers.push_back(std::move(buffer));
  }
}

}  // namespace

traces::Schedule plan(const graph::Graph& graph, const hw::Hardware& hardware, const Options& options) {
  Program program;
  program.graph = &graph;
  program.hardware = &hardware;
  partition(program, options);
  fuse(program);
  make_storages(program);
  let_units_overlap(program);
  std::vector<Arena> arenas = allocate(program);

  traces::Schedule schedule;
  schedule.network = graph.name;
  schedule.network_digest = graph.digest();
  schedule.hardware = hardware.name;
  schedule.hardware_digest = hardware.digest;
  for (const hw::Memory& m : hardware.memories) schedule.memories.push_back(m.name);
  describe_operators(program, schedule);
  describe_buffers(program, schedule);
  lower(program, arenas, options, schedule);
  return schedule;
}

}  // namespace presil::plan

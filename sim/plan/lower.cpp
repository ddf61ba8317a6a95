#include "sim/plan/lower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "models/common/error.hpp"
#include "sim/plan/cache_use.hpp"
#include "sim/plan/lower_npu.hpp"
#include "sim/plan/region.hpp"

namespace presil::plan {
namespace {

using traces::DataKind;
using traces::JobKind;

class Lowering {
 public:
  Lowering(const Program& program, std::vector<Arena>& arenas, traces::Schedule& schedule)
      : program_(program), arenas_(arenas), schedule_(schedule), builder_(schedule) {
    progress_.ready.resize(program.storages.size());
    progress_.step_done.resize(program.steps.size());
  }

  /// Loads constants from where a powered-down chip keeps them; later jobs wait for it.
  void cold_start() {
    const hw::Hardware& hw = *program_.hardware;
    const int from = hw.memory_index(hw.placement.load_from);
    if (from < 0 || program_.steps.empty()) return;
    std::int64_t bytes = 0;
    int home = -1;
    for (const Storage& s : program_.storages) {
      if (!s.constant) continue;
      home = s.memory;
      bytes = std::max(bytes, static_cast<std::int64_t>(s.address) + s.bytes);
    }
    if (bytes == 0 || home == from) return;
    for (const hw::Unit& unit : hw.units) {
      const std::vector<Path> reach = paths(hw, unit);
      if (!reach[static_cast<std::size_t>(from)].reachable() || !reach[static_cast<std::size_t>(home)].reachable())
        continue;
      const std::uint16_t queue = builder_.queue(unit.name + (unit.is_npu() ? ".dma" : ".mem"), unit.name);
      builder_.begin_step(program_.steps.front().op, {});  // booked under the first operator: loading precedes all
      Storage all;
      all.memory = from;
      Storage to;
      to.memory = home;
      loaded_ = builder_.copy(queue, DataKind::weights, span(all, 0, bytes), span(to, 0, bytes), false, 0);
      return;
    }
    throw common::Error(
        fmt::format("{}: no unit reaches both {} and {}, so constants cannot be loaded; attach a unit to both", hw.file,
                    hw.placement.load_from, hw.memories[static_cast<std::size_t>(home)].name));
  }

  void step(int index) {
    const Step& s = program_.steps[static_cast<std::size_t>(index)];
    const hw::Unit& unit = program_.hardware->units[static_cast<std::size_t>(s.unit)];
    traces::OperatorInfo& info = schedule_.operators[static_cast<std::size_t>(s.op)];
    std::vector<JobId> entry = entry_of(index);
    if (unit.is_npu() && unit.npu().launch.call_ps > 0 &&
        (index == 0 || program_.steps[static_cast<std::size_t>(index - 1)].unit != s.unit))
      entry = {npu(s.unit).call(s, std::move(entry))};
    if (unit.is_npu())
      npu(s.unit).lower(index, stage(index), std::move(entry), info);
    else
      cpu_step(s, index, std::move(entry), info);
  }

 private:
  NpuLowering& npu(int unit) {
    auto& slot = npus_[unit];
    if (!slot) slot = std::make_unique<NpuLowering>(program_, unit, builder_, progress_);
    return *slot;
  }

  Staging stage(int index) {
    const Staging staging = stage_weights(program_, index, arenas_);
    if (staging.memory >= 0) {
      traces::Buffer buffer;
      buffer.name = program_.tensor(program_.steps[static_cast<std::size_t>(index)].weights).name + " (staged)";
      buffer.memory = staging.memory;
      buffer.address = staging.address;
      buffer.bytes = staging.bytes;
      buffer.first_op = index - (staging.ahead ? 1 : 0);
      buffer.last_op = index;
      schedule_.buffers.push_back(std::move(buffer));
    }
    return staging;
  }

  /// What the step's first jobs wait for: the step before when its unit is another (after a hand-over) or when the unit
  /// does not look ahead; nothing but their data otherwise. A step beside another waits for what is before both.
  std::vector<JobId> entry_of(int index) {
    const Step& now = program_.steps[static_cast<std::size_t>(index)];
    const int last = now.beside ? index - 2 : index - 1;
    if (last < 0) {
      const std::vector<JobId> loaded = loaded_ >= 0 ? std::vector<JobId>{loaded_} : std::vector<JobId>{};
      return now.beside ? hand_over(now, program_.steps.front(), loaded) : loaded;
    }
    const Step& before = program_.steps[static_cast<std::size_t>(last)];
    std::vector<JobId> done = progress_.step_done[static_cast<std::size_t>(last)];
    if (before.beside) {  // then it and its companion have to be done
      const std::vector<JobId>& too = progress_.step_done[static_cast<std::size_t>(last - 1)];
      done.insert(done.end(), too.begin(), too.end());
    } else if (now.unit == before.unit && !now.beside) {
      const hw::Unit& unit = program_.hardware->units[static_cast<std::size_t>(now.unit)];
      if (unit.is_npu() && unit.npu().lookahead_tiles > 0 && unit.npu().cores <= 1) return {};
    }
    return now.unit == before.unit ? done : hand_over(now, before, done);
  }

  /// A job on the CPU beside: interrupt, driver, and maintenance of the bytes that cross.
  std::vector<JobId> hand_over(const Step& now, const Step& before, const std::vector<JobId>& done) {
    const auto& units = program_.hardware->units;
    int host = -1;
    for (int candidate : {now.unit, before.unit})
      if (host < 0 && !units[static_cast<std::size_t>(candidate)].is_npu()) host = candidate;
    for (std::size_t i = 0; host < 0 && i < units.size(); ++i)
      if (!units[i].is_npu()) host = static_cast<int>(i);
    if (host < 0) return done;
    Work work;
    for (int t : now.inputs) work.bytes += program_.tensor(t).bytes();
    const hw::Unit& unit = units[static_cast<std::size_t>(host)];
    const std::uint16_t queue = builder_.queue(unit.name, unit.name);
    builder_.begin_step(now.op, done);
    return {builder_.work(queue, JobKind::hand_over, work, 0)};
  }

  void cpu_step(const Step& s, int index, std::vector<JobId> entry, traces::OperatorInfo& info) {
    const hw::Unit& unit = program_.hardware->units[static_cast<std::size_t>(s.unit)];
    auto& cache = caches_[s.unit];
    if (!cache) cache = std::make_unique<CacheUse>(program_, s.unit);
    const std::uint16_t queue = builder_.queue(unit.name, unit.name),
                        memory = builder_.queue(unit.name + ".mem", unit.name);
    const bool overlap = unit.cpu().memory_overlap;
    builder_.begin_step(s.op, std::move(entry));

    std::int64_t in_elements = 0, out_elements = 0, weight_bytes = 0, touched = 0;
    JobId last_load = -1;
    for (const auto* list : {&s.inputs, &s.constants})
      for (int t : *list) {
        if (program_.storage_of[static_cast<std::size_t>(t)] < 0) continue;
        const Storage& storage = program_.storage(t);
        const std::int64_t bytes = bytes_read(program_, s, storage.bytes);
        touched += bytes;
        if (storage.constant)
          weight_bytes += bytes;
        else
          in_elements += std::min(program_.tensor(t).elements(), bytes_to_elements(t, bytes));
        if (bytes > 0 && !cache->hit(index, t))
          last_load = builder_.transfer(memory, storage.constant ? DataKind::weights : input_kind(storage), false,
                                        span(storage, 0, bytes), false, 0);
      }
    for (int t : s.outputs) {
      out_elements += program_.tensor(t).elements();
      touched += program_.tensor(t).bytes();
    }
    if (!unit.cpu().caches.empty() && unit.cpu().caches.back().write_allocate)
      for (int t : s.outputs) {
        const Storage& storage = program_.storage(t);
        if (!cache->hit(index, t) && storage.bytes > 0)
          last_load = builder_.transfer(memory, output_kind(storage), false,
                                        span(storage, 0, program_.tensor(t).bytes()), true, 0);
      }
    Work work = whole_work(s.nest, in_elements, out_elements, weight_bytes);
    work.bytes = touched;
    if (!overlap) builder_.after(last_load);
    const JobId kernel = builder_.work(queue, JobKind::kernel, work, 0);
    std::vector<JobId>& done = progress_.step_done[static_cast<std::size_t>(index)];
    done = {kernel};
    JobId last = overlap ? last_load : -1;
    for (int t : s.outputs) {
      const Storage& storage = program_.storage(t);
      if (cache->hit(index, t) || storage.bytes == 0) continue;
      if (!overlap) builder_.after(kernel);
      last =
          builder_.transfer(memory, output_kind(storage), true, span(storage, 0, program_.tensor(t).bytes()), false, 0);
    }
    if (last >= 0) done.push_back(last);
    for (int t : s.outputs) {
      Ready& ready = progress_.ready[static_cast<std::size_t>(program_.storage_of[static_cast<std::size_t>(t)])];
      ready.start(1);
      ready.stored(queue, 0, kernel);
      if (last >= 0) ready.stored(memory, 0, last);
    }
    info.tiles = 1;
  }

  std::int64_t bytes_to_elements(int tensor, std::int64_t bytes) const {
    const int bits = graph::bits(program_.tensor(tensor).type);
    return bits > 0 ? bytes * 8 / bits : 0;
  }

  const Program& program_;
  std::vector<Arena>& arenas_;
  traces::Schedule& schedule_;
  Builder builder_;
  Progress progress_;
  std::map<int, std::unique_ptr<NpuLowering>> npus_;
  std::map<int, std::unique_ptr<CacheUse>> caches_;
  JobId loaded_ = -1;
};

}  // namespace

void lower(const Program& program, std::vector<Arena>& arenas, const Options& options, traces::Schedule& schedule) {
  Lowering lowering(program, arenas, schedule);
  if (options.cold) lowering.cold_start();
  for (int i = 0; i < static_cast<int>(program.steps.size()); ++i) lowering.step(i);
}

}  // namespace presil::plan

#include "sim/replay/cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <memory>
#include <tuple>

#include "models/common/error.hpp"
#include "models/cpu/cpu_timing.hpp"
#include "models/dma/dma_timing.hpp"
#include "models/npu/npu_timing.hpp"

namespace presil::replay {
namespace {

using common::Cause;
using common::Clock;
using common::Error;
using common::StageCycles;
using common::Work;
using traces::Job;
using traces::JobKind;
using traces::Schedule;

/// A unit as the costs see it.
struct UnitModel {
  const hw::Unit* unit = nullptr;
  Clock clock;
  std::unique_ptr<dma::DmaTiming> dma;
  std::unique_ptr<npu::NpuTiming> npu;
  std::unique_ptr<cpu::CpuTiming> cpu;
};

Cost single(Cause cause, Tick duration) {
  Cost cost;
  cost.duration = duration;
  cost.causes[cause] = duration;
  return cost;
}

std::int64_t scaled(std::int64_t cycles, std::int64_t part, std::int64_t whole) {  // rounded up
  return static_cast<std::int64_t>((static_cast<__int128>(cycles) * part + whole - 1) / whole);
}

class Coster {
 public:
  Coster(const Schedule& s, const hw::Hardware& hardware, const CostOptions& options) : s_(s), options_(options) {
    models_.resize(hardware.units.size());
    for (std::size_t u = 0; u < hardware.units.size(); ++u) {
      UnitModel& m = models_[u];
      m.unit = &hardware.units[u];
      if (m.unit->is_npu()) {
        const npu::NpuSpec& spec = m.unit->npu();
        m.clock = Clock(spec.hz);
        dma::DmaSpec dma = spec.dma;
        if (dma.hz <= 0) dma.hz = spec.hz;
        m.dma = std::make_unique<dma::DmaTiming>(dma);
        m.npu = std::make_unique<npu::NpuTiming>(spec);
      } else {
        m.clock = Clock(m.unit->cpu().hz);
        m.cpu = std::make_unique<cpu::CpuTiming>(m.unit->cpu());
      }
    }
    for (const traces::Queue& q : s.queues) {
      std::size_t u = 0;
      while (hardware.units[u].name != q.unit) ++u;
      unit_of_queue_.push_back(u);
    }
    works_.assign(hardware.units.size() * s.works.size() * 2, -1);
    setups_.assign(hardware.units.size() * 2, -1);
  }

  Costs run() {
    costs_.of_job.reserve(s_.jobs.size());
    for (std::size_t i = 0; i < s_.jobs.size(); ++i) costs_.of_job.push_back(index(i));
    return std::move(costs_);
  }

 private:
  std::int32_t add(const Cost& cost) {
    costs_.distinct.push_back(cost);
    return static_cast<std::int32_t>(costs_.distinct.size()) - 1;
  }

  std::int32_t index(std::size_t id) {
    const Job& j = s_.jobs[id];
    const std::size_t unit = unit_of_queue_[j.queue];
    // The first tile's set-up is the operator's own; only the others' comes from tiling.
    const bool set_up = !options_.without_tile_setup || j.tile == 0;
    switch (j.kind) {
      case JobKind::transfer:
      case JobKind::copy:
        return setup(unit, j, set_up);
      case JobKind::compute:
      case JobKind::kernel: {
        std::int32_t& known =
            works_[(unit * s_.works.size() + static_cast<std::size_t>(j.work)) * 2 + (set_up ? 1 : 0)];
        if (known < 0) known = add(stage_cost(cycles(id, set_up), models_[unit].clock));
        return known;
      }
      case JobKind::launch: {
        const common::OpClass op_class = s_.operators[static_cast<std::size_t>(j.op)].op_class;
        return remember({unit, 0, static_cast<std::int64_t>(op_class)}, [&] {
          const UnitModel& m = models_[unit];
          return single(Cause::launch, m.clock.duration(m.npu->launch_cycles(op_class)) + m.unit->npu().launch.host_ps);
        });
      }
      case JobKind::hand_over: {
        if (models_[unit].npu)  // the host's call of the driver, on the queue that waits for it
          return remember({unit, 0, -1},
                          [&] { return single(Cause::hand_over, models_[unit].unit->npu().launch.call_ps); });
        const std::int64_t bytes = j.work < 0 ? 0 : s_.works[static_cast<std::size_t>(j.work)].bytes;
        const std::size_t npu = npu_of_hand_over(j, unit);
        return remember({unit, npu + 1, bytes}, [&] {
          const UnitModel& m = models_[unit];
          Tick time = npu < models_.size() ? models_[npu].unit->npu().fallback.hand_over_ps : 0;
          if (m.cpu) time += m.clock.duration(m.cpu->maintenance_cycles(bytes));
          return single(Cause::hand_over, time);
        });
      }
    }
    assert(false);
    return -1;
  }

  template <typename Make>
  std::int32_t remember(const std::tuple<std::size_t, std::size_t, std::int64_t>& key, Make&& make) {
    const auto [it, fresh] = others_.emplace(key, -1);
    if (fresh) it->second = add(make());
    return it->second;
  }

  /// A transfer's own part of its cost: the bytes are the fabric's. CPUs load and store without a DMA engine.
  std::int32_t setup(std::size_t unit, const Job& j, bool set_up) {
    const UnitModel& m = models_[unit];
    Tick time = 0;
    std::int64_t runs = 0;  // what the time depends on
    if (m.dma && set_up) {
      const common::Area& from = s_.areas[static_cast<std::size_t>(j.area)];
      if (m.unit->npu().dma.cycles_per_row > 0) {
        runs = dma::DmaTiming::runs(from);
        if (j.to_area >= 0) runs = std::max(runs, dma::DmaTiming::runs(s_.areas[static_cast<std::size_t>(j.to_area)]));
      }
      if (runs > 1) {
        return remember({unit, models_.size() + 2, runs}, [&] {
          time = m.dma->setup(from);
          if (j.to_area >= 0) time = std::max(time, m.dma->setup(s_.areas[static_cast<std::size_t>(j.to_area)]));
          return single(Cause::launch, time);
        });
      }
      time = m.dma->setup(from);
    }
    std::int32_t& known = setups_[unit * 2 + (set_up ? 1 : 0)];
    if (known < 0) known = add(single(Cause::launch, time));
    return known;
  }

  StageCycles cycles(std::size_t id, bool set_up) const {
    const Job& j = s_.jobs[id];
    const UnitModel& m = models_[unit_of_queue_[j.queue]];
    const Work& work = s_.works[static_cast<std::size_t>(j.work)];
    if (m.npu) {
      const auto& array = m.unit->npu().array;
      const auto modes = array.find(work.op_class);
      if (modes != array.end() && !modes->second.empty() && work.mode >= modes->second.size())
        throw Error(fmt::format("job {}: '{}' has no mode {} for {}; it has {}, counted from 0", id, m.unit->name,
                                static_cast<int>(work.mode), common::name(work.op_class), modes->second.size()));
      if ((modes == array.end() || modes->second.empty()) && work.macs > 0 &&
          m.unit->npu().supports.count(work.op_class) == 0)
        throw Error(fmt::format("job {}: '{}' cannot run {}; put it on another unit", id, m.unit->name,
                                common::name(work.op_class)));
    }
    StageCycles c = m.npu ? m.npu->cost(work) : m.cpu->cost(work);
    if (options_.without_recomputation && work.recomputed_macs > 0) {
      const std::int64_t kept = work.macs - work.recomputed_macs;
      c.array = scaled(c.array, kept, work.macs);
      c.input = scaled(c.input, kept, work.macs);
      c.output = scaled(c.output, kept, work.macs);
    }
    if (!set_up) c.overhead -= c.tile_overhead;
    return c;
  }

  /// Whose hand-over cost counts: the operator's unit, else that of a job it waits for, else an NPU that falls back to
  /// this unit. models_.size() where there is none.
  std::size_t npu_of_hand_over(const Job& j, std::size_t unit) const {
    if (models_[unit].npu) return unit;
    const std::string& name = s_.operators[static_cast<std::size_t>(j.op)].unit;
    for (std::size_t u = 0; u < models_.size(); ++u)
      if (models_[u].npu && models_[u].unit->name == name) return u;
    for (std::uint32_t e = 0; e < j.edge_count; ++e) {
      const std::size_t u = unit_of_queue_[s_.jobs[s_.edges[j.first_edge + e]].queue];
      if (models_[u].npu) return u;
    }
    for (std::size_t u = 0; u < models_.size(); ++u)
      if (models_[u].npu && models_[u].unit->npu().fallback.to == models_[unit].unit->name) return u;
    return models_.size();
  }

  const Schedule& s_;
  const CostOptions options_;
  std::vector<UnitModel> models_;
  std::vector<std::size_t> unit_of_queue_;
  Costs costs_;
  std::vector<std::int32_t> works_, setups_;  // known costs: by (unit, work, set-up) and (unit, set-up)
  std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, std::int32_t> others_;
};

}  // namespace

Cost stage_cost(const StageCycles& cycles, const Clock& clock) {
  Cause cause = Cause::compute;
  std::int64_t most = cycles.array;
  if (cycles.weights > most) most = cycles.weights, cause = Cause::weight_stream;
  if (cycles.input > most) most = cycles.input, cause = Cause::input_stream;
  if (cycles.output > most) most = cycles.output, cause = Cause::output_stream;
  Cost cost;
  cost.duration = clock.duration(most + cycles.overhead);
  cost.causes[cause] = clock.duration(most);
  cost.causes[Cause::overhead] = cost.duration - clock.duration(most);
  return cost;
}

Costs cost_jobs(const Schedule& schedule, const hw::Hardware& hardware, const CostOptions& options) {
  return Coster(schedule, hardware, options).run();
}

}  // namespace presil::replay

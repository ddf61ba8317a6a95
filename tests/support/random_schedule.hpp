// Random but valid schedules from a seed: transfers, copies, computes, launches, kernels and hand-overs on several
// queues.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "sim/hw/hardware.hpp"
#include "tests/support/schedule_builder.hpp"

namespace presil::test {

/// The standard's distributions differ between libraries; these do not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  std::int64_t between(std::int64_t a, std::int64_t b) {
    return a + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(b - a + 1)));
  }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }

 private:
  std::mt19937_64 engine_;
};

/// `jobs` jobs over all memories and units of `hardware`. Every schedule passes traces::check there.
inline traces::Schedule random_schedule(const hw::Hardware& hardware, std::uint64_t seed, int jobs) {
  Dice dice(seed);
  std::vector<std::string> memories;
  for (const hw::Memory& m : hardware.memories) memories.push_back(m.name);
  if (dice.chance(50)) std::reverse(memories.begin(), memories.end());  // the schedule's order is its own
  ScheduleBuilder b(memories);
  b.s.network = "random " + std::to_string(seed);

  struct Engine {
    std::uint16_t queue;
    bool npu, moves;
  };
  std::vector<Engine> engines;
  for (const hw::Unit& u : hardware.units) {
    const int cores = u.is_npu() ? u.npu().cores : 1;
    for (int c = 0; c < cores; ++c) {
      const std::string suffix = c == 0 ? "" : std::to_string(c);
      engines.push_back({b.queue(u.name + suffix, u.name, c), u.is_npu(), false});
      for (const char* engine : {".in", ".weights", ".out"})
        engines.push_back({b.queue(u.name + suffix + engine, u.name, c), u.is_npu(), true});
    }
  }
  const int operators = static_cast<int>(dice.between(1, 5));
  for (int i = 0; i < operators; ++i) b.op("op" + std::to_string(i), common::OpClass::pointwise, "npu");

  std::vector<std::int32_t> works;
  for (int i = 0; i < 6; ++i) {
    common::Work w;
    w.op_class = dice.chance(70) ? common::OpClass::pointwise : common::OpClass::add;
    w.oh = static_cast<std::int32_t>(dice.between(1, 8)), w.ow = static_cast<std::int32_t>(dice.between(1, 8));
    w.oc = static_cast<std::int32_t>(dice.between(1, 40)), w.ic = static_cast<std::int32_t>(dice.between(1, 40));
    w.output_elements = std::int64_t{w.oh} * w.ow * w.oc;
    w.input_elements = std::int64_t{w.oh} * w.ow * w.ic;
    w.macs = w.op_class == common::OpClass::add ? 0 : w.output_elements * w.ic;
    w.recomputed_macs = dice.chance(30) ? w.macs / 4 : 0;
    w.bytes = dice.between(0, 500);
    works.push_back(b.work(w));
  }

  const auto writable = [&](std::int32_t memory) {
    const hw::Memory& m = *hardware.memory(memories[static_cast<std::size_t>(memory)]);
    const auto* flash = std::get_if<flash::FlashSpec>(&m.spec);
    return flash == nullptr || flash->writable;
  };
  const auto random_memory = [&](bool for_writing) {
    for (;;) {
      const auto m = static_cast<std::int32_t>(dice.below(memories.size()));
      if (!for_writing || writable(m)) return m;
    }
  };
  const auto random_area = [&](std::int32_t memory) {
    common::Area a;
    a.memory = memory;
    a.row_bytes = static_cast<std::uint32_t>(dice.between(1, dice.chance(20) ? 2000 : 200));
    a.rows = static_cast<std::uint32_t>(dice.chance(50) ? 1 : dice.between(1, 6));
    a.planes = static_cast<std::uint32_t>(dice.chance(80) ? 1 : dice.between(1, 3));
    a.row_stride = a.row_bytes + (dice.chance(30) ? 0 : dice.between(0, 300));
    a.plane_stride = a.row_stride * a.rows + dice.between(0, 100);
    const std::int64_t span = hardware.memory(memories[static_cast<std::size_t>(memory)])->size_bytes;
    a.address = dice.below(static_cast<std::uint64_t>(span) - (a.end() - a.address));
    if (dice.chance(30)) a.redundant_rows = static_cast<std::uint32_t>(dice.below(a.rows));
    if (dice.chance(20)) a.redundant_planes = static_cast<std::uint32_t>(dice.below(a.planes));
    if (dice.chance(10)) a.redundant_row_bytes = static_cast<std::uint32_t>(dice.below(a.row_bytes));
    return a;
  };

  for (int i = 0; i < jobs; ++i) {
    std::vector<std::uint32_t> after;
    const int edges = static_cast<int>(dice.below(4));
    for (int e = 0; e < edges && i > 0; ++e) {
      const auto reach = static_cast<std::uint64_t>(std::min(i, dice.chance(20) ? i : 8));
      after.push_back(static_cast<std::uint32_t>(i - 1 - static_cast<int>(dice.below(reach))));
    }
    const Engine& engine = engines[dice.below(engines.size())];
    // Operators follow one another roughly; their jobs interleave.
    const auto op = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(std::int64_t{i} * operators / jobs + dice.between(-1, 1), 0, operators - 1));
    const auto tile = static_cast<std::int32_t>(dice.below(3));
    std::uint32_t id = 0;
    if (engine.moves) {
      const auto data = static_cast<DataKind>(dice.below(5));
      if (dice.chance(15)) {
        const common::Area from = random_area(random_memory(false));
        common::Area to = random_area(random_memory(true));
        to.row_bytes = static_cast<std::uint32_t>(from.bytes()), to.rows = to.planes = 1;
        to.redundant_planes = to.redundant_rows = to.redundant_row_bytes = 0;
        to.address = dice.below(1000);
        const std::int32_t source = b.area(from), destination = b.area(to);
        id = b.copy(engine.queue, op, source, destination, after, data);
      } else if (dice.chance(40)) {
        id = b.write(engine.queue, op, b.area(random_area(random_memory(true))), after, data);
      } else {
        id = b.read(engine.queue, op, b.area(random_area(random_memory(false))), after, data);
      }
      b.s.jobs[id].redundant = dice.chance(10);
    } else if (engine.npu) {
      const bool launch = dice.chance(15);
      id = b.run(launch ? JobKind::launch : JobKind::compute, engine.queue, op,
                 launch ? -1 : works[dice.below(works.size())], after);
    } else {
      const bool kernel = dice.chance(60);
      id = b.run(kernel ? JobKind::kernel : JobKind::hand_over, engine.queue, op, works[dice.below(works.size())],
                 after);
    }
    b.s.jobs[id].tile = tile;
  }
  return b.s;
}

}  // namespace presil::test

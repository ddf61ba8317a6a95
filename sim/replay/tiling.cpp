#include "sim/replay/tiling.hpp"

namespace presil::replay {

using common::Area;
using traces::Job;
using traces::JobKind;
using traces::Schedule;

namespace {

/// The redundant planes, rows and row bytes lead the area.
Area useful_part(Area a) {
  a.address += static_cast<std::uint64_t>(a.redundant_planes * a.plane_stride + a.redundant_rows * a.row_stride) +
               a.redundant_row_bytes;
  a.planes -= a.redundant_planes;
  a.rows -= a.redundant_rows;
  a.row_bytes -= a.redundant_row_bytes;
  a.redundant_planes = a.redundant_rows = a.redundant_row_bytes = 0;
  if (a.planes == 0 || a.rows == 0) a.row_bytes = 0, a.rows = a.planes = 1;
  return a;
}

Area empty(Area a) {
  a.row_bytes = 0, a.rows = a.planes = 1;
  a.redundant_planes = a.redundant_rows = a.redundant_row_bytes = 0;
  return a;
}

}  // namespace

Schedule without_redundancy(const Schedule& s) {
  Schedule out = s;
  const auto replace = [&](std::int32_t& index, const Area& area) {  // areas may be shared between jobs
    index = static_cast<std::int32_t>(out.areas.size());
    out.areas.push_back(area);
  };
  for (Job& j : out.jobs) {
    if (j.kind != JobKind::transfer && j.kind != JobKind::copy) continue;
    const Area from = out.areas[static_cast<std::size_t>(j.area)];
    if (j.redundant) {
      replace(j.area, empty(from));
      if (j.to_area >= 0) replace(j.to_area, empty(out.areas[static_cast<std::size_t>(j.to_area)]));
      continue;
    }
    if (j.kind == JobKind::transfer) {
      if (from.useful_bytes() != from.bytes()) replace(j.area, useful_part(from));
      continue;
    }
    const Area to = out.areas[static_cast<std::size_t>(j.to_area)];
    if (from.useful_bytes() != to.useful_bytes() || from.useful_bytes() == from.bytes()) continue;
    replace(j.area, useful_part(from));
    replace(j.to_area, useful_part(to));
  }
  return out;
}

void price_tiling(const Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring, Engine engine,
                  Tick latency, TilingOverhead& tiling) {
  const Schedule reduced = without_redundancy(schedule);
  const auto run = [&](CostOptions options) {
    return engine(reduced, hardware, wiring, cost_jobs(reduced, hardware, options)).latency;
  };
  CostOptions options;
  const Tick without_bytes = run(options);
  options.without_recomputation = true;
  const Tick without_macs = run(options);
  options.without_tile_setup = true;
  const Tick without_setup = run(options);
  tiling.bytes_part = latency - without_bytes;
  tiling.macs_part = without_bytes - without_macs;
  tiling.setup_part = without_macs - without_setup;
  tiling.overhead = latency - without_setup;
}

}  // namespace presil::replay

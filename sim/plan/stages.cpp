#include "sim/plan/stages.hpp"

namespace presil::plan {

StageWorks::StageWorks(const std::vector<Nest>& stages) : stages_(stages) {
  for (const Nest& stage : stages) shares_.emplace_back(stage.macs, stages.back().out.elements());
}

std::vector<Work> StageWorks::works(const Tiling& tiling, Range rows, Range columns, std::int64_t channels,
                                    int extra_inputs, std::int64_t weight_bytes) {
  const std::int64_t tile = rows.size() * columns.size() * channels;
  std::vector<Work> list(stages_.size());
  for (std::size_t i = stages_.size(); i-- > 0;) {
    const Nest& n = stages_[i];
    const Range in_rows = window_range(rows, n.kh, n.stride_h, n.dilation_h, n.pad_top, n.upsample_h, n.in.h);
    const Range in_columns = window_range(columns, n.kw, n.stride_w, n.dilation_w, n.pad_left, n.upsample_w, n.in.w);
    const bool last = i + 1 == stages_.size();
    Work& work = list[i];
    work = tile_work(n, tiling, rows.size(), columns.size(), channels, 1, in_rows.size(), in_columns.size(),
                     last ? extra_inputs : 0, i == 0 ? weight_bytes : 0);
    const std::int64_t first_time = shares_[i].next(tile);
    work.macs = std::max(first_time, rows.size() * columns.size() * channels * n.kh * n.kw);
    work.recomputed_macs = work.macs - first_time;
    rows = in_rows;
    columns = in_columns;
  }
  return list;
}

}  // namespace presil::plan

#include "sim/plan/channel_slices.hpp"

#include <algorithm>
#include <cmath>

namespace presil::plan {

std::vector<Range> channel_slices(const SliceQuestion& q) {
  if (q.copy <= q.before || q.channels <= q.brick) return {{0, q.channels}};
  const auto down = [](double value, std::int64_t to) { return static_cast<std::int64_t>(value) / to * to; };
  const double hidden = static_cast<double>(q.channels) * q.before / q.copy;
  const std::int64_t first = std::max(q.brick, down(hidden, q.brick));
  // As many channels as are copied while the first slice computes.
  const double meanwhile = q.compute * static_cast<double>(first) / q.copy;
  const double blocks = std::max(1.0, std::ceil(meanwhile / static_cast<double>(q.block)));
  const double depth = blocks * static_cast<double>(q.block);
  const std::int64_t further = std::max(q.brick, down(depth, blocks > 1 ? q.block : q.brick));
  std::vector<Range> slices = {{0, std::min(first, q.channels)}};
  while (slices.back().end < q.channels)
    slices.push_back({slices.back().end, std::min(q.channels, slices.back().end + further)});
  return slices;
}

ChannelTiles::ChannelTiles(const std::vector<Range>& slices, std::int64_t tile) {
  for (const Range& s : slices) {
    const std::int64_t first = count();
    for (std::int64_t at = s.begin; at < s.end; at += tile) {
      tiles.push_back({at, std::min(s.end, at + tile)});
      slice.push_back(static_cast<int>(of_slice.size()));
    }
    of_slice.push_back({first, count()});
  }
}

}  // namespace presil::plan

// The price of tiling: the same schedule replayed without its redundant bytes, recomputed MACs and per-tile set-up.
#pragma once

#include "sim/replay/engine.hpp"
#include "sim/replay/result.hpp"

namespace presil::replay {

/// The schedule with every area shrunk to its useful part; jobs that only repeat or spill move nothing. Jobs, edges and
/// works stay. The result is for replaying only: its empty areas would not pass traces::check. A copy whose two areas
/// would no longer be equal keeps both.
traces::Schedule without_redundancy(const traces::Schedule& schedule);

/// Latency of `schedule` minus that without all of it, by part. The parts are taken off one after another (bytes, MACs,
/// set-up), each from what the one before left, so they sum to the whole. A part, and so the whole, may be negative:
/// what goes earlier without its own share of the price may take the turn at a bus or bank of what others wait for.
/// Replays three times.
void price_tiling(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring, Engine engine,
                  Tick latency, TilingOverhead& tiling);

}  // namespace presil::replay

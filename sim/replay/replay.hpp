// Replays a schedule on the hardware's SystemC models and returns what was found.
#pragma once

#include "sim/hw/hardware.hpp"
#include "sim/replay/result.hpp"
#include "traces/schedule.hpp"

namespace presil::replay {

struct Options {
  bool timeline = false;         // fill Result::timeline
  bool tiling_overhead = false;  // replay again without the redundant work, to price it
  bool cold_caches = false;      // caches before memories begin empty, not as the inference before left them
  bool ignore_digests = false;   // accept a schedule made for another network or hardware file
};

/// Throws common::Error when the schedule does not fit the hardware (unknown unit or memory, address outside, digest
/// mismatch) or cannot finish (says who waits for whom).
Result replay(const traces::Schedule& schedule, const hw::Hardware& hardware, const Options& options = {});

/// The same on a plain event loop over the same timing objects, without SystemC: must agree to the bit. For tests.
Result replay_plain(const traces::Schedule& schedule, const hw::Hardware& hardware, const Options& options = {});

}  // namespace presil::replay

// Writes a Result as JSON for other programs: keys are only ever added, times are integers in picoseconds.
#pragma once

#include <string>

#include "sim/replay/result.hpp"

namespace presil::report {

/// The same Result gives the same bytes. Keys:
///
///   network, hardware            names; with network_digest, hardware_digest
///   latency_ps                   of all inferences replayed; latency_ms is derived, as every _ms is
///   main_unit, clock_hz, cycles  latency in whole cycles of the main unit's clock, begun ones included
///   inferences_per_second        from the steady interval when there is one, else from the latency
///   inferences                   count, cold_ps and warm_ps (of a lone inference), interval_ps (between the ends of
///   the
///                                last two of several), ends_ps; what was not run is null
///   stack_ps.<cause>             the latency stack; sums to latency_ps. Every cause has its key, even at 0
///   units.<queue>                unit, jobs, busy_ps, stall_ps, idle_ps (these three sum to latency_ps),
///   stalls_ps.<cause>, moved_bytes, lost_to_ps.<master> (arbitration that another unit or a master beside the
///   inference caused) memories.<memory>            type, size_bytes, read_bytes and write_bytes (as moved, whole
///   beats), useful_bytes,
///                                kinds.<input|weights|output|spill|none>.{read_bytes,write_bytes,redundant_read_bytes,
///                                redundant_write_bytes} (as asked for, without beat rounding), bursts, row_hits,
///                                row_misses, row_conflicts, refreshes, turnarounds, power_down_ps, self_refresh_ps,
///                                bytes_per_second (achieved over
///                                the latency), peak_bytes_per_second, busy_ps, stall_ps, idle_ps, stalls_ps.<cause>
///   peak_bytes.<memory>          high-water mark of the allocation
///   tiling                       extra_bytes and its parts halo_, refetch_ and spill_bytes; extra_macs; overhead_ps,
///                                the latency less that of a replay without all that tiling adds, and its parts
///                                bytes_ps, macs_ps, setup_ps: null unless asked for; below 0 where that replay's
///                                transfers, earlier, take turns that others need more
///   energy_uj                    null when a figure is missing; energy[] has the parts: component, what, uj
///   roofline                     macs, peak_, attained_ and attainable_macs_per_second, limit (main_unit or a memory),
///                                memories.<memory>.{macs_per_byte,attainable_macs_per_second}
///   dependency_share             of the units' stalls, the share booked as plain dependency
///   traffic.<master>             of masters beside the inference: bytes, bytes_per_second, late_bursts (moved after
///                                their deadline), periods (frames, runs of a task, or bursts) and missed_periods
///                                (with a late burst), worst_wait_ps, taken_ps (what the inference lost to it)
///   notes[]                      what the reader must know
///   operators[]                  one row an operator of the network, in its order: index, name, type, class, unit,
///                                fused_into (index, else null), free_reason, fallback_reason, note (null where empty),
///                                start_ps, end_ps, duration_ps and their _ms, stack_ps.<cause> (over all operators
///                                they sum to the stack above), macs, tiles, tile {h,w,oc}, output_shape, utilisation
///                                (0...1, more where a mode saves products, as Winograd's; null without MACs or
///                                without a peak rate, as on a CPU), utilisation_reason, bound
///                                (compute|memory|overhead, null when it has no jobs), read_bytes.<memory>,
///                                write_bytes.<memory>, redundant_bytes, energy_uj
///   buffers[]                    memory map: name, memory, address, bytes, first_op, last_op, constant
///   jobs, bursts                 how much was replayed
std::string json(const replay::Result& result);

}  // namespace presil::report

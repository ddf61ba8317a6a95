#include "models/sram/sram_timing.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "models/common/error.hpp"

namespace presil::sram {

using common::Cause;
using common::Error;

SramTiming::SramTiming(const SramSpec& spec) : spec_(spec) {
  const std::int64_t width = spec.width_bits / 8;
  if (spec.hz <= 0) throw Error("sram: clock must be positive");
  if (spec.width_bits < 8 || spec.width_bits % 8 != 0 || (width & (width - 1)) != 0)
    throw Error("sram: width of " + std::to_string(spec.width_bits) + " bit; write 8, 16, 32, 64, 128, ... bit");
  if (spec.ports < 1 || spec.banks < 1) throw Error("sram: ports and banks must be at least 1");
  if (spec.read_latency_cycles < 0 || spec.write_latency_cycles < 0) throw Error("sram: latency must not be negative");
  if (spec_.interleave_bytes == 0) spec_.interleave_bytes = width;
  if (spec_.interleave_bytes < width || spec_.interleave_bytes % width != 0)
    throw Error("sram: interleave of " + std::to_string(spec_.interleave_bytes) + " B is no multiple of the width of " +
                std::to_string(width) + " B");
  beats_per_slice_ = static_cast<std::uint64_t>(spec_.interleave_bytes / width);
  clock_ = common::Clock(spec.hz);
  while ((std::int64_t{1} << width_shift_) < width) ++width_shift_;
  read_latency_ = clock_.duration(spec.read_latency_cycles);
  write_latency_ = clock_.duration(spec.write_latency_cycles);
  reset();
}

void SramTiming::reset() {
  pins_ = common::SteadyPins(clock_, static_cast<std::uint32_t>(spec_.width_bits / 8), read_latency_, write_latency_);
  ports_.assign(static_cast<std::size_t>(spec_.ports), Port{});
  counters_ = {};
}

double SramTiming::peak_bytes_per_second() const {
  return static_cast<double>(spec_.width_bits / 8) * static_cast<double>(spec_.hz) *
         std::min(spec_.ports, spec_.ports > 1 ? spec_.banks : 1);
}

Tick SramTiming::accepts_from(Tick now, bool) const {
  if (spec_.ports == 1) return std::max(pins_.accepts_at(), now);
  Tick time = common::never;
  for (const Port& port : ports_) time = std::min(time, port.accepts_at);
  return std::max(time, now);
}

bool SramTiming::meet(const Move& a, const Move& b) const {
  const std::int64_t from = std::max(a.start, b.start), to = std::min(a.end, b.end);
  for (std::int64_t cycle = from; cycle < to; ++cycle)
    if (bank(a.position + static_cast<std::uint64_t>(cycle - a.start)) ==
        bank(b.position + static_cast<std::uint64_t>(cycle - b.start)))
      return true;
  return false;
}

std::int64_t SramTiming::first_cycle_without_conflict(const Port& own, std::uint64_t position, std::int64_t beats,
                                                      std::int64_t cycle) const {
  for (bool moved = true; moved;) {
    moved = false;
    for (const Port& other : ports_) {
      if (&other == &own) continue;
      for (const Move* move : {&other.before_last, &other.last})
        while (meet(*move, {cycle, cycle + beats, position})) {
          ++cycle;
          moved = true;
        }
    }
  }
  return cycle;
}

Service SramTiming::push(const Burst& burst) {
  assert(accepts_from(burst.arrival, burst.write) == burst.arrival && "push without acceptance");
  if (spec_.ports == 1) return pins_.push(burst);
  Port* port = nullptr;  // of those that accept, the one whose pins are free first
  for (Port& one : ports_)
    if (one.accepts_at <= burst.arrival && (port == nullptr || one.free_at < port->free_at)) port = &one;

  // The first beat: after the latency, when the pins are free, and where no bank is busy.
  const Tick ready = burst.write ? burst.arrival : burst.arrival + read_latency_;
  Service service;
  service.id = burst.id;
  std::int64_t cycle = port->free_cycle;
  Tick start = port->free_at;
  common::wait_for_pins(clock_, burst.arrival, ready, cycle, start, service.wait);
  const std::int64_t beats = pins_.beats(burst);
  const std::uint64_t position = burst.address >> width_shift_;
  cycle = first_cycle_without_conflict(*port, position, beats, cycle);
  service.data_start = clock_.duration(cycle);
  service.wait.add(Cause::bank, start, service.data_start);
  port->before_last = port->last;
  port->last = {cycle, cycle + beats, position};
  port->free_cycle = cycle + beats;
  port->free_at = service.data_end = clock_.duration(port->free_cycle);
  port->accepts_at = service.data_start - read_latency_;
  service.done = service.data_end + (burst.write ? write_latency_ : 0);

  ++counters_.bursts;
  (burst.write ? counters_.write_bytes : counters_.read_bytes) += beats << width_shift_;
  return service;
}

}  // namespace presil::sram

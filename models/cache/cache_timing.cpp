#include "models/cache/cache_timing.hpp"

#include <algorithm>

#include "models/common/error.hpp"

namespace presil::cache {

using common::Cause;
using common::never;
using Kind = Action::Kind;

CacheTiming::CacheTiming(const CacheSpec& spec, MemoryTiming& memory, std::int64_t memory_bytes)
    : spec_(spec), memory_(memory), queued_(memory.queued()), lines_(spec, memory_bytes) {
  if (spec.hz <= 0 || spec.width_bits < 8 || spec.latency_cycles < 0)
    throw common::Error("cache: clock and width must be positive, latency not negative");
  if (memory_bytes % spec.line_bytes != 0)
    throw common::Error("cache: a memory of " + std::to_string(memory_bytes) + " B is no whole number of lines of " +
                        std::to_string(spec.line_bytes) + " B");
  clock_ = common::Clock(spec.hz);
  width_ = spec.width_bits / 8;
  latency_ = clock_.duration(spec.latency_cycles);
  slots_.resize(lines_.slots());
}

void CacheTiming::reset() {
  memory_.reset();
  lines_.reset();
  slots_.assign(slots_.size(), {});
  requests_.clear();
  accesses_.clear();
  answers_.clear();
  issued_ = 0;
  next_access_ = 1;
  port_free_ = 0;
  behind_ = last_done_ = 0;
}

bool CacheTiming::passed_by(const std::string& master) const {
  return !spec_.users.empty() && std::find(spec_.users.begin(), spec_.users.end(), master) == spec_.users.end();
}

void CacheTiming::warm(std::uint64_t address, std::int64_t bytes, bool write, bool passes_by) {
  for (std::int64_t done = 0; done < bytes;) {  // as bursts of one line
    const std::uint64_t at = address + static_cast<std::uint64_t>(done);
    const std::int64_t rest =
        spec_.line_bytes - static_cast<std::int64_t>(at % static_cast<std::uint64_t>(spec_.line_bytes));
    const std::int64_t part = std::min(rest, bytes - done);
    actions_.clear();
    if (passes_by)
      lines_.pass_by(at, static_cast<std::uint32_t>(part), write, actions_);
    else
      lines_.access(at, static_cast<std::uint32_t>(part), write, actions_);
    done += part;
  }
  lines_.reset_counters();
}

/// A queueing memory is full when fetches wait to be issued; an in-order one is not asked out of turn.
Tick CacheTiming::accepts_from(Tick now, bool write) const {
  if (queued_) return issued_ < accesses_.size() ? never : memory_.accepts_from(now, write);
  return memory_.accepts_from(std::max(now, behind_), write);
}

std::uint32_t CacheTiming::new_request(const Burst& burst) {
  std::uint32_t number = 0;
  while (number < requests_.size() && requests_[number].used) ++number;
  if (number == requests_.size()) requests_.emplace_back();
  Request& request = requests_[number];
  request.burst = burst;
  request.used = true;
  request.open = 0;
  request.ready = 0;
  request.services.clear();
  return number;
}

/// Turns one action of the request's burst into an access of the memory, or into waiting for one under way.
void CacheTiming::start(const Action& action, std::uint32_t number) {
  Request& request = requests_[number];
  if (action.kind == Kind::hit) {
    const Slot& slot = slots_[action.slot];
    request.ready = std::max(request.ready, slot.ready);
    if (slot.access == 0) return;
    for (Access& access : accesses_)
      if (access.burst.id == slot.access) access.waiting.push_back(number);
    ++request.open;
    return;
  }
  Access& access = accesses_.emplace_back();
  access.burst = request.burst;
  access.burst.id = next_access_++;
  if (next_access_ == 0) next_access_ = 1;
  access.burst.address = action.address;
  access.burst.bytes = action.bytes;
  access.burst.write = action.kind == Kind::write_back || action.kind == Kind::write_through;
  access.fills = action.kind == Kind::fill || action.kind == Kind::prefetch;
  access.slot = action.slot;
  if (access.fills) slots_[action.slot] = {0, access.burst.id};
  const bool waited_for = action.kind == Kind::fill || action.kind == Kind::read_around ||
                          (action.kind == Kind::write_through && !memory_.posts_writes());
  if (!waited_for) return;
  access.waiting.push_back(number);
  ++request.open;
}

Service CacheTiming::push(const Burst& burst) {
  const std::uint32_t number = new_request(burst);
  actions_.clear();
  if (burst.passes_by)
    lines_.pass_by(burst.address, burst.bytes, burst.write, actions_);
  else
    lines_.access(burst.address, burst.bytes, burst.write, actions_);
  for (const Action& action : actions_) start(action, number);
  issue(burst.arrival);
  if (!queued_) return answer(number);
  if (requests_[number].open == 0) answers_.push_back({burst.arrival, number});
  return {};
}

/// Hands accesses to the memory: all of them to an in-order one, as many as it accepts now to a queueing one.
void CacheTiming::issue(Tick now) {
  behind_ = std::max(behind_, now);
  while (issued_ < accesses_.size()) {
    Burst& burst = accesses_[issued_].burst;
    const Tick accepted = memory_.accepts_from(behind_, burst.write);
    if (queued_ && accepted > now) return;
    burst.arrival = behind_ = accepted;
    const Service service = memory_.push(burst);
    ++issued_;
    if (!queued_) served(issued_ - 1, service, now);
  }
}

void CacheTiming::served(std::size_t place, const Service& service, Tick now) {
  const Access& access = accesses_[place];
  Slot& slot = slots_[access.slot];
  if (access.fills && slot.access == access.burst.id) slot = {service.done, 0};  // else it has been evicted since
  for (const std::uint32_t number : access.waiting) {
    Request& request = requests_[number];
    request.services.push_back(service);
    if (--request.open == 0 && queued_) answers_.push_back({now, number});
  }
  accesses_.erase(accesses_.begin() + static_cast<std::ptrdiff_t>(place));
  --issued_;
}

Tick CacheTiming::next_decision() const {
  Tick time = memory_.next_decision();
  if (!answers_.empty()) time = std::min(time, answers_.front().at);
  if (issued_ < accesses_.size()) time = std::min(time, memory_.accepts_from(behind_, accesses_[issued_].burst.write));
  return time;
}

MemoryTiming::Decision CacheTiming::decide() {
  const Tick now = next_decision();
  if (!answers_.empty() && answers_.front().at <= now) {
    const std::uint32_t number = answers_.front().request;
    answers_.erase(answers_.begin());
    return {true, answer(number)};
  }
  if (memory_.next_decision() <= now) {
    const Decision decision = memory_.decide();
    for (std::size_t i = 0; decision.decided && i < issued_; ++i) {
      if (accesses_[i].burst.id != decision.service.id) continue;
      served(i, decision.service, now);
      break;
    }
  }
  issue(now);
  return {};
}

Service CacheTiming::answer(std::uint32_t number) {
  Request& request = requests_[number];
  Service service = request.services.empty() ? from_port(request.burst, request.ready) : from_memory(request);
  service.id = request.burst.id;
  if (!queued_) last_done_ = service.done = std::max(service.done, last_done_);
  request.used = false;
  return service;
}

/// All its lines are there, or on their way until `ready`.
Service CacheTiming::from_port(const Burst& burst, Tick ready) {
  Service service;
  const Tick begin = std::max(burst.arrival, ready);
  const std::int64_t looked_up = clock_.cycle_at_or_after(begin) + spec_.latency_cycles;
  const std::int64_t start = std::max(looked_up, port_free_);
  service.data_start = clock_.duration(start);
  service.wait.add(Cause::transfer, burst.arrival, begin);
  service.wait.add(Cause::latency, begin, clock_.duration(looked_up));
  service.wait.add(Cause::transfer, std::max(begin, clock_.duration(looked_up)), service.data_start);
  port_free_ = start + beats(burst);
  service.data_end = service.done = clock_.duration(port_free_);
  return service;
}

/// Its data pass the port as they come. Its books are those of the accesses behind, one after another. Time in which
/// their data move is put together at the end, so that [data_start, data_end) is no longer than it.
Service CacheTiming::from_memory(Request& request) {
  std::vector<Service>& services = request.services;
  std::stable_sort(services.begin(), services.end(),
                   [](const Service& a, const Service& b) { return a.data_start < b.data_start; });
  Service all;
  Tick at = request.burst.arrival, moving = 0;
  const auto waits = [&](Cause cause, Tick until) {
    if (until <= at) return;
    all.wait.add(cause, at - moving, until - moving);
    at = until;
  };
  for (const Service& one : services) {
    for (int i = 0; i < one.wait.count; ++i) {
      const auto& segment = one.wait.segments[static_cast<std::size_t>(i)];
      waits(segment.cause, std::min(segment.until, one.data_start));
    }
    waits(Cause::transfer, one.data_start);
    moving += std::max<Tick>(0, one.data_end - at);
    at = std::max(at, one.data_end);
    all.done = std::max(all.done, one.done);
  }
  all.data_start = at - moving;
  all.data_end = at;
  if (request.burst.passes_by) return all;
  port_free_ = std::max(port_free_, clock_.cycle_at_or_after(all.data_start + latency_)) + beats(request.burst);
  all.done = std::max(std::max(all.done, request.ready) + latency_, clock_.duration(port_free_));
  return all;
}

}  // namespace presil::cache

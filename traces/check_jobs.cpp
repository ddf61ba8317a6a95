#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/common/error.hpp"
#include "traces/check_parts.hpp"

namespace presil::traces {
namespace {

using common::Error;
constexpr std::int64_t most_steps = std::int64_t{1} << 42;  // times of all jobs stay far from overflowing
using Wide = __int128;  // extents are 32 bits each: their product needs more than 64

std::string list_units(const KnownHardware& hardware) {
  std::string text;
  for (const KnownUnit& u : hardware.units) text += (text.empty() ? "'" : ", '") + u.name + "'";
  return text.empty() ? "nothing" : text;
}

/// Position of each queue's unit in `hardware`.
std::vector<int> find_units(const Schedule& s, const KnownHardware& hardware, const std::string& place) {
  std::vector<int> units;
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < s.queues.size(); ++i) {
    const Queue& q = s.queues[i];
    const auto it = std::find_if(hardware.units.begin(), hardware.units.end(),
                                 [&](const KnownUnit& u) { return u.name == q.unit; });
    if (it == hardware.units.end())
      throw Error(fmt::format("{}: queue '{}': unit '{}' is not in the hardware file, which has {}; rename it", place,
                              q.name, q.unit, list_units(hardware)));
    if (q.core < 0 || q.core >= it->cores)
      throw Error(fmt::format("{}: queue '{}': unit '{}' has no core {}; it has {}, counted from 0", place, q.name,
                              q.unit, q.core, it->cores));
    if (!seen.emplace(q.name, i).second)
      throw Error(fmt::format("{}: queue {}: the name '{}' is taken; give each queue its own", place, i, q.name));
    units.push_back(static_cast<int>(it - hardware.units.begin()));
  }
  return units;
}

void check_area(const Area& a, std::size_t index, const KnownMemory& memory, const std::string& place) {
  const auto fail = [&](const std::string& what) { throw Error(fmt::format("{}: area {}: {}", place, index, what)); };
  if (a.row_bytes == 0 || a.rows == 0 || a.planes == 0)
    fail(fmt::format("{} x {} x {} bytes; every extent must be at least 1", a.planes, a.rows, a.row_bytes));
  if (a.row_stride < 0 || a.plane_stride < 0) fail("a stride is negative; strides count upwards from the address");
  if (a.redundant_planes > a.planes || a.redundant_rows > a.rows || a.redundant_row_bytes > a.row_bytes)
    fail("more of it is redundant than there is; lower redundant_planes, _rows or _row_bytes");
  const Wide end =
      Wide(a.address) + Wide(a.rows - 1) * a.row_stride + Wide(a.planes - 1) * a.plane_stride + Wide(a.row_bytes);
  if (end > memory.size_bytes)
    fail(fmt::format("ends {} bytes past the end of memory '{}' of {} bytes; move or shrink it",
                     static_cast<std::uint64_t>(std::min<Wide>(end - memory.size_bytes, UINT64_MAX)), memory.name,
                     memory.size_bytes));
}

void check_work(const Work& w, std::size_t index, const std::string& place) {
  const auto fail = [&](const char* what) { throw Error(fmt::format("{}: work {}: {}", place, index, what)); };
  if (w.n < 1 || w.oh < 1 || w.ow < 1 || w.oc < 1 || w.ic < 1 || w.kh < 1 || w.kw < 1)
    fail("an extent is less than 1; write 1 for a dimension that is not used");
  if (w.input_elements < 0 || w.output_elements < 0 || w.weight_elements < 0 || w.weight_bytes < 0 || w.macs < 0 ||
      w.recomputed_macs < 0 || w.bytes < 0)
    fail("a count is negative; write 0 or more");
  Wide volume = 1;
  for (const std::int32_t extent : {w.n, w.oh, w.ow, w.oc, w.ic, w.kh, w.kw})
    volume = std::min<Wide>(volume * extent, Wide(2) * most_steps);
  const std::int64_t largest =
      std::max({w.input_elements, w.output_elements, w.weight_elements, w.weight_bytes, w.macs, w.bytes});
  if (volume > most_steps || largest > most_steps)
    fail("more work than a simulation of an hour could hold; lower its extents or counts");
  if (w.recomputed_macs > w.macs) fail("recomputed_macs is more than macs; lower it");
  if (w.activation_bits == 0 || w.weight_bits == 0 || w.output_bits == 0) fail("a width is 0 bits; write 8, say");
}

/// Area numbers mean little to somebody who edits the JSON form: name the job that uses it.
[[noreturn]] void rethrow_in_job(const Error& error, const Schedule& s, std::int32_t area, const std::string& place) {
  for (std::size_t i = 0; i < s.jobs.size(); ++i)
    if (s.jobs[i].area == area || s.jobs[i].to_area == area) {
      const std::string what = error.what();
      throw Error(describe_job(s, i, place) + what.substr(place.size()));
    }
  throw error;
}

}  // namespace

std::string printable(std::string name) {
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return name;
}

std::string describe_job(const Schedule& s, std::size_t job, const std::string& place) {
  const Job& j = s.jobs[job];
  return fmt::format("{}: job {} ({} of operator {} '{}', queue '{}')", place, job, name(j.kind), j.op,
                     printable(s.operators[static_cast<std::size_t>(j.op)].name), printable(s.queues[j.queue].name));
}

std::vector<int> find_memories(const Schedule& s, const KnownHardware& hardware, const std::string& place) {
  std::vector<int> memories;
  for (const std::string& m : s.memories) {
    const auto it = std::find_if(hardware.memories.begin(), hardware.memories.end(),
                                 [&](const KnownMemory& k) { return k.name == m; });
    if (it == hardware.memories.end()) {
      std::string text;
      for (const KnownMemory& k : hardware.memories) text += (text.empty() ? "'" : ", '") + k.name + "'";
      throw Error(fmt::format("{}: memory '{}' is not in the hardware file, which has {}; rename it", place, m,
                              text.empty() ? "none" : text));
    }
    memories.push_back(static_cast<int>(it - hardware.memories.begin()));
  }
  return memories;
}

void check_jobs(const Schedule& s, const KnownHardware& hardware, const std::string& place) {
  const std::vector<int> memories = find_memories(s, hardware, place);
  const std::vector<int> units = find_units(s, hardware, place);
  const auto memory_of = [&](std::int32_t area) -> const KnownMemory& {
    const std::int32_t m = s.areas[static_cast<std::size_t>(area)].memory;
    return hardware.memories[static_cast<std::size_t>(memories[static_cast<std::size_t>(m)])];
  };
  for (std::size_t i = 0; i < s.areas.size(); ++i) try {
      check_area(s.areas[i], i, memory_of(static_cast<std::int32_t>(i)), place);
    } catch (const Error& error) {
      rethrow_in_job(error, s, static_cast<std::int32_t>(i), place);
    }
  for (std::size_t i = 0; i < s.works.size(); ++i) check_work(s.works[i], i, place);

  std::map<std::pair<int, int>, std::uint16_t> works_for;  // (unit, core) -> queue
  std::vector<char> counted(s.queues.size(), 0);
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const Job& j = s.jobs[i];
    const auto fail = [&](const std::string& what) {
      throw Error(fmt::format("{}: {}", describe_job(s, i, place), what));
    };
    const KnownUnit& unit = hardware.units[static_cast<std::size_t>(units[j.queue])];
    if (j.inference < 0 || static_cast<std::size_t>(j.inference) >= s.jobs.size())
      fail(fmt::format("belongs to inference {}; number inferences from 0, without gaps", j.inference));
    switch (j.kind) {
      case JobKind::transfer:
        if (j.area < 0) fail("has no area; give it one");
        if (j.to_area >= 0) fail("has two areas; make it a copy, or drop to_area");
        if (j.write && !memory_of(j.area).writable)
          fail(fmt::format("writes to '{}', which is read-only; write elsewhere", memory_of(j.area).name));
        break;
      case JobKind::copy: {
        if (j.area < 0 || j.to_area < 0) fail("needs both 'area' (source) and 'to_area' (destination)");
        const Area& from = s.areas[static_cast<std::size_t>(j.area)];
        const Area& to = s.areas[static_cast<std::size_t>(j.to_area)];
        if (from.bytes() != to.bytes())
          fail(fmt::format("copies {} bytes into {}; make the areas equal", from.bytes(), to.bytes()));
        if (!memory_of(j.to_area).writable)
          fail(fmt::format("writes to '{}', which is read-only; write elsewhere", memory_of(j.to_area).name));
        break;
      }
      case JobKind::launch:
        if (!unit.npu) fail(fmt::format("'{}' is not an NPU; only NPUs launch operators", unit.name));
        break;
      case JobKind::compute:
        if (!unit.npu) fail(fmt::format("'{}' is not an NPU; make it a kernel", unit.name));
        break;
      case JobKind::kernel:
        if (unit.npu) fail(fmt::format("'{}' is an NPU; make it a compute job", unit.name));
        break;
      case JobKind::hand_over:
        break;
    }
    const bool computes_here = j.kind == JobKind::compute || j.kind == JobKind::kernel;
    if (computes_here && j.work < 0) fail("has no work; give it one");
    if (computes_here || (j.kind == JobKind::hand_over && !unit.npu)) {  // what occupies the core
      if (!counted[j.queue]) {
        counted[j.queue] = 1;
        const auto [it, fresh] = works_for.emplace(std::pair(units[j.queue], s.queues[j.queue].core), j.queue);
        if (!fresh)
          fail(fmt::format("core {} of '{}' works for queue '{}' already; put the job there or on another core",
                           s.queues[j.queue].core, unit.name, s.queues[it->second].name));
      }
    }
  }
}

}  // namespace presil::traces

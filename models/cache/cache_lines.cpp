#include "models/cache/cache_lines.hpp"

#include <algorithm>
#include <string>

#include "models/common/error.hpp"

namespace presil::cache {

using common::Error;
using Kind = Action::Kind;

CacheLines::CacheLines(const CacheSpec& spec, std::int64_t memory_bytes) : spec_(spec) {
  const std::int64_t line = spec.line_bytes;
  if (line < 1 || (line & (line - 1)) != 0)
    throw Error("cache: a line of " + std::to_string(line) + " B; write a power of two, e.g. 32 B");
  if (spec.size_bytes < line || spec.size_bytes % line != 0)
    throw Error("cache: " + std::to_string(spec.size_bytes) + " B are no whole number of lines of " +
                std::to_string(line) + " B");
  const std::int64_t count = spec.size_bytes / line, ways = spec.ways == 0 ? count : spec.ways;
  if (ways < 0 || count % ways != 0)
    throw Error("cache: " + std::to_string(count) + " lines cannot be shared out among " + std::to_string(ways) +
                " ways");
  if (spec.prefetch_lines < 0 || (spec.prefetch_lines > 0 && spec.prefetch_lines >= count))
    throw Error("cache: prefetch of " + std::to_string(spec.prefetch_lines) + " lines; it holds " +
                std::to_string(count) + " in all");
  while ((std::int64_t{1} << line_shift_) < line) ++line_shift_;
  line_bytes_ = static_cast<std::uint64_t>(line);
  memory_lines_ = static_cast<std::uint64_t>(memory_bytes) / line_bytes_;
  ways_ = static_cast<std::uint32_t>(ways);
  lines_.resize(static_cast<std::size_t>(count));
  sets_.resize(static_cast<std::size_t>(count / ways));
  reset();
}

void CacheLines::reset() {
  where_.clear();
  where_.reserve(lines_.size());
  counters_ = {};
  for (Set& set : sets_) set = {};
  for (std::uint32_t slot = 0; slot < lines_.size(); ++slot) {
    lines_[slot] = {};
    make_newest(slot);
  }
}

std::uint32_t CacheLines::find(std::uint64_t number) const {
  const auto found = where_.find(number);
  return found == where_.end() ? none : found->second;
}

void CacheLines::unlink(std::uint32_t slot) {
  Line& line = lines_[slot];
  Set& set = set_of(slot);
  (line.newer == none ? set.newest : lines_[line.newer].older) = line.older;
  (line.older == none ? set.oldest : lines_[line.older].newer) = line.newer;
  line.newer = line.older = none;
}

void CacheLines::make_newest(std::uint32_t slot) {
  Set& set = set_of(slot);
  lines_[slot].older = set.newest;
  (set.newest == none ? set.oldest : lines_[set.newest].newer) = slot;
  set.newest = slot;
}

void CacheLines::make_oldest(std::uint32_t slot) {
  Set& set = set_of(slot);
  lines_[slot].newer = set.oldest;
  (set.oldest == none ? set.newest : lines_[set.oldest].older) = slot;
  set.oldest = slot;
}

/// Puts the line in the place of the set's least recently used one.
std::uint32_t CacheLines::take_in(std::uint64_t number, Kind kind, std::vector<Action>& actions) {
  const std::uint32_t slot = sets_[number % sets_.size()].oldest;
  Line& line = lines_[slot];
  const bool write_back = line.valid && line.dirty;
  const std::uint64_t leaving = line.number;
  if (line.valid) where_.erase(leaving);
  where_[number] = slot;
  unlink(slot);
  line.number = number;
  line.valid = true;
  line.dirty = false;
  line.prefetched = kind == Kind::prefetch;
  line.count = count_;
  make_newest(slot);
  actions.push_back({kind, number << line_shift_, static_cast<std::uint32_t>(line_bytes_), slot});
  if (write_back) {
    actions.push_back({Kind::write_back, leaving << line_shift_, static_cast<std::uint32_t>(line_bytes_), 0});
    ++counters_.write_backs;
  }
  return slot;
}

void CacheLines::fetch_ahead(std::uint64_t number, std::vector<Action>& actions) {
  for (int i = 1; i <= spec_.prefetch_lines; ++i) {
    const std::uint64_t next = number + static_cast<std::uint64_t>(i);
    if (next >= memory_lines_ || find(next) != none) continue;
    take_in(next, Kind::prefetch, actions);
    ++counters_.prefetches;
  }
}

/// True when the line was fetched ahead and is asked for now.
bool CacheLines::first_use(Line& line) {
  const bool first = line.prefetched;
  line.prefetched = false;
  if (first && line.count == count_) ++counters_.useful_prefetches;
  return first;
}

void CacheLines::read_line(std::uint64_t number, std::vector<Action>& actions) {
  const std::uint32_t slot = find(number);
  if (slot == none) {
    ++counters_.misses;
    ++counters_.fills;
    take_in(number, Kind::fill, actions);
    fetch_ahead(number, actions);
    return;
  }
  ++counters_.hits;
  unlink(slot);
  make_newest(slot);
  actions.push_back({Kind::hit, number << line_shift_, static_cast<std::uint32_t>(line_bytes_), slot});
  if (first_use(lines_[slot])) fetch_ahead(number, actions);
}

void CacheLines::write_line(std::uint64_t number, std::uint64_t address, std::uint32_t bytes,
                            std::vector<Action>& actions) {
  std::uint32_t slot = find(number);
  if (slot != none) {
    ++counters_.hits;
    first_use(lines_[slot]);
    unlink(slot);
    make_newest(slot);
    actions.push_back({Kind::hit, number << line_shift_, static_cast<std::uint32_t>(line_bytes_), slot});
  } else {
    ++counters_.misses;
    if (!spec_.write_allocate) return write_through(address, bytes, actions);
    const bool whole = bytes == line_bytes_;
    if (!whole) ++counters_.fills;
    slot = take_in(number, whole ? Kind::hit : Kind::fill, actions);
  }
  if (spec_.write_back)
    lines_[slot].dirty = true;
  else
    write_through(address, bytes, actions);
}

/// Bytes that follow those of the action before go out with them, in one burst.
void CacheLines::write_through(std::uint64_t address, std::uint32_t bytes, std::vector<Action>& actions) {
  counters_.written_through_bytes += bytes;
  for (auto last = actions.rbegin(); last != actions.rend(); ++last) {
    if (last->kind == Kind::hit) continue;
    if (last->kind != Kind::write_through || last->address + last->bytes != address) break;
    last->bytes += bytes;
    return;
  }
  actions.push_back({Kind::write_through, address, bytes, 0});
}

void CacheLines::access(std::uint64_t address, std::uint32_t bytes, bool write, std::vector<Action>& actions) {
  (write ? counters_.write_bytes : counters_.read_bytes) += bytes;
  const std::uint64_t end = address + bytes;
  for (std::uint64_t at = address; at < end;) {
    const std::uint64_t number = at >> line_shift_, until = std::min(end, (number + 1) << line_shift_);
    if (write)
      write_line(number, at, static_cast<std::uint32_t>(until - at), actions);
    else
      read_line(number, actions);
    at = until;
  }
}

void CacheLines::pass_by(std::uint64_t address, std::uint32_t bytes, bool write, std::vector<Action>& actions) {
  counters_.passed_bytes += bytes;
  const std::uint64_t last = (address + bytes - 1) >> line_shift_;
  for (std::uint64_t number = address >> line_shift_; number <= last; ++number) {
    const std::uint32_t slot = find(number);
    if (slot == none) continue;
    Line& line = lines_[slot];
    if (line.dirty) {
      actions.push_back({Kind::write_back, number << line_shift_, static_cast<std::uint32_t>(line_bytes_), 0});
      ++counters_.write_backs;
      line.dirty = false;
    }
    if (!write) continue;
    where_.erase(number);
    line.valid = line.prefetched = false;
    unlink(slot);
    make_oldest(slot);
  }
  actions.push_back({write ? Kind::write_through : Kind::read_around, address, bytes, 0});
}

}  // namespace presil::cache

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/common/error.hpp"
#include "traces/check_parts.hpp"

namespace presil::traces {
namespace {

using common::Error;

/// Buffers of one memory that are alive at the position the sweep has reached, by address. They never overlap, so a new
/// one can only collide with its two neighbours.
class Alive {
 public:
  explicit Alive(const Schedule& s) : s_(s) {}

  void insert(std::size_t buffer, const std::string& place) {
    const Buffer& b = s_.buffers[buffer];
    const auto next = by_address_.lower_bound(b.address);
    if (next != by_address_.end()) collide(buffer, next->second, place);
    if (next != by_address_.begin()) collide(buffer, std::prev(next)->second, place);
    by_address_.emplace_hint(next, b.address, buffer);
  }
  void erase(std::size_t buffer) { by_address_.erase(s_.buffers[buffer].address); }

 private:
  void collide(std::size_t one, std::size_t two, const std::string& place) const {
    const Buffer &a = s_.buffers[one], &b = s_.buffers[two];
    if (a.address + static_cast<std::uint64_t>(a.bytes) <= b.address ||
        b.address + static_cast<std::uint64_t>(b.bytes) <= a.address)
      return;
    throw Error(fmt::format(
        "{}: buffer {} '{}' and buffer {} '{}' overlap in '{}' at address {} while both live (operator "
        "{}); move one of them",
        place, two, printable(b.name), one, printable(a.name), s_.memories[static_cast<std::size_t>(a.memory)],
        std::max(a.address, b.address), std::max(a.first_op, b.first_op)));
  }

  const Schedule& s_;
  std::map<std::uint64_t, std::size_t> by_address_;
};

}  // namespace

void check_buffers(const Schedule& s, const KnownHardware& hardware, const std::string& place) {
  const std::vector<int> memories = find_memories(s, hardware, place);
  const auto operators = static_cast<std::int32_t>(s.operators.size());
  struct Event {
    std::int32_t position;
    bool begin;  // ends of the position before sort first: life includes both of its ends
    std::size_t buffer;
  };
  std::vector<Event> events;
  for (std::size_t i = 0; i < s.buffers.size(); ++i) {
    const Buffer& b = s.buffers[i];
    const auto fail = [&](const std::string& what) {
      throw Error(fmt::format("{}: buffer {} '{}': {}", place, i, printable(b.name), what));
    };
    const KnownMemory& memory =
        hardware.memories[static_cast<std::size_t>(memories[static_cast<std::size_t>(b.memory)])];
    if (b.bytes <= 0) fail(fmt::format("{} bytes; write at least 1, or remove it", b.bytes));
    if (b.address > static_cast<std::uint64_t>(memory.size_bytes) ||
        static_cast<std::uint64_t>(b.bytes) > static_cast<std::uint64_t>(memory.size_bytes) - b.address)
      fail(fmt::format("{} bytes at {} end outside memory '{}' of {} bytes; move or shrink it", b.bytes, b.address,
                       memory.name, memory.size_bytes));
    if (!b.constant && (b.first_op < 0 || b.last_op < b.first_op || b.last_op >= operators))
      fail(fmt::format("lives from operator {} to {}; write first_op <= last_op within 0 ... {}", b.first_op, b.last_op,
                       operators - 1));
    events.push_back({b.constant ? -1 : b.first_op, true, i});
    events.push_back({b.constant ? operators : b.last_op + 1, false, i});
  }
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    if (a.position != b.position) return a.position < b.position;
    if (a.begin != b.begin) return !a.begin;
    return a.buffer < b.buffer;
  });
  std::vector<Alive> alive(s.memories.size(), Alive(s));
  for (const Event& e : events) {
    Alive& memory = alive[static_cast<std::size_t>(s.buffers[e.buffer].memory)];
    e.begin ? memory.insert(e.buffer, place) : memory.erase(e.buffer);
  }
}

}  // namespace presil::traces

#include "sim/plan/allocate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "models/common/error.hpp"

namespace presil::plan {
namespace {

using Order = std::vector<int>;

struct Layout {
  std::vector<int> memory;  // by storage, -1: fits nowhere
  std::vector<std::int64_t> address;
  std::vector<Arena> arenas;
  std::int64_t spilled_traffic = 0;  // bytes to memories that are not the first choice
  int homeless = -1;                 // first storage that fits nowhere
};

std::string kib(std::int64_t bytes) {
  return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
}

/// Memories a feature map may lie in, best first.
std::vector<int> choices(const Program& program, const Storage& storage) {
  const hw::Hardware& hw = *program.hardware;
  std::vector<int> result;
  const auto add = [&](const std::string& name) {
    const int m = hw.memory_index(name);
    if (m >= 0 && std::find(result.begin(), result.end(), m) == result.end()) result.push_back(m);
  };
  const auto is_one_of = [&](const std::vector<std::int32_t>& list) {
    return std::any_of(storage.tensors.begin(), storage.tensors.end(),
                       [&](int x) { return std::find(list.begin(), list.end(), x) != list.end(); });
  };
  if (is_one_of(program.graph->inputs) && !hw.placement.input.empty())
    add(hw.placement.input);
  else if (is_one_of(program.graph->outputs) && !hw.placement.output.empty())
    add(hw.placement.output);
  for (const std::string& name : hw.placement.activations) add(name);
  return result;
}

Layout place(const Program& program, const std::vector<Arena>& empty, const Order& order,
             const std::vector<std::vector<int>>& candidates, double first_share) {
  Layout layout;
  layout.arenas = empty;
  layout.memory.assign(program.storages.size(), -1);
  layout.address.assign(program.storages.size(), 0);
  for (int s : order) {
    const Storage& storage = program.storages[static_cast<std::size_t>(s)];
    const auto& list = candidates[static_cast<std::size_t>(s)];
    for (std::size_t c = 0; c < list.size(); ++c) {
      Arena& arena = layout.arenas[static_cast<std::size_t>(list[c])];
      const std::int64_t at = arena.find(storage.bytes, storage.first_step, storage.last_step);
      if (at < 0) continue;
      if (c == 0 && first_share < 1.0 &&
          static_cast<double>(at + storage.bytes) > first_share * static_cast<double>(arena.capacity()))
        continue;
      arena.take(at, storage.bytes, storage.first_step, storage.last_step);
      layout.memory[static_cast<std::size_t>(s)] = list[c];
      layout.address[static_cast<std::size_t>(s)] = at;
      if (c > 0) layout.spilled_traffic += storage.traffic;
      break;
    }
    if (layout.memory[static_cast<std::size_t>(s)] < 0 && layout.homeless < 0) layout.homeless = s;
  }
  return layout;
}

/// Orders in which feature maps are given their places; the best layout of all counts.
std::vector<Order> orders_to_try(const Program& program, const Order& maps) {
  const auto sorted = [&](auto less) {
    Order order = maps;
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      return less(program.storages[static_cast<std::size_t>(a)], program.storages[static_cast<std::size_t>(b)]);
    });
    return order;
  };
  const auto length = [](const Storage& s) { return static_cast<double>(s.last_step - s.first_step + 1); };
  const auto density = [&](const Storage& s) {
    return static_cast<double>(s.traffic) / std::max(1.0, static_cast<double>(s.bytes) * length(s));
  };
  return {
      sorted([](const Storage& a, const Storage& b) { return a.bytes > b.bytes; }),
      sorted([&](const Storage& a, const Storage& b) { return density(a) > density(b); }),
      sorted([&](const Storage& a, const Storage& b) {
        return density(a) * static_cast<double>(a.bytes) > density(b) * static_cast<double>(b.bytes);
      }),
      sorted([](const Storage& a, const Storage& b) { return a.first_step < b.first_step; }),
      sorted([](const Storage& a, const Storage& b) { return a.bytes < b.bytes; }),
  };
}

/// The layout that spills least; one with a homeless map when none holds all.
Layout best_layout(const Program& program, const std::vector<Arena>& arenas, const std::vector<Order>& orders,
                   const std::vector<std::vector<int>>& candidates) {
  Layout best;
  best.homeless = 0;
  // Shares below one try the layouts of smaller memories too: a larger memory then never spills more than a smaller.
  for (double share : {1.0, 0.75, 0.5, 0.375, 0.25}) {
    for (const Order& order : orders) {
      Layout layout = place(program, arenas, order, candidates, share);
      const bool first = best.memory.empty();
      const bool fits = layout.homeless < 0,
                 better = best.homeless >= 0 || layout.spilled_traffic < best.spilled_traffic;
      if (first || (fits && better)) best = std::move(layout);
      if (best.homeless < 0 && best.spilled_traffic == 0) return best;
    }
  }
  return best;
}

[[noreturn]] void does_not_fit(const Program& program, const std::vector<std::vector<int>>& candidates, int homeless) {
  const hw::Hardware& hw = *program.hardware;
  const Storage& lost = program.storages[static_cast<std::size_t>(homeless)];
  // The fullest moment, over the feature maps alone.
  int worst_step = lost.first_step;
  std::int64_t worst = 0;
  for (int step = 0; step < static_cast<int>(program.steps.size()); ++step) {
    std::int64_t alive = 0;
    for (const Storage& s : program.storages)
      if (!s.constant && s.first_step <= step && step <= s.last_step) alive += s.bytes;
    if (alive > worst) {
      worst = alive;
      worst_step = step;
    }
  }
  std::int64_t capacity = 0;
  std::string names;
  for (int m : candidates[static_cast<std::size_t>(homeless)]) {
    capacity = std::max(capacity, hw.memories[static_cast<std::size_t>(m)].size_bytes);
    names += (names.empty() ? "" : ", ") + hw.memories[static_cast<std::size_t>(m)].name;
  }
  std::vector<const Storage*> alive;
  for (const Storage& s : program.storages)
    if (!s.constant && s.first_step <= worst_step && worst_step <= s.last_step) alive.push_back(&s);
  std::sort(alive.begin(), alive.end(), [](const Storage* a, const Storage* b) {
    return a->bytes != b->bytes ? a->bytes > b->bytes : a->tensors[0] < b->tensors[0];
  });
  std::string tensors;
  for (std::size_t i = 0; i < alive.size() && i < 3; ++i)
    tensors += (i == 0 ? "" : ", ") + program.tensor(alive[i]->tensors[0]).name + " " + kib(alive[i]->bytes);
  const Step& step = program.steps[static_cast<std::size_t>(worst_step)];
  const std::int64_t missing = std::max(worst, lost.bytes) - capacity;
  throw common::Error(
      fmt::format("{}: does not fit {}: operator {} needs {} of feature maps at once, {} too much for {} ({}); "
                  "largest: {}; enlarge "
                  "the memory, add one to placement.activations, or reduce the input",
                  program.graph->name, hw.name, step.op, kib(std::max(worst, lost.bytes)),
                  missing > 0 ? kib(missing) : std::string("with fragmentation"), names, kib(capacity), tensors));
}

/// All constants, one after the other, in the first memory that holds them.
void place_constants(Program& program, std::vector<Arena>& arenas, int last) {
  const hw::Hardware& hw = *program.hardware;
  std::int64_t bytes = 0;
  for (Storage& s : program.storages) {
    if (!s.constant) continue;
    s.address = static_cast<std::uint64_t>(bytes);
    bytes = (bytes + s.bytes + Arena::alignment - 1) / Arena::alignment * Arena::alignment;
  }
  if (bytes == 0) return;
  std::int64_t largest = 0;
  std::string names;
  for (const std::string& name : hw.placement.weights) {
    const int home = hw.memory_index(name);
    Arena& arena = arenas[static_cast<std::size_t>(home)];
    largest = std::max(largest, arena.capacity());
    names += (names.empty() ? "" : ", ") + name;
    if (bytes > arena.capacity()) continue;
    for (Storage& s : program.storages)
      if (s.constant) s.memory = home;
    arena.take(0, bytes, 0, last);
    return;
  }
  throw common::Error(fmt::format(
      "{}: does not fit {}: constants need {}, {} more than {} holds ({}); enlarge it or place weights elsewhere",
      program.graph->name, hw.name, kib(bytes), kib(bytes - largest), names, kib(largest)));
}

}  // namespace

std::vector<Arena> allocate(Program& program) {
  const int last = std::max(0, static_cast<int>(program.steps.size()) - 1);
  std::vector<Arena> arenas;
  for (const hw::Memory& m : program.hardware->memories) arenas.emplace_back(m.size_bytes);
  place_constants(program, arenas, last);

  std::vector<std::vector<int>> candidates(program.storages.size());
  Order by_size;
  for (std::size_t s = 0; s < program.storages.size(); ++s) {
    Storage& storage = program.storages[s];
    if (storage.constant) continue;
    storage.first_step = std::max(0, storage.first_step);
    storage.last_step = std::max(storage.first_step, storage.last_step);
    candidates[s] = choices(program, storage);
    by_size.push_back(static_cast<int>(s));
  }
  const std::vector<Order> orders = orders_to_try(program, by_size);
  Layout best;
  if (!program.hardware->placement.together) {
    best = best_layout(program, arenas, orders, candidates);
  } else {
    for (const std::string& name : program.hardware->placement.activations) {
      std::vector<std::vector<int>> one(program.storages.size());
      for (int s : by_size) one[static_cast<std::size_t>(s)] = {program.hardware->memory_index(name)};
      best = best_layout(program, arenas, orders, one);
      if (best.homeless < 0) break;
    }
  }
  if (best.homeless >= 0) does_not_fit(program, candidates, best.homeless);
  for (std::size_t s = 0; s < program.storages.size(); ++s) {
    Storage& storage = program.storages[s];
    if (storage.constant) continue;
    storage.memory = best.memory[s];
    storage.address = static_cast<std::uint64_t>(best.address[s]);
    storage.spilled = storage.memory != candidates[s].front();
  }
  return best.arenas;
}

}  // namespace presil::plan

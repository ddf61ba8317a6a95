#include "sim/plan/cache_use.hpp"

#include <algorithm>
#include <list>

namespace presil::plan {
namespace {

/// Least-recently-used set of storages by bytes; a storage larger than the cache sweeps it empty.
class Lru {
 public:
  explicit Lru(std::int64_t capacity) : capacity_(capacity) {}
  bool touch(int storage, std::int64_t bytes) {
    const bool held = drop(storage);
    if (bytes > capacity_) {
      entries_.clear();
      used_ = 0;
      return false;
    }
    entries_.push_front({storage, bytes});
    used_ += bytes;
    while (used_ > capacity_) {
      used_ -= entries_.back().bytes;
      entries_.pop_back();
    }
    return held;
  }
  bool drop(int storage) {
    for (auto it = entries_.begin(); it != entries_.end(); ++it)
      if (it->storage == storage) {
        used_ -= it->bytes;
        entries_.erase(it);
        return true;
      }
    return false;
  }

 private:
  struct Entry {
    int storage;
    std::int64_t bytes;
  };
  std::int64_t capacity_, used_ = 0;
  std::list<Entry> entries_;
};

}  // namespace

CacheUse::CacheUse(const Program& program, int unit) : program_(program) {
  const cpu::CpuSpec& cpu = program.hardware->units[static_cast<std::size_t>(unit)].cpu();
  if (cpu.caches.empty()) return;
  Lru cache(cpu.caches.back().size_bytes);
  const auto storage_of = [&](int t) { return program.storage_of[static_cast<std::size_t>(t)]; };
  const auto bytes_of = [&](int s) { return program.storages[static_cast<std::size_t>(s)].bytes; };
  std::vector<Key> found;
  for (int pass = 0; pass < 2; ++pass) {  // the first warms the cache, as inferences before this one did
    found.clear();
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
      const Step& step = program.steps[i];
      if (step.unit != unit) {
        for (int t : step.outputs)
          if (storage_of(t) >= 0) cache.drop(storage_of(t));
        continue;
      }
      for (const auto* list : {&step.inputs, &step.constants})
        for (int t : *list)
          if (storage_of(t) >= 0 && cache.touch(storage_of(t), bytes_of(storage_of(t))))
            found.push_back({static_cast<int>(i), storage_of(t)});
      for (int t : step.outputs)
        if (storage_of(t) >= 0) cache.touch(storage_of(t), bytes_of(storage_of(t)));
    }
  }
  // New data come into the inputs and go out of the outputs of the network: those always reach memory.
  const auto external = [&](int storage) {
    for (int t : program.storages[static_cast<std::size_t>(storage)].tensors) {
      const auto& in = program.graph->inputs;
      const auto& out = program.graph->outputs;
      if (std::find(in.begin(), in.end(), t) != in.end() || std::find(out.begin(), out.end(), t) != out.end())
        return true;
    }
    return false;
  };
  found.erase(std::remove_if(found.begin(), found.end(), [&](const Key& k) { return external(k.storage); }),
              found.end());
  const auto less = [](const Key& a, const Key& b) {
    return a.step != b.step ? a.step < b.step : a.storage < b.storage;
  };
  std::sort(found.begin(), found.end(), less);

  // A write needs no memory when every reader hits.
  std::vector<Key> written;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (program.steps[i].unit != unit) continue;
    for (int t : program.steps[i].outputs) {
      const int s = storage_of(t);
      if (s < 0 || external(s)) continue;
      bool all = true;
      for (std::size_t j = i + 1; j < program.steps.size() && all; ++j)
        for (int in : program.steps[j].inputs)
          if (storage_of(in) == s)
            all = all && std::binary_search(found.begin(), found.end(), Key{static_cast<int>(j), s}, less);
      if (all) written.push_back({static_cast<int>(i), s});
    }
  }
  hits_ = found;
  hits_.insert(hits_.end(), written.begin(), written.end());
  std::sort(hits_.begin(), hits_.end(), less);
}

bool CacheUse::hit(int step, int tensor) const {
  const int storage = program_.storage_of[static_cast<std::size_t>(tensor)];
  return std::binary_search(hits_.begin(), hits_.end(), Key{step, storage}, [](const Key& a, const Key& b) {
    return a.step != b.step ? a.step < b.step : a.storage < b.storage;
  });
}

}  // namespace presil::plan

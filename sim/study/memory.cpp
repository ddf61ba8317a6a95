#include "sim/study/memory.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <random>

#include "models/common/error.hpp"
#include "sim/replay/memories.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::study {
namespace {

using common::Cause;

std::size_t find(const hw::Hardware& hardware, const std::string& memory) {
  const int index = hardware.memory_index(memory);
  if (index >= 0) return static_cast<std::size_t>(index);
  std::vector<std::string> names;
  for (const hw::Memory& m : hardware.memories) names.push_back(m.name);
  throw common::Error(
      fmt::format("--memory {}: {} has no such memory; {}", memory, hardware.name, yaml::suggestion(memory, names)));
}

bool writable(const hw::Memory& memory) {
  const auto* flash = std::get_if<flash::FlashSpec>(&memory.spec);
  return flash == nullptr || flash->writable;
}

double gigabytes(double bytes_per_second) {
  return bytes_per_second / 1e9;
}
double nanoseconds(common::Tick ps) {
  return static_cast<double>(ps) / 1000;
}

}  // namespace

MemoryRun replay_trace(const hw::Hardware& hardware, const std::string& memory, const dram::Trace& trace, int window,
                       bool bursts) {
  const std::size_t index = find(hardware, memory);
  const hw::Memory& m = hardware.memories[index];
  const auto memories = replay::make_memories(hardware);
  MemoryRun run;
  run.memory = m.name;
  run.type = m.type();
  run.peak_bytes_per_second = memories[index]->peak_bytes_per_second();
  run.window = window;
  run.bursts = bursts;
  run.requests = static_cast<std::int64_t>(trace.requests.size());
  dram::PlayerSpec player;
  player.window = window;
  if (bursts) {
    const auto* dram = std::get_if<dram::DramSpec>(&m.spec);
    if (dram == nullptr)
      throw common::Error(fmt::format("--window {}bursts: {} is no DRAM; give a number of requests", window, memory));
    player.window_unit = static_cast<std::uint32_t>(dram->bus_bits / 8 * dram->burst_length);
  }
  try {
    run.result = dram::play(trace.requests, player, *memories[index], m.size_bytes);
  } catch (const common::Error& error) {
    throw common::Error(fmt::format("{}: {}", trace.name, error.what()));
  }
  return run;
}

std::vector<SweepPoint> sweep_memory(const hw::Hardware& hardware, const std::string& memory) {
  const std::size_t index = find(hardware, memory);
  const hw::Memory& m = hardware.memories[index];
  const auto memories = replay::make_memories(hardware);
  const auto bandwidth = [&](std::uint32_t burst, std::uint64_t stride, int writes_of_two) {
    const std::uint64_t places = static_cast<std::uint64_t>(m.size_bytes) / std::max<std::uint64_t>(stride, burst);
    std::mt19937_64 random(1);
    std::vector<dram::TraceRequest> requests;
    for (std::uint64_t i = 0; i < 2048; ++i) {
      dram::TraceRequest r;
      r.address = stride == 0 ? random() % places * burst : i % places * stride;
      r.bytes = burst;
      r.write = writes_of_two == 2 || (writes_of_two == 1 && i % 2 == 1);
      requests.push_back(r);
    }
    dram::PlayerSpec player;
    player.window = 16;
    memories[index]->reset();
    return dram::play(requests, player, *memories[index], m.size_bytes).bandwidth;
  };
  std::vector<SweepPoint> sweep;
  for (const int pattern : {0, 1, 2})
    for (std::uint32_t burst = 16; burst <= 4096 && burst <= m.size_bytes; burst *= 2) {
      const std::uint64_t stride = pattern == 0 ? burst : pattern == 1 ? std::max<std::uint64_t>(4096, burst) : 0;
      if (stride > static_cast<std::uint64_t>(m.size_bytes) || (pattern == 1 && stride == burst)) continue;
      SweepPoint point;
      point.burst_bytes = burst;
      point.stride_bytes = stride;
      point.read = bandwidth(burst, stride, 0);
      if (writable(m)) {
        point.write = bandwidth(burst, stride, 2);
        point.mix = bandwidth(burst, stride, 1);
      }
      sweep.push_back(point);
    }
  return sweep;
}

std::string table(const MemoryRun& run) {
  const dram::PlayerResult& r = run.result;
  std::string text =
      fmt::format("{} ({})  {:.3f} GB/s, {:.1f} % of {:.3f} GB/s; {} requests, {} bytes in {:.1f} ns, window {}{}\n",
                  run.memory, run.type, gigabytes(r.bandwidth), r.percent_of_peak, gigabytes(run.peak_bytes_per_second),
                  run.requests, r.bytes, nanoseconds(r.elapsed), run.window, run.bursts ? " bursts" : "");
  text += fmt::format("read latency  mean {:.1f} ns, p99 {:.1f} ns\n", nanoseconds(r.mean_read_latency),
                      nanoseconds(r.p99_read_latency));
  if (r.counters.row_hits + r.counters.row_misses + r.counters.row_conflicts > 0)
    text += fmt::format("rows          {} hits, {} misses, {} conflicts; {} refreshes, {} turnarounds\n",
                        r.counters.row_hits, r.counters.row_misses, r.counters.row_conflicts, r.counters.refreshes,
                        r.counters.turnarounds);
  if (r.counters.power_down_ps + r.counters.self_refresh_ps > 0)
    text += fmt::format("at rest       {:.1f} ns in power-down, {:.1f} ns in self-refresh\n",
                        nanoseconds(r.counters.power_down_ps), nanoseconds(r.counters.self_refresh_ps));
  for (std::size_t c = 0; c < common::cause_count; ++c)
    if (r.causes.ps[c] > 0)
      text += fmt::format("{:<13} {:>14.1f} ns  {:5.1f} %\n", common::name(static_cast<Cause>(c)),
                          nanoseconds(r.causes.ps[c]),
                          100.0 * static_cast<double>(r.causes.ps[c]) / static_cast<double>(r.elapsed));
  return text;
}

std::string json(const MemoryRun& run) {
  const dram::PlayerResult& r = run.result;
  nlohmann::ordered_json j;
  j["memory"] = run.memory;
  j["type"] = run.type;
  j["requests"] = run.requests;
  j["bytes"] = r.bytes;
  j["window"] = run.window;
  j["window_counts"] = run.bursts ? "bursts" : "requests";
  j["elapsed_ps"] = r.elapsed;
  j["bandwidth_gbps"] = gigabytes(r.bandwidth);
  j["pct_peak"] = r.percent_of_peak;
  j["peak_gbps"] = gigabytes(run.peak_bytes_per_second);
  j["row_hits"] = r.counters.row_hits;
  j["row_misses"] = r.counters.row_misses;
  j["row_conflicts"] = r.counters.row_conflicts;
  j["refreshes"] = r.counters.refreshes;
  j["turnarounds"] = r.counters.turnarounds;
  j["power_down_ps"] = r.counters.power_down_ps;
  j["self_refresh_ps"] = r.counters.self_refresh_ps;
  j["mean_read_latency_ps"] = r.mean_read_latency;
  j["p99_read_latency_ps"] = r.p99_read_latency;
  for (std::size_t c = 0; c < common::cause_count; ++c)
    j["causes_ps"][common::name(static_cast<Cause>(c))] = r.causes.ps[c];
  return j.dump(2) + "\n";
}

std::string table(const std::vector<SweepPoint>& sweep, double peak_bytes_per_second) {
  std::string text =
      fmt::format("effective bandwidth in GB/s; peak {:.3f}; 16 requests outstanding\n{:>8} {:>10} {:>8} {:>8} {:>8}\n",
                  gigabytes(peak_bytes_per_second), "burst B", "stride", "read", "write", "mix");
  const auto figure = [](double bandwidth) {
    return bandwidth > 0 ? fmt::format("{:8.3f}", gigabytes(bandwidth)) : fmt::format("{:>8}", "-");
  };
  for (const SweepPoint& p : sweep) {
    const std::string stride = p.stride_bytes == 0               ? "random"
                               : p.stride_bytes == p.burst_bytes ? "sequential"
                                                                 : fmt::format("{}", p.stride_bytes);
    text +=
        fmt::format("{:>8} {:>10} {} {} {}\n", p.burst_bytes, stride, figure(p.read), figure(p.write), figure(p.mix));
  }
  return text;
}

std::string json(const std::vector<SweepPoint>& sweep) {
  nlohmann::ordered_json j = nlohmann::ordered_json::array();
  for (const SweepPoint& p : sweep) {
    nlohmann::ordered_json row;
    row["burst_bytes"] = p.burst_bytes;
    row["stride_bytes"] = p.stride_bytes;
    row["read_gbps"] = gigabytes(p.read);
    row["write_gbps"] = p.write > 0 ? nlohmann::ordered_json(gigabytes(p.write)) : nlohmann::ordered_json();
    row["mix_gbps"] = p.mix > 0 ? nlohmann::ordered_json(gigabytes(p.mix)) : nlohmann::ordered_json();
    j.push_back(row);
  }
  return j.dump(2) + "\n";
}

}  // namespace presil::study

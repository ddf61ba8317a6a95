#include "sim/hw/digest.hpp"

#include <fmt/format.h>

namespace presil::hw {

namespace {

using common::OpClass;

/// Collects "path = value" lines; each component says all its fields.
class Canonical {
 public:
  std::string text;

  template <typename T>
  void add(const std::string& path, const T& value) {
    text += fmt::format("{} = {}\n", path, value);
  }
  template <typename E>
  void add_enum(const std::string& path, E value) {
    add(path, static_cast<int>(value));
  }
  template <typename T>
  void add_list(const std::string& path, const std::vector<T>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) add(fmt::format("{}.{}", path, i), values[i]);
  }
  void add_classes(const std::string& path, const std::vector<OpClass>& classes) {
    for (OpClass op_class : classes) add(path, name(op_class));
  }
};

void add(Canonical& c, const std::string& p, const sram::SramSpec& s) {
  c.add(p + ".hz", s.hz);
  c.add(p + ".width_bits", s.width_bits);
  c.add(p + ".banks", s.banks);
  c.add(p + ".interleave_bytes", s.interleave_bytes);
  c.add(p + ".ports", s.ports);
  c.add(p + ".read_latency_cycles", s.read_latency_cycles);
  c.add(p + ".write_latency_cycles", s.write_latency_cycles);
}

/// What came later counts only where it is used: older schedules still fit their hardware.
void add_newer_policies(Canonical& c, const std::string& p, const dram::DramSpec& s) {
  const dram::DramSpec usual;
  const auto unless_usual = [&](const char* key, std::int64_t value, std::int64_t usual_value) {
    if (value != usual_value) c.add(fmt::format("{}.{}", p, key), value);
  };
  unless_usual("whole_bursts", s.whole_bursts, usual.whole_bursts);
  unless_usual("lockstep", s.lockstep, usual.lockstep);
  unless_usual("strict_row_hit_cap", s.strict_row_hit_cap, usual.strict_row_hit_cap);
  unless_usual("priority_lead", s.priority_lead, usual.priority_lead);
  unless_usual("max_reads_in_turn", s.max_reads_in_turn, usual.max_reads_in_turn);
  unless_usual("max_writes_in_turn", s.max_writes_in_turn, usual.max_writes_in_turn);
  unless_usual("postponed_refreshes", s.postponed_refreshes, usual.postponed_refreshes);
  if (s.refresh_mode == dram::RefreshMode::per_bank) c.add(p + ".per_bank", std::int64_t{s.timing.tRFCpb});
  if (s.power_down_after == 0 && s.self_refresh_after == 0) return;
  for (const int clocks : {s.power_down_after, s.self_refresh_after, s.timing.tCKE, s.timing.tXP, s.timing.tXS})
    c.add(p + ".rest", std::int64_t{clocks});
}

void add(Canonical& c, const std::string& p, const dram::DramSpec& s) {
  c.add(p + ".hz", s.hz);
  const dram::DramTimingSpec& t = s.timing;
  for (int value : {s.beats_per_clock,
                    s.channels,
                    s.bus_bits,
                    s.burst_length,
                    s.bank_groups,
                    s.banks_per_group,
                    s.columns,
                    t.tRL,
                    t.tWL,
                    t.tRCD,
                    t.tRP,
                    t.tRAS,
                    t.tRFC,
                    t.tREFI,
                    t.tRRD_S,
                    t.tRRD_L,
                    t.tFAW,
                    t.tCCD_S,
                    t.tCCD_L,
                    t.tWTR_S,
                    t.tWTR_L,
                    t.tWR,
                    t.tRTP,
                    t.tRTRS,
                    t.tPPD,
                    t.tRDA,
                    s.read_queue,
                    s.write_queue,
                    s.bank_queue,
                    s.write_high,
                    s.write_low,
                    s.write_idle,
                    s.row_hit_cap,
                    s.max_run,
                    s.front_end_clocks,
                    s.command_clocks,
                    s.precharge_clocks,
                    static_cast<int>(s.page_policy),
                    static_cast<int>(s.write_drain),
                    static_cast<int>(s.arbitration),
                    static_cast<int>(s.conflict_rule)})
    c.add(p, value);
  for (bool flag :
       {s.active_first, s.hit_fixes_type, s.strict_back_pressure, s.posted_writes, s.refresh, s.precharge_all})
    c.add(p, flag);
  add_newer_policies(c, p, s);
  c.add(p + ".rows", s.rows);
  c.add(p + ".mapping", s.mapping);
}

void add(Canonical& c, const std::string& p, const flash::FlashSpec& s) {
  for (std::int64_t value : {s.hz, std::int64_t{s.lanes}, std::int64_t{s.ddr}, s.command_clocks, s.address_clocks,
                             s.dummy_clocks, s.cs_high_clocks, s.page_bytes, s.cs_low_limit_ps,
                             std::int64_t{s.sequential_hold}, std::int64_t{s.writable}, s.max_backlog})
    c.add(p, value);
  if (s.refresh_interval_ps > 0)
    for (std::int64_t value : {s.refresh_interval_ps, s.refresh_ps, s.collision_clocks}) c.add(p + ".refresh", value);
}

void add(Canonical& c, const std::string& p, const cache::CacheSpec& s) {
  for (std::int64_t value :
       {s.size_bytes, s.line_bytes, std::int64_t{s.ways}, std::int64_t{s.write_back}, std::int64_t{s.write_allocate},
        std::int64_t{s.prefetch_lines}, s.hz, s.width_bits, s.latency_cycles})
    c.add(p, value);
  c.add_list(p + ".for", s.users);
}

void add(Canonical& c, const std::string& p, const fabric::BusSpec& s) {
  for (std::int64_t value : {s.hz, s.width_bits, s.max_burst_bytes, std::int64_t{s.outstanding_reads},
                             std::int64_t{s.outstanding_writes}, std::int64_t{s.duplex}, s.latency_cycles})
    c.add(p, value);
  c.add_enum(p + ".arbitration", s.arbitration);
  for (const fabric::MasterShare& share : s.shares)
    c.add(p + ".shares." + share.unit,
          share.latency_bound_ps > 0 ? fmt::format("{} {} {}", share.priority, share.weight, share.latency_bound_ps)
                                     : fmt::format("{} {}", share.priority, share.weight));
  for (const fabric::BridgeSpec& bridge : s.bridges) {
    c.add(p + ".bridges." + bridge.name,
          fmt::format("{} {} {} {} {}", bridge.hz, bridge.width_bits, bridge.latency_cycles, bridge.outstanding_reads,
                      bridge.outstanding_writes));
    c.add_list(p + ".bridges." + bridge.name + ".memories", bridge.memories);
  }
  c.add_list(p + ".memories", s.memories);
}

void add(Canonical& c, const std::string& p, const fabric::TrafficSpec& s) {
  c.add(p, fmt::format("{} {} {} {} {} {} {} {} {}", s.bus, s.memory, s.write, s.bytes_per_second, s.burst_bytes,
                       s.address, s.region_bytes, s.priority, s.weight));
  if (s.latency_bound_ps > 0) c.add(p + ".latency_bound_ps", s.latency_bound_ps);
  if (s.pacing != fabric::Pacing::steady)
    c.add(p + ".pacing",
          fmt::format("{} {} {} {} {} {} {} {} {}", static_cast<int>(s.pacing), s.frame_bytes, s.line_bytes,
                      s.frames_per_second, s.line_blanking, s.frame_blanking, s.fifo_bytes, s.scattered, s.seed));
}

void add(Canonical& c, const std::string& p, const npu::Mode& m) {
  for (const npu::UnrollGroup& group : m.unroll) {
    std::string product;
    for (npu::Dim dim : group.dims) product += fmt::format("{}*", static_cast<int>(dim));
    c.add(p + ".unroll." + product, group.factor);
  }
  c.add(p + ".cycles_per_step", m.cycles_per_step);
  for (const auto& [bits, cycles] : m.cycles_per_step_by_weight_bits)
    c.add(fmt::format("{}.weight.{}", p, bits), cycles);
  for (const auto& [bits, cycles] : m.cycles_per_step_by_activation_bits)
    c.add(fmt::format("{}.activation.{}", p, bits), cycles);
  for (npu::Dim dim : m.minimum_over) c.add_enum(p + ".minimum_over", dim);
  c.add(p + ".minimum_cycles", m.minimum_cycles);
  for (int value : {m.pad_ic_to, m.max_kernel_h, m.max_kernel_w, m.min_ic, m.max_ic, m.max_stride}) c.add(p, value);
}

void add(Canonical& c, const std::string& p, const npu::Support& s) {
  for (std::int64_t value :
       {std::int64_t{s.max_kernel_h}, std::int64_t{s.max_kernel_w}, std::int64_t{s.max_stride},
        std::int64_t{s.max_dilation}, s.max_channels, std::int64_t{s.max_rank}, std::int64_t{s.per_channel},
        std::int64_t{s.broadcast}, std::int64_t{s.constant_operand}, s.max_batch})
    c.add(p, value);
  c.add_list(p + ".types", s.types);
}

void add(Canonical& c, const std::string& p, const tile_buffer::TileBufferSpec& s) {
  for (std::int64_t value :
       {s.size_bytes, s.reserved_bytes, std::int64_t{s.banks}, std::int64_t{s.ports}, s.input_granule_bytes,
        s.accumulator_granule_bytes, std::int64_t{s.double_buffered}, std::int64_t{s.holds_weights},
        std::int64_t{s.holds_output}, std::int64_t{s.holds_accumulators}, std::int64_t{s.accumulator_bits},
        s.input_slice_channels, std::int64_t{s.partition.input}, std::int64_t{s.partition.weights},
        std::int64_t{s.partition.output}, std::int64_t{s.partition.accumulators}})
    c.add(p, value);
}

void add(Canonical& c, const std::string& p, const npu::NpuSpec& s) {
  for (std::int64_t value :
       {s.hz, std::int64_t{s.cores}, s.macs_per_cycle, std::int64_t{s.layout_block}, std::int64_t{s.lookahead_tiles},
        std::int64_t{s.streaming_stripes}, s.dma.hz, s.dma.setup_cycles, s.launch.cycles, s.launch.host_ps,
        s.launch.call_ps, s.launch.command_bytes, std::int64_t{s.launch.gates_transfers}, s.fallback.hand_over_ps,
        std::int64_t{s.fallback.overlap}})
    c.add(p, value);
  c.add(p + ".dma.cycles_per_row", s.dma.cycles_per_row);
  c.add_enum(p + ".layout", s.layout);
  c.add_enum(p + ".tile_choice", s.tile_choice);
  c.add(p + ".whole_edges", s.whole_edges);
  for (const auto& [op_class, modes] : s.array)
    for (std::size_t i = 0; i < modes.size(); ++i)
      add(c, fmt::format("{}.array.{}.{}", p, name(op_class), i), modes[i]);
  for (const npu::Overhead& o : s.overheads) {
    c.add(p + ".overhead",
          fmt::format("{} {} {} {}", static_cast<int>(o.per), o.cycles, o.hidden, o.only_when_pixels_up_to));
    for (std::size_t d = 0; d < o.over.size(); ++d)
      if (o.over[d] > 0) c.add(p + ".overhead.over." + npu::name(static_cast<npu::Dim>(d)), o.over[d]);
    c.add_classes(p + ".overhead.classes", o.classes);
  }
  c.add(p + ".streams.input", s.streams.input_elements_per_cycle);
  c.add(p + ".streams.output", s.streams.output_elements_per_cycle);
  c.add(p + ".streams.weights", s.streams.weight_bytes_per_cycle);
  c.add(p + ".streams.output_drains", s.streams.output_drains);
  c.add(p + ".streams.input_again_per_pass", s.streams.input_again_per_pass);
  for (const auto& [op_class, cycles] : s.streams.output_cycles_per_element)
    c.add(fmt::format("{}.streams.output.{}", p, name(op_class)), cycles);
  for (const auto& [post_op, cycles] : s.streams.post_op_cycles_per_element)
    c.add(fmt::format("{}.streams.post_op.{}", p, static_cast<int>(post_op)), cycles);
  add(c, p + ".tile_buffer", s.tile_buffer);
  for (std::size_t i = 0; i < 3; ++i) {
    c.add(p + ".tile_granule", s.tile_granule[i]);
    c.add(p + ".tile_limit", s.tile_limit[i]);
  }
  for (const npu::Precision& precision : s.precision)
    c.add(p + ".precision", fmt::format("{} {} {} {} {}", precision.activation_bits, precision.weight_bits,
                                        precision.floating_point, precision.rate, precision.emulated));
  c.add_enum(p + ".weights.delivery", s.weights.delivery);
  c.add(p + ".weights.staging_memory", s.weights.staging_memory);
  c.add(p + ".weights.staging_buffers", s.weights.staging_buffers);
  c.add_classes(p + ".weights.never_staged", s.weights.never_staged);
  c.add(p + ".weights.compression", s.weights.compression);
  c.add_enum(p + ".weights.coding", s.weights.coding);
  c.add(p + ".weights.alignment", s.weights.alignment);
  c.add(p + ".weights.sliced_passes", s.weights.sliced_passes);
  c.add(p + ".weights.expected_copy_rate", s.weights.expected_copy_rate);
  c.add(p + ".weights.bytes_per_output_channel", s.weights.bytes_per_output_channel);
  c.add(p + ".weights.skip_dead_filters", s.weights.skip_dead_filters);
  c.add(p + ".weights.capacity", s.weights.resident_capacity);
  for (const npu::StoredForm& form : s.weights.stored_forms)
    c.add(p + ".weights.stored", fmt::format("{} {} {} {}", form.kernel_h, form.kernel_w, form.stride, form.factor));
  for (const auto& [op_class, support] : s.supports) add(c, fmt::format("{}.supports.{}", p, name(op_class)), support);
  for (std::size_t i = 0; i < s.fusion.size(); ++i) c.add_classes(fmt::format("{}.fusion.{}", p, i), s.fusion[i].chain);
  c.add(p + ".fallback.to", s.fallback.to);
  c.add_enum(p + ".fallback.granularity", s.fallback.granularity);
}

void add(Canonical& c, const std::string& p, const cpu::KernelRate& r) {
  c.add(p, fmt::format("{} {} {} {} {} {}", r.cycles_per_mac, r.few_channels, r.cycles_per_mac_few, r.cycles_per_output,
                       r.cycles_per_input, r.cycles_per_operator));
}

void add(Canonical& c, const std::string& p, const cpu::CpuSpec& s) {
  c.add(p + ".hz", s.hz);
  c.add(p + ".cores", s.cores);
  c.add(p + ".parallel_efficiency", s.parallel_efficiency);
  for (const auto& [op_class, rate] : s.library.rates) add(c, fmt::format("{}.library.{}", p, name(op_class)), rate);
  add(c, p + ".library.generic", s.library.generic);
  c.add(p + ".library.int16_factor", s.library.int16_factor);
  c.add(p + ".library.float_factor", s.library.float_factor);
  c.add(p + ".library.folds_pad", s.library.folds_pad);
  c.add(p + ".library_scale", s.library_scale);
  for (const cpu::CacheSpec& cache : s.caches)
    c.add(p + ".caches." + cache.name,
          fmt::format("{} {} {}", cache.size_bytes, cache.line_bytes, cache.write_allocate));
  c.add(p + ".memory_overlap", s.memory_overlap);
  c.add(p + ".flush_cycles_per_line", s.flush_cycles_per_line);
}

}  // namespace

std::string canonical(const Hardware& hardware) {
  Canonical c;
  for (const Memory& memory : hardware.memories) {
    const std::string path = "memories." + memory.name;
    c.add(path + ".type", memory.type());
    c.add(path + ".size_bytes", memory.size_bytes);
    std::visit([&](const auto& spec) { add(c, path, spec); }, memory.spec);
    if (memory.cache) add(c, path + ".cache", *memory.cache);
  }
  for (const fabric::BusSpec& bus : hardware.buses) add(c, "buses." + bus.name, bus);
  for (const Unit& unit : hardware.units) {
    const std::string path = "units." + unit.name;
    c.add(path + ".type", unit.is_npu() ? "npu" : "cpu");
    c.add_list(path + ".buses", unit.buses);
    std::visit([&](const auto& spec) { add(c, path, spec); }, unit.spec);
  }
  for (const fabric::TrafficSpec& traffic : hardware.traffic) add(c, "traffic." + traffic.name, traffic);
  c.add_list("placement.weights", hardware.placement.weights);
  c.add_list("placement.activations", hardware.placement.activations);
  c.add("placement.together", hardware.placement.together);
  c.add("placement.input", hardware.placement.input);
  c.add("placement.output", hardware.placement.output);
  c.add("placement.load_from", hardware.placement.load_from);
  c.add("main_unit", hardware.main_unit);
  return c.text;
}

std::string digest(const Hardware& hardware) {
  // FNV-1a, 64 bit: offset basis and prime of draft-eastlake-fnv.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : canonical(hardware)) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return fmt::format("{:016x}", hash);
}

}  // namespace presil::hw

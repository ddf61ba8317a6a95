#include "sim/hw/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/flash/flash_presets.hpp"
#include "models/npu/npu_timing.hpp"
#include "sim/hw/dram_preset.hpp"
#include "sim/hw/load.hpp"
#include "sim/hw/provenance.hpp"
#include "sim/yaml/units.hpp"

namespace presil::hw {

namespace {

constexpr std::size_t line_width = 120;

std::string size_text(std::int64_t bytes) {
  return yaml::show(yaml::size_bytes(), static_cast<double>(bytes));
}
std::string clock_text(std::int64_t hz) {
  return yaml::show(yaml::frequency_hz(), static_cast<double>(hz));
}
std::string rate_text(double bytes_per_second) {
  return fmt::format("{:.4g} GB/s", bytes_per_second / 1e9);
}

std::string joined(const std::vector<std::string>& words, const char* separator = ", ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

/// `text` behind `head`, broken between words (a word longer than a line within); further lines are indented.
std::string wrapped(const std::string& head, const std::string& text, std::size_t indent) {
  std::string out, line = head;
  const auto break_line = [&] {
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
    line.assign(indent, ' ');
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = std::min(end - at, line_width - indent);
    if (line.size() + length > line_width) break_line();
    line += text.substr(at, length);
    at += length;
    if (at == end) {
      line += ' ';
      ++at;
    }
  }
  break_line();
  return out;
}

/// Rows with their columns padded to the widest cell; the last column is wrapped.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string head = "  ";
    for (std::size_t i = 0; i + 1 < row.size(); ++i) head += fmt::format("{:<{}}  ", row[i], widths[i]);
    text += wrapped(head, row.back(), head.size());
  }
  return text;
}

std::string latency_text(std::int64_t read, std::int64_t write) {
  return read == write ? fmt::format("latency {} cycles", read) : fmt::format("latency {}/{} cycles", read, write);
}

std::vector<std::string> memory_row(const Memory& memory) {
  std::string notes;
  if (const auto* s = std::get_if<sram::SramSpec>(&memory.spec))
    notes = fmt::format("{} bit x {} port{} at {}, {} bank{}, {}", s->width_bits, s->ports, s->ports == 1 ? "" : "s",
                        clock_text(s->hz), s->banks, s->banks == 1 ? "" : "s",
                        latency_text(s->read_latency_cycles, s->write_latency_cycles));
  if (const auto* d = std::get_if<dram::DramSpec>(&memory.spec))
    notes = fmt::format("{}{} x {} bit at {}, {} banks, burst {}, {}", d->preset.empty() ? "" : d->preset + ": ",
                        d->channels, d->bus_bits, clock_text(d->hz), d->bank_groups * d->banks_per_group,
                        d->burst_length, d->mapping);
  if (const auto* f = std::get_if<flash::FlashSpec>(&memory.spec))
    notes =
        fmt::format("{} lanes{} at {}, {} clocks before the data{}{}", f->lanes, f->ddr ? " DDR" : "",
                    clock_text(f->hz), f->command_clocks + f->address_clocks + f->dummy_clocks,
                    f->page_bytes > 0 ? ", rows of " + size_text(f->page_bytes) : "", f->writable ? "" : ", read only");
  if (memory.cache) {
    const cache::CacheSpec& c = *memory.cache;
    notes += fmt::format("; behind a cache of {}, {}, lines of {} B, write-{}{}{}", size_text(c.size_bytes),
                         c.ways == 0 ? "fully associative" : fmt::format("{} way{}", c.ways, c.ways == 1 ? "" : "s"),
                         c.line_bytes, c.write_back ? "back" : "through",
                         c.prefetch_lines > 0 ? fmt::format(", {} fetched ahead", c.prefetch_lines) : "",
                         c.users.empty() ? "" : " for " + joined(c.users));
  }
  return {memory.name, memory.type(), size_text(memory.size_bytes), rate_text(peak_bytes_per_second(memory)), notes};
}

std::vector<std::string> bus_row(const fabric::BusSpec& bus) {
  static const char* words[] = {"round robin", "fixed priority", "weighted"};
  std::string notes = fmt::format("{} bit at {}, bursts of {}, in flight {} reads {} writes, {}", bus.width_bits,
                                  clock_text(bus.hz), size_text(bus.max_burst_bytes), bus.outstanding_reads,
                                  bus.outstanding_writes, words[static_cast<int>(bus.arbitration)]);
  if (bus.latency_cycles > 0) notes += fmt::format(", latency {} cycles", bus.latency_cycles);
  for (const fabric::BridgeSpec& bridge : bus.bridges)
    notes += fmt::format(", bridge {} of {} bit at {}, latency {} cycles, in flight {} reads {} writes, to {}",
                         bridge.name, bridge.width_bits, clock_text(bridge.hz), bridge.latency_cycles,
                         bridge.outstanding_reads, bridge.outstanding_writes, joined(bridge.memories));
  const double rate = static_cast<double>(bus.width_bits) / 8 * static_cast<double>(bus.hz);
  return {bus.name, rate_text(rate) + (bus.duplex ? " each way" : ""), notes + " -> " + joined(bus.memories)};
}

std::string mode_text(const npu::Mode& mode) {
  std::string text = mode.name.empty() ? "" : mode.name + ": ";
  double lanes = 1;
  for (std::size_t g = 0; g < mode.unroll.size(); ++g) {
    const npu::UnrollGroup& group = mode.unroll[g];
    std::string dims;
    for (npu::Dim dim : group.dims) dims += (dims.empty() ? "" : "*") + std::string(name(dim));
    if (group.factor > 1) text += fmt::format("{} {} ", group.factor, dims);
    lanes *= group.factor;
  }
  return text + fmt::format("= {} MAC/cycle", yaml::show_number(lanes / mode.cycles_per_step));
}

std::string npu_text(const npu::NpuSpec& npu) {
  const npu::NpuTiming timing(npu);
  const auto peak = timing.peak_macs_per_cycle();
  std::vector<std::vector<std::string>> rows;
  rows.push_back({"  peak", fmt::format("{} MAC/cycle{} = {:.3g} TOPS (8 bit)", peak,
                                        npu.cores > 1 ? fmt::format(" x {} cores", npu.cores) : "",
                                        2e-12 * static_cast<double>(peak * npu.cores) * static_cast<double>(npu.hz))});
  std::vector<std::pair<std::string, std::string>> arrays;  // classes that share their modes stand on one row
  for (const auto& [op_class, modes] : npu.array) {
    if (npu.supports.count(op_class) == 0) continue;
    std::vector<std::string> texts;
    for (const npu::Mode& mode : modes) texts.push_back(mode_text(mode));
    const std::string text = joined(texts, "; ");
    const auto same = std::find_if(arrays.begin(), arrays.end(), [&](const auto& row) { return row.second == text; });
    if (same == arrays.end()) {
      arrays.emplace_back(name(op_class), text);
    } else {
      same->first += std::string(", ") + name(op_class);
    }
  }
  for (const auto& [classes, text] : arrays) rows.push_back({"  array", classes + ": " + text});
  const tile_buffer::TileBufferSpec& buffer = npu.tile_buffer;
  rows.push_back(
      {"  tile buffer",
       buffer.size_bytes == 0
           ? "none: streams from memory"
           : fmt::format("{}{}, {}, holds input{}{}{}", size_text(buffer.size_bytes),
                         buffer.reserved_bytes > 0 ? " (" + size_text(buffer.reserved_bytes) + " reserved)" : "",
                         buffer.double_buffered ? "double buffered" : "single buffered",
                         buffer.holds_weights ? ", weights" : "", buffer.holds_output ? ", output" : "",
                         buffer.holds_accumulators ? ", accumulators" : "")});
  static const char* deliveries[] = {"streamed from their memory", "staged in ", "resident on chip"};
  std::string weights = deliveries[static_cast<int>(npu.weights.delivery)] + npu.weights.staging_memory;
  weights += npu.weights.coding == npu::WeightCoding::entropy       ? ", compressed to their entropy"
             : npu.weights.coding == npu::WeightCoding::golomb_rice ? ", in Golomb-Rice codes"
             : npu.weights.compression != 1.0 ? fmt::format(", stored at {} of their size", npu.weights.compression)
                                              : "";
  rows.push_back({"  weights", weights});
  std::vector<std::string> widths;
  for (const npu::Precision& p : npu.precision)
    widths.push_back(fmt::format("{}{}x{} rate {}{}", p.floating_point ? "float " : "", p.activation_bits,
                                 p.weight_bits, yaml::show_number(p.rate), p.emulated ? " (emulated)" : ""));
  rows.push_back({"  precision", joined(widths)});
  rows.push_back({"  launch", fmt::format("{} cycles and {} of the host; {} a call", npu.launch.cycles,
                                          yaml::show(yaml::time_ps(), static_cast<double>(npu.launch.host_ps)),
                                          yaml::show(yaml::time_ps(), static_cast<double>(npu.launch.call_ps)))});
  std::vector<std::string> classes;
  for (const auto& [op_class, support] : npu.supports) classes.emplace_back(name(op_class));
  rows.push_back({"  runs", joined(classes)});
  if (!npu.fallback.to.empty())
    rows.push_back(
        {"  falls back", fmt::format("to {}, hand-over {}{}", npu.fallback.to,
                                     yaml::show(yaml::time_ps(), static_cast<double>(npu.fallback.hand_over_ps)),
                                     npu.fallback.overlap ? ", both at once where they can" : "")});
  return table(rows);
}

std::string cpu_text(const cpu::CpuSpec& cpu) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> caches;
  for (const cpu::CacheSpec& cache : cpu.caches)
    caches.push_back(fmt::format("{} {} (lines of {} B)", cache.name, size_text(cache.size_bytes), cache.line_bytes));
  rows.push_back({"  caches", caches.empty() ? "none" : joined(caches)});
  std::vector<std::string> rates;
  for (const auto& [op_class, rate] : cpu.library.rates)
    if (rate.cycles_per_mac > 0)
      rates.push_back(fmt::format("{} {}", name(op_class), yaml::show_number(rate.cycles_per_mac)));
  rows.push_back({"  library", fmt::format("{}, cycles a MAC: {}", cpu.library.name, joined(rates))});
  return table(rows);
}

std::string units_text(const Hardware& hardware) {
  std::string text;
  for (const Unit& unit : hardware.units) {
    const std::int64_t hz = unit.is_npu() ? unit.npu().hz : unit.cpu().hz;
    const int cores = unit.is_npu() ? unit.npu().cores : unit.cpu().cores;
    text += wrapped("  ",
                    fmt::format("{} ({}) at {}, {} core{}, on {}{}", unit.name, unit.is_npu() ? "NPU" : "CPU",
                                clock_text(hz), cores, cores == 1 ? "" : "s", joined(unit.buses),
                                unit.name == hardware.main_unit ? "; its clock counts `cycles`" : ""),
                    4);
    text += unit.is_npu() ? npu_text(unit.npu()) : cpu_text(unit.cpu());
  }
  return text;
}

std::string placement_text(const Placement& placement) {
  const std::string activations = placement.together
                                      ? "together in the first that holds them: " + joined(placement.activations, ", ")
                                      : joined(placement.activations, ", then ");
  return table({{"weights",
                 joined(placement.weights, ", else ") +
                     (placement.load_from.empty() ? "" : " (at a cold start loaded from " + placement.load_from + ")")},
                {"activations", activations},
                {"input", placement.input.empty() ? "as activations" : placement.input},
                {"output", placement.output.empty() ? "as activations" : placement.output}});
}

std::string sources_text(const Hardware& hardware) {
  std::string text;
  for (const Provenance& one : hardware.sources)
    if (one.status != "assumed") text += wrapped("  ", fmt::format("{} ({}): {}", one.key, one.status, one.source), 4);
  for (const Unit& unit : hardware.units) {
    if (unit.is_npu()) continue;
    for (const auto& [op_class, rate] : unit.cpu().library.rates)
      if (!rate.assumed)
        text += wrapped("  ", fmt::format("units.{}.library, {}: {}", unit.name, name(op_class), rate.source), 4);
  }
  return text.empty() ? "  none given\n" : text;
}

/// Defaults of one place on one row: "memories.dram  page_policy = open, refresh = true".
std::string defaults_text(const std::vector<std::string>& defaults) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& one : defaults) {
    const std::size_t dot = one.substr(0, one.find(" = ")).rfind('.');
    const std::string place = dot == std::string::npos ? "" : one.substr(0, dot);
    const std::string figure = dot == std::string::npos ? one : one.substr(dot + 1);
    if (!rows.empty() && rows.back().front() == place) {
      rows.back().back() += ", " + figure;
    } else {
      rows.push_back({place, figure});
    }
  }
  return table(rows);
}

std::string energy_text(const Energy& energy) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [component, figures] : energy.pj) {
    std::vector<std::string> words;
    for (const auto& [key, pj] : figures) words.push_back(fmt::format("{} {} pJ", key, yaml::show_number(pj)));
    rows.push_back({component, joined(words)});
  }
  for (const auto& [component, figures] : energy.rest_mw)
    for (const auto& [state, mw] : figures)
      rows.push_back({component, fmt::format("{} {} mW", state, yaml::show_number(mw))});
  for (const auto& [component, mw] : energy.static_mw)
    rows.push_back({component, fmt::format("static {} mW", yaml::show_number(mw))});
  return table(rows);
}

}  // namespace

double peak_bytes_per_second(const Memory& memory) {
  if (const auto* s = std::get_if<sram::SramSpec>(&memory.spec))
    return static_cast<double>(s->width_bits) / 8 * static_cast<double>(s->hz) * std::min(s->ports, s->banks);
  if (const auto* d = std::get_if<dram::DramSpec>(&memory.spec))
    return static_cast<double>(d->bus_bits) / 8 * d->beats_per_clock * static_cast<double>(d->hz) * d->channels;
  const auto& f = std::get<flash::FlashSpec>(memory.spec);
  return static_cast<double>(f.lanes) / 8 * (f.ddr ? 2 : 1) * static_cast<double>(f.hz);
}

std::vector<std::string> assumed_figures(const Hardware& hardware) {
  std::vector<std::string> assumed;
  for (const Provenance& one : hardware.sources)
    if (one.status == "assumed") assumed.push_back(one.key + ": " + one.source);
  for (const Unit& unit : hardware.units) {
    if (unit.is_npu()) continue;
    std::vector<std::string> kernels;
    for (const auto& [op_class, rate] : unit.cpu().library.rates)
      if (rate.assumed) kernels.emplace_back(name(op_class));
    if (unit.cpu().library.generic.assumed) kernels.emplace_back("everything else (generic)");
    if (!kernels.empty()) assumed.push_back(fmt::format("units.{}.library: kernels {}", unit.name, joined(kernels)));
  }
  return assumed;
}

static std::string pace_text(const fabric::TrafficSpec& t) {
  switch (t.pacing) {
    case fabric::Pacing::frames:
      return fmt::format("frames of {} at {:g} Hz", size_text(t.frame_bytes), t.frames_per_second);
    case fabric::Pacing::task:
      return fmt::format("{} every {:g} us", size_text(t.frame_bytes), 1e6 / t.frames_per_second);
    case fabric::Pacing::random:
      return rate_text(t.bytes_per_second) + " at random";
    case fabric::Pacing::steady:
      break;
  }
  return rate_text(t.bytes_per_second);
}

std::string describe(const Hardware& hardware) {
  std::string text = fmt::format("{}  ({}, digest {})\n", hardware.name, hardware.file, hardware.digest);
  text += "\nUnits\n" + units_text(hardware);
  std::vector<std::vector<std::string>> memories, buses;
  for (const Memory& memory : hardware.memories) memories.push_back(memory_row(memory));
  for (const fabric::BusSpec& bus : hardware.buses) buses.push_back(bus_row(bus));
  text += "\nMemories\n" + table(memories) + "\nBuses\n" + table(buses) + "\nPlacement\n" +
          placement_text(hardware.placement);
  if (!hardware.traffic.empty()) {
    text += "\nBackground traffic\n";
    for (const fabric::TrafficSpec& t : hardware.traffic)
      text += wrapped("  ",
                      fmt::format("{} {}s {} on {}, {} in bursts of {}", t.name, t.write ? "write" : "read", t.memory,
                                  t.bus, pace_text(t), size_text(t.burst_bytes)),
                      4);
  }
  if (!hardware.energy.pj.empty() || !hardware.energy.static_mw.empty())
    text += "\nEnergy\n" + energy_text(hardware.energy);
  text += "\nWhere the figures come from\n" + sources_text(hardware);
  const std::vector<std::string> assumed = assumed_figures(hardware);
  text += fmt::format("\nASSUMED ({}): no source; check these first when a result matters\n", assumed.size());
  for (const std::string& one : assumed) text += wrapped("  ! ", one, 4);
  text += fmt::format("\nDefaults ({}): not in the file\n", hardware.defaults.size());
  text += defaults_text(hardware.defaults);
  return text;
}

std::string describe(const yaml::Document& document) {
  Hardware hardware = from_document(document);
  for (const Memory& memory : hardware.memories) {
    const std::string preset = fmt::format("memories.{}.preset", memory.name);
    const yaml::Node* serial = find_path(document, preset);
    if (serial != nullptr && std::holds_alternative<flash::FlashSpec>(memory.spec)) {
      const flash::PresetSource& source = flash::preset_source(serial->text);
      hardware.sources.push_back({preset, source.text, source.status});
    }
    const auto* dram = std::get_if<dram::DramSpec>(&memory.spec);
    if (dram == nullptr || dram->preset.empty()) continue;
    for (Provenance one : dram_preset_sources(dram->preset, std::filesystem::path(hardware.file).parent_path())) {
      const yaml::Node* own = find_path(document, fmt::format("memories.{}.{}", memory.name, one.key));
      if (own != nullptr && own->kind == yaml::Kind::scalar) continue;  // given in its place
      one.key = fmt::format("{}, {}", preset, one.key);
      hardware.sources.push_back(std::move(one));
    }
  }
  std::string text = describe(hardware);
  const std::vector<std::string> bare = figures_without_source(document);
  if (!bare.empty())
    text += fmt::format("\nNO SOURCE ({}): nothing in `sources` speaks for these\n", bare.size()) +
            wrapped("  ! ", joined(bare), 4);
  return text;
}

}  // namespace presil::hw

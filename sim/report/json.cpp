#include "sim/report/json.hpp"

#include <nlohmann/json.hpp>

#include "sim/report/derived.hpp"

namespace presil::report {
namespace {

using common::Cause;
using common::CauseTimes;
using common::Tick;
using Json = nlohmann::ordered_json;

constexpr const char* kind_names[] = {"input", "weights", "output", "spill", "none"};  // as traces::DataKind

/// Builds an object of keys that are known to differ: appending skips the search for duplicates.
class Object {
 public:
  explicit Object(std::size_t members) { members_.reserve(members); }

  Object& add(const std::string& key, Json value) {
    members_.emplace_back(key, std::move(value));
    return *this;
  }
  /// The time as `<key>_ps` and, derived, `<key>_ms`.
  Object& time(const std::string& key, Tick ps) {
    add(key + "_ps", ps);
    return add(key + "_ms", static_cast<double>(ps) / 1e9);
  }
  Json json() { return Json(std::move(members_)); }

 private:
  Json::object_t members_;
};

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json causes(const CauseTimes& times) {
  Object object(common::cause_count);
  for (std::size_t c = 0; c < common::cause_count; ++c) {
    const Cause cause = static_cast<Cause>(c);
    object.add(common::name(cause), times[cause]);
  }
  return object.json();
}

Json inferences_json(const Result& result) {
  const Inferences found = inferences(result);
  Object object(5);
  object.add("count", found.count).add("cold_ps", or_null(found.cold)).add("warm_ps", or_null(found.warm));
  return object.add("interval_ps", or_null(found.interval)).add("ends_ps", result.inference_ends).json();
}

Json units(const Result& result) {
  Object object(result.units.size());
  for (const auto& unit : result.units) {
    Object lost(unit.lost.size());
    for (const auto& to : unit.lost) lost.add(to.master, to.ps);
    Object row(10);
    row.add("moved_bytes", unit.moved_bytes).add("lost_to_ps", lost.json());
    row.add("unit", unit.unit).add("jobs", unit.jobs).add("busy_ps", unit.busy).add("stall_ps", unit.stalls.total());
    object.add(unit.name, row.add("idle_ps", unit.idle).add("stalls_ps", causes(unit.stalls)).json());
  }
  return object.json();
}

Json kinds(const replay::MemoryResult& memory) {
  Object object(memory.kinds.size());
  for (std::size_t k = 0; k < memory.kinds.size(); ++k) {
    const replay::Traffic& traffic = memory.kinds[k];
    Object row(4);
    row.add("read_bytes", traffic.read_bytes).add("write_bytes", traffic.write_bytes);
    row.add("redundant_read_bytes", traffic.redundant_read_bytes);
    object.add(kind_names[k], row.add("redundant_write_bytes", traffic.redundant_write_bytes).json());
  }
  return object.json();
}

Json cache_json(const cache::CacheCounters& counters) {
  Object row(11);
  row.add("hits", counters.hits).add("misses", counters.misses);
  const std::int64_t lines = counters.hits + counters.misses;
  row.add("hit_rate",
          lines > 0 ? Json(static_cast<double>(counters.hits) / static_cast<double>(lines)) : Json(nullptr));
  row.add("read_bytes", counters.read_bytes).add("write_bytes", counters.write_bytes);
  row.add("passed_bytes", counters.passed_bytes).add("fills", counters.fills).add("prefetches", counters.prefetches);
  row.add("useful_prefetches", counters.useful_prefetches).add("write_backs", counters.write_backs);
  return row.add("written_through_bytes", counters.written_through_bytes).json();
}

Json memories(const Result& result) {
  Object object(result.memories.size());
  for (const auto& memory : result.memories) {
    const common::MemoryCounters& counters = memory.counters;
    Object row(20);
    row.add("type", memory.type).add("size_bytes", memory.size_bytes);
    row.add("read_bytes", counters.read_bytes).add("write_bytes", counters.write_bytes);
    row.add("useful_bytes", memory.useful_bytes).add("kinds", kinds(memory)).add("bursts", counters.bursts);
    row.add("row_hits", counters.row_hits).add("row_misses", counters.row_misses);
    row.add("row_conflicts", counters.row_conflicts);
    row.add("refreshes", counters.refreshes).add("turnarounds", counters.turnarounds);
    row.add("power_down_ps", counters.power_down_ps).add("self_refresh_ps", counters.self_refresh_ps);
    row.add("bytes_per_second", per_second(moved_bytes(memory), result.latency));
    row.add("peak_bytes_per_second", memory.peak_bytes_per_second);
    row.add("busy_ps", memory.busy).add("stall_ps", memory.stalls.total()).add("idle_ps", memory.idle);
    if (memory.cache) row.add("cache", cache_json(*memory.cache));
    object.add(memory.name, row.add("stalls_ps", causes(memory.stalls)).json());
  }
  return object.json();
}

Json peak_bytes(const Result& result) {
  Object object(result.memories.size());
  for (const auto& memory : result.memories) object.add(memory.name, memory.peak_bytes);
  return object.json();
}

Json tiling(const replay::TilingOverhead& tiling) {
  Object object(9);
  object.add("extra_bytes", tiling.extra_bytes).add("halo_bytes", tiling.halo_bytes);
  object.add("refetch_bytes", tiling.refetch_bytes).add("spill_bytes", tiling.spill_bytes);
  object.add("extra_macs", tiling.extra_macs).add("overhead_ps", or_null(tiling.overhead));
  object.add("bytes_ps", or_null(tiling.bytes_part)).add("macs_ps", or_null(tiling.macs_part));
  return object.add("setup_ps", or_null(tiling.setup_part)).json();
}

Json energy(const Result& result) {
  Json parts = Json::array();
  for (const auto& part : result.energy) {
    Object row(3);
    parts.push_back(row.add("component", part.component).add("what", part.what).add("uj", or_null(part.uj)).json());
  }
  return parts;
}

Json roofline_json(const Result& result) {
  const Roofline found = roofline(result);
  Object roofs(result.memories.size());
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    Object roof(2);
    roof.add("macs_per_byte", or_null(found.memories[m].macs_per_byte));
    roofs.add(result.memories[m].name,
              roof.add("attainable_macs_per_second", or_null(found.memories[m].attainable)).json());
  }
  Object object(6);
  object.add("macs", found.macs).add("peak_macs_per_second", or_null(found.peak));
  object.add("attained_macs_per_second", found.attained).add("attainable_macs_per_second", or_null(found.attainable));
  const std::string limit = found.limit < 0 ? result.main_unit : result.memories[found.limit].name;
  return object.add("limit", found.attainable ? Json(limit) : Json(nullptr)).add("memories", roofs.json()).json();
}

Json traffic(const Result& result) {
  Object object(result.traffic.size());
  for (const auto& master : result.traffic) {
    Object row(8);
    row.add("bytes", master.bytes).add("bytes_per_second", per_second(master.bytes, result.latency));
    row.add("late_bursts", master.late_bursts).add("periods", master.periods);
    row.add("missed_periods", master.missed_periods).add("taken_ps", master.taken);
    object.add(master.name, row.add("worst_wait_ps", master.worst_wait).json());
  }
  return object.json();
}

Json by_memory(const Result& result, const std::vector<std::int64_t>& bytes) {
  Object object(result.memories.size());
  for (std::size_t m = 0; m < result.memories.size(); ++m)
    object.add(result.memories[m].name, m < bytes.size() ? bytes[m] : 0);
  return object.json();
}

Json operator_row(const Result& result, const replay::OperatorResult& op) {
  Object row(32);
  row.add("index", op.index).add("name", op.name).add("type", op.type).add("class", common::name(op.op_class));
  row.add("unit", or_null(op.unit)).add("fused_into", op.fused_into < 0 ? Json(nullptr) : Json(op.fused_into));
  row.add("free_reason", or_null(op.free_reason)).add("fallback_reason", or_null(op.fallback_reason));
  row.add("note", or_null(op.note));
  row.time("start", op.start).time("end", op.end).time("duration", op.end - op.start);
  row.add("stack_ps", causes(op.stack)).add("macs", op.macs).add("tiles", op.tiles);
  Object tile(3);
  row.add("tile", tile.add("h", op.tile_h).add("w", op.tile_w).add("oc", op.tile_oc).json());
  row.add("output_shape", op.output_shape);
  row.add("utilisation", op.macs > 0 && op.utilisation > 0 ? Json(op.utilisation) : Json(nullptr));
  row.add("utilisation_reason", or_null(op.utilisation_reason));
  row.add("bound", op.bound == replay::Bound::none ? Json(nullptr) : Json(replay::name(op.bound)));
  row.add("read_bytes", by_memory(result, op.read_bytes)).add("write_bytes", by_memory(result, op.write_bytes));
  return row.add("redundant_bytes", op.redundant_bytes).add("energy_uj", or_null(op.energy_uj)).json();
}

Json operators(const Result& result) {
  Json rows = Json::array();
  rows.get_ref<Json::array_t&>().reserve(result.operators.size());
  for (const auto& op : result.operators) rows.push_back(operator_row(result, op));
  return rows;
}

Json buffers(const Result& result) {
  Json rows = Json::array();
  for (const auto& buffer : result.buffers) {
    Object row(7);
    row.add("name", buffer.name).add("memory", buffer.memory).add("address", buffer.address).add("bytes", buffer.bytes);
    row.add("first_op", buffer.first_op).add("last_op", buffer.last_op);
    rows.push_back(row.add("constant", buffer.constant).json());
  }
  return rows;
}

/// Names come from files and need not be UTF-8: what is not becomes U+FFFD.
std::string compact(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// One line for a figure or a flat section, one line a row for sections of rows: easy to read, to grep and to diff.
std::string laid_out(const Json& document) {
  std::string text = "{\n";
  for (auto member = document.begin(); member != document.end(); ++member) {
    const Json& value = member.value();
    text += "  " + compact(Json(member.key())) + ": ";
    const bool rows = value.is_structured() && !value.empty() && value.front().is_structured();
    if (rows) {
      text += value.is_array() ? "[\n" : "{\n";
      for (auto row = value.begin(); row != value.end(); ++row) {
        text += row == value.begin() ? "    " : ",\n    ";
        if (value.is_object()) text += compact(Json(row.key())) + ": ";
        text += compact(row.value());
      }
      text += value.is_array() ? "\n  ]" : "\n  }";
    } else {
      text += compact(value);
    }
    text += std::next(member) == document.end() ? "\n" : ",\n";
  }
  return text + "}\n";
}

}  // namespace

std::string json(const Result& result) {
  Object root(32);
  root.add("network", result.network).add("hardware", result.hardware).time("latency", result.latency);
  root.add("main_unit", result.main_unit).add("clock_hz", result.main_hz).add("cycles", or_null(cycles(result)));
  root.add("inferences_per_second", inferences_per_second(result)).add("inferences", inferences_json(result));
  root.add("energy_uj", or_null(result.energy_uj)).add("notes", result.notes);
  root.add("stack_ps", causes(result.stack)).add("units", units(result)).add("memories", memories(result));
  root.add("peak_bytes", peak_bytes(result)).add("tiling", tiling(result.tiling)).add("energy", energy(result));
  root.add("roofline", roofline_json(result)).add("dependency_share", result.dependency_share);
  root.add("traffic", traffic(result)).add("operators", operators(result)).add("buffers", buffers(result));
  root.add("jobs", result.jobs).add("bursts", result.bursts);
  root.add("network_digest", result.network_digest).add("hardware_digest", result.hardware_digest);
  return laid_out(root.json());
}

}  // namespace presil::report

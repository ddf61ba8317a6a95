#include "sim/study/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "models/common/error.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::study {
namespace {

using common::Error;

struct Word {
  const char* text;
  FigureKind kind;
  bool named;  // "read sram": a unit or memory follows
};

const std::vector<Word>& words() {
  static const std::vector<Word> all = {{"latency", FigureKind::latency, false},
                                        {"busy", FigureKind::busy, true},
                                        {"read", FigureKind::read, true},
                                        {"written", FigureKind::written, true},
                                        {"moved", FigureKind::moved, true},
                                        {"peak", FigureKind::peak, true},
                                        {"weights", FigureKind::weights, false},
                                        {"energy", FigureKind::energy, false},
                                        {"operator time", FigureKind::operator_time, false},
                                        {"operator compute", FigureKind::operator_compute, false}};
  return all;
}

enum class Dimension : std::uint8_t { time, bytes, energy };

Dimension dimension(FigureKind kind) {
  switch (kind) {
    case FigureKind::latency:
    case FigureKind::busy:
    case FigureKind::operator_time:
    case FigureKind::operator_compute:
      return Dimension::time;
    case FigureKind::energy:
      return Dimension::energy;
    default:
      return Dimension::bytes;
  }
}

[[noreturn]] void foreign_unit(const std::string& unit, const char* known) {
  throw Error(fmt::format("'{}' is no unit of it; known: {}", unit, known));
}

template <class Item>
const Item& named(const std::vector<Item>& items, const std::string& name, const char* what) {
  std::vector<std::string> names;
  for (const Item& item : items) {
    if (item.name == name) return item;
    names.push_back(item.name);
  }
  throw Error(fmt::format("the chip has no {} '{}'; {}", what, name, yaml::suggestion(name, names)));
}

/// All but waiting for other work and for memories that others hold.
double own_work(const replay::CauseTimes& stack) {
  using common::Cause;
  double sum = 0;
  for (Cause cause : {Cause::compute, Cause::input_stream, Cause::output_stream, Cause::weight_stream, Cause::launch,
                      Cause::overhead})
    sum += static_cast<double>(stack.ps[static_cast<std::size_t>(cause)]);
  return sum;
}

const replay::OperatorResult& operator_at(const replay::Result& result, std::int32_t index) {
  if (index < 0 || static_cast<std::size_t>(index) >= result.operators.size())
    throw Error(fmt::format("the network has {} operators, none is number {}", result.operators.size(), index));
  return result.operators[static_cast<std::size_t>(index)];
}

}  // namespace

Figure figure_of(const std::string& text, const std::string& where) {
  std::vector<std::string> known;
  for (const Word& word : words()) {
    Figure figure;
    figure.kind = word.kind;
    const std::string begin = std::string(word.text) + " ";
    if (!word.named && text == word.text) return figure;
    if (word.named && text.rfind(begin, 0) == 0 && text.size() > begin.size()) {
      figure.of = text.substr(begin.size());
      return figure;
    }
    known.push_back(word.named ? begin + (word.kind == FigureKind::busy ? "UNIT" : "MEMORY") : word.text);
  }
  throw Error(fmt::format("{}: '{}' is no figure of a result; known: {}", where, text, fmt::join(known, ", ")));
}

std::optional<Figure> usual_figure(const std::string& quantity) {
  static const std::map<std::string, FigureKind> usual = {
      {"latency", FigureKind::latency},   {"latency_ms", FigureKind::latency}, {"latency_us", FigureKind::latency},
      {"latency_s", FigureKind::latency}, {"cycles", FigureKind::latency},     {"fps", FigureKind::latency},
      {"energy_uj", FigureKind::energy},  {"weight_kib", FigureKind::weights}};
  const auto found = usual.find(quantity);
  if (found == usual.end()) return std::nullopt;
  Figure figure;
  figure.kind = found->second;
  return figure;
}

bool is_time(const Figure& figure) {
  return dimension(figure.kind) == Dimension::time;
}

double in_unit(const Figure& figure, double base, const std::string& unit, std::int64_t hz) {
  const double all = base * figure.times;
  switch (dimension(figure.kind)) {
    case Dimension::time: {
      static const std::map<std::string, double> ps = {{"ns", 1e3}, {"us", 1e6}, {"ms", 1e9}, {"s", 1e12}};
      if (const auto found = ps.find(unit); found != ps.end()) return all / found->second;
      if (unit == "cycles") return all * 1e-12 * static_cast<double>(hz);
      if (unit == "fps" || unit == "1/s") return all > 0 ? 1e12 / all : 0;
      foreign_unit(unit, "ns, us, ms, s, cycles, fps, 1/s");
    }
    case Dimension::bytes: {
      static const std::map<std::string, double> bytes = {
          {"B", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"kB", 1e3}, {"MB", 1e6}};
      if (const auto found = bytes.find(unit); found != bytes.end()) return all / found->second;
      if (unit == "beats") return all / static_cast<double>(figure.beat);
      foreign_unit(unit, "B, KiB, MiB, kB, MB, beats");
    }
    case Dimension::energy:
      if (unit == "uJ") return all;
      if (unit == "mJ") return all / 1e3;
      foreign_unit(unit, "uJ, mJ");
  }
  return 0;
}

double value_of(const Figure& figure, const replay::Result& result, std::int32_t operator_index) {
  const auto memories = [&](auto&& bytes) {  // "peak npu_ram+axi_sram": of all of them
    double sum = 0;
    for (std::size_t at = 0; at <= figure.of.size();) {
      const std::size_t end = std::min(figure.of.find('+', at), figure.of.size());
      sum += static_cast<double>(bytes(named(result.memories, figure.of.substr(at, end - at), "memory")));
      at = end + 1;
    }
    return sum;
  };
  using Memory = replay::MemoryResult;
  switch (figure.kind) {
    case FigureKind::latency:
      return static_cast<double>(result.latency);
    case FigureKind::busy:
      return static_cast<double>(named(result.units, figure.of, "unit").busy);
    case FigureKind::read:
      return memories([](const Memory& memory) { return memory.counters.read_bytes; });
    case FigureKind::written:
      return memories([](const Memory& memory) { return memory.counters.write_bytes; });
    case FigureKind::moved:
      return memories([](const Memory& memory) { return memory.counters.read_bytes + memory.counters.write_bytes; });
    case FigureKind::peak:
      return memories([](const Memory& memory) { return memory.peak_bytes; });
    case FigureKind::weights: {
      double sum = 0;
      for (const auto& buffer : result.buffers)
        if (buffer.constant) sum += static_cast<double>(buffer.bytes);
      return sum;
    }
    case FigureKind::energy:
      if (!result.energy_uj) throw Error("energy is not known: a figure is missing in the hardware file");
      return *result.energy_uj;
    case FigureKind::operator_time: {
      const auto& op = operator_at(result, operator_index);
      return static_cast<double>(op.end - op.start);
    }
    case FigureKind::operator_compute:
      return own_work(operator_at(result, operator_index).stack);
  }
  return 0;
}

}  // namespace presil::study

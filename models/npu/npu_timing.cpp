#include "models/npu/npu_timing.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace presil::npu {
namespace {

using Extents = std::array<std::int64_t, dim_count>;

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

double macs_per_cycle(const Mode& mode) {
  double lanes = 1.0 / mode.cycles_per_step;
  for (const UnrollGroup& group : mode.unroll) lanes *= group.factor;
  return lanes;
}

Extents extents(const Work& work, const Mode* mode) {
  std::int64_t ic = work.ic;
  if (mode != nullptr && mode->pad_ic_to > 0) ic = ceil_div(ic, mode->pad_ic_to) * mode->pad_ic_to;
  return {work.n, work.oc, ic, work.oh, work.ow, work.kh, work.kw};
}

bool contains(const std::vector<Dim>& dims, Dim dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

constexpr std::uint8_t bit(Dim dim) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(dim));
}

/// Steps over the dimensions inside `minimum_over`, and over the others.
struct Steps {
  std::int64_t inner = 1, outer = 1;
  std::int64_t total() const { return inner * outer; }
};

template <class Groups>
Steps steps(const Groups& groups, const Extents& extent) {
  Steps result;
  for (const auto& group : groups) {
    std::int64_t product = extent[group.dims[0]];
    for (std::uint8_t d = 1; d < group.count; ++d) product *= extent[group.dims[d]];
    (group.inner ? result.inner : result.outer) *= group.factor == 1 ? product : ceil_div(product, group.factor);
  }
  return result;
}

/// Blocks of steps over the dimensions that `over` names; a dimension that no mode unrolls is stepped through one by
/// one.
template <class Groups>
std::int64_t blocks(const Groups* groups, const Extents& extent, const std::array<std::int32_t, dim_count>& over) {
  std::int64_t result = 1;
  const auto count = [&result](std::int64_t steps, std::int32_t block) {
    if (block > 0) result *= ceil_div(steps, block);
  };
  if (groups == nullptr) {
    for (std::size_t d = 0; d < dim_count; ++d) count(extent[d], over[d]);
    return result;
  }
  for (const auto& group : *groups) {
    std::int64_t product = 1;
    std::int32_t block = 0;
    for (std::uint8_t d = 0; d < group.count; ++d) {
      product *= extent[group.dims[d]];
      block = std::max(block, over[group.dims[d]]);
    }
    count(ceil_div(product, group.factor), block);
  }
  return result;
}

double step_cycles(const Mode& mode, const Work& work) {
  if (mode.cycles_per_step_by_weight_bits.empty() && mode.cycles_per_step_by_activation_bits.empty())
    return mode.cycles_per_step;
  const auto by_weight = mode.cycles_per_step_by_weight_bits.find(work.weight_bits);
  if (by_weight != mode.cycles_per_step_by_weight_bits.end()) return by_weight->second;
  const auto by_activation = mode.cycles_per_step_by_activation_bits.find(work.activation_bits);
  if (by_activation != mode.cycles_per_step_by_activation_bits.end()) return by_activation->second;
  return mode.cycles_per_step;
}

std::int64_t whole(double cycles) {
  const auto floor = static_cast<std::int64_t>(cycles);
  return floor + (cycles - static_cast<double>(floor) > 1e-9 ? 1 : 0);
}

bool applies(const Overhead& overhead, OpClass op_class) {
  return overhead.classes.empty() ||
         std::find(overhead.classes.begin(), overhead.classes.end(), op_class) != overhead.classes.end();
}

}  // namespace

const char* name(Dim dim) {
  static constexpr const char* names[] = {"n", "oc", "ic", "oh", "ow", "kh", "kw"};
  return names[static_cast<std::size_t>(dim)];
}

NpuTiming::NpuTiming(const NpuSpec& spec) : spec_(spec), peak_(spec.macs_per_cycle) {
  if (spec_.tile_buffer.size_bytes > 0) tile_buffer_.emplace(spec_.tile_buffer);
  double most = 0;
  for (std::size_t c = 0; c < common::op_class_count; ++c) {
    const auto op_class = static_cast<OpClass>(c);
    FastClass& fast = classes_[c];
    const auto modes = spec_.array.find(op_class);
    if (modes != spec_.array.end())
      for (const Mode& m : modes->second) {
        FastMode compiled;
        compiled.mode = &m;
        std::uint8_t grouped = 0;
        double lanes = 1;
        for (const UnrollGroup& group : m.unroll) {
          FastMode::Group g;
          g.factor = group.factor;
          g.inner = !m.minimum_over.empty();
          for (Dim dim : group.dims) {
            g.dims[g.count++] = static_cast<std::uint8_t>(dim);
            grouped |= bit(dim);
            if (dim == Dim::oc) compiled.oc_lanes = group.factor;
            g.inner = g.inner && contains(m.minimum_over, dim);
          }
          lanes *= group.factor;
          compiled.groups.push_back(g);
        }
        for (int d = 0; d < dim_count; ++d)
          if (!(grouped >> d & 1))
            compiled.groups.push_back(
                {{static_cast<std::uint8_t>(d)}, 1, 1, contains(m.minimum_over, static_cast<Dim>(d))});
        most = std::max(most, lanes / m.cycles_per_step);
        fast.modes.push_back(std::move(compiled));
      }
    for (const Overhead& o : spec_.overheads)
      if (o.per != Per::op && applies(o, op_class))
        fast.overheads.push_back(
            {o.per, o.cycles, o.over,
             std::any_of(o.over.begin(), o.over.end(), [](std::int32_t blocks) { return blocks > 0; }), o.hidden,
             o.only_when_pixels_up_to});
    double per_output =
        spec_.streams.output_elements_per_cycle > 0 ? 1.0 / spec_.streams.output_elements_per_cycle : 0.0;
    const auto by_class = spec_.streams.output_cycles_per_element.find(op_class);
    if (by_class != spec_.streams.output_cycles_per_element.end()) per_output = by_class->second;
    for (std::size_t p = 0; p < fast.output_cycles.size(); ++p) {
      const auto by_post_op = spec_.streams.post_op_cycles_per_element.find(static_cast<common::PostOp>(p));
      fast.output_cycles[p] = by_post_op == spec_.streams.post_op_cycles_per_element.end()
                                  ? per_output
                                  : std::max(per_output, by_post_op->second);
    }
  }
  if (peak_ == 0) peak_ = static_cast<std::int64_t>(most);
}

const NpuTiming::FastMode* NpuTiming::mode(const Work& work) const {
  const FastClass& fast = classes_[static_cast<std::size_t>(work.op_class)];
  if (fast.modes.empty()) return nullptr;
  assert(work.mode < fast.modes.size());
  return &fast.modes[work.mode];
}

std::int64_t NpuTiming::passes(const Work& work) const {
  const FastMode* m = mode(work);
  return m == nullptr ? 1 : ceil_div(work.oc, m->oc_lanes);
}

double NpuTiming::precision_rate(int activation_bits, int weight_bits, bool floating_point) const {
  if (spec_.precision.empty()) return !floating_point && activation_bits == 8 && weight_bits == 8 ? 1.0 : 0.0;
  for (const Precision& p : spec_.precision)
    if (p.activation_bits == activation_bits && p.weight_bits == weight_bits && p.floating_point == floating_point)
      return p.rate;
  return 0.0;
}

std::string NpuTiming::slow_widths(const Work& work) const {
  for (const Precision& p : spec_.precision) {
    if (p.activation_bits != work.activation_bits || p.weight_bits != work.weight_bits ||
        p.floating_point != work.floating_point || p.rate >= 1)
      continue;
    std::ostringstream text;
    text << (p.floating_point ? "float " : "") << p.activation_bits << "-bit activations with " << p.weight_bits
         << "-bit weights run at " << p.rate << " of the native rate";
    if (p.emulated) text << ", emulated in passes of the native type";
    return text.str();
  }
  return {};
}

std::int64_t NpuTiming::launch_cycles(OpClass op_class) const {
  double cycles = static_cast<double>(spec_.launch.cycles);
  for (const Overhead& overhead : spec_.overheads)
    if (overhead.per == Per::op && applies(overhead, op_class)) cycles += overhead.cycles;
  return whole(cycles);
}

StageCycles NpuTiming::cost(const Work& work) const {
  StageCycles result;
  const FastClass& fast = classes_[static_cast<std::size_t>(work.op_class)];
  const FastMode* m = mode(work);
  Steps count;
  if (m != nullptr) {
    count = steps(m->groups, extents(work, m->mode));
    const double inner =
        std::max(m->mode->minimum_cycles, static_cast<double>(count.inner) * step_cycles(*m->mode, work));
    double rate = precision_rate(work.activation_bits, work.weight_bits, work.floating_point);
    if (rate <= 0) rate = 1.0;  // classes without weights pass their own widths; support was checked by the planner
    result.array = whole(static_cast<double>(count.outer) * inner / rate);
  }

  const Streams& streams = spec_.streams;
  if (streams.input_elements_per_cycle > 0) {
    const std::int64_t times = streams.input_again_per_pass && m != nullptr ? passes(work) : 1;
    result.input = whole(static_cast<double>(work.input_elements * times) / streams.input_elements_per_cycle);
  }
  if (streams.weight_bytes_per_cycle > 0 && work.weight_bytes > 0)
    result.weights = whole(static_cast<double>(work.weight_bytes) / streams.weight_bytes_per_cycle);
  result.output =
      whole(static_cast<double>(work.output_elements) * fast.output_cycles[static_cast<std::size_t>(work.post_op)]);

  double added = 0, added_per_tile = 0, hidden = 0;
  if (streams.output_drains && work.last) added += static_cast<double>(std::min(result.array, result.output));
  for (const FastOverhead& overhead : fast.overheads) {
    const std::int64_t pixels = static_cast<std::int64_t>(work.oh) * work.ow;
    if (overhead.only_when_pixels_up_to > 0 && pixels > overhead.only_when_pixels_up_to) continue;
    double times = 1;
    switch (overhead.per) {
      case Per::step:
        times = static_cast<double>(!overhead.over_some
                                        ? count.total()
                                        : blocks(m == nullptr ? nullptr : &m->groups,
                                                 extents(work, m == nullptr ? nullptr : m->mode), overhead.over));
        break;
      case Per::row:
        times = work.oh;
        break;
      case Per::column:
        times = work.ow;
        break;
      case Per::pixel:
        times = static_cast<double>(pixels);
        break;
      case Per::pass:
        times = static_cast<double>(passes(work));
        break;
      case Per::tile:
      case Per::op:
        break;
    }
    if (overhead.hidden) {
      hidden += overhead.cycles * times;
    } else {
      added += overhead.cycles * times;
      if (overhead.per == Per::tile) added_per_tile += overhead.cycles;
    }
  }
  result.array = std::max(result.array, whole(hidden));
  if (tile_buffer_ && streams.input_elements_per_cycle > 0) {
    // The next tile's input is written while this one's is read, in beats as wide as the array's input.
    const std::int64_t fill = whole(static_cast<double>(work.input_elements) / streams.input_elements_per_cycle);
    added += static_cast<double>(tile_buffer_->conflict_cycles(fill, result.input, result.total()));
  }
  result.overhead = whole(added);
  result.tile_overhead = std::min(result.overhead, whole(added_per_tile));
  if (result.total() == 0) result.array = 1;  // nothing is silently free: one cycle at the least
  return result;
}

std::vector<int> NpuTiming::usable_modes(OpClass op_class, int kh, int kw, int ic, int stride) const {
  std::vector<int> usable;
  const auto found = spec_.array.find(op_class);
  if (found == spec_.array.end()) return usable;
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    const Mode& m = found->second[i];
    if (m.max_kernel_h > 0 && kh > m.max_kernel_h) continue;
    if (m.max_kernel_w > 0 && kw > m.max_kernel_w) continue;
    if (m.min_ic > 0 && ic < m.min_ic) continue;
    if (m.max_ic > 0 && ic > m.max_ic) continue;
    if (m.max_stride > 0 && stride > m.max_stride) continue;
    usable.push_back(static_cast<int>(i));
  }
  return usable;
}

std::string NpuTiming::saved_products(const Work& work) const {
  const FastMode* m = mode(work);
  const double ratio = m == nullptr ? 0 : macs_per_cycle(*m->mode) / static_cast<double>(peak_);
  if (ratio < 1.01) return {};
  std::ostringstream words;
  words << (m->mode->name.empty() ? common::name(work.op_class) : m->mode->name) << " does " << std::setprecision(3)
        << ratio << " MACs with each multiplication";
  return words.str();
}

std::string NpuTiming::idle_lanes(const Work& work) const {
  const FastMode* m = mode(work);
  if (m == nullptr) return {};
  const Extents extent = extents(work, nullptr);
  double worst = 0.1;
  std::string words;
  const double lanes = macs_per_cycle(*m->mode);
  if (lanes < (1 - worst) * static_cast<double>(peak_)) {  // depthwise on an array that shares inputs, say
    worst = 1 - lanes / static_cast<double>(peak_);
    words = std::string(common::name(work.op_class)) + " uses " + std::to_string(static_cast<int>(lanes)) + " of " +
            std::to_string(peak_) + " MAC a cycle: " + std::to_string(static_cast<int>(std::lround(worst * 100))) +
            " % idle lanes";
  }
  for (const UnrollGroup& group : m->mode->unroll) {
    std::int64_t product = 1;
    std::string what;
    for (Dim dim : group.dims) {
      product *= extent[static_cast<std::size_t>(dim)];
      static constexpr const char* plain[] = {"images",         "output channels", "input channels", "output rows",
                                              "output columns", "kernel rows",     "kernel columns"};
      what += (what.empty() ? "" : " x ") + std::string(plain[static_cast<std::size_t>(dim)]);
    }
    const std::int64_t rounds = ceil_div(product, group.factor);
    const double idle = 1.0 - static_cast<double>(product) / static_cast<double>(rounds * group.factor);
    if (idle <= worst) continue;
    worst = idle;
    words = std::to_string(product) + " " + what + " on " + std::to_string(group.factor) +
            " lanes: " + std::to_string(rounds) + (rounds == 1 ? " pass, " : " passes, ") +
            std::to_string(static_cast<int>(std::lround(idle * 100))) + " % idle lanes";
  }
  return words;
}

}  // namespace presil::npu

// How data movement follows: reshapes, slices, concatenations, splits, gathers, tables repeated for every anchor.
#include <fmt/format.h>

#include <algorithm>

#include "sim/graph/constants.hpp"
#include "sim/graph/fail.hpp"
#include "sim/transform/follow.hpp"

namespace presil::transform {

using graph::OpClass;

void Follow::reshape(const Operator& op) {
  const Tensor& out = tensor(op.outputs[0]);
  const std::size_t from = op.name == "BITCAST" ? 1 : 0;
  if (from == 1) refuse(op, "it changes the element type");
  const auto extents = regroup(in(op, 0), out.shape);
  if (!extents) {
    refuse(op, fmt::format("{} becomes {}, and nobody can tell which of the new dimensions follow",
                           graph::shape_text(tensor(op, 0).shape), graph::shape_text(out.shape)));
  }
  if (op.name == "SQUEEZE") {
    for (std::size_t d = 0, kept = 0; d < in(op, 0).size(); ++d) {
      const auto& axes = op.options.axes;
      const bool gone = axes.empty() ? in(op, 0)[d].was() == 1
                                     : std::find(axes.begin(), axes.end(), static_cast<int>(d)) != axes.end();
      if (gone && in(op, 0)[d].now() != 1) refuse(op, "it removes a dimension that is no longer 1");
      kept += !gone;
    }
  }
  if (op.name == "RESHAPE" && has(op, 1)) {
    std::vector<std::int64_t> target = now(*extents);
    if (const auto was = graph::integers(tensor(op, 1)); was && was->size() == target.size()) {
      for (std::size_t d = 0; d < target.size(); ++d) {
        if (was->at(d) == -1) target[d] = -1;  // computed by the runtime, rightly
      }
    }
    demand(op, 1, std::move(target));
  }
  set(op, 0, *extents);
}

void Follow::transpose(const Operator& op) {
  Extents out;
  for (const int axis : op.options.axes) out.push_back(in(op, 0)[static_cast<std::size_t>(axis)]);
  if (out.size() != in(op, 0).size()) refuse(op, "its permutation is computed at run time");
  set(op, 0, std::move(out));
}

namespace {

/// A range that ends at the border ends there still; one that does not, cuts something out: nobody knows what.
constexpr const char* kCuts = "it cuts a piece out of a dimension that changes; take the whole or cut to the border";

}  // namespace

void Follow::slice(const Operator& op) {
  const Extents& x = in(op, 0);
  const std::vector<std::int64_t> begin = values_was(op, 1);
  std::vector<std::int64_t> size = values_was(op, 2);
  if (begin.size() != x.size() || size.size() != x.size()) refuse(op, "its ranges do not fit its input");
  Extents out;
  for (std::size_t d = 0; d < x.size(); ++d) {
    const std::int64_t extent = size[d] == -1 ? x[d].was() - begin[d] : size[d];
    if (!x[d].changed()) {
      out.push_back(fixed(extent));
      continue;
    }
    if (begin[d] + extent != x[d].was()) refuse(op, kCuts);
    out.push_back(begin[d] == 0 ? x[d] : moved(extent, x[d].now() - begin[d]));
    if (size[d] != -1) size[d] = x[d].now() - begin[d];
  }
  demand(op, 2, std::move(size));
  set(op, 0, std::move(out));
}

void Follow::strided_slice(const Operator& op) {
  const Extents& x = in(op, 0);
  const graph::Options& o = op.options;
  const std::vector<std::int64_t> begin = values_was(op, 1), step = values_was(op, 3);
  std::vector<std::int64_t> end = values_was(op, 2);
  if (o.ellipsis_mask != 0 || o.new_axis_mask != 0 || begin.size() > x.size()) {
    refuse(op, "its masks leave dimensions out; write every range");
  }
  Extents out;
  for (std::size_t d = 0; d < x.size(); ++d) {
    if (d >= begin.size()) {
      out.push_back(x[d]);
      continue;
    }
    const bool shrink = o.shrink_axis_mask >> d & 1, to_end = o.end_mask >> d & 1;
    if (shrink) {
      const std::int64_t at = begin[d] < 0 ? begin[d] + x[d].now() : begin[d];
      if (at < 0 || at >= x[d].now()) refuse(op, "the element it takes is no longer there; a larger input would do");
      continue;
    }
    const std::int64_t first = o.begin_mask >> d & 1 ? 0 : begin[d];
    if (!x[d].changed()) {
      const std::size_t at = out.size();
      out.push_back(fixed(tensor(op.outputs[0]).shape.at(at)));
      continue;
    }
    if (step[d] < 1) refuse(op, "it runs backwards through a dimension that changes");
    const std::int64_t margin = to_end ? 0 : end[d] < 0 ? -end[d] : std::max<std::int64_t>(0, x[d].was() - end[d]);
    const bool to_border = to_end || end[d] < 0 || end[d] >= x[d].was();
    if (!to_border || first < 0) refuse(op, kCuts);
    const auto count = [&](std::int64_t size) { return (size - margin - first + step[d] - 1) / step[d]; };
    const bool whole = first == 0 && margin == 0 && step[d] == 1;
    out.push_back(whole ? x[d] : moved(count(x[d].was()), std::max<std::int64_t>(0, count(x[d].now()))));
    if (!to_end && end[d] == x[d].was()) end[d] = x[d].now();
    if (!to_end && end[d] > x[d].was()) end[d] = std::max(end[d], x[d].now());
  }
  demand(op, 2, std::move(end));
  set(op, 0, std::move(out));
}

void Follow::concatenation(const Operator& op) {
  const auto axis = static_cast<std::size_t>(op.options.axis);
  for (std::size_t d = 0; d < in(op, 0).size(); ++d) {  // all must agree beside the axis: constants adapt
    if (d == axis) continue;
    for (const std::int32_t t : op.inputs) {
      if (!extents_[index(t)][d].changed()) continue;
      for (const std::int32_t other : op.inputs) {
        if (extents_[index(other)][d].now() == extents_[index(t)][d].now()) continue;
        Extents wanted = extents_[index(other)];
        wanted[d] = extents_[index(t)][d];
        adapt(other, wanted, op);
      }
      break;
    }
  }
  Extents out = in(op, 0);
  std::int64_t was = 0, now = 0;
  for (const std::int32_t t : op.inputs) {
    was += extents_[index(t)][axis].was();
    now += extents_[index(t)][axis].now();
  }
  out[axis] = moved(was, now);
  set(op, 0, std::move(out));
}

void Follow::split(const Operator& op) {
  const bool sized = op.name == "SPLIT_V";
  const Extents x = in(op, sized ? 0 : 1);
  const auto axis = static_cast<std::size_t>(op.options.axis);
  const auto parts = static_cast<std::int64_t>(op.outputs.size());
  const bool cut = x[axis].changed();
  if (cut && (sized || x[axis].now() % parts != 0)) {
    refuse(op, fmt::format("{} elements do not split as {} did; an input size that divides by {} would do",
                           x[axis].now(), x[axis].was(), parts));
  }
  for (std::size_t i = 0; i < op.outputs.size(); ++i) {
    if (op.outputs[i] < 0) continue;
    Extents out = x;
    out[axis] = cut ? moved(x[axis].was() / parts, x[axis].now() / parts) : fixed(tensor(op.outputs[i]).shape[axis]);
    set(op, i, std::move(out));
  }
}

void Follow::pack(const Operator& op) {
  for (const std::int32_t t : op.inputs) {
    if (now(extents_[index(t)]) != now(in(op, 0))) refuse(op, "its inputs no longer have equal shapes");
  }
  Extents out = in(op, 0);
  out.insert(out.begin() + op.options.axis, fixed(static_cast<std::int64_t>(op.inputs.size())));
  set(op, 0, std::move(out));
}

void Follow::unpack(const Operator& op) {
  Extents out = in(op, 0);
  const auto axis = static_cast<std::size_t>(op.options.axis);
  if (out[axis].changed()) refuse(op, "it has an output for every element of a dimension that changes");
  out.erase(out.begin() + op.options.axis);
  for (std::size_t i = 0; i < op.outputs.size(); ++i) set(op, i, out);
}

void Follow::gather(const Operator& op) {
  const Extents &x = in(op, 0), &indices = in(op, 1);
  Extents out;
  if (op.name == "GATHER_ND") {
    const auto depth = static_cast<std::size_t>(indices.back().now());
    if (indices.back().changed() || depth > x.size()) refuse(op, "its indices do not fit its input");
    out.assign(indices.begin(), indices.end() - 1);
    out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(depth), x.end());
    return set(op, 0, std::move(out));
  }
  const auto axis = op.options.axis;
  if (op.name != "GATHER" || op.options.batch_dims != 0) refuse(op, "its indices may not fit the new size");
  if (x[static_cast<std::size_t>(axis)].changed() && plain_constant(op.inputs[1])) refuse(op, kCuts);
  out.assign(x.begin(), x.begin() + axis);
  out.insert(out.end(), indices.begin(), indices.end());
  out.insert(out.end(), x.begin() + axis + 1, x.end());
  set(op, 0, std::move(out));
}

/// A detector repeats its table of anchors, a constant, once for every picture of the batch; the batch is taken from
/// the shape of a map with a box for every anchor. That map says how many anchors there are.
std::optional<Extents> Follow::anchors_map(const Operator& op) {
  const Tensor& table = tensor(op, 0);
  std::vector<std::int32_t> todo = {op.inputs[1]};
  for (std::size_t i = 0; i < todo.size() && i < 16; ++i) {
    const std::int32_t producer = producer_[index(todo[i])];
    if (producer < 0) continue;
    const Operator& from = was_.operators[index(producer)];
    if (from.name != "SHAPE") {
      for (const std::int32_t t : from.inputs) {
        if (t >= 0) todo.push_back(t);
      }
      continue;
    }
    const Tensor& map = tensor(from, 0);
    const auto agree = [&](std::size_t d) { return map.shape[d] == table.shape[d]; };
    if (map.shape.size() < 3 || table.shape.size() < 3 || tensor(from, 0).constant) continue;
    if (!agree(0) || !agree(1) || !agree(2) || map.elements() != table.elements()) continue;
    Extents wanted = fixed(table.shape);
    for (const std::size_t d : {1, 2}) wanted[d] = in(from, 0)[d];
    return wanted;
  }
  return std::nullopt;
}

void Follow::tile(const Operator& op) {
  if (op.name == "TILE" && op.folded && plain_constant(op.inputs[0])) {
    if (const auto wanted = anchors_map(op); wanted && now(*wanted) != now(in(op, 0))) {
      resample(op.inputs[0], *wanted, op);
    }
  }
  if (op.name == "BROADCAST_TO") return by_value(op);
  if (!input_changed(op)) return keep(op);
  const std::vector<std::int64_t> times = values_was(op, 1);
  const Extents& x = in(op, 0);
  if (times.size() != x.size()) refuse(op, "its multiples do not fit its input");
  Extents out;
  for (std::size_t d = 0; d < x.size(); ++d) {
    out.push_back(times[d] == 1 ? x[d] : moved(x[d].was() * times[d], x[d].now() * times[d]));
  }
  set(op, 0, std::move(out));
}

void Follow::by_value(const Operator& op) {
  const bool range = op.name == "RANGE";
  const Tensor& out = tensor(op.outputs[0]);
  std::vector<std::int64_t> shape;
  if (range) {
    std::int64_t v[3];
    for (std::size_t i = 0; i < 3; ++i) {
      const auto values = has(op, i) ? values_now(op, i) : std::nullopt;
      if (!values || values->size() != 1) return keep(op);
      v[i] = values->front();
    }
    if (v[2] == 0) return keep(op);
    shape = {std::max<std::int64_t>(0, (v[1] - v[0] + v[2] - (v[2] > 0 ? 1 : -1)) / v[2])};
  } else {
    const std::size_t position = op.name == "FILL" ? 0 : 1;
    const auto values = has(op, position) ? values_now(op, position) : std::nullopt;
    if (!values && input_changed(op)) refuse(op, "the shape it fills is computed at run time");
    if (!values) return keep(op);
    shape = *values;
  }
  if (shape.size() != out.shape.size()) return keep(op);
  Extents extents;
  for (std::size_t d = 0; d < shape.size(); ++d) extents.push_back(moved(out.shape[d], shape[d]));
  set(op, 0, std::move(extents));
}

}  // namespace presil::transform

// How arithmetic follows: operators element by element, and those whose weights or operands pin a size.
#include <fmt/format.h>

#include <algorithm>

#include "sim/graph/fail.hpp"
#include "sim/transform/follow.hpp"

namespace presil::transform {

using graph::OpClass;

namespace {

/// The extent `from_end` dimensions before the last; shorter shapes are filled up with ones.
const Extent* at_end(const Extents& extents, std::size_t from_end) {
  return from_end < extents.size() ? &extents[extents.size() - 1 - from_end] : nullptr;
}

}  // namespace

/// `t` must get the extents `wanted` to fit at `reason`: constants are resampled, element-wise operators hand it on.
void Follow::adapt(std::int32_t t, const Extents& wanted, const Operator& reason) {
  if (now(wanted) == now(extents_[index(t)])) return;
  if (plain_constant(t)) return resample(t, wanted, reason);
  const std::int32_t producer = producer_[index(t)];
  const auto mismatch = [&]() {
    refuse(reason, fmt::format("it meets {} with a tensor that stays {}", graph::shape_text(now(wanted)),
                               graph::shape_text(now(extents_[index(t)]))));
  };
  if (producer < 0) mismatch();
  const Operator& op = was_.operators[index(producer)];
  switch (op.op_class) {
    case OpClass::add:
    case OpClass::sub:
    case OpClass::mul:
    case OpClass::div:
    case OpClass::minimum:
    case OpClass::maximum:
    case OpClass::unary:
    case OpClass::relu:
    case OpClass::leaky_relu:
    case OpClass::logistic:
    case OpClass::tanh:
    case OpClass::hard_swish:
    case OpClass::quantize:
    case OpClass::dequantize:
    case OpClass::cast:
      break;
    default:
      mismatch();
  }
  for (const std::int32_t operand : op.inputs) {
    if (operand < 0) continue;
    Extents asked = extents_[index(operand)];
    for (std::size_t e = 0; e < asked.size(); ++e) {
      const Extent* want = at_end(wanted, e);
      Extent& mine = asked[asked.size() - 1 - e];
      if (want && want->changed() && mine.was() == want->was() && mine.was() != 1) mine = *want;
    }
    adapt(operand, asked, reason);
  }
}

/// Any number of operands of equal shapes, or repeated where they are 1. Constants with a value per pixel follow.
void Follow::elementwise(const Operator& op) {
  const Tensor& first = tensor(op.outputs[0]);
  Extents out = fixed(first.shape);
  for (std::size_t e = 0; e < out.size(); ++e) {
    Extent& extent = out[out.size() - 1 - e];
    for (const std::int32_t t : op.inputs) {
      const Extent* own = t >= 0 ? at_end(extents_[index(t)], e) : nullptr;
      if (!own || !own->changed()) continue;
      if (own->was() != extent.was()) {
        refuse(op,
               "an operand of one pixel, repeated over a map, has more pixels now; a resolution where it keeps one "
               "would do");
      }
      if (extent.changed() && extent.now() != own->now()) {
        refuse(op, fmt::format("it joins maps that are now {} and {} wide or high; a resolution that divides evenly "
                               "would do",
                               extent.now(), own->now()));
      }
      extent = *own;
    }
  }
  for (const std::int32_t t : op.inputs) {
    if (t < 0) continue;
    Extents wanted = extents_[index(t)];
    for (std::size_t e = 0; e < std::min(wanted.size(), out.size()); ++e) {
      Extent& own = wanted[wanted.size() - 1 - e];
      const Extent& all = out[out.size() - 1 - e];
      if (own.was() == all.was() && all.was() != 1) own = all;
    }
    adapt(t, wanted, op);
  }
  for (std::size_t i = 0; i < op.outputs.size(); ++i) set(op, i, out);
}

void Follow::fully_connected(const Operator& op) {
  const Extents& x = in(op, 0);
  const Tensor &weights = tensor(op, 1), &out = tensor(op.outputs[0]);
  const std::int64_t units = weights.shape[0], depth = weights.shape[1];
  // The innermost dimensions that make up the depth must stay; what stands before them is batch.
  std::int64_t taken = 1, now_taken = 1;
  std::size_t d = x.size();
  while (d > 0 && taken < depth) {
    --d;
    taken *= x[d].was();
    now_taken *= x[d].now();
  }
  for (; d > 0 && x[d - 1].was() == 1 && x[d - 1].changed(); --d) now_taken *= x[d - 1].now();
  if (changed(in(op, 1)) || now_taken != taken) {
    refuse(op, fmt::format("its weights take {} inputs and the new size gives {}; a global pool before it would make "
                           "it independent of the resolution",
                           depth, now_taken));
  }
  Extents result = fixed(out.shape);
  if (op.options.keep_num_dims || out.shape.size() == x.size()) {
    for (std::size_t i = 0; i + 1 < std::min(x.size(), result.size()); ++i) result[i] = x[i];
  } else {
    std::int64_t was = 1, now = 1;
    for (std::size_t i = 0; i < d; ++i) {
      was *= x[i].was();
      now *= x[i].now();
    }
    if (out.shape.size() != 2 || out.shape[0] != was) refuse(op, "its output is not batch x units");
    result[0] = moved(was, now);
  }
  result.back() = fixed(units);
  set(op, 0, std::move(result));
}

void Follow::matmul(const Operator& op) {
  const Extents &x = in(op, 0), &y = in(op, 1);
  const graph::Options& o = op.options;
  const Extent &depth_x = *at_end(x, o.adjoint_x ? 1 : 0), &depth_y = *at_end(y, o.adjoint_y ? 0 : 1);
  if (depth_x.now() != depth_y.now()) {
    refuse(op, fmt::format("it multiplies over {} elements of one operand and {} of the other", depth_x.now(),
                           depth_y.now()));
  }
  Extents out = fixed(tensor(op.outputs[0]).shape);
  for (std::size_t e = 2; e < out.size(); ++e) {
    const Extent *a = at_end(x, e), *b = at_end(y, e);
    out[out.size() - 1 - e] = a && (a->was() != 1 || !b) ? *a : b ? *b : fixed(1);
  }
  out[out.size() - 2] = *at_end(x, o.adjoint_x ? 0 : 1);
  out[out.size() - 1] = *at_end(y, o.adjoint_y ? 1 : 0);
  set(op, 0, std::move(out));
}

void Follow::recurrence(const Operator& op) {
  const Extents& x = in(op, 0);
  if (x.back().changed()) {
    refuse(op,
           fmt::format("its weights take {} inputs a step and the new size gives {}", x.back().was(), x.back().now()));
  }
  for (std::size_t i = 1; i < op.inputs.size(); ++i) {
    if (has(op, i) && changed(in(op, i))) refuse(op, "its state or weights would change their shape");
  }
  Extents out = fixed(tensor(op.outputs[0]).shape);
  for (std::size_t d = 0; d + 1 < std::min(out.size(), x.size()); ++d) {
    if (x[d].was() == out[d].was()) out[d] = x[d];
  }
  set(op, 0, std::move(out));
}

/// MEAN, SUM, ARG_MAX and the like: the axes go, or become 1.
void Follow::reduction(const Operator& op) {
  const Extents& x = in(op, 0);
  std::vector<std::int64_t> axes = values_was(op, 1);
  for (std::int64_t& axis : axes) {
    if (axis < 0) axis += static_cast<std::int64_t>(x.size());
  }
  Extents out;
  for (std::size_t d = 0; d < x.size(); ++d) {
    const bool gone = std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(d)) != axes.end();
    if (!gone) out.push_back(x[d]);
    if (gone && op.options.keep_dims) out.push_back(fixed(1));
  }
  set(op, 0, std::move(out));
}

/// The detector's tail makes a fixed number of boxes; its table of anchors (input 2) has a row for every box it reads.
void Follow::detection(const Operator& op) {
  keep(op);
  if (op.inputs.size() < 3 || !has(op, 0) || !has(op, 2) || in(op, 0).size() != 3 || in(op, 2).size() != 2) return;
  Extents wanted = in(op, 2);
  if (!in(op, 0)[1].changed() || wanted[0].was() != in(op, 0)[1].was()) return;
  wanted[0] = in(op, 0)[1];
  adapt(op.inputs[2], wanted, op);
}

/// What nobody has a rule for follows where it keeps the shape of its first input.
void Follow::other(const Operator& op) {
  if (op.name == "SHAPE" || op.name == "RANK") return keep(op);
  const Tensor& x = tensor(op, 0);
  for (std::size_t i = 0; i < op.outputs.size(); ++i) {
    if (op.outputs[i] >= 0 && tensor(op.outputs[i]).shape != x.shape) {
      refuse(op, "there is no rule for what it makes of another size");
    }
    set(op, i, in(op, 0));
  }
}

}  // namespace presil::transform

// How maps change their size: sliding windows, pools, upsampling, pads, space to depth.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/graph/constants.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/window.hpp"
#include "sim/transform/follow.hpp"

namespace presil::transform {

using graph::OpClass;

Extent Follow::slide(const Operator& op, const Extent& in, bool vertical, int kernel) const {
  const graph::Options& o = op.options;
  const int stride = vertical ? o.stride_h : o.stride_w, dilation = vertical ? o.dilation_h : o.dilation_w;
  const std::int64_t was = graph::window(o.padding, in.was(), kernel, stride, dilation).output;
  const std::int64_t now = graph::window(o.padding, in.now(), kernel, stride, dilation).output;
  if (now < 1) {
    refuse(op, fmt::format("its window of {} {} does not fit into {}; a larger input would do", kernel,
                           vertical ? "rows" : "columns", in.now()));
  }
  return in.changed() ? moved(was, now) : fixed(was);
}

void Follow::window_rule(const Operator& op) {
  const Extents& x = in(op, 0);
  const Tensor& out = tensor(op.outputs[0]);
  if (x[0].changed() || x[3].changed()) refuse(op, "its channels would change, which its weights fix");
  set(op, 0,
      {x[0], slide(op, x[1], true, op.options.kernel_h), slide(op, x[2], false, op.options.kernel_w),
       fixed(out.shape[3])});
}

/// Does anything behind `tensor` still look at neighbouring pixels?
bool Follow::spatial_work_follows(std::int32_t from) const {
  std::set<std::int32_t> seen = {from};
  std::vector<std::int32_t> todo = {from};
  while (!todo.empty()) {
    const std::int32_t t = todo.back();
    todo.pop_back();
    for (const std::int32_t reader : readers_[index(t)]) {
      const Operator& op = was_.operators[index(reader)];
      switch (op.op_class) {
        case OpClass::convolution:
        case OpClass::depthwise:
        case OpClass::average_pool:
        case OpClass::max_pool:
          if (op.options.kernel_h > 1 || op.options.kernel_w > 1) return true;
          break;
        case OpClass::transpose_convolution:
        case OpClass::resize_bilinear:
        case OpClass::resize_nearest:
        case OpClass::mean:
          return true;
        case OpClass::reshape:  // the map ends here
        case OpClass::fully_connected:
          continue;
        default:
          break;
      }
      for (const std::int32_t next : op.outputs) {
        if (next >= 0 && seen.insert(next).second) todo.push_back(next);
      }
    }
  }
  return false;
}

/// An average pool over the whole map, after which nothing spatial comes, is a global one written with a fixed size.
bool Follow::is_global(const Operator& op) const {
  const Tensor &x = tensor(op, 0), &y = tensor(op.outputs[0]);
  return op.op_class == OpClass::average_pool && op.options.kernel_h == x.shape[1] &&
         op.options.kernel_w == x.shape[2] && y.shape[1] == 1 && y.shape[2] == 1 &&
         !spatial_work_follows(op.outputs[0]);
}

void Follow::pool(const Operator& op) {
  const Extents x = in(op, 0);
  if (is_global(op)) {
    graph::Options& o = now_.operators[index(op.index)].options;
    o = op.options;
    o.kernel_h = static_cast<int>(x[1].now());
    o.kernel_w = static_cast<int>(x[2].now());
    // A window that fits just once makes one pixel whatever its stride; with padding the stride must reach the end.
    if (o.padding == graph::Padding::same) {
      o.stride_h = std::max(o.stride_h, o.kernel_h);
      o.stride_w = std::max(o.stride_w, o.kernel_w);
    }
    return set(op, 0, {x[0], fixed(1), fixed(1), x[3]});
  }
  set(op, 0, {x[0], slide(op, x[1], true, op.options.kernel_h), slide(op, x[2], false, op.options.kernel_w), x[3]});
}

/// Would following the producers of `tensor` lead to an operator that is just being inferred?
bool Follow::waits_for_busy(std::int32_t from) const {
  std::set<std::int32_t> seen;
  std::vector<std::int32_t> todo = {from};
  while (!todo.empty()) {
    const std::int32_t producer = producer_[index(todo.back())];
    todo.pop_back();
    if (producer < 0 || !seen.insert(producer).second || states_[index(producer)] == State::done) continue;
    if (states_[index(producer)] == State::busy) return true;
    for (const std::int32_t t : was_.operators[index(producer)].inputs) {
      if (t >= 0) todo.push_back(t);
    }
  }
  return false;
}

/// The size that `tensor`, a map made by upsampling, must have to meet the map it is joined with further down.
std::optional<Extents> Follow::partner(std::int32_t from) {
  struct Step {
    std::int32_t tensor;
    std::int64_t above, beside;  // pads on the way
    int distance;
  };
  constexpr int kFar = 12;  // operators between an upsampling and its join
  std::vector<Step> todo = {{from, 0, 0, 0}};
  for (std::size_t i = 0; i < todo.size(); ++i) {
    const Step step = todo[i];
    if (step.distance > kFar) continue;
    for (const std::int32_t reader : readers_[index(step.tensor)]) {
      const Operator& op = was_.operators[index(reader)];
      const graph::Options& o = op.options;
      if (op.outputs.empty() || op.outputs[0] < 0 || tensor(op.outputs[0]).shape.size() != 4) continue;
      const auto onward = [&](std::int64_t above, std::int64_t beside) {
        todo.push_back({op.outputs[0], step.above + above, step.beside + beside, step.distance + 1});
      };
      switch (op.op_class) {
        case OpClass::concatenation:
        case OpClass::add:
        case OpClass::sub:
        case OpClass::mul:
        case OpClass::maximum:
        case OpClass::minimum:
          if (op.op_class == OpClass::concatenation && o.axis != 3) break;
          for (const std::int32_t other : op.inputs) {
            if (other < 0 || other == step.tensor || tensor(other).constant) continue;
            if (tensor(other).shape.size() != 4 || waits_for_busy(other)) continue;
            const Tensor& mine = tensor(step.tensor);
            if (tensor(other).shape[1] != mine.shape[1] || tensor(other).shape[2] != mine.shape[2]) continue;
            if (producer_[index(other)] >= 0) infer(was_.operators[index(producer_[index(other)])]);
            Extents found = extents_[index(other)];
            found[1] = moved(tensor(from).shape[1], found[1].now() - step.above);
            found[2] = moved(tensor(from).shape[2], found[2].now() - step.beside);
            return found;
          }
          onward(0, 0);
          break;
        case OpClass::pad:
          if (op.name == "PAD") onward(o.pad_top + o.pad_bottom, o.pad_left + o.pad_right);
          break;
        case OpClass::convolution:
        case OpClass::depthwise:
        case OpClass::pointwise: {
          const bool reaches = o.padding == graph::Padding::same || (o.kernel_h == 1 && o.kernel_w == 1);
          if (o.stride_h == 1 && o.stride_w == 1 && reaches) onward(0, 0);
          break;
        }
        case OpClass::relu:
        case OpClass::leaky_relu:
        case OpClass::prelu:
        case OpClass::logistic:
        case OpClass::tanh:
        case OpClass::hard_swish:
        case OpClass::quantize:
        case OpClass::dequantize:
        case OpClass::unary:
          onward(0, 0);
          break;
        default:
          break;
      }
    }
  }
  return std::nullopt;
}

void Follow::resize(const Operator& op) {
  const Extents x = in(op, 0);
  const Tensor& out = tensor(op.outputs[0]);
  const auto joined = partner(op.outputs[0]);
  if (!joined && !input_changed(op)) return keep(op);
  Extent size[2];
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t was = out.shape[d + 1];
    const Extent& from = x[d + 1];
    if (joined) {
      size[d] = (*joined)[d + 1];
      continue;
    }
    std::int64_t target = 0;
    for (const auto& [t, picture] : pictures_) {
      if (picture[d + 1].was() == was) target = picture[d + 1].now();  // back to the size of the picture
    }
    if (!from.changed()) target = was;
    if (target == 0 && was % from.was() == 0) target = from.now() * (was / from.was());
    if (target == 0 && from.was() % was == 0 && from.now() % (from.was() / was) == 0) {
      target = from.now() / (from.was() / was);
    }
    if (target == 0) {
      refuse(op, fmt::format("it makes {} of {}, which is neither a whole factor nor the size of a map it is joined "
                             "with; a resolution where it is would do",
                             was, from.was()));
    }
    size[d] = moved(was, target);
  }
  if (size[0].now() < 1 || size[1].now() < 1) refuse(op, "nothing is left of its map; a larger input would do");
  demand(op, 1, {size[0].now(), size[1].now()});
  set(op, 0, {x[0], size[0], size[1], x[3]});
}

void Follow::transpose_convolution(const Operator& op) {
  const graph::Options& o = op.options;
  const Extents x = in(op, 2);
  const Tensor& out = tensor(op.outputs[0]);
  const auto joined = partner(op.outputs[0]);
  const auto size = [&](std::size_t d, int kernel, int stride, int dilation) {
    if (!x[d].changed()) return fixed(out.shape[d]);
    if (joined) {  // a join may ask for any size of which the window makes this map
      const std::int64_t wanted = (*joined)[d].now();
      if (graph::window(o.padding, wanted, kernel, stride, dilation).output == x[d].now()) return (*joined)[d];
    }
    const std::int64_t offset = out.shape[d] - x[d].was() * stride;  // what kernel and crop add
    const std::int64_t now = x[d].now() * stride + offset;
    if (graph::window(o.padding, now, kernel, stride, dilation).output != x[d].now()) {
      refuse(op, fmt::format("its window makes no map of {} elements from {}; another input size would do", x[d].now(),
                             now));
    }
    return moved(out.shape[d], now);
  };
  const Extent height = size(1, o.kernel_h, o.stride_h, o.dilation_h);
  const Extent width = size(2, o.kernel_w, o.stride_w, o.dilation_w);
  demand(op, 0, {x[0].now(), height.now(), width.now(), out.shape[3]});
  set(op, 0, {x[0], height, width, fixed(out.shape[3])});
}

void Follow::pad(const Operator& op) {
  const Extents x = in(op, 0);
  const std::vector<std::int64_t> pads = values_was(op, 1);
  Extents out;
  for (std::size_t d = 0; d < x.size(); ++d) {
    const std::int64_t added = pads[2 * d] + pads[2 * d + 1];
    if (!x[d].changed()) {
      out.push_back(fixed(x[d].was() + added));
      continue;
    }
    const std::int64_t border = std::max(pads[2 * d], pads[2 * d + 1]) + (op.options.symmetric ? 0 : 1);
    if (op.name == "MIRROR_PAD" && x[d].now() < border)
      refuse(op, "it mirrors more than is left; a larger input would do");
    out.push_back(added == 0 ? x[d] : moved(x[d].was() + added, x[d].now() + added));
  }
  set(op, 0, std::move(out));
}

void Follow::block(const Operator& op) {
  const Extents x = in(op, 0);
  const Tensor& out = tensor(op.outputs[0]);
  if (x.size() != 4 || out.shape.size() != 4) refuse(op, "it is no map of four dimensions");
  Extents y = {fixed(out.shape[0]), {}, {}, fixed(out.shape[3])};
  const bool by_operand = op.name == "SPACE_TO_BATCH_ND" || op.name == "BATCH_TO_SPACE_ND";
  const bool shrinks = op.name == "SPACE_TO_DEPTH" || op.name == "SPACE_TO_BATCH_ND";
  std::vector<std::int64_t> blocks = {op.options.block_size, op.options.block_size}, border = {0, 0, 0, 0};
  if (by_operand) {
    blocks = values_was(op, 1);
    border = values_was(op, 2);
    if (blocks.size() != 2 || border.size() != 4) refuse(op, "its blocks are not those of a map");
  }
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t extra = border[2 * d] + border[2 * d + 1];
    const Extent& from = x[d + 1];
    const std::int64_t now = shrinks ? from.now() + extra : from.now() * blocks[d] - extra;
    if (shrinks && now % blocks[d] != 0) {
      refuse(op,
             fmt::format("{} does not divide by its block of {}; an input size that does would do", now, blocks[d]));
    }
    y[d + 1] = from.changed() ? moved(out.shape[d + 1], shrinks ? now / blocks[d] : now) : fixed(out.shape[d + 1]);
  }
  set(op, 0, std::move(y));
}

}  // namespace presil::transform

#include "sim/transform/extents.hpp"

#include <algorithm>

namespace presil::transform {

std::int64_t Extent::was() const {
  std::int64_t product = 1;
  for (const Factor& f : factors) product *= f.was;
  return product;
}

std::int64_t Extent::now() const {
  std::int64_t product = 1;
  for (const Factor& f : factors) product *= f.now;
  return product;
}

bool Extent::changed() const {
  return std::any_of(factors.begin(), factors.end(), [](const Factor& f) { return f.changed(); });
}

Extent moved(std::int64_t was, std::int64_t now) {
  return {{{was, now}}};
}

Extent fixed(std::int64_t size) {
  return moved(size, size);
}

Extents fixed(const std::vector<std::int64_t>& shape) {
  Extents extents;
  for (const std::int64_t size : shape) extents.push_back(fixed(size));
  return extents;
}

bool changed(const Extents& extents) {
  return std::any_of(extents.begin(), extents.end(), [](const Extent& e) { return e.changed(); });
}

std::vector<std::int64_t> now(const Extents& extents) {
  std::vector<std::int64_t> shape;
  for (const Extent& e : extents) shape.push_back(e.now());
  return shape;
}

namespace {

/// All factors in order; neighbours that stay are one, since any split of them is fine; ones are left out.
std::vector<Factor> flow_of(const Extents& in) {
  std::vector<Factor> flow;
  for (const Extent& extent : in) {
    for (const Factor& f : extent.factors) {
      if (f.was == 1 && f.now == 1) continue;
      if (!f.changed() && !flow.empty() && !flow.back().changed()) {
        flow.back().was *= f.was;
        flow.back().now = flow.back().was;
      } else {
        flow.push_back(f);
      }
    }
  }
  return flow;
}

bool same_sizes(const Extents& in, const std::vector<std::int64_t>& target) {
  return std::equal(in.begin(), in.end(), target.begin(), target.end(),
                    [](const Extent& e, std::int64_t size) { return e.was() == size; });
}

}  // namespace

std::optional<Extents> regroup(const Extents& in, const std::vector<std::int64_t>& target) {
  if (same_sizes(in, target)) return in;
  std::vector<Factor> flow = flow_of(in);
  std::size_t at = 0;
  Extents out;
  for (std::size_t d = 0; d < target.size(); ++d) {
    Extent extent;
    std::int64_t need = target[d];
    // What grew from 1 (a map that was a single pixel) goes to the next dimension, but never to the batch.
    if (need == 1 && d > 0) {
      while (at < flow.size() && flow[at].was == 1) extent.factors.push_back(flow[at++]);
    }
    while (need > 1) {
      if (at == flow.size()) return std::nullopt;
      Factor& f = flow[at];
      if (f.was > 0 && need % f.was == 0) {
        extent.factors.push_back(f);
        need /= f.was;
        ++at;
      } else if (!f.changed() && f.was % need == 0) {
        extent.factors.push_back({need, need});
        f.was /= need;
        f.now = f.was;
        need = 1;
      } else {
        return std::nullopt;
      }
    }
    if (extent.factors.empty()) extent = fixed(target[d]);
    out.push_back(std::move(extent));
  }
  for (; at < flow.size(); ++at) {
    if (flow[at].was != 1 || out.empty()) return std::nullopt;
    out.back().factors.push_back(flow[at]);
  }
  return out;
}

}  // namespace presil::transform

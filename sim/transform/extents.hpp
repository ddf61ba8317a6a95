// Dimensions of a tensor before and after a change of resolution, kept as products so that a flattening can be undone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace presil::transform {

/// One factor of a dimension: a height, say, that was 12 and now is 14; or 5 anchors that stay 5.
struct Factor {
  std::int64_t was = 1, now = 1;
  bool changed() const { return was != now; }
};

/// One dimension: 720 boxes that were 12 x 12 x 5 and now are 14 x 14 x 5.
struct Extent {
  std::vector<Factor> factors;  // outermost first

  std::int64_t was() const;
  std::int64_t now() const;
  bool changed() const;
};

using Extents = std::vector<Extent>;

Extent moved(std::int64_t was, std::int64_t now);  // a dimension of a single factor
Extent fixed(std::int64_t size);
Extents fixed(const std::vector<std::int64_t>& shape);
bool changed(const Extents& extents);
std::vector<std::int64_t> now(const Extents& extents);

/// The dimensions of a row-major reshape of `in` to `target` (its shape before the change; as many elements). Nothing
/// when a dimension that changed would have to be split: then nobody can tell what belongs to it.
std::optional<Extents> regroup(const Extents& in, const std::vector<std::int64_t>& target);

}  // namespace presil::transform

// A network on its way to another: operators are kept or replaced one after the other, in order.
#pragma once

#include "sim/graph/builder.hpp"
#include "sim/graph/graph.hpp"

namespace presil::transform {

class Edit {
 public:
  using Id = graph::Builder::Id;

  explicit Edit(const graph::Graph& network);

  const graph::Tensor& tensor(Id t) const { return builder_.graph().tensors[static_cast<std::size_t>(t)]; }
  graph::Tensor& tensor(Id t) { return builder_.graph().tensors[static_cast<std::size_t>(t)]; }
  graph::Builder& builder() { return builder_; }

  graph::Operator& keep(const graph::Operator& op);
  /// Call before and after building what replaces `op`; `made` is the tensor that takes the place of its output. New
  /// tensors get the element types of those of `op`.
  void begin(const graph::Operator& op);
  void end(const graph::Operator& op, Id made);
  /// A constant with the bytes of another, in another shape of as many elements.
  Id reshaped(Id constant, const std::vector<std::int64_t>& shape);

  graph::Graph finish();

 private:
  mutable graph::Builder builder_;
  std::size_t tensors_before_ = 0;
};

}  // namespace presil::transform

// Walks a network whose input changed its size: infers the shape of every tensor and notes which constants must follow.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/transform/extents.hpp"

namespace presil::transform {

/// Integers that input `position` of operator `op` must hold at the new size.
struct Demand {
  std::size_t op = 0, position = 0;
  std::vector<std::int64_t> values;
};

/// `was` is the network as it was; `now` a copy that gets the new shapes and, for operators on constants, new values.
class Follow {
 public:
  Follow(const graph::Graph& was, graph::Graph& now);

  /// Call once for each picture, then run().
  void resize_input(std::int32_t tensor, int height, int width);
  /// Throws common::Error naming the operator that cannot follow.
  void run();

  const std::vector<Demand>& demands() const { return demands_; }
  /// Constants to be sampled anew, with their new shapes.
  const std::map<std::int32_t, std::vector<std::int64_t>>& resampled() const { return resampled_; }

 private:
  using Operator = graph::Operator;
  using Tensor = graph::Tensor;
  enum class State : char { open, busy, done };

  void walk();                     // one pass over all operators
  void infer(const Operator& op);  // the operator's outputs, once
  void apply_rule(const Operator& op);

  // Windows, and what changes the size of a map (follow_windows.cpp).
  void window_rule(const Operator& op);
  void pool(const Operator& op);
  void transpose_convolution(const Operator& op);
  void resize(const Operator& op);
  void pad(const Operator& op);
  void block(const Operator& op);  // space to depth and back
  Extent slide(const Operator& op, const Extent& in, bool vertical, int kernel) const;
  bool is_global(const Operator& op) const;
  bool spatial_work_follows(std::int32_t tensor) const;
  std::optional<Extents> partner(std::int32_t tensor);
  bool waits_for_busy(std::int32_t tensor) const;

  // Data movement (follow_layout.cpp).
  void reshape(const Operator& op);
  void transpose(const Operator& op);
  void slice(const Operator& op);
  void strided_slice(const Operator& op);
  void concatenation(const Operator& op);
  void split(const Operator& op);
  void pack(const Operator& op);
  void unpack(const Operator& op);
  void gather(const Operator& op);
  void tile(const Operator& op);
  void by_value(const Operator& op);  // the output's shape is an operand's value
  std::optional<Extents> anchors_map(const Operator& op);

  // Arithmetic (follow_arithmetic.cpp).
  void elementwise(const Operator& op);
  void fully_connected(const Operator& op);
  void matmul(const Operator& op);
  void recurrence(const Operator& op);
  void reduction(const Operator& op);
  void detection(const Operator& op);
  void other(const Operator& op);
  void adapt(std::int32_t tensor, const Extents& wanted, const Operator& reason);

  // Tensors.
  static std::size_t index(std::int32_t t) { return static_cast<std::size_t>(t); }
  const Tensor& tensor(std::int32_t t) const { return was_.tensors[index(t)]; }
  const Tensor& tensor(const Operator& op, std::size_t i) const { return tensor(op.inputs[i]); }
  const Extents& in(const Operator& op, std::size_t i) const { return extents_[index(op.inputs[i])]; }
  bool has(const Operator& op, std::size_t i) const { return i < op.inputs.size() && op.inputs[i] >= 0; }
  bool input_changed(const Operator& op) const;
  bool plain_constant(std::int32_t t) const { return tensor(t).constant && !tensor(t).folded; }
  void set(const Operator& op, std::size_t output, Extents extents);
  void keep(const Operator& op);  // all outputs as they were
  void demand(const Operator& op, std::size_t position, std::vector<std::int64_t> values);
  void resample(std::int32_t tensor, const Extents& wanted, const Operator& reason);
  /// The values of an operand before the change, and at the new size where they are computed.
  std::vector<std::int64_t> values_was(const Operator& op, std::size_t i) const;
  std::optional<std::vector<std::int64_t>> values_now(const Operator& op, std::size_t i) const;
  [[noreturn]] void refuse(const Operator& op, const std::string& reason) const;

  const graph::Graph& was_;
  graph::Graph& now_;
  std::vector<Extents> extents_;                    // by tensor
  std::vector<State> states_;                       // by operator
  std::vector<std::int32_t> producer_;              // by tensor, -1 = none
  std::vector<std::vector<std::int32_t>> readers_;  // by tensor
  std::map<std::int32_t, Extents> pictures_;
  std::map<std::int32_t, std::vector<std::int64_t>> resampled_;
  std::vector<Demand> demands_;
  bool again_ = false;  // a constant got a new shape, so that what was inferred from the old one is void
};

}  // namespace presil::transform

// The operands of one operator, and checks on them that throw an Error naming file and operator.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>

#include "sim/graph/complete.hpp"
#include "sim/graph/fail.hpp"

namespace presil::graph {

class Operands {
 protected:
  Operands(const Graph& graph, const Operator& op, const std::string& file)
      : graph_(graph), operator_(op), file_(file) {}

  [[noreturn]] void problem(const std::string& what) const { fail(file_, place(operator_), what); }

  const Tensor& input(std::size_t i) const {
    if (i >= operator_.inputs.size() || operator_.inputs[i] < 0) {
      problem(fmt::format("has no input {}; convert the network again", i));
    }
    return graph_.tensors[static_cast<std::size_t>(operator_.inputs[i])];
  }
  const Tensor& output() const {
    if (operator_.outputs.empty() || operator_.outputs[0] < 0) problem("has no output; convert the network again");
    return graph_.tensors[static_cast<std::size_t>(operator_.outputs[0])];
  }
  static int rank(const Tensor& tensor) { return static_cast<int>(tensor.shape.size()); }

  int axis(std::int64_t value, int rank) const {
    if (value < -rank || value >= rank)
      problem(fmt::format("has axis {} on a tensor of rank {}; -{} to {} would do", value, rank, rank, rank - 1));
    return static_cast<int>(value < 0 ? value + rank : value);
  }

  void feature_map(const Tensor& tensor, const char* what) const {
    if (rank(tensor) != 4) {
      problem(fmt::format("its {} has shape {}; four dimensions (batch, height, width, channels) would do", what,
                          shape_text(tensor.shape)));
    }
  }

  std::int64_t product(std::initializer_list<std::int64_t> factors) const {
    std::int64_t result = 1;
    for (const std::int64_t factor : factors) {
      if (__builtin_mul_overflow(result, factor, &result) || result > kMaxMacs) {
        problem("takes more than 2^46 multiply-accumulates; check its shapes");
      }
    }
    return result;
  }

  void fit(const char* what, std::int64_t found, std::int64_t wanted) const {
    if (found != wanted) problem(fmt::format("{} is {} where {} fits; convert the network again", what, found, wanted));
  }

 private:
  const Graph& graph_;
  const Operator& operator_;
  const std::string& file_;
};

}  // namespace presil::graph

// Builds a quantised network operator by operator, with pseudo-random weights: what descriptions and tests draw on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// How weights are drawn: int8, roughly normal (standard deviation 37), the same for the same seed and position.
struct WeightStyle {
  std::uint64_t seed = 1;
  double sparsity = 0;      // fraction of weights set to zero, 0...1
  double dead_filters = 0;  // fraction of output channels without a single weight, 0...1
  int range = 126;          // the largest magnitude, 1...126: what is drawn is scaled to it, and fewer values occur
};

/// A kernel, stride or the like in both directions.
struct Pair {
  int h = 1, w = 1;
};

struct WindowStyle {
  Pair kernel, stride, dilation;
  Padding padding = Padding::same;
  Activation activation = Activation::none;
};

/// Every function adds one operator with its weights (int8 per output channel, int32 bias) and returns the tensor it
/// makes. Shapes are asserted: callers check first and say where in their own source the fault lies. Feature maps NHWC.
class Builder {
 public:
  explicit Builder(std::string name);
  explicit Builder(Graph begun);  // adds to a network there is

  using Id = std::int32_t;
  Id input(const std::vector<std::int64_t>& shape, const std::string& name = "input");
  Id convolution(Id x, std::int64_t filters, const WindowStyle& window, const WeightStyle& weights);
  Id depthwise(Id x, int multiplier, const WindowStyle& window, const WeightStyle& weights);
  Id dense(Id x, std::int64_t units, Activation activation, const WeightStyle& weights);  // x: batch x inputs
  Id pool(const std::string& name, Id x, const WindowStyle& window);           // AVERAGE_POOL_2D, MAX_POOL_2D
  Id mean(Id x, bool keep_dims);                                               // over height and width
  Id elementwise(const std::string& name, Id a, Id b, Activation activation);  // ADD, MUL, ...: equal, or 1 repeated
  Id unary(const std::string& name, Id x);                                     // RELU6, LOGISTIC, SOFTMAX, ...
  Id concatenation(const std::vector<Id>& parts, int axis);
  Id reshape(Id x, const std::vector<std::int64_t>& shape);
  Id pad(Id x, int top, int bottom, int left, int right);
  Id resize(const std::string& name, Id x, std::int64_t height,
            std::int64_t width);  // RESIZE_BILINEAR, ..._NEAREST_NEIGHBOR
  Id transpose_convolution(Id x, std::int64_t filters, const WindowStyle& window, const WeightStyle& weights);
  Id space_to_depth(Id x, int block);
  std::vector<Id> split(Id x, int parts, int axis);
  /// TFLite_Detection_PostProcess on 1 x anchors x 4 offsets and 1 x anchors x classes scores (the first class is the
  /// background): 1 x `kept` x 4 boxes, their classes, scores and number.
  std::vector<Id> detection(Id offsets, Id scores, int kept);

  // Sequences: batch x time x features.
  Id linear(Id x, std::int64_t units, Activation activation, const WeightStyle& weights);  // over the last dimension
  Id matmul(Id a, Id b, bool transpose_b);
  Id transpose(Id x, const std::vector<std::int32_t>& order);
  Id take(Id x, int axis, std::int64_t at);                                      // one slice; the axis goes
  Id learned(const std::vector<std::int64_t>& shape, const WeightStyle& style);  // a constant that was trained
  Id number(double value);                                                       // a quantised scalar constant
  Id lstm(Id x, std::int64_t units, const WeightStyle& weights);              // all its outputs: batch x time x units
  std::vector<Id> gru(Id x, std::int64_t units, const WeightStyle& weights);  // its output of every step, unrolled

  const std::vector<std::int64_t>& shape(Id x) const { return graph_.tensors[static_cast<std::size_t>(x)].shape; }
  std::size_t operators() const { return graph_.operators.size(); }

  /// Resolves options, MACs and statistics and hands the network over. `file` stands in messages.
  Graph finish(const std::vector<Id>& outputs, const std::string& file);

  // For operators that have no function above.
  Id activation_tensor(const std::string& name, const std::vector<std::int64_t>& shape, Type type = Type::int8);
  Id constant(const std::string& name, Type type, const std::vector<std::int64_t>& shape,
              std::vector<std::uint8_t> data);
  Id integers(const std::string& name, const std::vector<std::int32_t>& values);
  Operator& add(const std::string& name, std::vector<Id> inputs, std::vector<Id> outputs);
  Graph& graph() { return graph_; }

 private:
  Id weights(std::vector<std::int64_t> shape, std::size_t filter_axis, const WeightStyle& style);
  Id bias(std::int64_t filters);
  Id connect(Id x, Id weights, Id bias, Activation activation);  // FULLY_CONNECTED over the last dimension
  std::string label(const std::string& what) const;

  Graph graph_;
  std::int32_t buffers_ = 0;
};

/// The builtin code of a public operator name, -1 when there is none.
std::int32_t builtin_code(const std::string& name);

}  // namespace presil::graph

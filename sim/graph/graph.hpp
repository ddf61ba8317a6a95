// The neural network as a value: operators, tensors, shapes, types and weight statistics, independent of any file
// format.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/common/op_class.hpp"

namespace presil::graph {

/// Element types of the public TFLite schema; `bits` below gives their size.
enum class Type : std::uint8_t {
  float32,
  float16,
  int32,
  uint8,
  int64,
  string,
  boolean,
  int16,
  complex64,
  int8,
  float64,
  complex128,
  uint64,
  resource,
  variant,
  uint32,
  uint16,
  int4,
  int2,
  int1,  // int1 exists for what-ifs only: no TFLite file holds it
  bfloat16,
  uint4,
  float8_e4m3fn,
  float8_e5m2
};
const char* name(Type type);
int bits(Type type);  // 0 for string, resource and variant

using common::name;
using common::op_class_from_name;
using common::OpClass;  // what an operator costs depends on its class; the exact operator stays in `Operator::name`

enum class Activation : std::uint8_t { none, relu, relu_n1_to_1, relu6, tanh, sign_bit };
enum class Padding : std::uint8_t { same, valid };

/// Counts over a constant tensor, taken at import.
struct WeightStatistics {
  std::int64_t elements = 0;
  std::int64_t zeros = 0;         // elements equal to the zero point of their channel
  std::int64_t dead_filters = 0;  // output channels whose weights are all zero
  std::int64_t filters = 0;
  double entropy_bits = 0.0;  // Shannon entropy per element of the value histogram, 0...bits(type)
  /// Elements by distance to the zero point of the first channel, -255 first, of types of 2 to 8 bits; else empty.
  std::vector<std::int64_t> histogram;
};

struct Quantization {
  std::vector<float> scale;  // one for per-tensor, one a channel for per-channel; empty = not quantised
  std::vector<std::int64_t> zero_point;
  int dimension = 0;  // the axis of per-channel scales
  bool per_channel() const { return scale.size() > 1; }
};

struct Tensor {
  std::string name;
  Type type = Type::int8;
  std::vector<std::int64_t> shape;  // NHWC for feature maps; empty = scalar
  Quantization quantization;
  bool constant = false;           // has data in the file, or was folded to a constant at import
  bool folded = false;             // constant only because import computed it
  bool variable = false;           // state kept between inferences (LSTM, SVDF)
  bool sparse = false;             // data holds the non-zero elements only, so its size says nothing of the shape
  std::int32_t buffer = -1;        // constants that share a buffer share this number; -1 = no data
  std::vector<std::uint8_t> data;  // raw little-endian bytes of constants (empty for activations)
  std::optional<WeightStatistics> statistics;  // of constants that are weights

  std::int64_t elements() const;
  std::int64_t bytes() const;  // elements * bits / 8, rounded up to whole bytes
};

/// The options that cost depends on, for every class in one flat record: what an operator has not, keeps its default.
struct Options {
  Padding padding = Padding::valid;
  int stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int kernel_h = 1, kernel_w = 1;  // from the weights' shape, or of a pooling window
  int depth_multiplier = 1;
  int pad_top = 0, pad_bottom = 0, pad_left = 0,
      pad_right = 0;  // resolved padding in elements (SAME or none); of PAD too
  Activation activation = Activation::none;
  int axis = 0;           // concat, split, pack, unpack, gather, softmax (-1 resolved to rank-1)
  std::vector<int> axes;  // reductions, transpose (the permutation)
  bool keep_dims = false;
  bool align_corners = false, half_pixel_centers = false;
  bool adjoint_x = false, adjoint_y = false;  // batch matmul
  float beta = 1.0f, alpha = 0.0f;            // softmax, leaky ReLU
  bool asymmetric_quantize_inputs = false;
  bool keep_num_dims = false;  // fully connected: the output keeps the rank of the input
  bool time_major = false;     // recurrences: the first dimension is time, not batch
  bool symmetric = false;      // mirror pad: the border itself is repeated
  int block_size = 1;          // space_to_depth, depth_to_space
  int batch_dims = 0;          // gather
  int begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;  // strided slice
  // Detection post-processing, from its custom options; 0 = not said.
  int max_detections = 0, max_classes_per_detection = 0, detections_per_class = 0, num_classes = 0;
  bool use_regular_nms = false;
};

struct Operator {
  std::int32_t index = 0;  // position in the file; rows of reports keep this order
  std::string name;        // builtin name of the schema (CONV_2D), or the custom code
  std::int32_t builtin_code = -1;
  OpClass op_class = OpClass::other;
  bool custom = false;
  bool folded = false;               // computed at import: costs nothing, and the report says why
  std::vector<std::int32_t> inputs;  // tensor indices, -1 = optional input left out
  std::vector<std::int32_t> outputs;
  Options options;
  std::vector<std::uint8_t> raw_options;    // bytes of custom options, kept for export
  std::vector<std::int32_t> intermediates;  // tensors inside an LSTM that only carry its quantisation

  /// Multiply-accumulates of convolutions, fully connected, matmul and LSTM-like operators; padding counts as work
  /// (every output element takes the whole kernel), as in the tables of the field. 0 for the rest.
  std::int64_t macs = 0;
};

struct Graph {
  std::string name;  // file stem or zoo name
  std::vector<Tensor> tensors;
  std::vector<Operator> operators;            // in execution order, topologically sorted
  std::vector<std::int32_t> inputs, outputs;  // tensor indices

  std::int64_t macs() const;          // of convolutions and fully connected layers (the field's figure)
  std::int64_t weight_bytes() const;  // constant buffers, each once, without int32 operands other than biases
  std::string digest() const;         // of structure, shapes, types and constants: 16 hex digits
};

}  // namespace presil::graph

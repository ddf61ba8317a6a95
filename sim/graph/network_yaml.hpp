// Reads a network description (YAML, `kind: network`) into a Graph, and finds networks by file or zoo name.
//
//   kind: network
//   name: tiny                                 # as the report shows it
//   source: where the architecture is from     # a paper, a repository
//   parameters: {alpha: 1.0, resolution: 96}   # defaults; the caller may give others
//   description: one line for lists of networks
//   input: [1, resolution, resolution, 3]      # batch, height, width, channels; batch, time, features; batch, inputs
//   weights: {seed: 1, sparsity: 0.0, dead_filters: 0.0, range: 126}  # range: the largest magnitude
//   blocks:                                    # optional: blocks of your own, with parameters of their own
//     double: {parameters: {filters: 8}, layers: [conv: {filters: filters, kernel: 3}, conv: {filters: filters}]}
//   layers:                                    # each reads what the one above made
//     - conv: {filters: make_divisible(32 * alpha), kernel: 3, stride: 2, activation: relu6, name: stem}
//     - double: {filters: 16}
//     - softmax
//   outputs: [stem]                            # optional: further outputs by name, before the last layer's
//
// A relative of another description in the same folder names it and says what differs:
//
//   kind: network
//   name: tiny_half
//   base: tiny                                 # its input, blocks, layers and outputs
//   parameters: {alpha: 0.5}                   # other defaults of its parameters
//   activations: {swish: relu}                 # optional: other activation functions of its layers
//
// Element types are those of int8 post-training quantisation: int8 activations, int8 weights with a scale for each
// output channel, int32 biases; the values are pseudo-random. Every figure may be an expression (see expression.hpp;
// one with a comma needs quotes). Kernels, strides, sizes are one figure for both directions or [height, width].
//
// Layers; figures in brackets are defaults. All take `name:` (so that others can refer to the result) and `from: name`
// (read that tensor instead of the one above):
//   conv:      filters, kernel [1], stride [1], dilation [1], padding same|valid [same], activation [none]
//   depthwise: kernel [3], multiplier [1], stride, dilation, padding, activation
//              conv, depthwise and dense also take sparsity and dead_filters [those of `weights:`]
//   inverted_residual: filters, expansion [6], kernel [3], stride [1], repeat [1], activation [relu6]
//              MobileNetV2's block: 1x1 expansion, depthwise, 1x1 projection, and an addition where shapes allow;
//              repeated with stride 1 after the first. MobileNetV3's: expanded (channels, instead of expansion), and
//              squeeze (filters of a squeeze-and-excite on the expanded channels), gate [logistic]
//   squeeze_excite: filters, activation [relu], gate logistic|hard_sigmoid [logistic]
//   batch_norm: activation [none]; a multiplication and an addition per channel, where none before it takes them over
//   transpose_conv: filters, kernel [2], stride [2], padding [same], activation [none]
//   dense:     units, activation [none]; its input is flattened
//   average_pool, max_pool: size, stride [size], padding [valid]
//   global_average_pool: keep_dims [false]
//   add, mul, sub, maximum, minimum: with (a name), activation [none] (of add, mul, sub)
//   concat:    with (a name or a list of names), axis [the last: channels]
//   pad:       size (a figure, [height, width] or [top, bottom, left, right])
//   resize:    factor, mode nearest|bilinear [nearest]
//   split:     into (names for equal parts of the channels; the last one goes on)
//   space_to_depth: block
//   detect:    boxes (a name: 1 x anchors x 4), detections [10]; the tail of a single-shot detector on 1 x anchors x
//              classes scores, the first class being the background
//   reshape:   shape (one figure may be -1: what is left); transpose: order
//   flatten, softmax, prelu, relu, relu6, logistic, tanh, hard_swish, hard_sigmoid, leaky_relu, swish, gelu
//   On sequences (batch x time x features):
//   linear:    units, activation [none]; over the last dimension
//   layer_norm, learned_add (a trained value for every element), learned_token (a trained step before the first)
//   attention: heads, head_width
//   lstm, gru: units, every_step [false]; a gru is unrolled and its state is an input of the network
//   take:      step [0 is the first]
//   repeat:    times, layers; `index` counts from 0 in its expressions
//   branches:  paths (a list of lists of layers; an empty one passes the input on), join add|concat [add], activation
// Activations: none, relu, relu6, relu_n1_to_1 (fused); hard_swish, hard_sigmoid, leaky_relu (slope 0.1), swish, gelu,
// logistic, tanh, prelu (a trained slope for each channel): operators after the layer.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// What the caller says of the weights instead of the file's `weights:` (not of layers that have their own).
struct Drawing {
  std::optional<std::int64_t> seed;
  std::optional<double> sparsity, dead_filters;  // 0...1
  std::optional<int> range;                      // 1...126
  bool empty() const { return !seed && !sparsity && !dead_filters && !range; }
};

/// `parameters` replace the file's defaults. Throws common::Error, one line with file:line:column, for unknown or
/// misspelt keys, wrong types, figures out of range (a stride of 0), shapes that do not fit at a join, unknown names.
Graph import_network_yaml(const std::filesystem::path& path, const std::map<std::string, double>& parameters = {},
                          const Drawing& drawing = {});

/// What a list of the zoo shows, from the file's head alone.
struct ZooEntry {
  std::string name;
  std::string description;  // one line
  std::string source;       // where the architecture and its figures are from
  std::map<std::string, double> parameters;
};

ZooEntry read_zoo_entry(const std::filesystem::path& path);

/// The networks of the zoo in alphabetical order. Throws common::Error where a file is damaged.
std::vector<ZooEntry> list_zoo(const std::filesystem::path& zoo_dir);

/// A network by whatever names it: a .tflite file, a network YAML, or a name of the zoo (a YAML in `zoo_dir`), which
/// may carry parameters: `mobilenet_v2(alpha=0.35, resolution=128)`; so may a YAML file. Throws common::Error listing
/// the zoo when the name is unknown, and when a drawing is given for a .tflite file, whose weights are drawn already.
Graph load_network(const std::string& name_or_path, const std::filesystem::path& zoo_dir, const Drawing& drawing = {});

}  // namespace presil::graph

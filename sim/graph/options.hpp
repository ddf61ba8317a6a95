// Operator options between the tables of the .tflite format and the flat record of graph.hpp, and operator classes.
#pragma once

#include <stdexcept>

#include "sim/graph/graph.hpp"
#include "traces/tflite_generated.h"

namespace presil::graph {

/// An option outside its range; the reader adds file and operator.
class OptionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Type type_from_tflite(tflite::TensorType type);  // of the 23 public types
tflite::TensorType type_to_tflite(Type type);    // throws OptionError for int1

/// The class by builtin code (custom operators by name). A 1x1 convolution becomes pointwise when shapes are resolved.
OpClass classify(const Operator& op);

/// Operators whose work is another subgraph (CALL, IF, WHILE, ...).
bool calls_subgraph(tflite::BuiltinOperator code);

/// What the file says; what follows from shapes is left to resolve(). Throws OptionError.
Options read_options(const tflite::Operator& source, const Operator& op);

/// The inverse, into the table of the operator's kind; what the shapes say (number of splits, new shape) is added.
void write_options(const Graph& graph, const Operator& source, tflite::OperatorT& target);

}  // namespace presil::graph

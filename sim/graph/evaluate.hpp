// Computes operators on constants: the arithmetic of shapes, and weights stored in another type than they are used in.
#pragma once

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// Fills `data` of the outputs of `op` from its constant inputs where that is implemented and the shapes agree; leaves
/// it empty otherwise. Never fails: what the operands lack is reported when options are resolved.
void evaluate(Graph& graph, const Operator& op);

// Its two halves; each returns false for an operator that is none of its own.
bool evaluate_movement(Graph& graph, const Operator& op);    // SLICE, PACK, CONCATENATION, RESHAPE, GATHER, FILL, ...
bool evaluate_arithmetic(Graph& graph, const Operator& op);  // ADD, CAST, DEQUANTIZE, RANGE, ...

}  // namespace presil::graph

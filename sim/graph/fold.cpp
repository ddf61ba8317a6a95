// Which operators need no work at run time because all they read is known at import.
#include <set>

#include "sim/graph/complete.hpp"
#include "sim/graph/evaluate.hpp"

namespace presil::graph {

namespace {

constexpr std::int64_t kMaxFoldedBytes = std::int64_t{1} << 28;  // a FILL must not make a terabyte of a few bytes

/// Their result differs from run to run, or lives outside the tensors.
bool has_state(const Operator& op) {
  static const std::set<std::string> kStateful = {
      "RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL", "MULTINOMIAL",     "STABLEHLO_RNG_BIT_GENERATOR",
      "VAR_HANDLE",     "READ_VARIABLE",          "ASSIGN_VARIABLE", "HASHTABLE",
      "HASHTABLE_FIND", "HASHTABLE_IMPORT",       "HASHTABLE_SIZE",  "HASHTABLE_LOOKUP",
      "DELEGATE",       "STABLEHLO_CUSTOM_CALL"};
  return op.custom || kStateful.count(op.name) > 0;
}

bool reads_constants_only(const Graph& graph, const Operator& op) {
  bool any = false;
  for (const std::int32_t t : op.inputs) {
    if (t < 0) continue;
    const Tensor& tensor = graph.tensors[static_cast<std::size_t>(t)];
    if (!tensor.constant || tensor.variable) return false;
    any = true;
  }
  return any;
}

}  // namespace

bool fold(Graph& graph, Operator& op) {
  const bool shape_only = op.name == "SHAPE" || op.name == "RANK";  // shapes are static here
  if (op.outputs.empty() || has_state(op)) return false;
  if (!shape_only && !reads_constants_only(graph, op)) return false;

  std::int64_t bytes = 0;
  for (const std::int32_t t : op.outputs) {
    if (t >= 0) bytes += graph.tensors[static_cast<std::size_t>(t)].bytes();
  }
  if (bytes <= kMaxFoldedBytes) evaluate(graph, op);

  for (const std::int32_t t : op.outputs) {
    if (t < 0) continue;
    Tensor& tensor = graph.tensors[static_cast<std::size_t>(t)];
    tensor.constant = tensor.folded = true;
    if (static_cast<std::int64_t>(tensor.data.size()) != tensor.bytes()) tensor.data.clear();  // not computable
  }
  return true;
}

}  // namespace presil::graph

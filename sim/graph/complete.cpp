#include "sim/graph/complete.hpp"

#include <fmt/format.h>

#include "sim/graph/fail.hpp"

namespace presil::graph {

namespace {

/// What stands in a tensor while the operators are walked in order.
enum class State : char { unset, ready };

class Walk {
 public:
  Walk(Graph& graph, const std::string& file) : graph_(graph), file_(file), state_(graph.tensors.size(), State::unset) {
    for (std::size_t t = 0; t < graph.tensors.size(); ++t) {
      if (graph.tensors[t].constant || graph.tensors[t].variable) state_[t] = State::ready;
    }
    for (const std::int32_t t : graph.inputs) state_[static_cast<std::size_t>(t)] = State::ready;
  }

  void run() {
    find_producers();
    for (Operator& op : graph_.operators) {
      check_operands(op);
      op.folded = fold(graph_, op);
      if (!op.folded) check_not_empty(op);
      resolve(graph_, op, file_);
      for (const std::int32_t t : op.outputs) {
        if (t >= 0) state_[static_cast<std::size_t>(t)] = State::ready;
      }
    }
    for (const std::int32_t t : graph_.outputs) {
      if (state_[static_cast<std::size_t>(t)] == State::unset) {
        fail(file_, place(graph_, t),
             "is an output of the network but no operator produces it; convert the network again");
      }
    }
  }

 private:
  void find_producers() {
    producer_.assign(graph_.tensors.size(), -1);
    for (const Operator& op : graph_.operators) {
      for (const std::int32_t t : op.outputs) {
        if (t < 0) continue;
        std::int32_t& producer = producer_[static_cast<std::size_t>(t)];
        if (producer >= 0) {
          fail(file_, place(op),
               fmt::format("writes {}, which operator {} writes already; every tensor needs one producer",
                           place(graph_, t), producer));
        }
        if (graph_.tensors[static_cast<std::size_t>(t)].constant) {
          fail(file_, place(op),
               fmt::format("writes {}, which is a constant; give the output a buffer without data", place(graph_, t)));
        }
        producer = op.index;
      }
    }
    // A tensor without elements needs no bytes: nobody produces it, so it is an (empty) constant.
    for (std::size_t t = 0; t < graph_.tensors.size(); ++t) {
      Tensor& tensor = graph_.tensors[t];
      if (state_[t] == State::unset && producer_[t] < 0 && !tensor.shape.empty() && tensor.elements() == 0) {
        tensor.constant = true;
        state_[t] = State::ready;
      }
    }
  }

  void check_operands(const Operator& op) {
    for (const std::int32_t t : op.inputs) {
      if (t < 0 || state_[static_cast<std::size_t>(t)] == State::ready) continue;
      const std::int32_t producer = producer_[static_cast<std::size_t>(t)];
      if (producer < 0) {
        fail(file_, place(op),
             fmt::format("reads {}, which has no data, is no input and is never produced; "
                         "convert the network again",
                         place(graph_, t)));
      }
      fail(file_, place(op),
           fmt::format("reads {} before operator {} produces it; operators must stand in execution order",
                       place(graph_, t), producer));
    }
  }

  void check_not_empty(const Operator& op) {
    for (const std::vector<std::int32_t>* list : {&op.inputs, &op.outputs}) {
      for (const std::int32_t t : *list) {
        if (t < 0) continue;
        const Tensor& tensor = graph_.tensors[static_cast<std::size_t>(t)];
        if (!tensor.constant && tensor.elements() == 0) {
          fail(file_, place(op),
               fmt::format("{} has shape {} and thus no elements; give the network a static shape", place(graph_, t),
                           shape_text(tensor.shape)));
        }
      }
    }
  }

  Graph& graph_;
  const std::string& file_;
  std::vector<State> state_;
  std::vector<std::int32_t> producer_;  // operator that writes a tensor, -1 = none
};

}  // namespace

void complete(Graph& graph, const std::string& file) {
  Walk(graph, file).run();
  count_weights(graph);
}

}  // namespace presil::graph

// Takes what a training framework writes as operators of their own into the operator before: the undoing of "unfused".
#pragma once

#include "sim/transform/edit.hpp"

namespace presil::transform {

/// RELU and the like behind an operator that has no activation yet and no other reader. False: it does not apply.
bool fuse_activation(Edit& edit, const graph::Graph& network, const graph::Operator& op);

/// MUL, ADD or SUB with a value per channel behind a convolution or fully connected layer that has no activation and no
/// other reader: its scales and biases take them over. Bytes, not values, of the biases are right.
bool fuse_batch_norm(Edit& edit, const graph::Graph& network, const graph::Operator& op);

}  // namespace presil::transform

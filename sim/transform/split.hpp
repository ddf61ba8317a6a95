// One operator as two that each make a part of its output channels, so that two units can share the work.
#pragma once

#include "sim/transform/edit.hpp"

namespace presil::transform {

/// A convolution or fully connected layer of two or more output channels becomes two of half as many (the second takes
/// the odd one), called NAME_first and NAME_rest after its output, and a concatenation. Each keeps its part of the
/// weights. Depthwise convolutions read their own channels only and are left alone. False: it does not apply.
bool split_channels(Edit& edit, const graph::Graph& network, const graph::Operator& op);

}  // namespace presil::transform

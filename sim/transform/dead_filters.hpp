// Leaves out filters that have no weights, with everything that carries or reads their channel.
#pragma once

#include <string>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::transform {

/// A dead filter's channel holds one value everywhere, which the next layer's bias can take over; so it may go where
/// the channel reaches, through depthwise convolutions, pools and activations, a single convolution or fully connected
/// layer. Where it is added or concatenated, or leaves the network, it stays. `changed` names the convolutions that
/// lost filters.
graph::Graph drop_dead_filters(const graph::Graph& network, const std::string& pattern,
                               std::vector<std::string>& changed);

}  // namespace presil::transform

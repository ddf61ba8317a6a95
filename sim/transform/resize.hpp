// The same network at another input resolution: every shape inferred anew, constants that follow it scaled.
#pragma once

#include "sim/graph/graph.hpp"

namespace presil::transform {

/// The pictures of `network` (inputs of shape batch x height x width x channels; all of one size) become `height` x
/// `width`, and every operator behind them follows: windows by stride and padding mode, resizes by what they are joined
/// with or by their factor, transpose convolutions, reshapes, slices, concatenations, reductions.
///
/// Constants that pin a shape are scaled where their meaning is certain: targets of reshapes, sizes of resizes, ends of
/// slices that reach the border, windows of average pools over the whole map, tables with a value per pixel or anchor
/// (resampled: their shape is right, their values are not those of a training at that size). Explicit pads stay.
///
/// The same size gives the same graph. Weights stay as they are. Throws common::Error for a size below 1 or too small
/// for a window, for a network without pictures, and, with operator and reason, for what pins the resolution (a fully
/// connected layer behind a flattened map, say).
graph::Graph resize(const graph::Graph& network, int height, int width);

}  // namespace presil::transform

// Small networks as files, and a way to change what such a file says.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/common/error.hpp"
#include "sim/graph/builder.hpp"
#include "sim/graph/export.hpp"
#include "sim/graph/import.hpp"
#include "traces/tflite_generated.h"

namespace presil::graph {

using Bytes = std::vector<std::uint8_t>;

/// The network as the importer sees it after a walk through a file.
inline Graph through_file(Builder& builder, const std::vector<Builder::Id>& outputs) {
  return import_tflite(export_tflite(builder.finish(outputs, "t")), "t");
}

/// Input 1x8x8x3, a 3x3 convolution to 4 channels (operator 0), a mean (1), a fully connected layer to 2 (2).
inline Graph small_graph() {
  Builder b("small");
  WindowStyle window;
  window.kernel = {3, 3};
  window.stride = {2, 2};
  const auto x = b.convolution(b.input({1, 8, 8, 3}), 4, window, {});
  return b.finish({b.dense(b.mean(x, false), 2, Activation::relu, {})}, "t");
}

/// A file with something in it changed.
inline Bytes edited(const Bytes& bytes, const std::function<void(tflite::ModelT&)>& change) {
  tflite::ModelT model;
  tflite::GetModel(bytes.data())->UnPackTo(&model);
  change(model);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(tflite::CreateModel(builder, &model), tflite::ModelIdentifier());
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

/// What import says about bad bytes; "" when it takes them.
inline std::string complaint(const Bytes& bytes) {
  try {
    import_tflite(bytes, "net.tflite");
  } catch (const common::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace presil::graph

#include "sim/graph/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "sim/graph/fail.hpp"
#include "sim/graph/options.hpp"

namespace presil::graph {

namespace {

class Exporter {
 public:
  explicit Exporter(const Graph& graph) : graph_(graph) {}

  std::vector<std::uint8_t> run() {
    model_.version = 3;
    model_.description = graph_.name;
    model_.buffers.push_back(std::make_unique<tflite::BufferT>());  // the first stands for "no data"
    auto subgraph = std::make_unique<tflite::SubGraphT>();
    subgraph->name = "main";
    for (std::size_t t = 0; t < graph_.tensors.size(); ++t)
      subgraph->tensors.push_back(tensor(static_cast<std::int32_t>(t)));
    for (const Operator& op : graph_.operators) subgraph->operators.push_back(operation(op));
    subgraph->inputs = graph_.inputs;
    subgraph->outputs = graph_.outputs;
    model_.subgraphs.push_back(std::move(subgraph));

    flatbuffers::FlatBufferBuilder builder(1 << 16);
    builder.Finish(tflite::CreateModel(builder, &model_), tflite::ModelIdentifier());
    return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
  }

 private:
  std::unique_ptr<tflite::TensorT> tensor(std::int32_t index) {
    const Tensor& source = graph_.tensors[static_cast<std::size_t>(index)];
    auto target = std::make_unique<tflite::TensorT>();
    target->name = source.name;
    try {
      target->type = type_to_tflite(source.type);
    } catch (const OptionError& error) {
      fail(graph_.name, place(graph_, index), error.what());
    }
    for (const std::int64_t dimension : source.shape) {
      if (dimension < 0 || dimension > std::numeric_limits<std::int32_t>::max()) {
        fail(graph_.name, place(graph_, index),
             fmt::format("has shape {}; a file holds dimensions from 0 to 2^31 - 1", shape_text(source.shape)));
      }
      target->shape.push_back(static_cast<std::int32_t>(dimension));
    }
    target->has_rank = true;
    target->is_variable = source.variable;
    if (!source.quantization.scale.empty()) {
      target->quantization = std::make_unique<tflite::QuantizationParametersT>();
      target->quantization->scale = source.quantization.scale;
      target->quantization->zero_point = source.quantization.zero_point;
      target->quantization->quantized_dimension = source.quantization.dimension;
    }
    target->buffer = buffer(index);
    return target;
  }

  std::uint32_t buffer(std::int32_t index) {
    const Tensor& source = graph_.tensors[static_cast<std::size_t>(index)];
    if (!source.constant || source.folded) return 0;
    if (source.sparse) fail(graph_.name, place(graph_, index), "is sparse; only dense constants are written");
    if (bits(source.type) > 0 && static_cast<std::int64_t>(source.data.size()) != source.bytes()) {
      fail(graph_.name, place(graph_, index),
           fmt::format("holds {} bytes of data where its shape takes {}; give it its data", source.data.size(),
                       source.bytes()));
    }
    if (source.data.empty()) return 0;
    if (source.buffer >= 0) {
      const auto known = buffers_.find(source.buffer);
      if (known != buffers_.end() && model_.buffers[known->second]->data == source.data) return known->second;
    }
    const auto number = static_cast<std::uint32_t>(model_.buffers.size());
    model_.buffers.push_back(std::make_unique<tflite::BufferT>());
    model_.buffers.back()->data = source.data;
    if (source.buffer >= 0) buffers_.emplace(source.buffer, number);
    return number;
  }

  std::unique_ptr<tflite::OperatorT> operation(const Operator& source) {
    auto target = std::make_unique<tflite::OperatorT>();
    target->opcode_index = code(source);
    target->inputs = source.inputs;
    target->outputs = source.outputs;
    target->intermediates = source.intermediates;
    target->custom_options = source.raw_options;
    write_options(graph_, source, *target);
    return target;
  }

  std::uint32_t code(const Operator& op) {
    const auto key = std::pair(op.builtin_code, op.custom ? op.name : std::string());
    const auto [at, fresh] = codes_.emplace(key, static_cast<std::uint32_t>(codes_.size()));
    if (!fresh) return at->second;
    auto entry = std::make_unique<tflite::OperatorCodeT>();
    // Readers of old files know the byte only; codes above it point them to the wide field.
    const auto placeholder = static_cast<std::int32_t>(tflite::BuiltinOperator::PLACEHOLDER_FOR_GREATER_OP_CODES);
    entry->deprecated_builtin_code = static_cast<std::int8_t>(std::min(op.builtin_code, placeholder));
    entry->builtin_code = static_cast<tflite::BuiltinOperator>(op.builtin_code);
    entry->custom_code = key.second;
    model_.operator_codes.push_back(std::move(entry));
    return at->second;
  }

  const Graph& graph_;
  tflite::ModelT model_;
  std::map<std::int32_t, std::uint32_t> buffers_;                        // Tensor::buffer -> number in the file
  std::map<std::pair<std::int32_t, std::string>, std::uint32_t> codes_;  // builtin code, custom name -> position
};

}  // namespace

std::vector<std::uint8_t> export_tflite(const Graph& graph) {
  return Exporter(graph).run();
}

}  // namespace presil::graph

#include "sim/graph/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "sim/graph/complete.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/options.hpp"
#include "traces/tflite_generated.h"

namespace presil::graph {

namespace {

constexpr std::int64_t kMaxConstantBytes = std::int64_t{1} << 32;  // tensors that share a buffer hold a copy each

std::string text(const flatbuffers::String* string) {
  return string ? string->str() : std::string();
}

template <typename T>
std::size_t size(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() : 0;
}

/// One file on its way to a Graph.
class Importer {
 public:
  Importer(const std::vector<std::uint8_t>& bytes, std::string file) : bytes_(bytes), file_(std::move(file)) {}

  Graph run(const std::string& name) {
    verify();
    model_ = tflite::GetModel(bytes_.data());
    check_version();
    graph_.name = name;
    read_tensors();
    read_operators();
    read_ends();
    complete(graph_, file_);
    return std::move(graph_);
  }

 private:
  void verify() {
    if (bytes_.empty()) fail(file_, "", "is empty; give a .tflite file");
    if (bytes_.size() < 8 || std::string(bytes_.begin() + 4, bytes_.begin() + 7) != "TFL") {
      fail(file_, "", "is not a TensorFlow Lite file (no 'TFL3' at byte 4); give a .tflite file or a network YAML");
    }
    if (bytes_[7] != '3') {
      fail(file_, "",
           fmt::format("has file identifier 'TFL{}' where 'TFL3' is read; convert the network with a current "
                       "TensorFlow Lite converter",
                       printable(std::string(1, static_cast<char>(bytes_[7])))));
    }
    // Bytes beyond 2 GiB are never part of the flatbuffer; buffers may stand there (see constant_bytes).
    const std::size_t length = std::min(bytes_.size(), static_cast<std::size_t>(FLATBUFFERS_MAX_BUFFER_SIZE) - 1);
    flatbuffers::Verifier verifier(bytes_.data(), length);
    if (!tflite::VerifyModelBuffer(verifier)) {
      fail(file_, "",
           fmt::format("is cut short or damaged ({} bytes, an offset in it leads outside); fetch it again",
                       bytes_.size()));
    }
  }

  void check_version() {
    if (model_->version() != 3) {
      fail(file_, "",
           fmt::format("has schema version {} where 3 is read; convert the network with a current TensorFlow "
                       "Lite converter",
                       model_->version()));
    }
    const auto* subgraphs = model_->subgraphs();
    if (size(subgraphs) == 0 || !subgraphs->Get(0)) {
      fail(file_, "", "holds no subgraph, so no network; convert it again");
    }
    subgraph_ = subgraphs->Get(0);
  }

  void read_tensors() {
    const std::size_t count = size(subgraph_->tensors());
    graph_.tensors.resize(count);
    for (std::size_t i = 0; i < count; ++i) read_tensor(static_cast<std::int32_t>(i), *subgraph_->tensors()->Get(i));
  }

  void read_tensor(std::int32_t index, const tflite::Tensor& source) {
    Tensor& tensor = graph_.tensors[static_cast<std::size_t>(index)];
    tensor.name = text(source.name());
    if (source.type() < tflite::TensorType::FLOAT32 || source.type() > tflite::TensorType::FLOAT8_E5M2) {
      fail(file_, place(graph_, index),
           fmt::format("has unknown element type {}; types 0 to {} are known", static_cast<int>(source.type()),
                       static_cast<int>(tflite::TensorType::FLOAT8_E5M2)));
    }
    tensor.type = type_from_tflite(source.type());
    tensor.variable = source.is_variable();
    tensor.sparse = source.sparsity() != nullptr;
    read_shape(index, source);
    read_quantization(index, source);
    read_constant(index, source);
  }

  void read_shape(std::int32_t index, const tflite::Tensor& source) {
    Tensor& tensor = graph_.tensors[static_cast<std::size_t>(index)];
    if (size(source.shape()) == 0 && size(source.shape_signature()) > 0) {
      fail(file_, place(graph_, index),
           "has a shape signature but no shape; convert the network with a static input shape");
    }
    std::int64_t elements = 1;
    for (std::size_t d = 0; d < size(source.shape()); ++d) {
      const std::int64_t dimension = source.shape()->Get(static_cast<flatbuffers::uoffset_t>(d));
      if (dimension == -1) {
        fail(file_, place(graph_, index),
             fmt::format("dimension {} is unknown (-1); convert the network with a static "
                         "input shape",
                         d));
      }
      if (dimension < 0) {
        fail(file_, place(graph_, index),
             fmt::format("dimension {} is negative ({}); convert the network again", d, dimension));
      }
      elements *= dimension;  // both at most 2^36
      if (elements > kMaxElements) {
        fail(file_, place(graph_, index),
             fmt::format("has more than 2^36 elements (dimension {} is {}); no chip holds "
                         "that: convert the network again",
                         d, dimension));
      }
      tensor.shape.push_back(dimension);
    }
  }

  void read_quantization(std::int32_t index, const tflite::Tensor& source) {
    const auto* q = source.quantization();
    if (!q || size(q->scale()) == 0) return;
    Quantization& quantization = graph_.tensors[static_cast<std::size_t>(index)].quantization;
    const auto& shape = graph_.tensors[static_cast<std::size_t>(index)].shape;
    quantization.scale.assign(q->scale()->begin(), q->scale()->end());
    if (q->zero_point()) quantization.zero_point.assign(q->zero_point()->begin(), q->zero_point()->end());
    const std::size_t scales = quantization.scale.size();
    if (quantization.zero_point.empty()) quantization.zero_point.assign(scales, 0);
    if (quantization.zero_point.size() == 1) quantization.zero_point.resize(scales, quantization.zero_point[0]);
    if (quantization.zero_point.size() != scales) {
      fail(file_, place(graph_, index),
           fmt::format("has {} scales but {} zero points; convert the network again", scales,
                       quantization.zero_point.size()));
    }
    quantization.dimension = q->quantized_dimension();
    if (scales == 1) return;
    // Some converters give a bias the axis of its weights; a vector has but one.
    if (shape.size() == 1) quantization.dimension = 0;
    const int axis = quantization.dimension;
    if (axis < 0 || axis >= static_cast<int>(shape.size()) ||
        shape[static_cast<std::size_t>(axis)] != static_cast<std::int64_t>(scales)) {
      fail(file_, place(graph_, index),
           fmt::format("has {} scales along dimension {} of shape {}; one scale, or one a "
                       "slice, would do",
                       scales, axis, shape_text(shape)));
    }
  }

  /// The bytes of a buffer: inside the flatbuffer, or (files above 2 GiB) anywhere in the file.
  std::pair<const std::uint8_t*, std::size_t> constant_bytes(std::int32_t index, const tflite::Tensor& source) {
    if (source.external_buffer() != 0) {
      fail(file_, place(graph_, index), "keeps its data in another file; convert the network with its weights inside");
    }
    const std::uint32_t number = source.buffer();
    if (number == 0 && size(model_->buffers()) == 0) return {nullptr, 0};
    if (number >= size(model_->buffers())) {
      fail(file_, place(graph_, index),
           fmt::format("refers to buffer {} of {}; convert the network again", number, size(model_->buffers())));
    }
    const tflite::Buffer* buffer = model_->buffers()->Get(number);
    if (buffer->offset() > 1) {
      const std::uint64_t offset = buffer->offset(), length = buffer->size();
      if (offset > bytes_.size() || length > bytes_.size() - offset) {
        fail(file_, place(graph_, index),
             fmt::format("has {} bytes from byte {} on, but the file ends at {}; fetch it again", length, offset,
                         bytes_.size()));
      }
      return {bytes_.data() + offset, static_cast<std::size_t>(length)};
    }
    return {buffer->data() ? buffer->data()->data() : nullptr, size(buffer->data())};
  }

  void read_constant(std::int32_t index, const tflite::Tensor& source) {
    const auto [data, length] = constant_bytes(index, source);
    if (length == 0) return;
    Tensor& tensor = graph_.tensors[static_cast<std::size_t>(index)];
    const std::int64_t expected = tensor.bytes();
    if (bits(tensor.type) > 0 && !tensor.sparse && static_cast<std::int64_t>(length) != expected) {
      fail(file_, place(graph_, index),
           fmt::format("has {} bytes of data where {} of shape {} takes {}; convert the network "
                       "again",
                       length, graph::name(tensor.type), shape_text(tensor.shape), expected));
    }
    constant_total_ += static_cast<std::int64_t>(length);
    if (constant_total_ > kMaxConstantBytes) {
      fail(file_, place(graph_, index),
           "brings the constants to more than 4 GiB; no chip holds that: take a smaller network");
    }
    tensor.constant = true;
    tensor.data.assign(data, data + length);
    // Buffers are numbered anew in the order of their first tensor, so that an exported file reads back the same.
    tensor.buffer = buffers_.emplace(source.buffer(), static_cast<std::int32_t>(buffers_.size())).first->second;
  }

  void read_operators() {
    const std::size_t count = size(subgraph_->operators());
    graph_.operators.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      Operator& op = graph_.operators[i];
      op.index = static_cast<std::int32_t>(i);
      read_operator(op, *subgraph_->operators()->Get(i));
    }
    if (count == 0) fail(file_, "", "its subgraph holds no operator; there is nothing to run");
  }

  void read_operator(Operator& op, const tflite::Operator& source) {
    const std::string where = fmt::format("operator {}", op.index);
    if (source.opcode_index() >= size(model_->operator_codes())) {
      fail(file_, where,
           fmt::format("refers to operator code {} of {}; convert the network again", source.opcode_index(),
                       size(model_->operator_codes())));
    }
    const tflite::OperatorCode& code = *model_->operator_codes()->Get(source.opcode_index());
    // Old files have only the byte-wide field, new ones both: the public reader takes the larger.
    op.builtin_code =
        std::max<std::int32_t>(code.deprecated_builtin_code(), static_cast<std::int32_t>(code.builtin_code()));
    if (op.builtin_code < 0 || op.builtin_code > static_cast<std::int32_t>(tflite::BuiltinOperator::MAX)) {
      fail(file_, where,
           fmt::format("has unknown builtin code {}; codes 0 to {} are known", op.builtin_code,
                       static_cast<std::int32_t>(tflite::BuiltinOperator::MAX)));
    }
    const auto builtin = static_cast<tflite::BuiltinOperator>(op.builtin_code);
    op.custom = builtin == tflite::BuiltinOperator::CUSTOM;
    op.name = op.custom ? text(code.custom_code()) : tflite::EnumNameBuiltinOperator(builtin);
    if (op.custom && op.name.empty()) op.name = "CUSTOM";
    if (calls_subgraph(builtin)) {
      fail(file_, place(op),
           "calls another subgraph, which has no fixed cost; convert the network without control flow");
    }
    read_list(op, source.inputs(), op.inputs, "input");
    read_list(op, source.outputs(), op.outputs, "output");
    read_list(op, source.intermediates(), op.intermediates, "intermediate");
    if (source.custom_options())
      op.raw_options.assign(source.custom_options()->begin(), source.custom_options()->end());
    op.op_class = classify(op);
    try {
      op.options = read_options(source, op);
    } catch (const OptionError& error) {
      fail(file_, place(op), error.what());
    }
  }

  void read_list(const Operator& op, const flatbuffers::Vector<std::int32_t>* from, std::vector<std::int32_t>& to,
                 const char* what) {
    if (!from) return;
    to.assign(from->begin(), from->end());
    for (const std::int32_t t : to) {
      if (t < -1 || t >= static_cast<std::int32_t>(graph_.tensors.size())) {
        fail(file_, place(op),
             fmt::format("{} is tensor {} of {}; convert the network again", what, t, graph_.tensors.size()));
      }
    }
  }

  void read_ends() {
    for (const auto& [from, to, what] : {std::tuple(subgraph_->inputs(), &graph_.inputs, "input"),
                                         std::tuple(subgraph_->outputs(), &graph_.outputs, "output")}) {
      if (from) to->assign(from->begin(), from->end());
      for (const std::int32_t t : *to) {
        if (t < 0 || t >= static_cast<std::int32_t>(graph_.tensors.size())) {
          fail(file_, "",
               fmt::format("{} of the network is tensor {} of {}; convert the network again", what, t,
                           graph_.tensors.size()));
        }
      }
    }
    if (graph_.outputs.empty()) fail(file_, "", "the network has no output; convert it again");
  }

  const std::vector<std::uint8_t>& bytes_;
  std::string file_;
  const tflite::Model* model_ = nullptr;
  const tflite::SubGraph* subgraph_ = nullptr;
  Graph graph_;
  std::map<std::uint32_t, std::int32_t> buffers_;  // number in the file -> our number
  std::int64_t constant_total_ = 0;
};

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    fail(path.string(), "", "no such file; check the path");
  }
  if (std::filesystem::is_directory(status)) fail(path.string(), "", "is a directory; give the .tflite file in it");
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff length = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (length < 0) fail(path.string(), "", "cannot be read; check its permissions");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(length));
  file.seekg(0);
  if (length > 0 && !file.read(reinterpret_cast<char*>(bytes.data()), length)) {
    fail(path.string(), "", "cannot be read to its end; check the disk");
  }
  return bytes;
}

}  // namespace

Graph import_tflite(const std::vector<std::uint8_t>& bytes, const std::string& name) {
  return Importer(bytes, name).run(name);
}

Graph import_tflite(const std::filesystem::path& path) {
  const std::vector<std::uint8_t> bytes = read_file(path);
  return Importer(bytes, path.string()).run(path.stem().string());
}

}  // namespace presil::graph

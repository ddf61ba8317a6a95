// The fingerprint of a network: FNV-1a over structure, shapes, types, options, quantisation and constants.
#include <fmt/format.h>

#include <cstring>

#include "sim/graph/graph.hpp"

namespace presil::graph {

namespace {

/// 64-bit FNV-1a (Fowler, Noll, Vo; offset basis and prime of draft-eastlake-fnv), eight bytes a step instead of one so
/// that megabytes of weights take a millisecond; four lanes, joined at the end, because each step waits for a multiply.
class Fnv {
 public:
  void word(std::uint64_t value) { hash_ = step(hash_, value); }

  template <typename Container>
  void words(const Container& values) {
    word(values.size());
    for (const auto value : values) word(static_cast<std::uint64_t>(value));
  }

  void real(float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    word(bits);
  }

  void text(const std::string& value) { bytes(reinterpret_cast<const std::uint8_t*>(value.data()), value.size()); }
  void bytes(const std::vector<std::uint8_t>& value) { bytes(value.data(), value.size()); }

  std::uint64_t value() const { return hash_; }

 private:
  static constexpr std::uint64_t kPrime = 0x100000001b3ULL;

  static std::uint64_t step(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * kPrime;
    return hash ^ (hash >> 32);  // a word's high bytes must reach the low ones too
  }

  void bytes(const std::uint8_t* data, std::size_t size) {
    word(size);
    std::uint64_t lane[4] = {hash_, ~hash_, hash_ + kPrime, hash_ - kPrime};
    std::size_t at = 0;
    for (; at + 32 <= size; at += 32) {
      std::uint64_t chunk[4];
      std::memcpy(chunk, data + at, sizeof chunk);
      for (int i = 0; i < 4; ++i) lane[i] = step(lane[i], chunk[i]);
    }
    for (const std::uint64_t l : lane) word(l);
    for (; at < size; ++at) word(data[at]);
  }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

void add(Fnv& fnv, const Tensor& tensor) {
  fnv.word(static_cast<std::uint64_t>(tensor.type));
  fnv.words(tensor.shape);
  fnv.word(tensor.quantization.scale.size());
  for (const float scale : tensor.quantization.scale) fnv.real(scale);
  fnv.words(tensor.quantization.zero_point);
  fnv.word(static_cast<std::uint64_t>(tensor.quantization.dimension));
  fnv.word(tensor.constant | tensor.folded << 1 | tensor.variable << 2 | tensor.sparse << 3);
  fnv.word(static_cast<std::uint64_t>(tensor.buffer));
  if (!tensor.folded) fnv.bytes(tensor.data);  // what import computed follows from the rest
}

void add(Fnv& fnv, const Options& o) {
  for (const int value : {static_cast<int>(o.padding),
                          o.stride_h,
                          o.stride_w,
                          o.dilation_h,
                          o.dilation_w,
                          o.kernel_h,
                          o.kernel_w,
                          o.depth_multiplier,
                          o.pad_top,
                          o.pad_bottom,
                          o.pad_left,
                          o.pad_right,
                          static_cast<int>(o.activation),
                          o.axis,
                          o.block_size,
                          o.batch_dims,
                          o.begin_mask,
                          o.end_mask,
                          o.ellipsis_mask,
                          o.new_axis_mask,
                          o.shrink_axis_mask,
                          o.max_detections,
                          o.max_classes_per_detection,
                          o.detections_per_class,
                          o.num_classes}) {
    fnv.word(static_cast<std::uint64_t>(value));
  }
  fnv.words(o.axes);
  for (const bool value :
       {o.keep_dims, o.align_corners, o.half_pixel_centers, o.adjoint_x, o.adjoint_y, o.asymmetric_quantize_inputs,
        o.keep_num_dims, o.time_major, o.symmetric, o.use_regular_nms}) {
    fnv.word(value);
  }
  fnv.real(o.beta);
  fnv.real(o.alpha);
}

}  // namespace

std::string Graph::digest() const {
  Fnv fnv;
  fnv.word(tensors.size());
  for (const Tensor& tensor : tensors) add(fnv, tensor);
  fnv.word(operators.size());
  for (const Operator& op : operators) {
    fnv.text(op.name);
    fnv.word(op.folded);
    fnv.words(op.inputs);
    fnv.words(op.outputs);
    fnv.words(op.intermediates);
    add(fnv, op.options);
    fnv.bytes(op.raw_options);
  }
  fnv.words(inputs);
  fnv.words(outputs);
  return fmt::format("{:016x}", fnv.value());
}

}  // namespace presil::graph

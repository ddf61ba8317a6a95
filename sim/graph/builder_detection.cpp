// The builder's tail of a single-shot detector: boxes decoded, sorted and thinned out, as TensorFlow Lite does it.
#include <flatbuffers/flexbuffers.h>

#include <cassert>

#include "sim/graph/builder.hpp"

namespace presil::graph {

std::vector<Builder::Id> Builder::detection(Id offsets, Id scores, int kept) {
  const std::vector<std::int64_t> in = shape(scores);
  assert(in.size() == 3 && shape(offsets) == (std::vector<std::int64_t>{in[0], in[1], 4}));
  const auto classes = static_cast<int>(in[2]) - 1;
  // Where the anchors lie decides what is found, not how long it takes.
  const Id anchors = constant(label("anchors"), Type::int8, {in[1], 4},
                              std::vector<std::uint8_t>(static_cast<std::size_t>(4 * in[1]), 64));
  graph_.tensors.back().quantization = {{1.0f / 128}, {0}, 0};
  std::vector<Id> outputs;
  for (const std::vector<std::int64_t>& out :
       {std::vector<std::int64_t>{1, kept, 4}, {1, kept}, {1, kept}, {1}})  // boxes, classes, scores, how many
    outputs.push_back(activation_tensor(label("detections"), out, Type::float32));
  Operator& op = add("TFLite_Detection_PostProcess", {offsets, scores, anchors}, outputs);
  op.options.max_detections = kept;
  op.options.max_classes_per_detection = 1;
  op.options.detections_per_class = 100;
  op.options.num_classes = classes;
  flexbuffers::Builder options;
  options.Map([&] {
    options.Int("max_detections", kept);
    options.Int("max_classes_per_detection", 1);
    options.Int("detections_per_class", 100);
    options.Int("num_classes", classes);
    options.Bool("use_regular_nms", false);
    options.Float("nms_score_threshold", 1e-8f);
    options.Float("nms_iou_threshold", 0.6f);
    options.Float("y_scale", 10);
    options.Float("x_scale", 10);
    options.Float("h_scale", 5);
    options.Float("w_scale", 5);
  });
  options.Finish();
  op.raw_options = options.GetBuffer();
  return outputs;
}

}  // namespace presil::graph

// The array of an NPU: unrollings, overheads, the classes it supports and the chains it fuses.
#include <fmt/format.h>

#include <charconv>

#include "sim/hw/npu_sections.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::hw {

using common::OpClass;
using npu::Dim;
using yaml::Map;
using yaml::Value;

namespace {

constexpr std::pair<const char*, Dim> dims[] = {{"n", Dim::n},   {"oc", Dim::oc}, {"ic", Dim::ic}, {"oh", Dim::oh},
                                                {"ow", Dim::ow}, {"kh", Dim::kh}, {"kw", Dim::kw}};

Dim read_dim(const Value& at, const std::string& word) {
  std::vector<std::string> known;
  for (const auto& [name, dim] : dims) {
    if (word == name) return dim;
    known.emplace_back(name);
  }
  at.fail(fmt::format("{} is no dimension; {}", yaml::quoted(word), yaml::suggestion(word, known)));
}

/// "ic*kh*kw" -> its dimensions.
std::vector<Dim> read_product(const Value& at, const std::string& text) {
  std::vector<Dim> product;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('*', begin), text.size());
    std::string word = text.substr(begin, end - begin);
    word.erase(0, word.find_first_not_of(' '));
    word.erase(word.find_last_not_of(' ') + 1);
    product.push_back(read_dim(at, word));
    begin = end + 1;
  }
  return product;
}

std::map<int, double> read_by_bits(const Value& value) {
  std::map<int, double> by_bits;
  Map map = value.map();
  for (const auto& [key, cycles] : map.all()) {
    double bits = 0;
    if (!yaml::read_number(key, bits) || bits < 1 || bits > 64 || bits != static_cast<int>(bits))
      cycles.fail(fmt::format("{} is no number of bits; write e.g. '{{4: 1, 8: 2}}'", yaml::quoted(key)));
    by_bits[static_cast<int>(bits)] = cycles.number(1e-6, 1e6);
  }
  return by_bits;
}

}  // namespace

std::pair<int, int> read_kernel(const Value& value) {
  const std::string text = value.text();
  const std::size_t cross = text.find('x');
  int h = 0, w = 0;
  const auto whole = [](const std::string& part, int& number) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    return error == std::errc() && end == part.data() + part.size() && number > 0;
  };
  if (cross == std::string::npos || !whole(text.substr(0, cross), h) || !whole(text.substr(cross + 1), w))
    value.fail_found("is no kernel size; write height x width, e.g. '7x7'");
  return {h, w};
}

namespace {

npu::Mode read_mode(const Value& value) {
  Map map = value.map();
  npu::Mode mode;
  if (const auto given = map.find("name")) mode.name = given->text();
  Map unroll = map.at("unroll", "{oc: 16, ic: 16}").map();
  std::set<Dim> seen;
  for (const auto& [key, factor] : unroll.all()) {
    npu::UnrollGroup group;
    group.dims = read_product(factor, key);
    for (Dim dim : group.dims)
      if (!seen.insert(dim).second) factor.fail("a dimension stands twice in one unrolling; keep one");
    group.factor = static_cast<std::int32_t>(factor.integer(1, 1 << 20));
    mode.unroll.push_back(group);
  }
  mode.cycles_per_step = map.number_or("cycles_per_step", mode.cycles_per_step, 1e-6, 1e6);
  if (const auto bits = map.find("cycles_per_step_by_weight_bits"))
    mode.cycles_per_step_by_weight_bits = read_by_bits(*bits);
  if (const auto bits = map.find("cycles_per_step_by_activation_bits"))
    mode.cycles_per_step_by_activation_bits = read_by_bits(*bits);
  if (const auto over = map.find("minimum_over")) {
    for (const Value& dim : over->one_or_list()) mode.minimum_over.push_back(read_dim(dim, dim.text()));
    mode.minimum_cycles = map.number("minimum_cycles", 0, 1e6);
  }
  if (const auto pad = map.find("pad_ic_to")) mode.pad_ic_to = static_cast<int>(pad->integer(1, 1 << 20));
  if (const auto kernel = map.find("max_kernel")) std::tie(mode.max_kernel_h, mode.max_kernel_w) = read_kernel(*kernel);
  if (const auto least = map.find("min_ic")) mode.min_ic = static_cast<int>(least->integer(1, 1 << 20));
  if (const auto most = map.find("max_ic")) mode.max_ic = static_cast<int>(most->integer(1, 1 << 20));
  if (const auto most = map.find("max_stride")) mode.max_stride = static_cast<int>(most->integer(1, 1 << 10));
  map.finish();
  return mode;
}

std::vector<npu::Mode> read_modes(const Value& value) {
  Map map = value.map();
  std::vector<npu::Mode> modes;
  for (const Value& mode : map.at("modes", "[{unroll: {oc: 16, ic: 16}}]").list()) modes.push_back(read_mode(mode));
  map.finish();
  if (modes.empty()) map.fail("'modes' is empty; write at least one '{unroll: {...}}'");
  if (modes.size() > 250) map.fail("has more than 250 modes");
  return modes;
}

/// Groups of classes that may be named together.
std::vector<OpClass> group(const std::string& text) {
  if (text == "pooling") return {OpClass::average_pool, OpClass::max_pool};
  if (text == "elementwise") return {OpClass::add, OpClass::sub, OpClass::mul, OpClass::minimum, OpClass::maximum};
  if (text == "activations")
    return {OpClass::relu, OpClass::leaky_relu, OpClass::logistic, OpClass::tanh, OpClass::hard_swish};
  if (text == "copies")
    return {OpClass::concatenation, OpClass::split,         OpClass::pack, OpClass::unpack,
            OpClass::slice,         OpClass::strided_slice, OpClass::pad};
  return {};
}

}  // namespace

std::vector<OpClass> read_classes(const Value& at, const std::string& text) {
  if (const auto one = common::op_class_from_name(text)) return {*one};
  std::vector<OpClass> many = group(text);
  if (!many.empty()) return many;
  std::vector<std::string> known;
  for (std::size_t i = 0; i < common::op_class_count; ++i) known.emplace_back(name(static_cast<OpClass>(i)));
  for (const char* one : {"pooling", "elementwise", "activations", "copies"}) known.emplace_back(one);
  at.fail(fmt::format("{} is no operator class; {}", yaml::quoted(text), yaml::suggestion(text, known)));
}

std::map<OpClass, std::vector<npu::Mode>> read_array(Map& npu) {
  std::map<OpClass, std::vector<npu::Mode>> array;
  Map map = npu.at("array", "{convolution: {modes: [{unroll: {oc: 16, ic: 16}}]}}").map();
  read_by_class(map, array, read_modes);
  const auto convolution = array.find(OpClass::convolution);
  if (convolution == array.end()) return array;
  const std::vector<npu::Mode> modes = convolution->second;
  for (OpClass heir : {OpClass::pointwise, OpClass::transpose_convolution, OpClass::fully_connected, OpClass::matmul}) {
    if (array.count(heir) > 0) continue;
    array[heir] = modes;
    map.note_default(name(heir), "the modes of convolution");
  }
  return array;
}

std::vector<npu::Overhead> read_overheads(const Value& list) {
  using npu::Per;
  std::vector<npu::Overhead> all;
  for (const Value& value : list.list()) {
    Map map = value.map();
    npu::Overhead overhead;
    overhead.per = map.at("per", "tile")
                       .choice<Per>({{"step", Per::step},
                                     {"row", Per::row},
                                     {"column", Per::column},
                                     {"pixel", Per::pixel},
                                     {"pass", Per::pass},
                                     {"tile", Per::tile},
                                     {"operator", Per::op}});
    overhead.cycles = map.number("cycles", 0, 1e9);
    if (const auto over = map.find("over")) {
      if (overhead.per != Per::step) over->fail("goes with 'per: step' only");
      for (const auto& [key, blocks] : over->map().all())
        overhead.over[static_cast<std::size_t>(read_dim(blocks, key))] =
            static_cast<std::int32_t>(blocks.integer(1, 1 << 20));
    }
    overhead.hidden = map.boolean_or("hidden", overhead.hidden);
    if (const auto classes = map.find("classes"))
      for (const Value& one : classes->one_or_list())
        for (OpClass op_class : read_classes(one, one.text())) overhead.classes.push_back(op_class);
    if (const auto pixels = map.find("only_when_pixels_up_to"))
      overhead.only_when_pixels_up_to = static_cast<std::int32_t>(pixels->integer(1, 1 << 30));
    map.finish();
    all.push_back(overhead);
  }
  return all;
}

namespace {

npu::Support read_support(const Value& value) {
  Map map = value.map();
  npu::Support support;
  if (const auto kernel = map.find("max_kernel"))
    std::tie(support.max_kernel_h, support.max_kernel_w) = read_kernel(*kernel);
  const auto limit = [&map](const char* key) {  // absent: none
    const auto given = map.find(key);
    return given ? given->integer(1, std::int64_t{1} << 31) : 0;
  };
  support.max_stride = static_cast<int>(limit("max_stride"));
  support.max_dilation = static_cast<int>(limit("max_dilation"));
  support.max_channels = limit("max_channels");
  support.max_rank = static_cast<int>(limit("max_rank"));
  support.max_batch = limit("max_batch");
  static const std::vector<std::string> types = {"int8", "uint8",   "int16",   "int32",   "int64",
                                                 "int4", "float32", "float16", "boolean", "bfloat16"};
  if (const auto list = map.find("types"))
    for (const Value& type : list->one_or_list()) {
      require_name(type, "type", types);
      support.types.push_back(type.text());
    }
  const auto capability = [&map](const char* key, bool& field) {  // absent: has it
    if (const auto given = map.find(key)) field = given->boolean();
  };
  capability("per_channel", support.per_channel);
  capability("broadcast", support.broadcast);
  capability("constant_operand", support.constant_operand);
  map.finish();
  return support;
}

bool needs_array(OpClass op_class) {
  switch (op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::depthwise:
    case OpClass::transpose_convolution:
    case OpClass::fully_connected:
    case OpClass::matmul:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::map<OpClass, npu::Support> read_supports(Map& npu, const npu::NpuSpec& so_far) {
  std::map<OpClass, npu::Support> supports;
  Map map = npu.at("supports", "{convolution: {}, depthwise: {}}").map();
  read_by_class(map, supports, read_support);
  if (supports.count(OpClass::convolution) > 0 && supports.count(OpClass::pointwise) == 0) {
    supports[OpClass::pointwise] = supports[OpClass::convolution];
    map.note_default("pointwise", "as convolution");
  }
  for (const auto& [op_class, support] : supports) {
    const bool has_modes = so_far.array.count(op_class) > 0;
    if (needs_array(op_class) && !has_modes)
      map.fail(fmt::format("'{0}' is supported, but 'array' has no modes for it; add 'array: {{{0}: {{modes: ...}}}}'",
                           name(op_class)));
    const npu::Streams& streams = so_far.streams;
    if (!has_modes && streams.output_elements_per_cycle == 0 && streams.input_elements_per_cycle == 0 &&
        streams.output_cycles_per_element.count(op_class) == 0 && op_class != OpClass::reshape)
      map.fail(
          fmt::format("nothing sets the pace of '{0}'; add it to streams.output_cycles_per_element, or give "
                      "streams.output, e.g. '16 B/cycle'",
                      name(op_class)));
  }
  return supports;
}

std::vector<npu::FusionPattern> read_fusion(const Value& list) {
  std::vector<npu::FusionPattern> patterns;
  bool names_pointwise = false;
  for (const Value& chain : list.list())
    for (const Value& link : chain.list()) names_pointwise = names_pointwise || link.text() == "pointwise";
  for (const Value& chain : list.list()) {
    std::vector<npu::FusionPattern> open(1);
    for (const Value& link : chain.list()) {
      std::vector<OpClass> classes = read_classes(link, link.text());
      if (classes.front() == OpClass::convolution && !names_pointwise) classes.push_back(OpClass::pointwise);
      std::vector<npu::FusionPattern> longer;
      for (const npu::FusionPattern& pattern : open)
        for (OpClass op_class : classes) {
          longer.push_back(pattern);
          longer.back().chain.push_back(op_class);
        }
      open = std::move(longer);
      if (open.size() > 1000) chain.fail("stands for more than 1000 chains; name single classes");
    }
    if (open.front().chain.size() < 2)
      chain.fail("fuses nothing; name at least two classes, e.g. '[convolution, add]'");
    patterns.insert(patterns.end(), open.begin(), open.end());
  }
  return patterns;
}

std::array<std::int32_t, 3> read_extents(const Value& value, std::int32_t min) {
  const std::vector<Value> items = value.list();
  if (items.size() != 3) value.fail(fmt::format("has {} elements; write '[h, w, oc]'", items.size()));
  std::array<std::int32_t, 3> extents{};
  for (std::size_t i = 0; i < 3; ++i) extents[i] = static_cast<std::int32_t>(items[i].integer(min, 1 << 20));
  return extents;
}

}  // namespace presil::hw

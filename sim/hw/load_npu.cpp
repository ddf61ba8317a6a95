// NPU units: precision, streams, tile buffer, weights, launch, fall-back; the array and what it runs are in
// load_array.cpp.
#include <fmt/format.h>

#include "sim/hw/npu_sections.hpp"
#include "sim/hw/sections.hpp"

namespace presil::hw {

using common::OpClass;
using yaml::Least;
using yaml::Map;
using yaml::Value;

namespace {

npu::Streams read_streams(Map map) {
  npu::Streams streams;
  const auto rate = [&map](const char* key, const yaml::Dimension& dimension) {
    const auto value = map.find(key);
    return value ? value->real(dimension) : 0.0;  // absent: no limit of its own
  };
  streams.input_elements_per_cycle = rate("input", yaml::rate_elements_per_cycle());
  streams.output_elements_per_cycle = rate("output", yaml::rate_elements_per_cycle());
  streams.weight_bytes_per_cycle = rate("weights", yaml::rate_bytes_per_cycle());
  streams.output_drains = map.boolean_or("output_drains", streams.output_drains);
  streams.input_again_per_pass = map.boolean_or("input_again_per_pass", streams.input_again_per_pass);
  constexpr double most_cycles = 1e6;
  if (const auto by_class = map.find("output_cycles_per_element")) {
    Map rates = by_class->map();
    read_by_class(rates, streams.output_cycles_per_element,
                  [](const Value& value) { return value.number(0, most_cycles); });
  }
  if (const auto by_post_op = map.find("post_op_cycles_per_element")) {
    Map rates = by_post_op->map();
    using common::PostOp;
    const std::pair<const char*, PostOp> words[] = {
        {"none", PostOp::none}, {"relu", PostOp::relu}, {"lut", PostOp::lut}};
    for (const auto& [word, post_op] : words)
      if (const auto value = rates.find(word))
        streams.post_op_cycles_per_element[post_op] = value->number(0, most_cycles);
    rates.finish();
  }
  map.finish();
  return streams;
}

tile_buffer::PartitionSpec read_partition(Map map) {
  tile_buffer::PartitionSpec partition;
  int sum = 0;
  const std::pair<const char*, int*> shares[] = {{"input", &partition.input},
                                                 {"weights", &partition.weights},
                                                 {"output", &partition.output},
                                                 {"accumulators", &partition.accumulators}};
  for (const auto& [key, share] : shares)
    if (const auto value = map.find(key)) {
      *share = static_cast<int>(value->whole(yaml::share_percent(), Least::zero));
      sum += *share;
      if (*share > 100) value->fail_found("is more than the whole; write '100 %' or less");
    }
  map.finish();
  if (sum > 100) map.fail(fmt::format("the shares add up to {} %; make them 100 % or less", sum));
  if (partition.input == 0 && sum > 0) map.fail("the input has no share; give it one, e.g. 'input: 50 %'");
  return partition;
}

tile_buffer::TileBufferSpec read_tile_buffer(Map map) {
  tile_buffer::TileBufferSpec buffer;
  buffer.size_bytes = map.bytes("size");
  buffer.reserved_bytes = map.bytes_or("reserved", buffer.reserved_bytes);
  if (buffer.reserved_bytes >= buffer.size_bytes)
    map.fail(fmt::format("{} of {} are reserved, which leaves nothing; enlarge 'size' or shrink 'reserved'",
                         yaml::show(yaml::size_bytes(), static_cast<double>(buffer.reserved_bytes)),
                         yaml::show(yaml::size_bytes(), static_cast<double>(buffer.size_bytes))));
  buffer.banks = static_cast<int>(map.integer_or("banks", buffer.banks, 1, 4096));
  if (buffer.size_bytes < buffer.banks)
    map.fail(fmt::format("{} are less than one byte for each of {} banks; enlarge 'size' or lower 'banks'",
                         yaml::show(yaml::size_bytes(), static_cast<double>(buffer.size_bytes)), buffer.banks));
  buffer.ports = static_cast<int>(map.integer_or("ports", buffer.ports, 1, 64));
  buffer.input_granule_bytes = map.bytes_or("input_granule", buffer.input_granule_bytes);
  buffer.accumulator_granule_bytes = map.bytes_or("accumulator_granule", buffer.accumulator_granule_bytes);
  buffer.double_buffered = map.boolean_or("double_buffered", buffer.double_buffered);
  buffer.holds_weights = map.boolean_or("holds_weights", buffer.holds_weights);
  buffer.holds_output = map.boolean_or("holds_output", buffer.holds_output);
  buffer.holds_accumulators = map.boolean_or("holds_accumulators", buffer.holds_accumulators);
  buffer.accumulator_bits = static_cast<int>(map.bits_or("accumulator", buffer.accumulator_bits));
  if (const auto slice = map.find("input_slice_channels")) buffer.input_slice_channels = slice->integer(1, 1 << 20);
  if (const auto partition = map.find("partition")) buffer.partition = read_partition(partition->map());
  const tile_buffer::PartitionSpec& shares = buffer.partition;
  if (!shares.shared() && buffer.holds_weights && shares.weights == 0)
    map.fail("holds weights, but 'partition' gives them no share; give one or write 'holds_weights: false'");
  if (!shares.shared() && buffer.holds_output && shares.output == 0)
    map.fail("holds output, but 'partition' gives it no share; give one or write 'holds_output: false'");
  if (!shares.shared() && buffer.holds_accumulators && shares.accumulators == 0)
    map.fail("holds accumulators, but 'partition' gives them no share; give one or write 'holds_accumulators: false'");
  map.finish();
  return buffer;
}

std::vector<npu::Precision> read_precision(const Value& list) {
  std::vector<npu::Precision> all;
  for (const Value& value : list.list()) {
    Map map = value.map();
    npu::Precision precision;
    precision.activation_bits = static_cast<int>(map.integer("activations", 1, 64));
    precision.weight_bits = static_cast<int>(map.integer("weights", 1, 64));
    precision.floating_point = map.boolean_or("floating_point", precision.floating_point);
    precision.rate = map.number("rate", 1e-6, 1e6);
    precision.emulated = map.boolean_or("emulated", precision.emulated);
    map.finish();
    for (const npu::Precision& other : all)
      if (other.activation_bits == precision.activation_bits && other.weight_bits == precision.weight_bits &&
          other.floating_point == precision.floating_point)
        value.fail("this pair of widths stands twice; keep one");
    all.push_back(precision);
  }
  if (all.empty()) list.fail("is empty; write e.g. '[{activations: 8, weights: 8, rate: 1}]'");
  return all;
}

npu::Weights read_weights(Map map, const Hardware& hardware) {
  using npu::WeightDelivery;
  npu::Weights weights;
  weights.delivery = map.choice_or<WeightDelivery>("delivery", "streamed",
                                                   {{"streamed", WeightDelivery::streamed},
                                                    {"staged", WeightDelivery::staged},
                                                    {"resident", WeightDelivery::resident}});
  if (weights.delivery == WeightDelivery::staged) {
    const Value memory = map.at("staging_memory", "sram");
    require_name(memory, "memory", memory_names(hardware));
    weights.staging_memory = memory.text();
    weights.staging_buffers = static_cast<int>(map.integer_or("staging_buffers", weights.staging_buffers, 1, 2));
    weights.sliced_passes = map.boolean_or("sliced_passes", weights.sliced_passes);
    if (const auto rate = map.find("expected_copy_rate"))
      weights.expected_copy_rate = rate->whole(yaml::rate_bytes_per_second());
    if (const auto never = map.find("never_staged"))
      for (const Value& value : never->one_or_list())
        for (OpClass op_class : read_classes(value, value.text())) weights.never_staged.push_back(op_class);
  }
  if (const auto compression = map.find("compression")) {
    weights.coding = compression->text() == "entropy"       ? npu::WeightCoding::entropy
                     : compression->text() == "golomb_rice" ? npu::WeightCoding::golomb_rice
                                                            : npu::WeightCoding::ratio;
    if (weights.coding == npu::WeightCoding::ratio) weights.compression = compression->number(1e-3, 16.0);
  } else {
    map.note_default("compression", "1");
  }
  weights.bytes_per_output_channel =
      map.integer_or("bytes_per_output_channel", weights.bytes_per_output_channel, 0, 1 << 20);
  weights.alignment = map.bytes_or("alignment", weights.alignment);
  weights.skip_dead_filters = map.boolean_or("skip_dead_filters", weights.skip_dead_filters);
  if (weights.delivery == WeightDelivery::resident) weights.resident_capacity = map.bytes_or("capacity", 0);
  if (const auto forms = map.find("stored_forms"))
    for (const Value& value : forms->list()) {
      Map form_map = value.map();
      npu::StoredForm form;
      std::tie(form.kernel_h, form.kernel_w) = read_kernel(form_map.at("kernel", "3x3"));
      form.stride = static_cast<int>(form_map.integer("stride", 1, 1 << 10));
      form.factor = form_map.number("factor", 1e-3, 64);
      form_map.finish();
      weights.stored_forms.push_back(form);
    }
  map.finish();
  return weights;
}

npu::Launch read_launch(Map map) {
  npu::Launch launch;
  launch.cycles = map.cycles_or("hardware", launch.cycles);
  launch.host_ps = map.ps_or("host", launch.host_ps);
  launch.call_ps = map.ps_or("call", launch.call_ps);
  launch.command_bytes = map.bytes_or("commands", launch.command_bytes);
  launch.gates_transfers = map.boolean_or("gates_transfers", launch.gates_transfers);
  map.finish();
  return launch;
}

npu::Fallback read_fallback(Map map, const std::vector<std::string>& units, const std::string& own_name) {
  npu::Fallback fallback;
  std::vector<std::string> others;
  for (const std::string& unit : units)
    if (unit != own_name) others.push_back(unit);
  const Value to = map.at("to", "cpu");
  require_name(to, "other unit", others);
  fallback.to = to.text();
  fallback.granularity = map.choice_or<npu::FallbackGranularity>(
      "granularity", "operator",
      {{"operator", npu::FallbackGranularity::op}, {"subgraph", npu::FallbackGranularity::subgraph}});
  fallback.hand_over_ps = map.ps_or("hand_over", fallback.hand_over_ps);
  fallback.overlap = map.boolean_or("overlap", fallback.overlap);
  map.finish();
  return fallback;
}

dma::DmaSpec read_dma(Map map, const Hardware& hardware, std::int64_t unit_hz) {
  dma::DmaSpec dma;
  dma.hz = map.find("clock") ? read_clock(map, hardware) : unit_hz;
  dma.setup_cycles = map.cycles_or("setup", dma.setup_cycles);
  dma.cycles_per_row = map.number_or("cycles_per_row", dma.cycles_per_row, 0, 1e6);
  map.finish();
  return dma;
}

}  // namespace

npu::NpuSpec read_npu(Map& map, const Hardware& hardware, const std::vector<std::string>& units,
                      const std::string& own_name) {
  npu::NpuSpec npu;
  npu.hz = read_clock(map, hardware);
  npu.cores = static_cast<int>(map.integer_or("cores", npu.cores, 1, 4096));
  npu.array = read_array(map);
  if (const auto peak = map.find("macs_per_cycle")) npu.macs_per_cycle = peak->integer(1, std::int64_t{1} << 32);
  if (const auto overheads = map.find("overheads")) npu.overheads = read_overheads(*overheads);
  if (const auto streams = map.find("streams")) npu.streams = read_streams(streams->map());
  if (const auto buffer = map.find("tile_buffer")) npu.tile_buffer = read_tile_buffer(buffer->map());
  const bool streaming = npu.tile_buffer.size_bytes == 0;
  if (streaming) map.note_default("tile_buffer", "none: streams from memory");
  if (const auto granule = map.find("tile_granule")) npu.tile_granule = read_extents(*granule, 1);
  if (const auto limit = map.find("tile_limit")) npu.tile_limit = read_extents(*limit, 0);
  if (!streaming) {
    npu.tile_choice = map.choice_or<npu::TileChoice>(
        "tile_choice", "least_time",
        {{"least_time", npu::TileChoice::least_time}, {"least_fetch", npu::TileChoice::least_fetch}});
    npu.whole_edges = map.boolean_or("whole_edges", npu.whole_edges);
  }
  if (const auto precision = map.find("precision")) {
    npu.precision = read_precision(*precision);
  } else {
    npu.precision = {npu::Precision{}};
    map.note_default("precision", "8-bit activations and weights only");
  }
  if (const auto weights = map.find("weights")) {
    npu.weights = read_weights(weights->map(), hardware);
  } else {
    map.note_default("weights.delivery", "streamed");
  }
  if (const auto launch = map.find("launch")) {
    npu.launch = read_launch(launch->map());
  } else {
    map.note_default("launch.hardware", "0 cycles");
  }
  npu.supports = read_supports(map, npu);
  if (const auto fusion = map.find("fusion")) npu.fusion = read_fusion(*fusion);
  if (const auto fallback = map.find("fallback")) npu.fallback = read_fallback(fallback->map(), units, own_name);
  if (const auto dma = map.find("dma")) {
    npu.dma = read_dma(dma->map(), hardware, npu.hz);
  } else {
    npu.dma.hz = npu.hz;
    map.note_default("dma.setup", "0 cycles");
  }
  npu.layout = map.choice_or<npu::Layout>(
      "layout", "nhwc", {{"nhwc", npu::Layout::nhwc}, {"channel_blocked", npu::Layout::channel_blocked}});
  if (npu.layout == npu::Layout::channel_blocked)
    npu.layout_block = static_cast<int>(map.integer_or("layout_block", npu.layout_block, 1, 4096));
  npu.lookahead_tiles = static_cast<int>(map.integer_or("lookahead_tiles", npu.lookahead_tiles, 0, 1024));
  if (streaming)
    npu.streaming_stripes = static_cast<int>(map.integer_or("streaming_stripes", npu.streaming_stripes, 1, 4096));
  return npu;
}

}  // namespace presil::hw

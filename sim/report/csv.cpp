#include "sim/report/csv.hpp"

#include <fmt/format.h>

#include <iterator>

namespace presil::report {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv(const replay::Result& result) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const auto field = [&](const std::string& value) { fmt::format_to(out, ",{}", csv_field(value)); };
  const auto number = [&](auto value) { fmt::format_to(out, ",{}", value); };

  fmt::format_to(out,
                 "index,name,type,class,unit,fused_into,free_reason,fallback_reason,note,start_ps,end_ps,stack_ps");
  for (std::size_t c = 0; c < common::cause_count; ++c)
    fmt::format_to(out, ",stack_{}_ps", common::name(static_cast<common::Cause>(c)));
  fmt::format_to(out, ",macs,tiles,tile_h,tile_w,tile_oc,output_shape,utilisation,utilisation_reason,bound");
  for (const auto& memory : result.memories) field("read_bytes_" + memory.name);
  for (const auto& memory : result.memories) field("write_bytes_" + memory.name);
  fmt::format_to(out, ",redundant_bytes,energy_uj\n");

  for (const auto& op : result.operators) {
    fmt::format_to(out, "{}", op.index);
    for (const auto& value : {op.name, op.type, std::string(common::name(op.op_class)), op.unit}) field(value);
    field(op.fused_into < 0 ? "" : std::to_string(op.fused_into));
    for (const auto& value : {op.free_reason, op.fallback_reason, op.note}) field(value);
    number(op.start), number(op.end), number(op.stack.total());
    for (common::Tick ps : op.stack.ps) number(ps);
    number(op.macs), number(op.tiles), number(op.tile_h), number(op.tile_w), number(op.tile_oc);
    field(fmt::format("{}", fmt::join(op.output_shape, "x")));
    field(op.macs > 0 && op.utilisation > 0 ? fmt::format("{}", op.utilisation) : "");
    field(op.utilisation_reason);
    field(op.bound == replay::Bound::none ? "" : replay::name(op.bound));
    for (const auto* bytes : {&op.read_bytes, &op.write_bytes})
      for (std::size_t m = 0; m < result.memories.size(); ++m) number(m < bytes->size() ? (*bytes)[m] : 0);
    number(op.redundant_bytes);
    field(op.energy_uj ? fmt::format("{}", *op.energy_uj) : "");
    fmt::format_to(out, "\n");
  }
  return fmt::to_string(text);
}

}  // namespace presil::report

#include <fmt/format.h>

#include <iterator>

#include "traces/codec.hpp"

namespace presil::traces {
namespace {

void quote(std::string& out, const std::string& value) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Appends `"key": value` pairs of one object; those with their default value are left out.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }

  void string(const char* key, const std::string& value) {
    begin(key);
    quote(out_, value);
  }
  template <typename T>
  void number(const char* key, T value) {
    begin(key);
    fmt::format_to(std::back_inserter(out_), "{}", value);
  }
  template <typename T, typename D>
  void number_unless(const char* key, T value, D usual) {
    if (value != static_cast<T>(usual)) number(key, value);
  }
  void string_unless_empty(const char* key, const std::string& value) {
    if (!value.empty()) string(key, value);
  }
  void flag(const char* key, bool value) {
    if (value) begin(key), out_ += "true";
  }
  template <typename Range>
  void list(const char* key, const Range& range) {
    begin(key);
    out_ += '[';
    bool first = true;
    for (const auto& v : range) {
      if (!first) out_ += ", ";
      first = false;
      fmt::format_to(std::back_inserter(out_), "{}", v);
    }
    out_ += ']';
  }
  void begin(const char* key) {
    if (!first_) out_ += ", ";
    first_ = false;
    out_ += '"';
    out_ += key;
    out_ += "\": ";
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_area(Line& line, std::string& out, const char* key, const Area& a, const Schedule& s) {
  line.begin(key);
  Line l(out);
  l.string("memory", s.memories[static_cast<std::size_t>(a.memory)]);
  l.number("address", a.address);
  l.number("row_bytes", a.row_bytes);
  l.number_unless("rows", a.rows, 1);
  l.number_unless("row_stride", a.row_stride, 0);
  l.number_unless("planes", a.planes, 1);
  l.number_unless("plane_stride", a.plane_stride, 0);
  l.number_unless("redundant_row_bytes", a.redundant_row_bytes, 0);
  l.number_unless("redundant_rows", a.redundant_rows, 0);
  l.number_unless("redundant_planes", a.redundant_planes, 0);
  l.close();
}

void write_work(std::string& out, const Work& w, std::size_t id) {
  static const char* const post_ops[] = {"none", "relu", "lut"};
  Line l(out);
  l.number("id", id);
  l.string("op_class", common::name(w.op_class));
  if (w.post_op != common::PostOp::none) l.string("post_op", post_ops[static_cast<std::size_t>(w.post_op)]);
  l.number_unless("activation_bits", w.activation_bits, 8);
  l.number_unless("weight_bits", w.weight_bits, 8);
  l.number_unless("output_bits", w.output_bits, 8);
  l.flag("floating_point", w.floating_point);
  l.number_unless("mode", w.mode, 0);
  l.flag("per_channel", w.per_channel);
  l.flag("last", w.last);
  l.number_unless("n", w.n, 1);
  l.number_unless("oh", w.oh, 1);
  l.number_unless("ow", w.ow, 1);
  l.number_unless("oc", w.oc, 1);
  l.number_unless("ic", w.ic, 1);
  l.number_unless("kh", w.kh, 1);
  l.number_unless("kw", w.kw, 1);
  l.number_unless("input_elements", w.input_elements, 0);
  l.number_unless("output_elements", w.output_elements, 0);
  l.number_unless("weight_elements", w.weight_elements, 0);
  l.number_unless("weight_bytes", w.weight_bytes, 0);
  l.number_unless("macs", w.macs, 0);
  l.number_unless("recomputed_macs", w.recomputed_macs, 0);
  l.number_unless("bytes", w.bytes, 0);
  l.close();
}

void write_operator(std::string& out, const OperatorInfo& o) {
  Line l(out);
  l.number("index", o.index);
  l.string("name", o.name);
  l.string("type", o.type);
  l.string("op_class", common::name(o.op_class));
  l.string("unit", o.unit);
  l.number_unless("fused_into", o.fused_into, -1);
  l.string_unless_empty("free_reason", o.free_reason);
  l.string_unless_empty("fallback_reason", o.fallback_reason);
  l.string_unless_empty("note", o.note);
  l.number_unless("macs", o.macs, 0);
  l.number_unless("tiles", o.tiles, 0);
  l.number_unless("tile_h", o.tile_h, 0);
  l.number_unless("tile_w", o.tile_w, 0);
  l.number_unless("tile_oc", o.tile_oc, 0);
  l.list("output_shape", o.output_shape);
  l.close();
}

void write_buffer(std::string& out, const Buffer& b, const Schedule& s) {
  Line l(out);
  l.string("name", b.name);
  l.string("memory", s.memories[static_cast<std::size_t>(b.memory)]);
  l.number("address", b.address);
  l.number("bytes", b.bytes);
  l.number("first_op", b.first_op);
  l.number("last_op", b.last_op);
  l.flag("constant", b.constant);
  l.close();
}

struct Edges {
  const std::uint32_t *from, *to;
  const std::uint32_t* begin() const { return from; }
  const std::uint32_t* end() const { return to; }
};

void write_job(std::string& out, const Job& j, std::size_t id, const Schedule& s) {
  Line l(out);
  l.number("id", id);
  l.string("queue", s.queues[j.queue].name);
  l.string("kind", name(j.kind));
  l.number("op", j.op);
  l.number("tile", j.tile);
  l.number_unless("inference", j.inference, 0);
  if (j.data != DataKind::none) l.string("data", name(j.data));
  l.flag("write", j.write);
  l.flag("redundant", j.redundant);
  if (j.area >= 0) write_area(l, out, "area", s.areas[static_cast<std::size_t>(j.area)], s);
  if (j.to_area >= 0) write_area(l, out, "to_area", s.areas[static_cast<std::size_t>(j.to_area)], s);
  l.number_unless("work", j.work, -1);
  const std::uint32_t* first = s.edges.data() + j.first_edge;
  if (j.edge_count > 0) l.list("after", Edges{first, first + j.edge_count});
  l.close();
}

template <typename Range, typename Write>
void section(std::string& out, const char* key, const Range& range, Write&& write, bool last = false) {
  fmt::format_to(std::back_inserter(out), "  \"{}\": [", key);
  std::size_t i = 0;
  for (const auto& element : range) {
    out += i == 0 ? "\n    " : ",\n    ";
    write(element, i++);
  }
  out += i == 0 ? "]" : "\n  ]";
  out += last ? "\n" : ",\n";
}

}  // namespace

std::string to_json(const Schedule& s) {
  std::string out;
  out.reserve(s.jobs.size() * 256 + 65536);
  fmt::format_to(std::back_inserter(out), "{{\n  \"presil_schedule\": {},\n", s.version);
  const auto head = [&](const char* key, const std::string& value) {
    fmt::format_to(std::back_inserter(out), "  \"{}\": ", key);
    quote(out, value);
    out += ",\n";
  };
  head("network", s.network);
  head("network_digest", s.network_digest);
  head("hardware", s.hardware);
  head("hardware_digest", s.hardware_digest);
  section(out, "memories", s.memories, [&](const std::string& m, std::size_t) { quote(out, m); });
  section(out, "queues", s.queues, [&](const Queue& q, std::size_t) {
    Line l(out);
    l.string("name", q.name);
    l.string("unit", q.unit);
    l.number_unless("core", q.core, 0);
    l.close();
  });
  section(out, "operators", s.operators, [&](const OperatorInfo& o, std::size_t) { write_operator(out, o); });
  section(out, "buffers", s.buffers, [&](const Buffer& b, std::size_t) { write_buffer(out, b, s); });
  section(out, "works", s.works, [&](const Work& w, std::size_t i) { write_work(out, w, i); });
  section(
      out, "jobs", s.jobs, [&](const Job& j, std::size_t i) { write_job(out, j, i, s); }, true);
  out += "}\n";
  return out;
}

}  // namespace presil::traces

#include <fmt/format.h>

#include <array>

#include "models/common/error.hpp"
#include "traces/check.hpp"
#include "traces/codec.hpp"
#include "traces/schedule_generated.h"

namespace presil::traces {
namespace {

using common::Error;

std::string text(const flatbuffers::String* s) {
  return s ? s->str() : std::string();
}

/// Numbers the classes in the order of the file, so that files outlive a change of the enumeration.
struct ClassNames {
  std::array<int, common::op_class_count> number;
  std::vector<std::string> names;
  ClassNames() { number.fill(-1); }
  std::uint8_t operator()(OpClass op_class) {
    int& n = number[static_cast<std::size_t>(op_class)];
    if (n < 0) {
      n = static_cast<int>(names.size());
      names.emplace_back(common::name(op_class));
    }
    return static_cast<std::uint8_t>(n);
  }
};

fb::Work pack(const Work& w, ClassNames& classes) {
  return fb::Work(w.input_elements, w.output_elements, w.weight_elements, w.weight_bytes, w.macs, w.recomputed_macs,
                  w.bytes, w.n, w.oh, w.ow, w.oc, w.ic, w.kh, w.kw, classes(w.op_class),
                  static_cast<fb::PostOp>(w.post_op), w.activation_bits, w.weight_bits, w.output_bits, w.mode,
                  w.floating_point, w.per_channel, w.last);
}

Work unpack(const fb::Work& f, OpClass op_class) {
  Work w;
  w.op_class = op_class;
  w.post_op = static_cast<common::PostOp>(f.post_op());
  w.activation_bits = f.activation_bits(), w.weight_bits = f.weight_bits(), w.output_bits = f.output_bits();
  w.floating_point = f.floating_point(), w.mode = f.mode(), w.per_channel = f.per_channel();
  w.last = f.last();
  w.n = f.n(), w.oh = f.oh(), w.ow = f.ow(), w.oc = f.oc(), w.ic = f.ic(), w.kh = f.kh(), w.kw = f.kw();
  w.input_elements = f.input_elements(), w.output_elements = f.output_elements();
  w.weight_elements = f.weight_elements(), w.weight_bytes = f.weight_bytes();
  w.macs = f.macs(), w.recomputed_macs = f.recomputed_macs(), w.bytes = f.bytes();
  return w;
}

fb::Area pack(const Area& a) {
  return fb::Area(a.address, a.row_stride, a.plane_stride, a.memory, a.row_bytes, a.rows, a.planes,
                  a.redundant_row_bytes, a.redundant_rows, a.redundant_planes);
}

Area unpack(const fb::Area& f) {
  Area a;
  a.memory = f.memory(), a.address = f.address();
  a.row_bytes = f.row_bytes(), a.rows = f.rows(), a.planes = f.planes();
  a.row_stride = f.row_stride(), a.plane_stride = f.plane_stride();
  a.redundant_row_bytes = f.redundant_row_bytes(), a.redundant_rows = f.redundant_rows(),
  a.redundant_planes = f.redundant_planes();
  return a;
}

fb::Job pack(const Job& j) {
  return fb::Job(j.op, j.tile, j.inference, j.area, j.to_area, j.work, j.first_edge, j.edge_count, j.queue,
                 static_cast<fb::JobKind>(j.kind), static_cast<fb::DataKind>(j.data), j.write, j.redundant);
}

Job unpack(const fb::Job& f) {
  Job j;
  j.kind = static_cast<JobKind>(f.kind()), j.data = static_cast<DataKind>(f.data());
  j.write = f.write(), j.redundant = f.redundant(), j.queue = f.queue();
  j.op = f.op(), j.tile = f.tile(), j.inference = f.inference();
  j.area = f.area(), j.to_area = f.to_area(), j.work = f.work();
  j.first_edge = f.first_edge(), j.edge_count = f.edge_count();
  return j;
}

OperatorInfo unpack(const fb::Operator& f, OpClass op_class) {
  OperatorInfo o;
  o.index = f.index(), o.name = text(f.name()), o.type = text(f.type()), o.op_class = op_class;
  o.unit = text(f.unit()), o.fused_into = f.fused_into(), o.free_reason = text(f.free_reason());
  o.fallback_reason = text(f.fallback_reason()), o.note = text(f.note());
  o.macs = f.macs(), o.tiles = f.tiles(), o.tile_h = f.tile_h(), o.tile_w = f.tile_w(), o.tile_oc = f.tile_oc();
  if (f.output_shape()) o.output_shape.assign(f.output_shape()->begin(), f.output_shape()->end());
  return o;
}

Buffer unpack(const fb::Buffer& f) {
  Buffer b;
  b.name = text(f.name()), b.memory = f.memory(), b.address = f.address(), b.bytes = f.bytes();
  b.first_op = f.first_op(), b.last_op = f.last_op(), b.constant = f.constant();
  return b;
}

std::vector<OpClass> read_classes(const fb::Schedule& f, const std::string& place) {
  std::vector<OpClass> classes;
  if (!f.op_classes()) return classes;
  for (const auto* s : *f.op_classes()) {
    const auto op_class = common::op_class_from_name(s->str());
    if (!op_class) throw Error(fmt::format("{}: operator class '{}' is unknown; use 'other'", place, s->str()));
    classes.push_back(*op_class);
  }
  return classes;
}

}  // namespace

std::vector<std::uint8_t> encode(const Schedule& s) {
  flatbuffers::FlatBufferBuilder b(s.jobs.size() * 96 + s.edges.size() * 4 + 65536);
  ClassNames classes;
  std::vector<fb::Area> areas;
  areas.reserve(s.areas.size());
  for (const Area& a : s.areas) areas.push_back(pack(a));
  std::vector<fb::Work> works;
  works.reserve(s.works.size());
  for (const Work& w : s.works) works.push_back(pack(w, classes));
  std::vector<fb::Job> jobs;
  jobs.reserve(s.jobs.size());
  for (const Job& j : s.jobs) jobs.push_back(pack(j));

  std::vector<flatbuffers::Offset<fb::Queue>> queues;
  for (const Queue& q : s.queues) queues.push_back(fb::CreateQueueDirect(b, q.name.c_str(), q.unit.c_str(), q.core));
  std::vector<flatbuffers::Offset<fb::Buffer>> buffers;
  for (const Buffer& f : s.buffers)
    buffers.push_back(
        fb::CreateBufferDirect(b, f.name.c_str(), f.memory, f.address, f.bytes, f.first_op, f.last_op, f.constant));
  std::vector<flatbuffers::Offset<fb::Operator>> operators;
  for (const OperatorInfo& o : s.operators)
    operators.push_back(fb::CreateOperatorDirect(b, o.index, o.name.c_str(), o.type.c_str(), classes(o.op_class),
                                                 o.unit.c_str(), o.fused_into, o.free_reason.c_str(),
                                                 o.fallback_reason.c_str(), o.note.c_str(), o.macs, o.tiles, o.tile_h,
                                                 o.tile_w, o.tile_oc, &o.output_shape));
  const auto class_names = b.CreateVectorOfStrings(classes.names);
  const auto memories = b.CreateVectorOfStrings(s.memories);
  const auto network = b.CreateString(s.network), network_digest = b.CreateString(s.network_digest);
  const auto hardware = b.CreateString(s.hardware), hardware_digest = b.CreateString(s.hardware_digest);
  const auto queue_vector = b.CreateVector(queues);
  const auto operator_vector = b.CreateVector(operators);
  const auto buffer_vector = b.CreateVector(buffers);
  const auto area_vector = b.CreateVectorOfStructs(areas);
  const auto work_vector = b.CreateVectorOfStructs(works);
  const auto job_vector = b.CreateVectorOfStructs(jobs);
  const auto edge_vector = b.CreateVector(s.edges);
  const auto root = fb::CreateSchedule(b, s.version, network, network_digest, hardware, hardware_digest, class_names,
                                       memories, queue_vector, operator_vector, buffer_vector, area_vector, work_vector,
                                       job_vector, edge_vector);
  fb::FinishScheduleBuffer(b, root);
  return std::vector<std::uint8_t>(b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize());
}

Schedule decode(const std::vector<std::uint8_t>& bytes, const std::string& place) {
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  if (bytes.size() < 8 || !fb::ScheduleBufferHasIdentifier(bytes.data()))
    throw Error(fmt::format("{}: not a schedule (no 'PSCH' identifier); make one with 'presil plan'", place));
  if (!fb::VerifyScheduleBuffer(verifier))
    throw Error(fmt::format("{}: the schedule is damaged or cut short; write it again with 'presil plan'", place));
  const fb::Schedule& f = *fb::GetSchedule(bytes.data());
  if (f.version() != schedule_version)
    throw Error(fmt::format("{}: schedule version {}, but this program reads version {}; plan it again", place,
                            f.version(), schedule_version));
  Schedule s;
  s.version = f.version();
  s.network = text(f.network()), s.network_digest = text(f.network_digest());
  s.hardware = text(f.hardware()), s.hardware_digest = text(f.hardware_digest());
  const std::vector<OpClass> classes = read_classes(f, place);
  const auto class_of = [&](std::uint8_t n, const char* what, std::size_t index) {
    if (n >= classes.size())
      throw Error(fmt::format("{}: {} {}: operator class {} is not in 'op_classes'; add its name there", place, what,
                              index, n));
    return classes[n];
  };
  if (f.memories())
    for (const auto* m : *f.memories()) s.memories.push_back(m->str());
  if (f.queues())
    for (const auto* q : *f.queues()) s.queues.push_back({text(q->name()), text(q->unit()), q->core()});
  if (f.operators())
    for (const auto* o : *f.operators())
      s.operators.push_back(unpack(*o, class_of(o->op_class(), "operator", s.operators.size())));
  if (f.buffers())
    for (const auto* b : *f.buffers()) s.buffers.push_back(unpack(*b));
  if (f.areas()) {
    s.areas.reserve(f.areas()->size());
    for (const auto* a : *f.areas()) s.areas.push_back(unpack(*a));
  }
  if (f.works()) {
    s.works.reserve(f.works()->size());
    for (const auto* w : *f.works()) s.works.push_back(unpack(*w, class_of(w->op_class(), "work", s.works.size())));
  }
  if (f.jobs()) {
    s.jobs.reserve(f.jobs()->size());
    for (const auto* j : *f.jobs()) s.jobs.push_back(unpack(*j));
  }
  if (f.edges()) s.edges.assign(f.edges()->begin(), f.edges()->end());
  check_references(s, place);
  return s;
}

}  // namespace presil::traces

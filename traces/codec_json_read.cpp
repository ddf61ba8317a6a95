#include <unordered_map>

#include "traces/check.hpp"
#include "traces/codec.hpp"
#include "traces/json_object.hpp"

namespace presil::traces {
namespace {

using common::Error;
using nlohmann::json;

/// Finds things by the name or id that the file gives them.
template <typename Key>
using Index = std::unordered_map<Key, std::int32_t>;

std::string known_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& n : names) text += (text.empty() ? "'" : ", '") + n + "'";
  return text.empty() ? "there are none" : "there are " + text;
}

template <typename Enum>
Enum one_of(JsonObject& object, const json& value, const char* key, std::initializer_list<const char*> names) {
  const std::string text = object.string(value, key);
  std::uint8_t i = 0;
  std::string list;
  for (const char* n : names) {
    if (text == n) return static_cast<Enum>(i);
    list += list.empty() ? n : std::string(", ") + n;
    ++i;
  }
  object.fail(fmt::format("'{}' is '{}'; use one of {}", key, text, list));
}

OpClass op_class(JsonObject& o) {
  const std::string text = o.string(o.at("op_class"), "op_class");
  const auto found = common::op_class_from_name(text);
  if (!found) o.fail(fmt::format("operator class '{}' is unknown; use 'other'", text));
  return *found;
}

class Reader {
 public:
  Reader(const json& root, std::string place) : place_(std::move(place)), root_(root, {place_}) {}

  Schedule read() {
    s_.version = root_.integer<std::int32_t>(root_.at("presil_schedule"), "presil_schedule");
    if (s_.version != schedule_version)
      root_.fail(fmt::format("schedule version {}, but this program reads version {}; plan it again", s_.version,
                             schedule_version));
    root_.get("network", s_.network);
    root_.get("network_digest", s_.network_digest);
    root_.get("hardware", s_.hardware);
    root_.get("hardware_digest", s_.hardware_digest);
    for (const json& m : section("memories")) {
      s_.memories.push_back(root_.string(m, "memories"));
      memories_.emplace(s_.memories.back(), static_cast<std::int32_t>(memories_.size()));
    }
    for (const json& q : section("queues")) read_queue(q);
    for (const json& o : section("operators")) read_operator(o);
    for (const json& b : section("buffers")) read_buffer(b);
    for (const json& w : section("works")) read_work(w);
    const json& jobs = section("jobs");
    number_jobs(jobs);
    s_.jobs.reserve(jobs.size());
    for (const json& j : jobs) read_job(j);
    root_.done();
    check_references(s_, place_);
    return std::move(s_);
  }

 private:
  const json& section(const char* key) { return root_.list(root_.at(key), key); }
  JsonPlace place(const char* what, std::size_t number) const {
    return {place_, what, static_cast<std::int64_t>(number)};
  }

  std::int32_t memory(JsonObject& o) {
    const std::string text = o.string(o.at("memory"), "memory");
    const auto it = memories_.find(text);
    if (it == memories_.end())
      o.fail(fmt::format("memory '{}' is not in 'memories'; {}", text, known_names(s_.memories)));
    return it->second;
  }

  void read_queue(const json& value) {
    JsonObject o(value, place("queue", s_.queues.size()));
    Queue q;
    q.name = o.string(o.at("name"), "name");
    q.unit = o.string(o.at("unit"), "unit");
    o.get("core", q.core);
    o.done();
    if (!queues_.emplace(q.name, static_cast<std::int32_t>(s_.queues.size())).second)
      o.fail(fmt::format("the name '{}' is taken; give each queue its own", q.name));
    s_.queues.push_back(std::move(q));
  }

  void read_operator(const json& value) {
    JsonObject o(value, place("operator", s_.operators.size()));
    OperatorInfo info;
    info.index = static_cast<std::int32_t>(s_.operators.size());
    o.get("index", info.index);
    o.get("name", info.name);
    o.get("type", info.type);
    info.op_class = op_class(o);
    o.get("unit", info.unit);
    o.get("fused_into", info.fused_into);
    o.get("free_reason", info.free_reason);
    o.get("fallback_reason", info.fallback_reason);
    o.get("note", info.note);
    o.get("macs", info.macs);
    o.get("tiles", info.tiles);
    o.get("tile_h", info.tile_h);
    o.get("tile_w", info.tile_w);
    o.get("tile_oc", info.tile_oc);
    if (const json* shape = o.find("output_shape"))
      for (const json& d : o.list(*shape, "output_shape"))
        info.output_shape.push_back(o.integer<std::int64_t>(d, "output_shape"));
    o.done();
    s_.operators.push_back(std::move(info));
  }

  void read_buffer(const json& value) {
    JsonObject o(value, place("buffer", s_.buffers.size()));
    Buffer b;
    o.get("name", b.name);
    b.memory = memory(o);
    o.get("address", b.address);
    o.get("bytes", b.bytes);
    o.get("first_op", b.first_op);
    o.get("last_op", b.last_op);
    o.get("constant", b.constant);
    o.done();
    s_.buffers.push_back(std::move(b));
  }

  void read_work(const json& value) {
    JsonObject o(value, place("work", s_.works.size()));
    Work w;
    std::int64_t id = static_cast<std::int64_t>(s_.works.size());
    o.get("id", id);
    w.op_class = op_class(o);
    if (const json* p = o.find("post_op"))
      w.post_op = one_of<common::PostOp>(o, *p, "post_op", {"none", "relu", "lut"});
    o.get("activation_bits", w.activation_bits);
    o.get("weight_bits", w.weight_bits);
    o.get("output_bits", w.output_bits);
    o.get("floating_point", w.floating_point);
    o.get("mode", w.mode);
    o.get("per_channel", w.per_channel);
    o.get("last", w.last);
    o.get("n", w.n);
    o.get("oh", w.oh);
    o.get("ow", w.ow);
    o.get("oc", w.oc);
    o.get("ic", w.ic);
    o.get("kh", w.kh);
    o.get("kw", w.kw);
    o.get("input_elements", w.input_elements);
    o.get("output_elements", w.output_elements);
    o.get("weight_elements", w.weight_elements);
    o.get("weight_bytes", w.weight_bytes);
    o.get("macs", w.macs);
    o.get("recomputed_macs", w.recomputed_macs);
    o.get("bytes", w.bytes);
    o.done();
    if (!works_.emplace(id, static_cast<std::int32_t>(s_.works.size())).second)
      o.fail(fmt::format("id {} is taken; give each work its own", id));
    s_.works.push_back(w);
  }

  std::int32_t read_area(JsonObject& job, const char* key, std::int64_t id) {
    const json* value = job.find(key);
    if (!value) return -1;
    JsonObject o(*value, {place_, "job", id, key});
    Area a;
    a.memory = memory(o);
    o.get("address", a.address);
    o.get("row_bytes", a.row_bytes);
    o.get("rows", a.rows);
    o.get("row_stride", a.row_stride);
    o.get("planes", a.planes);
    o.get("plane_stride", a.plane_stride);
    o.get("redundant_row_bytes", a.redundant_row_bytes);
    o.get("redundant_rows", a.redundant_rows);
    o.get("redundant_planes", a.redundant_planes);
    o.done();
    s_.areas.push_back(a);
    return static_cast<std::int32_t>(s_.areas.size()) - 1;
  }

  /// Ids first: an edge may point forward in an edited file.
  void number_jobs(const json& jobs) {
    ids_.reserve(jobs.size());
    jobs_.reserve(jobs.size());
    for (const json& j : jobs) {
      JsonObject o(j, place("job number", ids_.size()));
      std::int64_t id = static_cast<std::int64_t>(ids_.size());
      o.get("id", id);
      if (!jobs_.emplace(id, static_cast<std::int32_t>(ids_.size())).second)
        o.fail(fmt::format("id {} is taken; give each job its own", id));
      ids_.push_back(id);
    }
  }

  void read_job(const json& value) {
    const std::int64_t id = ids_[s_.jobs.size()];
    JsonObject o(value, {place_, "job", id});
    Job j;
    o.find("id");
    const std::string queue = o.string(o.at("queue"), "queue");
    const auto it = queues_.find(queue);
    if (it == queues_.end()) {
      std::vector<std::string> names;
      for (const Queue& q : s_.queues) names.push_back(q.name);
      o.fail(fmt::format("queue '{}' is not in 'queues'; {}", queue, known_names(names)));
    }
    j.queue = static_cast<std::uint16_t>(it->second);
    j.kind = one_of<JobKind>(o, o.at("kind"), "kind", {"transfer", "copy", "launch", "compute", "kernel", "hand_over"});
    if (const json* d = o.find("data"))
      j.data = one_of<DataKind>(o, *d, "data", {"input", "weights", "output", "spill", "none"});
    j.op = o.integer<std::int32_t>(o.at("op"), "op");
    o.get("tile", j.tile);
    o.get("inference", j.inference);
    o.get("write", j.write);
    o.get("redundant", j.redundant);
    j.area = read_area(o, "area", id);
    j.to_area = read_area(o, "to_area", id);
    if (const json* w = o.find("work")) {
      const auto found = works_.find(o.integer<std::int64_t>(*w, "work"));
      if (found == works_.end()) o.fail(fmt::format("work {} is not in 'works'; add it there", w->dump()));
      j.work = found->second;
    }
    j.first_edge = static_cast<std::uint32_t>(s_.edges.size());
    if (const json* after = o.find("after"))
      for (const json& e : o.list(*after, "after")) {
        const auto found = jobs_.find(o.integer<std::int64_t>(e, "after"));
        if (found == jobs_.end())
          o.fail(fmt::format("waits for job {}, which does not exist; take it out of 'after'", e.dump()));
        s_.edges.push_back(static_cast<std::uint32_t>(found->second));
      }
    j.edge_count = static_cast<std::uint32_t>(s_.edges.size()) - j.first_edge;
    o.done();
    s_.jobs.push_back(j);
  }

  std::string place_;
  JsonObject root_;
  Schedule s_;
  Index<std::string> memories_, queues_;
  Index<std::int64_t> works_, jobs_;
  std::vector<std::int64_t> ids_;
};

}  // namespace

Schedule from_json(const std::string& text, const std::string& place) {
  json root;
  try {
    root = json::parse(text);
  } catch (const json::exception& e) {
    std::string what = e.what();  // "[json.exception.parse_error.101] parse error at line 3, column 5: ..."
    if (const auto end = what.find("] "); end != std::string::npos) what.erase(0, end + 2);
    throw Error(fmt::format("{}: not valid JSON: {}", place, what));
  }
  return Reader(root, place).read();
}

}  // namespace presil::traces

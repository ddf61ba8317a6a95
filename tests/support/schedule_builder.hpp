// Writes small schedules by hand: a test reads like the schedule it means.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "traces/schedule.hpp"

namespace presil::test {

using traces::DataKind;
using traces::JobKind;

class ScheduleBuilder {
 public:
  traces::Schedule s;

  explicit ScheduleBuilder(std::vector<std::string> memories = {"sram"}) {
    s.network = "tiny";
    s.hardware = "chip";
    s.memories = std::move(memories);
  }

  std::uint16_t queue(const std::string& name, const std::string& unit, int core = 0) {
    s.queues.push_back({name, unit, core});
    return static_cast<std::uint16_t>(s.queues.size() - 1);
  }
  std::int32_t op(const std::string& name, common::OpClass op_class = common::OpClass::pointwise,
                  const std::string& unit = "npu") {
    traces::OperatorInfo o;
    o.index = static_cast<std::int32_t>(s.operators.size());
    o.name = name, o.type = "CONV_2D", o.op_class = op_class, o.unit = unit;
    o.output_shape = {1, 1, 1, 16};
    s.operators.push_back(o);
    return o.index;
  }
  /// One row of bytes.
  std::int32_t area(std::int32_t memory, std::uint64_t address, std::uint32_t bytes) {
    common::Area a;
    a.memory = memory, a.address = address, a.row_bytes = bytes, a.row_stride = bytes;
    return area(a);
  }
  std::int32_t area(const common::Area& a) {
    s.areas.push_back(a);
    return static_cast<std::int32_t>(s.areas.size()) - 1;
  }
  std::int32_t work(const common::Work& w) {
    s.works.push_back(w);
    return static_cast<std::int32_t>(s.works.size()) - 1;
  }

  std::uint32_t read(std::uint16_t queue, std::int32_t op, std::int32_t area, std::vector<std::uint32_t> after = {},
                     DataKind data = DataKind::input) {
    return transfer(queue, op, area, false, data, after);
  }
  std::uint32_t write(std::uint16_t queue, std::int32_t op, std::int32_t area, std::vector<std::uint32_t> after = {},
                      DataKind data = DataKind::output) {
    return transfer(queue, op, area, true, data, after);
  }
  std::uint32_t copy(std::uint16_t queue, std::int32_t op, std::int32_t from, std::int32_t to,
                     std::vector<std::uint32_t> after = {}, DataKind data = DataKind::spill) {
    traces::Job j = job(JobKind::copy, queue, op);
    j.area = from, j.to_area = to, j.data = data;
    return add(j, after);
  }
  /// compute, kernel, launch or hand_over.
  std::uint32_t run(JobKind kind, std::uint16_t queue, std::int32_t op, std::int32_t work,
                    std::vector<std::uint32_t> after = {}, std::int32_t tile = 0) {
    traces::Job j = job(kind, queue, op);
    j.work = work, j.tile = tile;
    return add(j, after);
  }
  std::uint32_t add(traces::Job j, const std::vector<std::uint32_t>& after) {
    j.first_edge = static_cast<std::uint32_t>(s.edges.size());
    j.edge_count = static_cast<std::uint32_t>(after.size());
    s.edges.insert(s.edges.end(), after.begin(), after.end());
    s.jobs.push_back(j);
    return static_cast<std::uint32_t>(s.jobs.size()) - 1;
  }

 private:
  static traces::Job job(JobKind kind, std::uint16_t queue, std::int32_t op) {
    traces::Job j;
    j.kind = kind, j.queue = queue, j.op = op;
    return j;
  }
  std::uint32_t transfer(std::uint16_t queue, std::int32_t op, std::int32_t area, bool write, DataKind data,
                         const std::vector<std::uint32_t>& after) {
    traces::Job j = job(JobKind::transfer, queue, op);
    j.area = area, j.write = write, j.data = data;
    return add(j, after);
  }
};

}  // namespace presil::test

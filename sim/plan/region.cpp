#include "sim/plan/region.hpp"

#include <algorithm>

#include "sim/plan/arithmetic.hpp"

namespace presil::plan {
namespace {

std::uint32_t u32(std::int64_t value) {
  return static_cast<std::uint32_t>(value);
}

}  // namespace

std::int64_t bytes_read(const Program& program, const Step& step, std::int64_t bytes) {
  const OpClass c = step.nest.op_class;
  if (c != OpClass::slice && c != OpClass::strided_slice && c != OpClass::gather) return bytes;
  std::int64_t out = 0;
  for (int t : step.outputs) out += program.tensor(t).bytes();
  return std::min(bytes, out);
}

common::Area span(const Storage& storage, std::int64_t begin, std::int64_t end) {
  common::Area area;
  area.memory = storage.memory;
  area.address = storage.address + static_cast<std::uint64_t>(begin);
  area.row_bytes = u32(std::max<std::int64_t>(0, end - begin));
  area.row_stride = area.row_bytes;
  area.plane_stride = area.row_bytes;
  return area;
}

common::Area region(const Storage& storage, const Shape4& shape, int bits, const Box& box) {
  common::Area area;
  area.memory = storage.memory;
  const std::int64_t rows = box.rows.size(), columns = box.columns.size(), channels = box.channels.size();
  if (rows <= 0 || columns <= 0 || channels <= 0) {
    area.address = storage.address;
    area.row_bytes = 0;
    return area;
  }
  const auto bytes = [bits](std::int64_t elements) { return ceil_div(elements * bits, 8); };
  if (storage.blocked) {
    // Bricks of `block` channels: N x H x C/block x W x block.
    const std::int64_t block = storage.block, blocks = ceil_div(shape.c, block);
    const std::int64_t first = box.channels.begin / block, count = ceil_div(box.channels.end, block) - first;
    const std::int64_t brick_row = bytes(shape.w * block);
    const std::int64_t image_row = brick_row * blocks;
    area.address = storage.address + static_cast<std::uint64_t>((box.image * shape.h + box.rows.begin) * image_row +
                                                                first * brick_row + bytes(box.columns.begin * block));
    area.row_bytes = u32(bytes(columns * block));
    area.rows = u32(count);
    area.row_stride = brick_row;
    area.planes = u32(rows);
    area.plane_stride = image_row;
    area.redundant_row_bytes = u32(bytes(box.redundant_columns * block));
    area.redundant_planes = u32(box.redundant_rows);
  } else if (channels == shape.c) {
    const std::int64_t image_row = bytes(shape.w * shape.c);
    area.address = storage.address + static_cast<std::uint64_t>((box.image * shape.h + box.rows.begin) * image_row +
                                                                bytes(box.columns.begin * shape.c));
    area.row_bytes = u32(bytes(columns * shape.c));
    area.rows = u32(rows);
    area.row_stride = image_row;
    area.plane_stride = image_row * rows;
    area.redundant_row_bytes = u32(bytes(box.redundant_columns * shape.c));
    area.redundant_rows = u32(box.redundant_rows);
  } else {
    const std::int64_t pixel = bytes(shape.c), image_row = bytes(shape.w * shape.c);
    area.address = storage.address + static_cast<std::uint64_t>((box.image * shape.h + box.rows.begin) * image_row +
                                                                box.columns.begin * pixel + bytes(box.channels.begin));
    area.row_bytes = u32(bytes(channels));
    area.rows = u32(columns);
    area.row_stride = pixel;
    area.planes = u32(rows);
    area.plane_stride = image_row;
    area.redundant_rows = u32(box.redundant_columns);
    area.redundant_planes = u32(box.redundant_rows);
  }
  // Never past the storage: sub-byte channels of odd counts round up at each pixel.
  return area;
}

}  // namespace presil::plan

// A study: a question about networks and chips as a list of runs, read from a YAML file (`kind: study`).
//
//   kind: study
//   name: weights_in_4_bits
//   question: What do 4-bit weights gain?      # one line
//   source: ...                                # where the story is from, what is expected
//   networks: [mobilenet_v2]                   # every point on every network and hardware; names, or files beside
//   hardware: [edge-npu]                       # this one
//   set: {memories.sram.size: 2 MiB}           # figures of the hardware changed for all points
//   points:                                    # the first is what the others are compared with
//     - name: 8 bit
//     - name: 4 bit
//       weight_bits: 4                         # or by operator: {"*": 4, depthwise: 8}; the last that matches counts
//   sweep:                                     # optional: every point with every combination
//     units.npu.tile_buffer.size: [32 KiB, 64 KiB]
//     input_size: [224x224, 320x320]
//
// Keys of a point, all optional: name, network and hardware (instead of the lists), set, input_size, transform (a list
// of NAME or NAME:PATTERN), weight_bits, activation_bits, place (map of pattern to unit), cold, tiling_overhead.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/transform/variant.hpp"

namespace presil::study {

/// One run.
struct Trial {
  std::string name;               // of the point, with the values of the sweep
  std::string network, hardware;  // as the file names them
  std::vector<std::string> set;   // "path=value", in order
  transform::Variant variant;
  std::vector<std::pair<std::string, std::string>> place;
  bool cold = false, tiling_overhead = false;
};

struct Study {
  std::string name, question, source;
  std::filesystem::path folder;  // of the file: names of files in it are looked up there first
  std::vector<Trial> trials;     // points, each on every network, on every hardware, with every value of the sweep
};

/// Throws common::Error with file, line and column for unknown keys, figures out of range, a study without a run.
Study read_study(const std::filesystem::path& file);

}  // namespace presil::study

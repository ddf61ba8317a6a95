// Parameters of an NPU: its array's modes, streams, tile buffer, weights, launch costs and what it can run.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/common/op_class.hpp"
#include "models/dma/dma_spec.hpp"
#include "models/tile_buffer/tile_buffer_spec.hpp"

namespace presil::npu {

using common::OpClass;

enum class Dim : std::uint8_t { n, oc, ic, oh, ow, kh, kw };
inline constexpr int dim_count = 7;
const char* name(Dim dim);

/// A set of dimensions that share `factor` lanes: `ic*kh*kw: 64` needs ceil(ic*kh*kw / 64) steps.
struct UnrollGroup {
  std::vector<Dim> dims;
  std::int32_t factor = 1;
};

/// One way the array runs an operator class. Dimensions in no group run one after another. Steps = product of the
/// groups' ceil-divisions and of the remaining extents; every step costs `cycles_per_step`.
struct Mode {
  std::string name;
  std::vector<UnrollGroup> unroll;
  double cycles_per_step = 1.0;
  std::map<int, double> cycles_per_step_by_weight_bits;  // bit-serial arrays
  std::map<int, double> cycles_per_step_by_activation_bits;
  /// The steps over these dimensions take at least `minimum_cycles` together (a weight decoder that needs so long for
  /// the next set of weights, however few outputs use them).
  std::vector<Dim> minimum_over;
  double minimum_cycles = 0;
  /// Input channels padded up before the ceil-divisions (Ethos-U rounds the depth of a slice up): 0 = none.
  int pad_ic_to = 0;
  int max_kernel_h = 0, max_kernel_w = 0;  // the mode runs no larger kernels; 0 = any
  int min_ic = 0, max_ic = 0;              // 0 = any
  int max_stride = 0;                      // 0 = any; Winograd's transform knows a stride of 1 only
};

/// pass: once per step over oc (a weight set).
enum class Per : std::uint8_t { step, row, column, pixel, pass, tile, op };

/// A fixed cost beside the array: fill and drain, weight load, pre-read.
struct Overhead {
  Per per = Per::tile;
  double cycles = 0;
  /// per step: only the steps over these dimensions, in blocks of so many; all 0: every step.
  std::array<std::int32_t, dim_count> over{};
  bool hidden = false;                      // runs beside the array: only counts where it exceeds it
  std::vector<OpClass> classes;             // empty: all
  std::int32_t only_when_pixels_up_to = 0;  // bubbles that larger tiles hide: tile's oh*ow at most this; 0 = always
};

struct Precision {
  int activation_bits = 8, weight_bits = 8;
  bool floating_point = false;
  double rate = 1.0;      // against the native one; 0.5 = half as fast
  bool emulated = false;  // runs as several passes of the native type: smaller, not faster
};

/// Elements per cycle of NPU clock that the streams between buffer (or memory) and array carry; 0 = no limit of its
/// own.
struct Streams {
  double input_elements_per_cycle = 0;
  double output_elements_per_cycle = 0;
  double weight_bytes_per_cycle = 0;                            // as stored, before decoding
  bool output_drains = false;                                   // it works on a tile after the array: the last tile's
                                                                // shorter part is added
  bool input_again_per_pass = false;                            // the input streams once per pass of output channels
  std::map<OpClass, double> output_cycles_per_element;          // overrides by class: the vector stage's pace
  std::map<common::PostOp, double> post_op_cycles_per_element;  // the output stage runs at the slower of both
};

enum class WeightDelivery : std::uint8_t {
  streamed,  // read from their memory by tile
  staged,    // copied ahead by DMA into `staging_memory` in slices of output channels, then streamed from there
  resident   // on chip before the inference (loaded once, `--cold` shows the cost)
};

/// What decides how large weights are as stored.
enum class WeightCoding : std::uint8_t {
  ratio,       // `compression` times their raw size
  entropy,     // the entropy of their values: what no code of single values can beat
  golomb_rice  // Golomb-Rice codes, with zeros for the array's idle lanes (Ethos-U)
};

/// Kernels of one size and stride that are stored in another form (transformed for Winograd, say): `factor` times as
/// many bytes.
struct StoredForm {
  int kernel_h = 0, kernel_w = 0, stride = 0;
  double factor = 1.0;
};

struct Weights {
  WeightDelivery delivery = WeightDelivery::streamed;
  std::string staging_memory;         // for staged
  int staging_buffers = 2;            // 2: the next slice loads while this one is used
  std::vector<OpClass> never_staged;  // classes whose weights are read straight from their memory
  WeightCoding coding = WeightCoding::ratio;
  double compression = 1.0;                   // stored size / raw size, for `ratio`
  std::int64_t alignment = 1;                 // bytes; coded weights, and biases and scales, are padded to this
  std::int64_t bytes_per_output_channel = 0;  // bias and scale, stored with the weights
  bool skip_dead_filters = false;
  /// Staged weights: the operator runs in passes over slices of output channels where this hides the copies.
  bool sliced_passes = false;
  std::int64_t expected_copy_rate = 0;   // bytes/s that the cut reckons with; 0: those of the path
  std::int64_t resident_capacity = 0;    // resident: bytes on chip, filled in order; the rest is streamed; 0 = all
  std::vector<StoredForm> stored_forms;  // of convolutions
};

struct Launch {
  std::int64_t cycles = 0;         // per hardware operator, NPU clock
  std::int64_t host_ps = 0;        // plus host time
  std::int64_t call_ps = 0;        // once per run of operators on the NPU: the host's call of the driver and its return
  std::int64_t command_bytes = 0;  // per hardware operator, read from where the constants lie
  bool gates_transfers = true;     // its transfers start only after the launch
};

/// What the NPU can run of one class; a class that is not listed falls back.
struct Support {
  int max_kernel_h = 0, max_kernel_w = 0;  // 0 = any
  int max_stride = 0, max_dilation = 0;
  std::int64_t max_channels = 0;
  int max_rank = 0;
  std::vector<std::string> types;  // of activations: int8, uint8, int16, float32, ...; empty = as `precision`
  bool per_channel = true;
  bool broadcast = true;  // elementwise operands of different shape
  bool constant_operand = true;
  std::int64_t max_batch = 0;
};

/// A chain of classes that runs as one hardware operator: the first is the producer.
struct FusionPattern {
  std::vector<OpClass> chain;
};

enum class FallbackGranularity : std::uint8_t { op, subgraph };

struct Fallback {
  std::string to;  // unit
  FallbackGranularity granularity = FallbackGranularity::op;
  std::int64_t hand_over_ps = 0;  // each way: interrupt, driver, wake-up
  bool overlap = false;  // the unit fallen back to works beside this one on operators that do not need each other
};

/// What decides the extents of tiles: presil's estimate of time, or, as in Arm's compiler, elements fetched.
enum class TileChoice : std::uint8_t { least_time, least_fetch };

/// Feature-map layout: contiguous runs decide burst lengths.
enum class Layout : std::uint8_t { nhwc, channel_blocked };

struct NpuSpec {
  std::int64_t hz = 0;
  int cores = 1;  // tiles of an operator are dealt out over them
  std::map<OpClass, std::vector<Mode>> array;
  std::int64_t macs_per_cycle = 0;  // peak, for utilisation and rooflines; 0: the largest product of factors
  std::vector<Overhead> overheads;
  Streams streams;
  tile_buffer::TileBufferSpec tile_buffer;
  std::array<std::int32_t, 3> tile_granule{1, 1, 1};  // tiles are multiples of h, w, oc
  std::array<std::int32_t, 3> tile_limit{0, 0, 0};    // largest tile, 0 = any
  TileChoice tile_choice = TileChoice::least_time;
  bool whole_edges = false;  // the array steps through tiles at the edge of a map as if they were whole
  std::vector<Precision> precision;
  Weights weights;
  Launch launch;
  std::map<OpClass, Support> supports;
  std::vector<FusionPattern> fusion;
  Fallback fallback;
  dma::DmaSpec dma;
  Layout layout = Layout::nhwc;
  int layout_block = 16;       // channels of a block, for channel_blocked
  int lookahead_tiles = 0;     // tiles of the next operator that may load before this one ends; 0 = none
  int streaming_stripes = 16;  // without a tile buffer: parts an operator is streamed in, to model overlap
};

}  // namespace presil::npu

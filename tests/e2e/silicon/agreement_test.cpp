// How far predictions may lie from what others measured, chip by chip. Bounds are the promised ones, not the reached.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/cli/cli.hpp"
#include "sim/study/csv_table.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

struct Promise {
  const char *suite, *chip, *quantity;
  double mean, worst;  // of the absolute relative errors, in per cent
  std::size_t rows;    // that must have been compared
  bool needs_files;    // networks that only lie beside the project
};

constexpr Promise promises[] = {
    {"stm32n6", "STM32N6", "latency_ms", 5, 15, 15, true},
    {"ethos_u55", "Ethos-U55 FVP", "cycles", 6, 6, 3, true},
    {"ethos_u55", "Ethos-U55 FVP", "sram_write_beats", 10, 10, 3, true},
    {"ethos_u55", "Ethos-U55 FVP", "sram_read_beats", 10, 10, 3, true},
    {"ethos_u55", "Ethos-U55 FVP", "flash_read_beats", 10, 10, 3, true},
    {"stm32h747", "STM32H747 STM32Cube.AI 10.0.0", "latency_ms", 5, 18, 15, true},
    {"stm32h747", "STM32H747 STM32Cube.AI 8.1.0", "latency_ms", 5, 18, 14, true},
    {"mlperf_tiny", "X-CUBE-AI", "latency_ms", 8, 20, 60, true},
    {"mlperf_tiny", "Plumerai", "latency_ms", 8, 25, 36, true},  // the worst: dense layers on the Cortex-M33
    {"mlperf_tiny", "HALE", "latency_ms", 8, 20, 24, true},
    {"mlperf_tiny", "TFLM 2.3.1", "latency_ms", 8, 20, 4, true},
    {"mlperf_tiny", "Renesas", "latency_ms", 8, 20, 4, true},
    {"nvdla", "NVDLA large", "cycles", 8, 50, 61, false},  // the worst is AlexNet 1, the sheet's own artefact
    {"max7800x", "MAX78000", "cycles", 8, 10, 8, false},
    {"k210", "K210", "latency_ms", 15, 20, 4, false},  // the fifth row is the source of the weights' rate
    {"gap8", "GAP8", "cycles_per_100_iterations", 15, 20, 8, false},
    {"coral-edgetpu", "Edge TPU USB", "latency_ms", 20, 45, 9, false},        // the worst has its softmax on the host
    {"coral-edgetpu", "Edge TPU dev board", "latency_ms", 20, 35, 9, false},  // the worst decodes its boxes there
    {"cpus", "i.MX 8M Plus CPU", "latency_ms", 15, 20, 7, true},
    {"cpus", "i.MX 93 CPU", "latency_ms", 25, 50, 7, true},  // the worst is the one uint8 network
    {"cpus", "MCX N947 CPU", "latency_ms", 20, 25, 2, true},
    {"cpus", "Edge TPU dev board CPU", "latency_ms", 15, 30, 9, true},
    {"rk3588", "RK3588", "fps", 20, 30, 5, false},
    {"imx8mp", "i.MX 8M Plus", "latency_ms", 20, 50, 13, true},
    {"gap9", "GAP9", "latency_ms", 20, 20, 4, true},
    {"mcxn947", "MCX N947", "latency_ms", 20, 50, 4, true},
    {"am62a", "AM62A", "latency_ms", 20, 40, 6, false},
    {"esp32s3", "ESP32-S3", "latency_ms", 20, 65, 4, true},
    {"stm32h743", "STM32H743 conv", "cycles", 8, 15, 14, false},
    {"stm32h743", "STM32H743 dw", "cycles", 8, 35, 13, false},
};

nlohmann::json validation(const std::string& suite) {
  std::ostringstream out, err;
  const char* const arguments[] = {"presil", "validate", suite.c_str(), "--format", "json"};
  const int code = cli::run(5, arguments, out, err, {false, 120, PRESIL_SOURCE_DIR});
  EXPECT_EQ(code, 0) << err.str();
  return nlohmann::json::parse(out.str());
}

class Agreement : public ::testing::TestWithParam<Promise> {};

TEST_P(Agreement, WithSilicon_StaysInsideItsPromise) {
  const Promise& p = GetParam();
  if (p.needs_files && test::network_files().empty())
    GTEST_SKIP() << "no networks beside the project: " << p.chip << " is not compared with silicon";
  const nlohmann::json all = validation(p.suite);
  for (const auto& group : all["by_quantity"]) {
    if (group["chip"] != p.chip || group["quantity"] != p.quantity) continue;
    EXPECT_EQ(group["rows"], p.rows);
    EXPECT_LE(100 * group["mape"].get<double>(), p.mean);
    EXPECT_LE(100 * std::abs(group["worst"].get<double>()), p.worst) << group["worst_network"];
    return;
  }
  FAIL() << p.suite << " compares no " << p.quantity << " of " << p.chip;
}

INSTANTIATE_TEST_SUITE_P(Silicon, Agreement, ::testing::ValuesIn(promises), [](const auto& info) {
  std::string name = std::string(info.param.suite) + "_" + info.param.chip + "_" + info.param.quantity;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

/// Which rows hold a stall for weights is no choice: the table says by how much they exceed the block model.
TEST(EthosU, StallsForWeightsAreMarkedByTheRuleOfTheTable) {
  const study::CsvTable table = study::read_csv(std::string(PRESIL_SOURCE_DIR) + "/traces/measured/vela_layers.csv");
  const auto at = [&](const char* column) { return static_cast<std::size_t>(table.need_column(column, "the test")); };
  std::size_t stalls = 0;
  for (const study::CsvRow& row : table.rows) {
    const std::string& block = row.fields[at("block_cycles")];
    const bool exceeds = !block.empty() && std::stod(row.fields[at("npu_cycles")]) > 1.03 * std::stod(block);
    EXPECT_EQ(row.fields[at("stall")], exceeds ? "yes" : "no") << "line " << row.line;
    EXPECT_EQ(block.empty(), row.fields[at("type")].find("CONV_2D") == std::string::npos) << "line " << row.line;
    stalls += exceeds;
  }
  EXPECT_EQ(table.rows.size() - stalls, 562u);
}

/// The block model, operator by operator: within 15 % for 80 % of them, and 8 % in the sum.
TEST(EthosU, ComputesMostOperatorsAsLongAsArmsCompilerSays) {
  if (test::network_files().empty()) GTEST_SKIP() << "no networks beside the project: Ethos-U is not held against Vela";
  const nlohmann::json all = validation("vela_layers");
  std::size_t rows = 0, near = 0;
  double measured = 0, predicted = 0;
  for (const auto& row : all["rows"]) {
    if (row["standing"] != "counted") continue;
    ++rows;
    near += std::abs(row["error"].get<double>()) <= 0.15;
    measured += row["measured"].get<double>();
    predicted += row["predicted"].get<double>();
  }
  EXPECT_EQ(rows, 562u);
  EXPECT_GE(static_cast<double>(near), 0.8 * static_cast<double>(rows));
  EXPECT_NEAR(predicted / measured, 1, 0.08);
}

}  // namespace
}  // namespace presil

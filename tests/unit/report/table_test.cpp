#include "sim/report/table.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sim/report/findings.hpp"
#include "sim/report/text.hpp"
#include "tests/unit/report/sample.hpp"

namespace presil::report {
namespace {

/// Compares with tests/unit/report/golden/<name>; PRESIL_REDRAW=1 draws it anew.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(PRESIL_SOURCE_DIR) + "/tests/unit/report/golden/" + name;
  if (const char* redraw = std::getenv("PRESIL_REDRAW"); redraw != nullptr && std::string(redraw) == "1")
    std::ofstream(path) << text;
  std::ifstream file(path);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << "if this is as meant: PRESIL_REDRAW=1 ctest -R ReportTable";
}

int widest_line(const std::string& text) {
  std::istringstream lines(text);
  int widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, columns(line));
  return widest;
}

replay::Result ugly_result() {
  replay::Result result = sample_result();
  const std::string ugly = "model/" + std::string(300, 'x') + "\x1b[31m\xFF/卷积层卷积层卷积层;StatefulPartitionedCall";
  result.network = result.hardware = result.main_unit = ugly;
  result.notes.push_back(ugly);
  for (auto& op : result.operators) {
    op.name = op.type = op.unit = op.note = op.utilisation_reason = ugly;
    op.output_shape = {1, 1 << 30, 1 << 30, 1 << 30, 1 << 30};
    op.tiles = 1'000'000'000;
    if (op.index != 1) op.fallback_reason = ugly;
  }
  for (auto& unit : result.units) unit.name = ugly;
  for (auto& memory : result.memories) {
    memory.name = ugly, memory.counters.read_bytes = std::int64_t{1} << 50;
    memory.cache.emplace().hits = memory.cache->read_bytes = memory.cache->prefetches = std::int64_t{1} << 50;
  }
  return result;
}

TEST(ReportTable, LooksLikeTheGolden) {
  expect_golden("tiny.txt", table(sample_result()));
}

TEST(ReportTable, SaysWhatACacheFound) {
  replay::Result result = sample_result();
  EXPECT_EQ(table(result).find("hit rate"), std::string::npos);
  auto& cache = result.memories[1].cache.emplace();
  cache.hits = 750, cache.misses = 250, cache.prefetches = 1234;
  const std::string text = table(result, {false, 160});
  EXPECT_NE(text.find("hit rate"), std::string::npos);
  EXPECT_NE(text.find("75 %"), std::string::npos) << text;
  EXPECT_NE(text.find("1,234"), std::string::npos) << text;
}

TEST(ReportTable, StaysWithinTheWidthWhateverTheNames) {
  for (int width : {60, 80, 100, 120, 160}) {
    EXPECT_LE(widest_line(table(sample_result(), {false, width})), width);
    EXPECT_LE(widest_line(table(ugly_result(), {false, width})), width);
  }
}

TEST(ReportTable, LetsNoEscapeCodeOfANameThrough) {
  EXPECT_EQ(table(ugly_result()).find('\x1b'), std::string::npos);
}

TEST(ReportTable, ColoursOnlyWhenAsked) {
  EXPECT_EQ(table(sample_result()).find('\x1b'), std::string::npos);
  const std::string coloured = table(sample_result(), {true, 120});
  EXPECT_NE(coloured.find("\x1b["), std::string::npos);
  // Without its colour codes the coloured report is the plain one.
  std::string stripped;
  for (std::size_t i = 0; i < coloured.size(); ++i)
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      stripped += coloured[i];
  EXPECT_EQ(stripped, table(sample_result()));
}

TEST(ReportTable, NoLineEndsInSpaces) {
  std::istringstream lines(table(sample_result()));
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
}

TEST(ReportTable, SaysItInWords) {
  const std::string text = table(sample_result());
  for (const char* words : {"17 output channels on a 16-wide array: 2 passes, 47 % idle lanes", "npu has no softmax",
                            "the same bytes under another shape", "NOTE", "energy unknown"})
    EXPECT_NE(text.find(words), std::string::npos) << words;
}

TEST(ReportTable, AnEmptyResultStillDraws) {
  EXPECT_NE(table(replay::Result{}).find("total"), std::string::npos);
}

TEST(ReportFindings, RankByTimeLostAndNotByTimeTaken) {
  const replay::Result result = sample_result();
  const auto worst = worst_operators(result, 5);
  ASSERT_EQ(worst.size(), 3u);  // fused and free operators lose nothing
  // Softmax has no array work: 350 us. The convolution loses 400 - 0.53125 x 300 = 240.625 us. The depthwise is fully
  // used while it computes: 250 - 50 = 200 us.
  EXPECT_EQ(worst[0].op->index, 4);
  EXPECT_EQ(worst[0].lost, 350'000'000);
  EXPECT_EQ(worst[1].op->index, 0);
  EXPECT_EQ(worst[1].lost, 240'625'000);
  EXPECT_EQ(worst[2].op->index, 3);
  EXPECT_EQ(worst[2].lost, 200'000'000);
}

TEST(ReportFindings, TellOnlyCausesWorthATenth) {
  const replay::Result result = sample_result();
  const auto worst = worst_operators(result, 5);
  // The convolution: low use of the array, 60 of 400 us on rows, 40 of 400 us launching, 1024 of 5184 bytes redundant.
  ASSERT_EQ(worst[1].reasons.size(), 4u);
  EXPECT_EQ(worst[1].reasons[1],
            "15 % of its time: rows opened and closed, or commands and addresses of a serial memory");
  // The depthwise: 180 of 250 us moving; refresh, 20 of 250, is below a tenth.
  ASSERT_EQ(worst[2].reasons.size(), 1u);
}

TEST(ReportFindings, SayNothingOfTheArrayWhereItsUseIsUnknown) {
  replay::Result result = sample_result();
  result.operators[0].utilisation = 0;  // a CPU: no peak rate to compare with
  const auto worst = worst_operators(result, 1);
  ASSERT_EQ(worst[0].op->index, 0);
  EXPECT_EQ(worst[0].lost, 400'000'000);
  for (const std::string& reason : worst[0].reasons)
    EXPECT_EQ(reason.find("of the array"), std::string::npos) << reason;
}

TEST(ReportFindings, GroupFallbacksByReasonAndUnit) {
  replay::Result result = sample_result();
  result.operators[3].fallback_reason = "npu has no softmax";  // same words, but another unit
  const auto groups = fallbacks(result);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].unit, "npu");
  EXPECT_EQ(groups[1].unit, "cpu");
  EXPECT_EQ(groups[1].time, 350'000'000);
}

}  // namespace
}  // namespace presil::report

#include "sim/study/calibrate.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/hw/load.hpp"
#include "sim/study/validate_report.hpp"
#include "tests/unit/study/bench.hpp"

namespace presil::study {
namespace {

const std::string per_mac = "units.cpu.library.rates.fully_connected.cycles_per_mac";
const std::string per_operator = "units.cpu.library.rates.fully_connected.cycles_per_operator";

/// A board that takes 7 cycles a MAC and 5000 an operator, where the file says 10 and 1000.
class Calibrate : public Bench {
 protected:
  static double true_us(int units) { return (100.0 * units * 7 + 5000) / 1000; }

  /// Times of the true board, each off by `noise` up or down in turn.
  std::string times(const std::vector<int>& units, double noise = 0) const {
    std::string csv = "network,quantity,value,unit\n";
    int sign = 1;
    for (int u : units)
      csv += fmt::format("\"dense.yaml(units={})\",latency_us,{},us\n", u, true_us(u) * (1 + noise * (sign = -sign)));
    return csv;
  }
  Cases measured(const std::string& csv, const std::string& keys = "    quantities: [latency_us]\n") const {
    return cases(csv, keys);
  }
  Calibration run(const Cases& all, const std::vector<std::string>& figures, int processes = 2) const {
    std::vector<Parameter> parameters;
    for (const std::string& figure : figures) parameters.push_back(parameter_of(figure, in("chip.yaml")));
    Calibration calibration = calibrate(all, Networks(all, places().zoo), in("chip.yaml"), parameters, processes);
    calibration.measured = "board.csv";
    return calibration;
  }

  const std::vector<int> eight_ = {10, 20, 50, 100, 200, 400, 800, 1500};
};

TEST_F(Calibrate, KnownFiguresAreFound) {
  const Calibration calibration = run(measured(times(eight_)), {per_mac, per_operator + "=100..50000"});
  ASSERT_EQ(calibration.figures.size(), 2u);
  EXPECT_NEAR(calibration.figures[0].after, 7, 0.02);
  EXPECT_NEAR(calibration.figures[1].after, 5000, 50);
  EXPECT_GT(calibration.before.mean, 0.3);
  EXPECT_LT(calibration.after.mean, 0.002);
  EXPECT_LT(calibration.without_network.mean, 0.005);
  EXPECT_FALSE(calibration.figures[0].at_edge);
}

TEST_F(Calibrate, ConfidenceWidensWithTheNoise) {
  const Calibration quiet = run(measured(times(eight_, 0.01)), {per_mac, per_operator + "=100..50000"});
  const Calibration loud = run(measured(times(eight_, 0.05)), {per_mac, per_operator + "=100..50000"});
  ASSERT_TRUE(quiet.figures[0].confidence && loud.figures[0].confidence);
  EXPECT_NEAR(*loud.figures[0].confidence / *quiet.figures[0].confidence, 5, 1.5);
  EXPECT_LT(std::abs(quiet.figures[0].after / 7 - 1), *quiet.figures[0].confidence) << "the truth lies inside";
  EXPECT_GT(loud.without_network.mean, loud.after.mean);
}

TEST_F(Calibrate, AFigureThatTheTimesDoNotTellIsSaidSo) {
  const Calibration calibration =
      run(measured(times(eight_)), {per_mac, "units.cpu.library.generic.cycles_per_output"});
  EXPECT_TRUE(calibration.figures[0].confidence);
  EXPECT_FALSE(calibration.figures[1].confidence);
  EXPECT_NE(table(calibration, false, 140).find("not determined"), std::string::npos);
}

TEST_F(Calibrate, ARangeThatDoesNotReachEndsAtItsEdge) {
  const Calibration calibration = run(measured(times(eight_)), {per_mac + "=8..20"});
  EXPECT_NEAR(calibration.figures[0].after, 8, 0.1);
  EXPECT_TRUE(calibration.figures[0].at_edge);
}

TEST_F(Calibrate, TooFewTimesAndTooManyFiguresAreRefused) {
  EXPECT_NE(complaint([&] {
              run(measured(times({10, 20, 50, 100, 200, 400, 800})), {per_mac});
            }).find("7 measured times are too few"),
            std::string::npos);
  EXPECT_NE(complaint([&] {
              run(measured(times(eight_)), {per_mac, per_operator, "units.cpu.library.generic.cycles_per_output"});
            }).find("3 figures are too many for 8 measured times: at most 2"),
            std::string::npos);
  EXPECT_TRUE(refusal(2, 8).empty());
}

TEST_F(Calibrate, APathMayLeaveOutUnitsAndMustLeadToAFigure) {
  EXPECT_EQ(parameter_of("cpu.library.generic.cycles_per_output", in("chip.yaml")).figure.path,
            "units.cpu.library.generic.cycles_per_output");
  EXPECT_NE(complaint([&] { parameter_of("cpu.librari", in("chip.yaml")); }).find("did you mean"), std::string::npos);
  EXPECT_NE(complaint([&] {
              parameter_of("cpu.library.generic", in("chip.yaml"));
            }).find("name one in it: cycles_per_output"),
            std::string::npos);
  EXPECT_NE(complaint([&] { parameter_of(per_mac + "=9", in("chip.yaml")); }).find("is no range"), std::string::npos);
}

TEST_F(Calibrate, WholeFiguresStayWhole) {
  const Parameter latency = parameter_of("memories.sram.latency=1..9", in("chip.yaml"));
  EXPECT_TRUE(latency.whole);
  EXPECT_EQ(latency.text(0.5), "3 cycles");
  EXPECT_FALSE(parameter_of(per_mac, in("chip.yaml")).whole);
}

TEST_F(Calibrate, TheFileIsWrittenWithItsCommentsAndReadBack) {
  const Calibration calibration = run(measured(times(eight_)), {per_mac, per_operator + "=100..50000"});
  const std::string text = with_calibrated("# my board\n" + read("chip.yaml"), calibration);
  EXPECT_EQ(text.rfind("# my board\n", 0), 0u);
  const hw::Hardware hardware = hw::load(write("fitted.yaml", text));
  EXPECT_NEAR(hardware.unit("cpu")->cpu().library.rates.at(common::OpClass::fully_connected).cycles_per_mac, 7, 0.02);
  ASSERT_EQ(hardware.sources.size(), 3u);
  EXPECT_EQ(hardware.sources[1].status, "fitted");
  EXPECT_NE(hardware.sources[1].source.find("8 times of board.csv (8 networks)"), std::string::npos)
      << hardware.sources[1].source;
}

TEST_F(Calibrate, FittingAgainReplacesItsOwnEntriesOnly) {
  const std::string old =
      read("chip.yaml") + "calibrated:\n  # by hand\n  name: {source: a story, status: fitted}\n  " + per_mac +
      ":\n    value: 9\n    range: 3..30\n    fitted_to: old times\nenergy: {sram: {per_byte: 1 pJ}}\n";
  write("chip.yaml", old);
  const Calibration calibration = run(measured(times(eight_)), {per_mac, per_operator + "=100..50000"});
  EXPECT_EQ(calibration.figures[0].before, 9);
  EXPECT_EQ(calibration.figures[0].parameter.figure.low, 3) << "the range of the section counts";
  const std::string text = with_calibrated(old, calibration);
  EXPECT_EQ(text.find("old times"), std::string::npos);
  EXPECT_NE(text.find("  # by hand\n  name: {source: a story, status: fitted}\n  units.cpu"), std::string::npos)
      << text;
  EXPECT_NE(text.find("energy: {sram"), std::string::npos);
  hw::load(write("again.yaml", text));
}

TEST_F(Calibrate, TheSameForAnyNumberOfProcesses) {
  const Cases all = measured(times(eight_, 0.02));
  EXPECT_EQ(json(run(all, {per_mac}, 1)), json(run(all, {per_mac}, 3)));
}

TEST_F(Calibrate, LeavingOneOutFitsTheFileSOwnFigures) {
  write("chip.yaml", with_calibrated(read("chip.yaml"),
                                     run(measured(times(eight_, 0.03)), {per_mac, per_operator + "=100..50000"})));
  const Cases all = measured(times(eight_, 0.03));
  const std::vector<Calibration> fits = leave_one_out(all, Networks(all, places().zoo), 2, false);
  ASSERT_EQ(fits.size(), 1u);
  EXPECT_EQ(fits[0].hardware, "chip");
  EXPECT_NEAR(fits[0].after.mean, 0.025, 0.01);
  EXPECT_GT(fits[0].without_network.mean, fits[0].after.mean);
  EXPECT_EQ(fits[0].networks_out.size(), 8u);
}

TEST_F(Calibrate, LeavingOneOutSaysWhichChipTheErrorsAreOf) {
  // Two boards of one suite, each with a scale; on the second the largest network takes twice its time.
  const std::vector<int> units = {100, 200, 400, 800};
  std::string csv = "network,quantity,value,unit,board\n";
  for (int u : units)
    csv += fmt::format("\"dense.yaml(units={})\",latency_us,{},us,one\n", u, (100.0 * u * 10 + 1000) / 1000);
  for (int u : units)
    csv += fmt::format("\"dense.yaml(units={})\",latency_us,{},us,two\n", u,
                       (u == 800 ? 2 : 1) * (100.0 * u * 20 + 1000) / 1000);
  write("board.csv", csv);
  write("suite.yaml", R"yaml(kind: suite
name: bench
fitted:
  one: {value: 1, range: 0.5..4}
  two: {value: 2, range: 0.5..8}
tables:
  - {measured: board.csv, hardware: chip.yaml, chip: one, quantities: [latency_us], where: {board: one},
     set: ["units.cpu.library_scale={one}"]}
  - {measured: board.csv, hardware: chip.yaml, chip: two, quantities: [latency_us], where: {board: two},
     set: ["units.cpu.library_scale={two}"]}
)yaml");
  const Cases all = expand(read_suite(in("suite.yaml")), places());
  const std::vector<Calibration> fits = leave_one_out(all, Networks(all, places().zoo), 2, true);
  ASSERT_EQ(fits.size(), 1u);
  const LeftOut left = left_out_of(fits[0]);
  ASSERT_EQ(left.by_chip.size(), 2u);
  EXPECT_EQ(left.by_chip[0].chip, "one");
  EXPECT_EQ(left.by_chip[0].without_network.rows, 4u);
  EXPECT_LT(left.by_chip[0].without_network.mean, 0.01);
  EXPECT_EQ(left.by_chip[1].chip, "two");
  EXPECT_NEAR(left.by_chip[1].without_network.worst, -0.5, 0.01) << "half of what was measured";
  EXPECT_NEAR(left.without_network.mean,
              (left.by_chip[0].without_network.mean + left.by_chip[1].without_network.mean) / 2, 1e-12)
      << "as many rows of each";
  Validation validation;
  validation.left_out = {left};
  EXPECT_NE(table(validation, false, 140).find("\n    two  "), std::string::npos) << table(validation, false, 140);
  EXPECT_EQ(nlohmann::json::parse(json(validation))["left_out"][0]["by_chip"][1]["chip"], "two");
}

TEST_F(Calibrate, LeavingOneOutMeansThatTheOneDoesNotCount) {
  // The largest network takes twice its time: without it the fit is exact, so that its own error is a half.
  std::string csv = times(eight_);
  csv += fmt::format("\"dense.yaml(units=2500)\",latency_us,{},us\n", 2 * true_us(2500));
  const Calibration calibration = run(measured(csv), {per_mac, per_operator + "=100..50000"});
  double left = 0;
  for (const FoldError& fold : calibration.networks_out)
    if (fold.what == "dense.yaml(units=2500)") left = fold.errors.worst;
  EXPECT_NEAR(left, -0.5, 0.01);
}

TEST_F(Calibrate, ASuiteMayHaveFittedFiguresOfItsOwn) {
  write("board.csv", times(eight_));
  write("suite.yaml", R"yaml(kind: suite
name: bench
fitted:
  speed: {value: 1.5, range: 0.5..3}
  half: {value: 0.5, range: 0.4..0.6}
tables:
  - {measured: board.csv, hardware: chip.yaml, quantities: [latency_us], set: ["clocks.c={speed*half} GHz"]}
)yaml");
  const Cases all = expand(read_suite(in("suite.yaml")), places());
  // 101 us at 1 GHz; 1.5 * 0.5 GHz.
  const Networks networks(all, places().zoo);
  EXPECT_NEAR(predict(all, {3}, networks, {})[0].value, 101 / 0.75, 1e-3);
  const std::vector<Calibration> fits = leave_one_out(all, networks, 2, true);
  ASSERT_EQ(fits.size(), 1u);
  ASSERT_EQ(fits[0].figures.size(), 2u);
  EXPECT_LT(fits[0].after.mean, fits[0].before.mean);
}

TEST_F(Calibrate, AnOverrideGoesBeforeAFittedFigure) {
  write("chip.yaml",
        std::string(bench_chip) + "calibrated:\n  " + per_mac + ": {value: 7, range: 1..10, fitted_to: times}\n");
  const auto rate = [&](const std::vector<std::string>& set) {
    return hw::load(in("chip.yaml"), set)
        .unit("cpu")
        ->cpu()
        .library.rates.at(common::OpClass::fully_connected)
        .cycles_per_mac;
  };
  EXPECT_EQ(rate({}), 7);
  EXPECT_EQ(rate({per_mac + "=3"}), 3);
  EXPECT_EQ(rate({"calibrated." + per_mac + ".value=5"}), 5);
}

TEST_F(Calibrate, AFittedFigureMustLieInTheFileAndSayWhatItWasFittedTo) {
  write("a.yaml", std::string(bench_chip) + "calibrated:\n  units.cpu.libary.int8: {value: 7, fitted_to: times}\n");
  EXPECT_NE(complaint([&] { hw::load(in("a.yaml")); }).find("nothing in the file lies at"), std::string::npos);
  write("b.yaml", std::string(bench_chip) + "calibrated:\n  " + per_mac + ": {value: 7}\n");
  EXPECT_NE(complaint([&] { hw::load(in("b.yaml")); }).find("'fitted_to' is missing"), std::string::npos);
  const std::string chip = bench_chip;
  const auto lines = std::count(chip.begin(), chip.end(), '\n');
  write("c.yaml", chip + "calibrated:\n  " + per_mac + ": {value: many, fitted_to: times}\n");
  EXPECT_NE(complaint([&] { hw::load(in("c.yaml")); }).find(fmt::format("c.yaml:{}:", lines + 2)), std::string::npos)
      << "the place of the entry";
}

TEST_F(Calibrate, ALibraryBringsItsOwnFittedFigures) {
  std::filesystem::create_directory(dir_ / "libraries");
  write("libraries/mine.yaml",
        "kind: library\nname: mine\nrates: {fully_connected: {cycles_per_mac: 10, source: x}}\n"
        "generic: {cycles_per_output: 20, source: x}\n"
        "calibrated:\n  rates.fully_connected.cycles_per_mac: {value: 6, range: 1..20, fitted_to: times}\n");
  const hw::Hardware hardware = hw::load(in("chip.yaml"), {"units.cpu.library=mine"});
  EXPECT_EQ(hardware.unit("cpu")->cpu().library.rates.at(common::OpClass::fully_connected).cycles_per_mac, 6);
  EXPECT_EQ(hardware.sources.back().key, per_mac);
}

}  // namespace
}  // namespace presil::study

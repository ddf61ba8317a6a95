#include "sim/study/validate.hpp"

#include <nlohmann/json.hpp>

#include "sim/study/scatter.hpp"
#include "sim/study/validate_report.hpp"
#include "tests/unit/study/bench.hpp"

namespace presil::study {
namespace {

const std::string keys = R"yaml(    quantities: [latency_us]
    networks: {small: "dense.yaml(units=100)", "big|odd": "dense.yaml(units=1000)"}
)yaml";

class Validate : public Bench {
 protected:
  Validation run(const std::string& csv, const std::string& more = keys, int processes = 2) const {
    const Cases all = cases(csv, more);
    return validate("bench", all, Networks(all, places().zoo), Prospect{processes, {}, {}});
  }
};

TEST_F(Validate, RowsAreComparedInTheirOwnUnit) {
  // 101 us and 1000*100*10 + 1000 cycles = 1001 us are predicted.
  const Validation validation = run("network,quantity,value,unit\nsmall,latency_us,100,us\nbig,latency_us,1100,us\n");
  ASSERT_EQ(validation.rows.size(), 2u);
  EXPECT_NEAR(validation.rows[0].predicted, 101, 1e-9);
  EXPECT_NEAR(validation.rows[0].error, 0.01, 1e-9);
  EXPECT_NEAR(validation.rows[1].error, -0.09, 1e-9);
  EXPECT_NEAR(validation.times.mean, 0.05, 1e-9);
  EXPECT_NEAR(validation.times.bias, -0.04, 1e-9);
  EXPECT_NEAR(validation.times.median, 0.05, 1e-9);
  EXPECT_NEAR(validation.times.p90, 0.09, 1e-9);
  EXPECT_NEAR(validation.times.worst, -0.09, 1e-9);
  EXPECT_EQ(validation.times.worst_network, "big");
  EXPECT_TRUE(faults(validation).empty());
}

TEST_F(Validate, RowsThatNeedTheSameRunShareIt) {
  const Cases all =
      cases("network,quantity,value,unit\nbig,latency_us,1,us\nodd,latency_us,1,us\nsmall,latency_us,1,us\n", keys);
  EXPECT_EQ(all.cases.size(), 3u);
  EXPECT_EQ(all.runs.size(), 2u);
}

TEST_F(Validate, BadRowsNameRowAndColumnAndTheRestGoesOn) {
  const Validation validation =
      run("network,quantity,value,unit\nsmall,latency_us,101,us\nnowhere,latency_us,5,us\nsmall,latency_us,-3,us\n"
          "small,latency_us,3,furlongs\nsmall,latency_us,many,us\n");
  EXPECT_EQ(validation.times.rows, 1u);
  const std::vector<std::string> lines = faults(validation);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_NE(lines[0].find("board.csv:3: nowhere: column 'network': no network 'nowhere'"), std::string::npos)
      << lines[0];
  EXPECT_NE(lines[1].find("board.csv:4: small: column 'value': -3 cannot be"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find("board.csv:5: small: column 'unit': 'furlongs' is no unit"), std::string::npos) << lines[2];
  EXPECT_NE(lines[3].find("column 'value': 'many' is no number"), std::string::npos) << lines[3];
}

TEST_F(Validate, ANetworkThatDoesNotFitIsAFaultOfItsRowAlone) {
  const Validation validation =
      run("network,quantity,value,unit\nsmall,latency_us,101,us\nhuge,latency_us,5,us\n",
          "    quantities: [latency_us]\n    networks: {small: dense.yaml, huge: \"dense.yaml(units=90000)\"}\n");
  EXPECT_EQ(validation.times.rows, 1u);
  ASSERT_EQ(faults(validation).size(), 1u);
  EXPECT_NE(faults(validation)[0].find("does not fit"), std::string::npos);
}

TEST_F(Validate, FlaggedRowsAreRunButCountNowhere) {
  const Validation validation =
      run("network,quantity,value,unit,note\nsmall,latency_us,101,us,\nodd,latency_us,5,us,SUSPECT: a warm run\n");
  EXPECT_EQ(validation.times.rows, 1u);
  EXPECT_EQ(validation.rows[1].row.standing, Standing::apart);
  EXPECT_TRUE(validation.rows[1].ran);
  EXPECT_NE(table(validation, false, 120).find("Set apart, in no error: 1 row\n  SUSPECT: a warm run: odd"),
            std::string::npos);
}

TEST_F(Validate, ConditionsChooseRows) {
  const std::string csv =
      "network,quantity,value,unit,tool\nsmall,latency_us,1,us,2.0\nbig,latency_us,1,us,2.1\nodd,latency_us,1,us,1.0\n"
      "small,weight_kib,1,KiB,2.0\n";
  EXPECT_EQ(cases(csv, keys).cases.size(), 3u) << "a quantity that the suite does not name is left";
  EXPECT_EQ(cases(csv, keys + "    where: {tool: [\"2.0\", \"1.0\"]}\n").cases.size(), 2u);
  EXPECT_EQ(cases(csv, keys + "    contains: {tool: \"2.\"}\n").cases.size(), 2u);
  EXPECT_EQ(cases(csv, keys + "    without: {tool: \"2.\"}\n").cases.size(), 1u);
  EXPECT_NE(complaint([&] { cases(csv, keys + "    where: {tol: x}\n"); }).find("did you mean 'tool'"),
            std::string::npos);
}

TEST_F(Validate, RulesBuildNetworksFromColumnsAndCaptures) {
  const Cases all = cases(
      "layer,units,clocks\nfc 100->1000,7,5\n",
      "    columns: {network: \"{layer} x{units}\", quantity: cycles, value: \"{clocks}\", unit: cycles}\n"
      "    quantities: [cycles]\n"
      "    networks: [{layer: \"fc (\\\\d+)->(\\\\d+)\", use: \"dense.yaml(units={layer.2})\", assumed: true}]\n");
  ASSERT_EQ(all.cases.size(), 1u);
  EXPECT_EQ(all.cases[0].network, "fc 100->1000 x7");
  EXPECT_TRUE(all.cases[0].assumed);
  EXPECT_EQ(all.runs[0].network, in("dense.yaml") + "(units=1000)");
}

TEST_F(Validate, HardwareFollowsAColumn) {
  write("fast.yaml", bench_chip);
  const Suite suite = [&] {
    write("board.csv", "network,quantity,value,unit,tool\ndense,latency_us,1,us,old\ndense,latency_us,1,us,new 3\n");
    return read_suite(write("s.yaml", R"yaml(kind: suite
name: bench
network_folders: [.]
tables:
  - measured: board.csv
    quantities: [latency_us]
    hardware: [{tool: "new (.)", use: fast.yaml, set: ["clocks.c={tool.1} GHz"]}, {tool: old, use: chip.yaml}]
)yaml"));
  }();
  const Cases all = expand(suite, places());
  ASSERT_EQ(all.runs.size(), 2u);
  EXPECT_EQ(all.runs[1].set, std::vector<std::string>{"clocks.c=3 GHz"});
  const std::vector<Prediction> predicted = predict(all, {0, 1}, Networks(all, places().zoo), {});
  EXPECT_NEAR(predicted[0].value, 101, 1e-6);
  EXPECT_NEAR(predicted[1].value, 101.0 / 3, 1e-3);
}

TEST_F(Validate, ATableMayLieInSeveralFiles) {
  write("a.csv", "network,quantity,value,unit\ndense,latency_us,1,us\n");
  write("b.csv", "network,quantity,value,unit,note\ndense,latency_us,2,us,later\n");
  const Cases all = expand(read_suite(write("s.yaml", R"yaml(kind: suite
name: bench
network_folders: [.]
tables: [{measured: [a.csv, b.csv], hardware: chip.yaml, quantities: [latency_us], apart: {}}]
)yaml")),
                           places());
  ASSERT_EQ(all.cases.size(), 2u);
  EXPECT_EQ(all.cases[0].table, in("a.csv"));
  EXPECT_EQ(all.cases[1].table, in("b.csv"));
  EXPECT_EQ(all.cases[1].measured, 2);
  EXPECT_EQ(all.runs.size(), 1u);
}

TEST_F(Validate, ARuntimeMayHaveMadeSomethingElseOfTheNetwork) {
  // 100 pixels of 8 channels to 8, then to 4. Half of the eight filters are dead; without them 4 channels, then 4.
  write("half.yaml", R"yaml(kind: network
name: half
source: test
input: [1, 10, 10, 8]
layers:
  - conv: {filters: 8, kernel: 1, dead_filters: 0.5}
  - conv: {filters: 4, kernel: 1}
)yaml");
  const std::string csv =
      "network,quantity,value,unit,tool\nhalf.yaml,cycles,1,cycles,old\nhalf.yaml,cycles,1,cycles,new\n";
  const std::string keys = "    quantities: [cycles]\n    networks: [{tool: new, transform: drop-dead-filters}]\n";
  std::string chip = bench_chip;  // with convolutions of 10 cycles a MAC and 1000 an operator
  chip.replace(chip.find("fully_connected"), std::string("fully_connected").size(), "convolution");
  write("chip.yaml", chip);
  const Validation validation = run(csv, keys);
  ASSERT_EQ(validation.rows.size(), 2u);
  EXPECT_TRUE(faults(validation).empty()) << faults(validation)[0];
  EXPECT_NEAR(validation.rows[0].predicted, 10 * 100 * (8 * 8 + 8 * 4) + 2000, 1e-6);
  EXPECT_NEAR(validation.rows[1].predicted, 10 * 100 * (8 * 4 + 4 * 4) + 2000, 1e-6);
  EXPECT_EQ(validation.rows[1].row.network, "half.yaml") << "named as the source does";
}

TEST_F(Validate, TransformsAreForNetworksAndMustBeKnown) {
  const std::string csv = "network,quantity,value,unit\ndense,latency_us,1,us\n";
  EXPECT_NE(
      complaint([&] { cases(csv, "    networks: [{network: dense, transform: drop-filters}]\n"); }).find("names: "),
      std::string::npos);
  EXPECT_NE(complaint([&] {
              cases(csv, "    networks: [{network: dense, transform: split, skip: odd}]\n");
            }).find("needs 'use: ...' or 'transform: ...', or 'skip: reason'"),
            std::string::npos);
  EXPECT_NE(complaint([&] {
              read_suite(write("s.yaml",
                               "kind: suite\nname: s\ntables: [{measured: board.csv, hardware: [{network: dense, use: "
                               "chip.yaml, transform: split}]}]\n"));
            }).find("'transform' is for networks"),
            std::string::npos);
}

TEST_F(Validate, RowsMayBeOperatorsOfOneNetwork) {
  write("two.yaml",
        "kind: network\nname: two\nsource: test\ninput: [1, 100]\nlayers: [dense: {units: 10}, dense: {units: 100}]\n");
  const Validation validation =
      run("id,clocks\n1,11000\n2,11000\n7,1\n",
          "    columns: {network: two.yaml, quantity: cycles, value: \"{clocks}\", unit: cycles}\n"
          "    quantities: {cycles: operator time}\n    operators: {row: \"{id}\", first: 1}\n");
  // 100*10*10 + 1000 = 11000 cycles and 10*100*10 + 1000 = 11000 cycles.
  EXPECT_NEAR(validation.rows[0].predicted, 11000, 1e-6);
  EXPECT_NEAR(validation.rows[1].predicted, 11000, 1e-6);
  ASSERT_EQ(faults(validation).size(), 1u);
  EXPECT_NE(faults(validation)[0].find("the network has 2 operators, none is number 6"), std::string::npos);
}

TEST_F(Validate, TheSameForAnyNumberOfProcesses) {
  const std::string csv =
      "network,quantity,value,unit\nsmall,latency_us,100,us\nbig,latency_us,1100,us\nodd,latency_us,900,us\n";
  EXPECT_EQ(json(run(csv, keys, 1)), json(run(csv, keys, 3)));
  EXPECT_EQ(scatter_svg(run(csv, keys, 1)), scatter_svg(run(csv, keys, 3)));
}

TEST_F(Validate, ReportsHoldEveryRow) {
  const Validation validation = run("network,quantity,value,unit\nsmall,latency_us,100,us\nnowhere,latency_us,5,us\n");
  const nlohmann::json parsed = nlohmann::json::parse(json(validation));
  ASSERT_EQ(parsed["rows"].size(), 2u);
  EXPECT_NEAR(parsed["rows"][0]["error"].get<double>(), 0.01, 1e-9);
  EXPECT_TRUE(parsed["rows"][1]["predicted"].is_null());
  EXPECT_NEAR(parsed["times"]["mape"].get<double>(), 0.01, 1e-9);
  EXPECT_EQ(parsed["by_quantity"][0]["chip"], "chip");
  const std::string text = csv(validation);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  const std::string plot = scatter_svg(validation);
  EXPECT_NE(plot.find("<title>small\nchip: latency_us\nmeasured 100 us, predicted 101 us (+1.0 %)</title>"),
            std::string::npos);
}

TEST(Family, TheArchitectureInTheNameCounts) {
  EXPECT_EQ(family_of("st_ic_flowers_mobilenet_v1_0.25_224_fft_int8", {}), "mobilenet_v1");
  EXPECT_EQ(family_of("st_ic_flowers_fdmobilenet_0.25_224_tfs_int8", {}), "fdmobilenet");
  EXPECT_EQ(family_of("st_od_person_ssd_mobilenet_v2_fpnlite_035", {}), "ssd");
  EXPECT_EQ(family_of("unheard(of=1)", {}), "unheard");
  EXPECT_EQ(family_of("nxp_face", {{"face", "*face*"}}), "face");
}

}  // namespace
}  // namespace presil::study

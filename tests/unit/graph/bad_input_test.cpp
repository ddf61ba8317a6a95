// Files that are no network: one clear line with file, place and cure, and never a crash.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/graph/small.hpp"

namespace presil::graph {
namespace {

using ::testing::Test;

Bytes small_file() {
  return export_tflite(small_graph());
}

void expect_complaint(const Bytes& bytes, const std::string& part) {
  const std::string text = complaint(bytes);
  EXPECT_NE(text.find(part), std::string::npos) << "'" << text << "'";
  EXPECT_EQ(text.find("net.tflite: "), 0u) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

std::string complaint_of(const std::filesystem::path& path) {
  try {
    import_tflite(path);
  } catch (const common::Error& error) {
    return error.what();
  }
  return "";
}

TEST(BadFile, MissingDirectoryAndEmptyAreToldApart) {
  EXPECT_EQ(complaint_of("/no/such/net.tflite"), "/no/such/net.tflite: no such file; check the path");
  const auto folder = std::filesystem::temp_directory_path();
  EXPECT_NE(complaint_of(folder).find("is a directory"), std::string::npos);
  expect_complaint({}, "is empty");
}

TEST(BadFile, SomethingElseIsRefused) {
  expect_complaint(Bytes(100, 'x'), "is not a TensorFlow Lite file");
  expect_complaint(Bytes(7, 0), "is not a TensorFlow Lite file");
  Bytes old = small_file();
  old[7] = '2';
  expect_complaint(old, "file identifier 'TFL2'");
}

TEST(BadFile, WrongVersionIsRefused) {
  expect_complaint(edited(small_file(), [](auto& m) { m.version = 4; }), "has schema version 4");
}

TEST(BadFile, NoSubgraphOperatorOrOutput) {
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs.clear(); }), "holds no subgraph");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->operators.clear(); }), "holds no operator");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->outputs.clear(); }), "has no output");
}

TEST(BadFile, CalledSubgraphsAreRefused) {
  for (const auto code : {tflite::BuiltinOperator::IF, tflite::BuiltinOperator::WHILE, tflite::BuiltinOperator::CALL,
                          tflite::BuiltinOperator::CALL_ONCE, tflite::BuiltinOperator::STABLEHLO_CASE}) {
    expect_complaint(edited(small_file(), [&](auto& m) { m.operator_codes[0]->builtin_code = code; }),
                     "calls another subgraph");
  }
}

TEST(BadFile, ASubgraphThatNobodyCallsIsIgnored) {
  const Bytes bytes =
      edited(small_file(), [](auto& m) { m.subgraphs.push_back(std::make_unique<tflite::SubGraphT>()); });
  EXPECT_EQ(import_tflite(bytes, "t").digest(), small_graph().digest());
}

TEST(BadFile, IndicesOutOfRange) {
  const auto op = [](int index) {
    return edited(small_file(), [&](auto& m) { m.subgraphs[0]->operators[0]->inputs[0] = index; });
  };
  expect_complaint(op(1000), "operator 0 (CONV_2D): input is tensor 1000 of");
  expect_complaint(op(-2), "operator 0 (CONV_2D): input is tensor -2 of");
  expect_complaint(op(-1), "operator 0 (CONV_2D): has no input 0");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->operators[0]->outputs = {99}; }),
                   "output is tensor 99");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->inputs = {-1}; }),
                   "input of the network is tensor -1");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->outputs = {77}; }),
                   "output of the network is tensor 77");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->operators[0]->opcode_index = 9; }),
                   "operator code 9 of 3");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->tensors[1]->buffer = 50; }),
                   "refers to buffer 50");
  expect_complaint(
      edited(small_file(),
             [](auto& m) { m.operator_codes[0]->builtin_code = static_cast<tflite::BuiltinOperator>(210); }),
      "unknown builtin code 210");
  expect_complaint(edited(small_file(),
                          [](auto& m) {
                            m.operator_codes[0]->builtin_code = static_cast<tflite::BuiltinOperator>(-3);
                            m.operator_codes[0]->deprecated_builtin_code = -3;
                          }),
                   "unknown builtin code -3");
}

TEST(BadFile, ShapesThatCannotBe) {
  const auto shape = [](std::vector<int> dimensions) {
    return edited(small_file(), [&](auto& m) { m.subgraphs[0]->tensors[0]->shape = dimensions; });
  };
  expect_complaint(shape({1, -1, 8, 3}), "tensor 0 ('input'): dimension 1 is unknown (-1)");
  expect_complaint(shape({1, -8, 8, 3}), "tensor 0 ('input'): dimension 1 is negative (-8)");
  expect_complaint(shape({1, 2147483647, 2147483647, 2147483647}), "more than 2^36 elements");
  expect_complaint(shape({1, 0, 8, 3}), "no elements");
  expect_complaint(shape({1, 9, 8, 3}), "where kernel, stride and padding give");
  expect_complaint(shape({8, 8, 3}), "four dimensions");
  expect_complaint(edited(small_file(),
                          [](auto& m) {
                            m.subgraphs[0]->tensors[0]->shape.clear();
                            m.subgraphs[0]->tensors[0]->shape_signature = {-1, 8, 8, 3};
                          }),
                   "has a shape signature but no shape");
  const Bytes resolved = edited(small_file(), [](auto& m) {
    m.subgraphs[0]->tensors[0]->shape_signature = {-1, 8, 8, 3};
  });
  EXPECT_EQ(complaint(resolved), "");  // the shape says what the signature leaves open
}

TEST(BadFile, ConstantsMustFillTheirShape) {
  const auto buffer = [](std::size_t size) {
    return edited(small_file(), [&](auto& m) { m.buffers[1]->data.resize(size); });
  };
  EXPECT_EQ(complaint(buffer(108)), "");  // 4x3x3x3 int8
  expect_complaint(buffer(107), "has 107 bytes of data where int8 of shape 4x3x3x3 takes 108");
  expect_complaint(buffer(109), "has 109 bytes of data");
  expect_complaint(buffer(0), "operator 0 (CONV_2D): reads tensor 1");
}

TEST(BadFile, OptionsOutOfRange) {
  const auto options = [](auto change) {
    return edited(small_file(),
                  [&](auto& m) { change(*m.subgraphs[0]->operators[0]->builtin_options.AsConv2DOptions()); });
  };
  expect_complaint(options([](auto& o) { o.stride_h = 0; }), "has stride 0; 1 to 32767 would do");
  expect_complaint(options([](auto& o) { o.stride_w = -1; }), "has stride -1");
  expect_complaint(options([](auto& o) { o.dilation_h_factor = 1 << 30; }), "has dilation 1073741824");
  expect_complaint(options([](auto& o) { o.padding = static_cast<tflite::Padding>(7); }), "unknown padding 7");
  expect_complaint(
      options([](auto& o) { o.fused_activation_function = static_cast<tflite::ActivationFunctionType>(9); }),
      "unknown activation function 9");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->operators[0]->builtin_options.Reset(); }),
                   "has no options of its kind");
}

TEST(BadFile, QuantizationMustFitTheShape) {
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->tensors[1]->quantization->scale.pop_back(); }),
                   "has 3 scales but 4 zero points");
  expect_complaint(
      edited(small_file(), [](auto& m) { m.subgraphs[0]->tensors[1]->quantization->quantized_dimension = 1; }),
      "has 4 scales along dimension 1");
}

TEST(BadFile, OperatorsMustStandInOrder) {
  expect_complaint(
      edited(small_file(), [](auto& m) { std::swap(m.subgraphs[0]->operators[0], m.subgraphs[0]->operators[1]); }),
      "before operator 1 produces it");
  expect_complaint(
      edited(small_file(), [](auto& m) { m.subgraphs[0]->operators.erase(m.subgraphs[0]->operators.begin()); }),
      "never produced");
  expect_complaint(
      edited(small_file(),
             [](auto& m) { m.subgraphs[0]->operators[1]->outputs = m.subgraphs[0]->operators[0]->outputs; }),
      "which operator 0 writes already");
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->operators[0]->outputs = {1}; }),
                   "which is a constant");
}

TEST(BadFile, ANameCannotBreakTheLine) {
  const Bytes bytes = edited(small_file(), [](auto& m) {
    m.subgraphs[0]->tensors[0]->name = "a\nb" + std::string(1000, 'x');
    m.subgraphs[0]->tensors[0]->shape = {-3};
  });
  expect_complaint(bytes, "('a?bxxx");
  EXPECT_LT(complaint(bytes).size(), 300u);
}

TEST(OutsideBuffers, AreReadFromTheirPlaceInTheFile) {
  Bytes bytes = edited(small_file(), [](auto& m) {
    m.buffers[1]->data.clear();
    m.buffers[1]->offset = 8192;  // beyond the flatbuffer of this small file
    m.buffers[1]->size = 108;
  });
  ASSERT_LT(bytes.size(), 8192u);
  bytes.resize(8192);
  const Graph whole = small_graph();
  bytes.insert(bytes.end(), whole.tensors[1].data.begin(), whole.tensors[1].data.end());
  EXPECT_EQ(import_tflite(bytes, "t").digest(), whole.digest());
  bytes.pop_back();
  expect_complaint(bytes, "has 108 bytes from byte 8192 on, but the file ends at 8299");
}

TEST(OutsideBuffers, InAnotherFileAreRefused) {
  expect_complaint(edited(small_file(), [](auto& m) { m.subgraphs[0]->tensors[1]->external_buffer = 1; }),
                   "keeps its data in another file");
}

TEST(Damage, CutAtEveryByteIsAnErrorOrALossOfUnreferencedBytesOnly) {
  const Bytes bytes = small_file();
  const std::string digest = import_tflite(bytes, "t").digest();
  int errors = 0;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    try {
      EXPECT_EQ(import_tflite(cut, "t").digest(), digest) << length;  // padding at the end may go
    } catch (const common::Error& error) {
      ++errors;
    }
  }
  EXPECT_GT(errors, static_cast<int>(bytes.size()) - 16);
}

TEST(Damage, FlippedBitsAreAnErrorOrAnotherNetworkButNeverACrash) {
  const Bytes bytes = small_file();
  std::uint64_t state = 12345;
  int errors = 0, networks = 0;
  for (int round = 0; round < 20'000; ++round) {
    Bytes broken = bytes;
    for (int flips = 0; flips < 1 + round % 3; ++flips) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;  // Knuth's linear congruence
      broken[(state >> 33) % broken.size()] ^= static_cast<std::uint8_t>(1u << (state >> 29 & 7));
    }
    try {
      import_tflite(broken, "t").digest();
      ++networks;
    } catch (const common::Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 1000);
  EXPECT_GT(networks, 1000);
}

}  // namespace
}  // namespace presil::graph

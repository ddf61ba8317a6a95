// Our own main() for every test program: SystemC's library brings one, which would win over gtest_main and run nothing.
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

extern "C" int sc_main(int, char**) {
  return 0;
}

// The program: streams and surroundings of this process, handed to the command line.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "sim/cli/cli.hpp"

namespace {

/// A closed pipe shall be an error that we report, and a closed standard stream must not become the first file opened.
void guard_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) == -1) ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // using it fails
}

}  // namespace

int main(int argc, char** argv) {
  guard_standard_streams();
  return presil::cli::run(argc, argv, std::cout, std::cerr, presil::cli::surroundings());
}

extern "C" int sc_main(int, char**) {
  return 0;
}  // SystemC's library wants one; nothing calls it

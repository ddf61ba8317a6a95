// Finds the terminal and the folders that the program was shipped with.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "sim/cli/cli.hpp"

namespace presil::cli {
namespace {

namespace fs = std::filesystem;

bool is_home(const fs::path& dir) {
  std::error_code ignored;
  return fs::is_directory(dir / "hwconfigs", ignored) || fs::is_directory(dir / "traces" / "networks", ignored);
}

fs::path find_home() {
  if (const char* given = std::getenv("PRESIL_HOME"); given != nullptr && *given) return given;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error)  // beside an installed program, above a build folder
    for (const fs::path& dir : {program.parent_path() / "../share/presil", program.parent_path() / ".."})
      if (is_home(dir)) return dir.lexically_normal();
#ifdef PRESIL_SOURCE_DIR
  if (is_home(PRESIL_SOURCE_DIR)) return PRESIL_SOURCE_DIR;
#endif
  return {};
}

bool wants_color() {
  const char* no_color = std::getenv("NO_COLOR");  // no-color.org: any value but the empty one
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && !(no_color != nullptr && *no_color) &&
         !(terminal != nullptr && std::strcmp(terminal, "dumb") == 0);
}

int terminal_width() {
  winsize size{};
  if (!::isatty(STDOUT_FILENO) || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 120;
  return std::clamp<int>(size.ws_col, 60, 160);
}

}  // namespace

Surroundings surroundings() {
  return {wants_color(), terminal_width(), find_home()};
}

}  // namespace presil::cli

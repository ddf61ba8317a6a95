# Sourced by the scripts beside it: paths, messages, and building without noise.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# quietly LOG COMMAND...: the command's output goes to LOG and is shown only when the command fails. On a terminal
# ninja's one-line progress is no noise, so there the output passes.
quietly() {
  local log=$1
  shift
  if [ -t 1 ]; then "$@"; return; fi
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
}

# build FOLDER TARGET [cmake option ...]: configures when needed and builds one target (all: everything).
build() {
  local dir=$1 target=$2
  shift 2
  local generator=()
  # A folder configured by hand keeps its generator.
  if [ ! -f "$dir/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  mkdir -p "$dir"
  if ! cmake -S "$root" -B "$dir" "${generator[@]}" "$@" >"$dir/configure.log" 2>&1; then
    cat "$dir/configure.log" >&2
    die "cmake failed; its words stand above"
  fi
  quietly "$dir/build.log" cmake --build "$dir" --target "$target" --parallel "$(nproc)" || die "the build failed; its words stand above"
}

#!/bin/bash
# Runs every fuzz target for SECONDS (default 180) on its seeds, two at a time, and prints a table of what came of it.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-180}
tools/setup.sh
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
cd build/fuzz/fuzz
one() {
  local target=$1 seconds=$2 name=${1#fuzz_} log
  log=$(mktemp)
  mkdir -p "corpus/$name"
  local status=clean
  "./$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 "corpus/$name" >"$log" 2>&1 || status=FAILED
  printf '%-24s %-8s %12s runs  %6s edges\n' "$name" "$status" "$(grep -oP '^#\K[0-9]+(?=\s+DONE)' "$log" | tail -1)" \
    "$(grep -oP 'cov: \K[0-9]+' "$log" | tail -1)"
  if [ "$status" != clean ]; then cp "$log" "/tmp/$target.log"; return 1; fi
}
export -f one
find . -maxdepth 1 -name 'fuzz_*' \( -type f -o -type l \) -executable -printf '%f\n' | grep -v '^fuzz_protocol$' | sort |
  xargs -P 2 -I{} bash -c "one {} $seconds"

#!/bin/bash
# fuzz.sh [SECONDS [TARGET...]]: runs every fuzz target, or those named, for SECONDS (default 180) on its seeds, two at a time, and prints
# a table of what came of it. What makes one fail is kept beside its log, in build/fuzz/fuzz/failed/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-180}
shift || true
tools/setup.sh
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
cd build/fuzz/fuzz
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

one() {
  local name=$1 seconds=$2 results=$3 result=clean log runs rate
  local failed=failed/$name
  log=$results/$name.log
  rm -rf "$failed"
  mkdir -p "corpus/$name" "$failed"
  "./fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$failed/" "corpus/$name" >"$log" 2>&1 || result=FAILED
  runs=$(grep -oP '^stat::number_of_executed_units: \K[0-9]+' "$log" | tail -1 || true)
  rate=$(grep -oP '^stat::average_exec_per_sec: +\K[0-9]+' "$log" | tail -1 || true)
  if [ "$result" = clean ]; then rm -r "$failed"; else cp "$log" "$failed/log"; fi
  printf '%s\t%s\t%s\t%s\n' "$name" "${runs:-0}" "${rate:-0}" "$result" >"$results/$name"
}
export -f one
if [ $# -eq 0 ]; then
  mapfile -t names < <(find . -maxdepth 1 -name 'fuzz_*' \( -type f -o -type l \) -executable -printf '%f\n' | sed 's/^fuzz_//' |
    grep -v '^protocol$' | sort)
else
  names=("$@")
fi
printf '%s\n' "${names[@]}" | xargs -P 2 -I{} bash -c "one {} $seconds $results"

for name in "${names[@]}"; do cat "$results/$name"; done | awk -F '\t' '
  BEGIN { printf "%-20s %14s %10s  %s\n", "target", "runs", "runs/s", "result" }
  { printf "%-20s %14d %10d  %s\n", $1, $2, $3, $4; runs += $2; if ($4 != "clean") ++failed }
  END { printf "%-20s %14d %10s  %s\n", "total: " NR " targets", runs, "", failed ? failed " failed" : "clean"; exit failed > 0 }'

#!/bin/sh
# run.sh WRITE_REPORT SCRATCH: looks at the report in Chromium, as a file and served. Exit status 77: something to look with is missing.
here=$(cd "$(dirname "$0")" && pwd)
write_report=$1
scratch=$2
skip() { echo "SKIPPED: $1"; exit 77; }
chromium=${BULKHEAD_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
[ -n "$chromium" ] || skip "no chromium"
command -v node >/dev/null || skip "no node"
[ -d "$here/node_modules/playwright-core" ] || skip "no npm packages: run 'npm ci' in tests/browser"
mkdir -p "$scratch"
BULKHEAD_CHROMIUM=$chromium BULKHEAD_WRITE_REPORT=$write_report BULKHEAD_SCRATCH=$scratch exec node --test "$here/report.test.mjs"

#!/bin/bash
# Installs what is missing, builds the program, assesses the simulated plant and opens the result in the browser. Serves until
# interrupted; `--once` ends when the report is there.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target bulkhead
exec build/release/src/bulkhead demo "$@"

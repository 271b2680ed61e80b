#!/bin/bash
# Installs what is missing, builds the program and runs every test.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh
cmake --preset dev >/dev/null
cmake --build --preset dev
# What drives the browser; the report itself needs none of it.
if [ ! -d tests/browser/node_modules ]; then npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error; fi
ctest --preset dev "$@"

#!/bin/bash
# Formatter on all of src/, tests/, fuzz/ and bench/; linter on the files of src/ named, or else on those that changed since the last
# commit but one.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.cpp' '*.h' | xargs clang-format-19 --dry-run --Werror
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  base=$(git rev-parse --verify -q HEAD~1 || git rev-parse HEAD)
  mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp')
fi
[ ${#files[@]} -eq 0 ] && exit 0
[ -f build/fuzz/compile_commands.json ] || cmake --preset fuzz >/dev/null
printf '%s\n' "${files[@]}" | xargs -P 2 -n 4 clang-tidy-19 -p build/fuzz --quiet

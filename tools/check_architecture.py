#!/usr/bin/env python3
"""Hold ARCHITECTURE.md's table of rooms against the build, and the sources against the house's habits."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
built = re.findall(r"^module\((\w+)", (root / "src/CMakeLists.txt").read_text(), re.M)
written = re.findall(r"^\| (\w+) \| ", (root / "ARCHITECTURE.md").read_text(), re.M)
written = [room for room in written if room != "room"]
failures = []
for room in built:
    if room not in written:
        failures.append(f"ARCHITECTURE.md: room '{room}' is built and not described")
for room in written:
    if room not in built:
        failures.append(f"ARCHITECTURE.md: room '{room}' is described and not built")

# The version stands in two places: the build's, for packages, and the program's.
in_build = re.search(r"project\(bulkhead VERSION ([\d.]+)", (root / "CMakeLists.txt").read_text())
in_program = re.search(r'version = "([\d.]+)"', (root / "src/base/version.h").read_text())
if not in_build or not in_program or in_build[1] != in_program[1]:
    failures.append("src/base/version.h: not the version that CMakeLists.txt names")

# Where a library reports by exceptions, they end in the one file that wraps it.
may_catch = {"content/yaml.cpp", "cli/main.cpp", "assessment/observations_store.cpp", "server/serve.cpp", "server/http.cpp"}
note = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
for path in sorted(root.glob("src/**/*")) + sorted(root.glob("tests/**/*.cpp")) + sorted(root.glob("fuzz/*.cpp")):
    if path.suffix not in (".h", ".cpp"):
        continue
    name = path.relative_to(root)
    before = ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if note.search(line):
            failures.append(f"{name}:{number}: a note to self")
        inside = str(name).removeprefix("src/")
        if str(name).startswith("src/") and re.search(r"\bcatch\s*\(", line) and inside not in may_catch:
            failures.append(f"{name}:{number}: an exception ends here that no library's wrapper needs")
        if str(name).startswith("src/") and re.search(r"\breinterpret_cast\b", line) and "NOLINT" not in line + before:
            failures.append(f"{name}:{number}: reinterpret_cast outside the Reader")
        before = line

for failure in failures:
    print(failure)
sys.exit(bool(failures))

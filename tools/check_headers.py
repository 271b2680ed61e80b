#!/usr/bin/env python3
"""Every header of src/ compiles alone: check_headers.py COMPILER FLAGS..."""

import concurrent.futures
import pathlib
import subprocess
import sys

src = pathlib.Path(__file__).resolve().parent.parent / "src"


def alone(header):
    include = f'#include "{header.relative_to(src)}"\n'
    command = [*sys.argv[1:], "-std=c++23", "-fsyntax-only", f"-I{src}", "-x", "c++", "-"]
    result = subprocess.run(command, input=include * 2, text=True, capture_output=True)
    return None if result.returncode == 0 else f"{header.relative_to(src)} does not compile alone:\n{result.stderr[:600]}"


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    failures = [failure for failure in pool.map(alone, sorted(src.rglob("*.h"))) if failure]
print("\n".join(failures))
sys.exit(bool(failures))

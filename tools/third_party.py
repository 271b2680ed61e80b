#!/usr/bin/env python3
"""Write THIRD-PARTY.md: whose work the program, its tests and its build use, under which licence. `--check` compares instead, and
fails on a package that setup.sh installs or package-lock.json names and that is not listed here, and on a licence that was never judged."""

import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
accepted = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "LGPL-3.0-or-later", "LGPL-2.1-or-later", "MIT", "blessing", "Zlib", "MPL-2.0"}
# Used as programs, or read as data on the user's machine: their licences bind nothing of ours.
tools = {"GPL-2.0-or-later", "GPL-3.0-or-later", "Apache-2.0 WITH LLVM-exception", "MIT", "Artistic-2.0", "BSD-3-Clause", "Apache-2.0", "PSF-2.0",
         "GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-2.0-only"}

linked = [  # Debian package, name, licence (SPDX), what for
    ("libpcap-dev", "libpcap", "BSD-3-Clause", "live capture"),
    ("libndpi-dev", "nDPI", "LGPL-3.0-or-later", "labels for traffic that no parser claims; linked dynamically"),
    ("libsqlite3-dev", "SQLite", "blessing", "the store"),
    ("zlib1g-dev", "zlib", "Zlib", "gzip captures"),
    ("libzstd-dev", "Zstandard", "BSD-3-Clause", "zstd captures"),
    ("libssl-dev", "OpenSSL", "Apache-2.0", "hashes and certificates"),
    ("libxxhash-dev", "xxHash", "BSD-2-Clause", "content hashes of frames; compiled in"),
    ("libfmt-dev", "{fmt}", "MIT", "text"),
    ("libyaml-cpp-dev", "yaml-cpp", "MIT", "site.yml and content"),
    ("libcli11-dev", "CLI11", "BSD-3-Clause", "the command line; compiled in"),
    ("nlohmann-json3-dev", "JSON for Modern C++", "MIT", "JSON; compiled in"),
    ("libxlsxwriter-dev", "libxlsxwriter", "BSD-2-Clause", "workbooks"),
    ("librestinio-dev", "RESTinio", "BSD-3-Clause", "the local web server; compiled in"),
    ("libhttp-parser-dev", "http-parser", "MIT", "the local web server"),
    ("libasio-dev", "Asio", "BSL-1.0", "the local web server; compiled in"),
]
used = [
    ("ieee-data", "IEEE OUI list of Debian", "GPL-2.0-or-later", "read where it is installed, for vendors of MAC addresses; not shipped"),
    ("g++", "GCC", "GPL-3.0-or-later WITH GCC-exception-3.1", "compiler"),
    ("cmake", "CMake", "BSD-3-Clause", "build"),
    ("ninja-build", "Ninja", "Apache-2.0", "build"),
    ("ccache", "ccache", "GPL-3.0-or-later", "build"),
    ("pkg-config", "pkg-config", "GPL-2.0-or-later", "build"),
    ("python3", "Python", "PSF-2.0", "checks of the house"),
    ("libgtest-dev", "GoogleTest", "BSD-3-Clause", "tests"),
    ("tshark", "Wireshark's tshark", "GPL-2.0-or-later", "tests: a second opinion, run as a program"),
    ("chromium", "Chromium", "BSD-3-Clause", "tests of the report"),
    ("nodejs", "Node.js", "MIT", "tests of the report"),
    ("npm", "npm", "Artistic-2.0", "tests of the report"),
    ("clang-19", "Clang", "Apache-2.0 WITH LLVM-exception", "second compiler, fuzzing"),
    ("clang-tidy-19", "clang-tidy", "Apache-2.0 WITH LLVM-exception", "linter"),
    ("clang-format-19", "clang-format", "Apache-2.0 WITH LLVM-exception", "formatter"),
    ("libclang-rt-19-dev", "compiler-rt", "Apache-2.0 WITH LLVM-exception", "sanitizers, fuzzing"),
    ("llvm-19", "LLVM", "Apache-2.0 WITH LLVM-exception", "readable traces"),
    ("file", "file", "BSD-3-Clause", "tests"),
    ("git", "Git", "GPL-2.0-only", "the linter's list of files"),
]
failures = []
setup = (root / "tools/setup.sh").read_text()
installed = {word for name in ("build", "test") for word in re.search(name + r"=\((.*?)\)", setup, re.S)[1].split()}
listed = {entry[0] for entry in linked + used}
failures += [f"tools/setup.sh: {package} is installed and not listed in tools/third_party.py" for package in sorted(installed - listed)]
failures += [f"tools/third_party.py: {package} is listed and not installed by tools/setup.sh" for package in sorted(listed - installed)]
failures += [f"tools/third_party.py: {name}: {licence} was never judged" for _, name, licence, _ in linked if licence not in accepted]
failures += [f"tools/third_party.py: {name}: {licence} was never judged" for _, name, licence, _ in used if licence not in tools]

lock = json.loads((root / "tests/browser/package-lock.json").read_text())
node = []
for path, package in sorted(lock["packages"].items()):
    if not path:
        continue
    name, licence = path.removeprefix("node_modules/"), package.get("license", "none")
    node.append((name, package["version"], licence))
    if licence not in accepted:
        failures.append(f"tests/browser/package-lock.json: {name}: {licence} was never judged")

lines = ["# Third-party work", "", "Written by `tools/third_party.py`; nothing of what is listed here is copied into this repository.", ""]
lines += ["## Linked or compiled into the program", "", "| library | licence | what for |", "|---|---|---|"]
lines += [f"| {name} (`{package}`) | {licence} | {what} |" for package, name, licence, what in linked]
lines += ["", "nDPI links libgcrypt (LGPL-2.1-or-later). The package for Debian names the libraries it needs; their licence texts come with them.", ""]
lines += ["## Data and programs used beside it", "", "| what | licence | what for |", "|---|---|---|"]
lines += [f"| {name} (`{package}`) | {licence} | {what} |" for package, name, licence, what in used]
lines += ["", "## Packages of the browser tests", "", "| package | version | licence |", "|---|---|---|"]
lines += [f"| {name} | {version} | {licence} |" for name, version, licence in node]
lines += ["", "## Names and numbers", "",
          "Findings name techniques of MITRE ATT&CK for ICS by id and title. © The MITRE Corporation. This work is reproduced and distributed with the",
          "permission of The MITRE Corporation. Requirements of IEC 62443, NIST SP 800-82 and other standards are named by clause only.", ""]
text = "\n".join(lines)
target = root / "THIRD-PARTY.md"
if "--check" not in sys.argv:
    target.write_text(text)
elif not target.exists() or target.read_text() != text:
    failures.append("THIRD-PARTY.md: not what tools/third_party.py writes; run it")
for failure in failures:
    print(failure)
sys.exit(bool(failures))

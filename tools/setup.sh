#!/bin/bash
# Installs what building and testing need, from Debian 12's own packages: only what is missing, and with sudo only where the caller is
# not root. Asks nothing. `setup.sh build` leaves out what only tests need.
set -euo pipefail

build=(g++ cmake ninja-build ccache pkg-config python3 libpcap-dev libndpi-dev libsqlite3-dev zlib1g-dev libzstd-dev libssl-dev libxxhash-dev
  libfmt-dev libyaml-cpp-dev libcli11-dev nlohmann-json3-dev libxlsxwriter-dev librestinio-dev libhttp-parser-dev libasio-dev ieee-data)
test=(libgtest-dev tshark chromium nodejs npm
  clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev llvm-19 file git)

packages=("${build[@]}")
[ "${1:-all}" = build ] || packages+=("${test[@]}")

missing=()
for package in "${packages[@]}"; do
  # Node.js may be there from elsewhere, and newer.
  if [ "$package" = nodejs ] && command -v node >/dev/null; then continue; fi
  if [ "$package" = npm ] && command -v npm >/dev/null; then continue; fi
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
echo "Installing ${#missing[@]} packages: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

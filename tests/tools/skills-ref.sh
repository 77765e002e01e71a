#!/usr/bin/env bash
# Puts the reference of the Agent Skills format (npm skills-ref) into a cache and prints two lines: a Node that can run it, and its program.
set -euo pipefail
version=0.1.5
target=${XDG_CACHE_HOME:-$HOME/.cache}/drafthorse-tests/skills-ref-$version

programs=$("$(dirname "$0")/aimock.sh")
node=${programs%%$'\n'*}
exec 9>"$(dirname "$target")/skills-ref.lock"
flock 9
if [ ! -e "$target/ready" ]; then
  rm -rf "$target" && mkdir -p "$target"
  npm install --prefix "$target" --no-audit --no-fund --silent "skills-ref@$version" >&2
  touch "$target/ready"
fi

echo "$node"
echo "$target/node_modules/skills-ref/dist/index.js"

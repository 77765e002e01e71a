#!/usr/bin/env bash
# Puts an independent OpenAPI validator (npm @seriousme/openapi-schema-validator) into a cache and prints two lines: a Node that can run it, and its program.
set -euo pipefail
version=2.11.0
target=${XDG_CACHE_HOME:-$HOME/.cache}/drafthorse-tests/openapi-validator-$version

programs=$("$(dirname "$0")/aimock.sh")
node=${programs%%$'\n'*}
exec 9>"$(dirname "$target")/openapi-validator.lock"
flock 9
if [ ! -e "$target/ready" ]; then
  rm -rf "$target" && mkdir -p "$target"
  npm install --prefix "$target" --no-audit --no-fund --silent "@seriousme/openapi-schema-validator@$version" >&2
  touch "$target/ready"
fi

echo "$node"
echo "$target/node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js"

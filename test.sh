#!/usr/bin/env bash
# All tests. As root on Debian or Ubuntu it installs what they need. --unit runs only what needs no server.
# The last line is "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"

unit_only=false
for argument in "$@"; do
  case "$argument" in
    --unit) unit_only=true ;;
    *) echo "usage: ./test.sh [--unit]" >&2; exit 2 ;;
  esac
done

configuration=Release
results=$(mktemp -d)
trap 'env -u DOCKER_HOST tests/tools/docker-engine.sh stop >/dev/null 2>&1; rm -rf "$results"' EXIT

if ! $unit_only; then
  tests/tools/install.sh || echo "test.sh: some packages could not be installed; the areas that need them are skipped" >&2
fi

echo "== build"
dotnet build Drafthorse.slnx -c "$configuration" -v q || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

if ! $unit_only; then
  echo "== sandboxd, native"
  deploy/sandbox/build-sandboxd.sh || echo "test.sh: no native sandboxd; what needs it is skipped" >&2
  echo "== docker engine"
  if engine=$(tests/tools/docker-engine.sh start); then
    export DOCKER_HOST=$engine
    tests/tools/docker-engine.sh image >&2 || true
  else
    echo "test.sh: no Docker engine; its tests are skipped" >&2
  fi
fi

passed=0 failed=0 skipped=0
# run PROJECT: runs a test project and adds its counts. One that ends without a summary counts as a failure.
run() {
  echo "== $1"
  timeout 2400 "artifacts/bin/$1/${configuration,,}/$1" -noColor -longRunning 60 2>&1 | tee "$results/$1.log"
  local summary
  summary=$(grep -o 'Total: [0-9]*, Errors: [0-9]*, Failed: [0-9]*, Skipped: [0-9]*' "$results/$1.log" | tail -n 1)
  if [ -z "$summary" ]; then echo "$1 ended without a summary" >&2; failed=$((failed + 1)); return; fi
  local total errors bad left_out
  read -r total errors bad left_out < <(sed 's/[^0-9]\+/ /g' <<<"$summary")
  failed=$((failed + errors + bad))
  skipped=$((skipped + left_out))
  passed=$((passed + total - bad - left_out))
}

run Drafthorse.Tests
$unit_only || run Drafthorse.IntegrationTests

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

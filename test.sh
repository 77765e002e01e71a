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
trap 'tests/tools/docker-engine.sh stop >/dev/null 2>&1; rm -rf "$results"' EXIT

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

# run PROJECT: runs a test project and leaves its report in $results.
run() {
  echo "== $1"
  "artifacts/bin/$1/${configuration,,}/$1" --results-directory "$results" --report-trx --report-trx-filename "$1.trx" \
    --no-progress --output Normal
  local code=$?
  # 8 = no test ran; anything but "tests failed" (2) without a report is a failure of its own.
  if [ ! -f "$results/$1.trx" ]; then echo "$1 ended with $code and no report" >&2; crashed=$((crashed + 1)); fi
}

crashed=0
run Drafthorse.Tests
$unit_only || run Drafthorse.IntegrationTests

passed=0 failed=$crashed skipped=0
for report in "$results"/*.trx; do
  [ -f "$report" ] || continue
  counters=$(grep -o '<Counters [^>]*>' "$report" | head -n 1)
  value() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  passed=$((passed + $(value passed)))
  failed=$((failed + $(value failed)))
  skipped=$((skipped + $(value total) - $(value passed) - $(value failed)))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

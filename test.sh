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

if ! $unit_only; then
  # Neither waits for the build: the engine's images come from the network, and the native compiler has its own intermediate files.
  { tests/tools/docker-engine.sh start && tests/tools/docker-engine.sh image >&2; } >"$results/engine" 2>"$results/engine.log" &
  engine_made=$!
  deploy/publish.sh >"$results/native" 2>"$results/native.log" &
  native_made=$!
fi

echo "== build"
dotnet build Drafthorse.slnx -c "$configuration" -v q || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

native=
if ! $unit_only; then
  echo "== native: drafthorse and sandboxd"
  if wait "$native_made"; then
    cat "$results/native"
    native=$(tail -n 1 "$results/native" | cut -d' ' -f1)
  else
    cat "$results/native.log" "$results/native" >&2
    echo "test.sh: no native build; what needs it is skipped" >&2
  fi
  echo "== docker engine"
  if wait "$engine_made"; then
    DOCKER_HOST=$(head -n 1 "$results/engine")
    export DOCKER_HOST
  else
    cat "$results/engine.log" >&2
    echo "test.sh: no Docker engine; its tests are skipped" >&2
  fi
fi

passed=0 failed=0 skipped=0
# run PROJECT: runs a test project and adds its counts. One that ends without a summary counts as a failure.
run() {
  echo "== $1"
  timeout 2400 "artifacts/bin/$1/${configuration,,}/$1" -noColor -longRunning 60 -result-xml "$results/$1.xml" 2>&1 | tee "$results/$1.log"
  local summary
  summary=$(grep -o 'Total: [0-9]*, Errors: [0-9]*, Failed: [0-9]*, Skipped: [0-9]*' "$results/$1.log" | tail -n 1)
  if [ -z "$summary" ]; then echo "$1 ended without a summary" >&2; failed=$((failed + 1)); return; fi
  local total errors bad left_out
  read -r total errors bad left_out < <(sed 's/[^0-9]\+/ /g' <<<"$summary")
  failed=$((failed + errors + bad))
  skipped=$((skipped + left_out))
  passed=$((passed + total - bad - left_out))
}

# The demo with the published executable counts as one test.
demo() {
  echo "== demo, native"
  if [ -z "$native" ]; then skipped=$((skipped + 1)); return; fi
  if "$native" demo; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# minutes: what each test class took, the longest first, those under three seconds together.
minutes() {
  echo "== minutes a test class"
  cat "$results"/*.xml 2>/dev/null | grep -o '<collection [^>]*>' \
    | sed -E 's/.*name="Test collection for ([A-Za-z0-9_.]+).* time="([0-9.]+)".*/\2 \1/; s/.*name="([^"]*)".* time="([0-9.]+)".*/\2 \1/' \
    | sort -rn | awk '$1 >= 3 { printf "%6.2f  %s\n", $1 / 60, $2; next } { rest += $1; count++ } END { printf "%6.2f  %d others\n", rest / 60, count }'
}

run Drafthorse.Tests
$unit_only || { demo; run Drafthorse.IntegrationTests; }
minutes

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
